"""What a verification came to, step by step, and the document that machines read (schema sdlc.verification/1)."""

from __future__ import annotations

from dataclasses import dataclass, field

from sdlc.formats.terminal import printable
from sdlc.formats.timestamp import time_to_text
from sdlc.model.digest import Digest
from sdlc.model.result import GateResult
from sdlc.model.verdict import Verdict
from sdlc.release.candidate import Candidate
from sdlc.release.decisions import SignedDecision
from sdlc.release.inventory import Holdings
from sdlc.release.manifest import Manifest


@dataclass(frozen=True)
class Step:
    """One thing that was checked; `reason` is a code of docs/reason-codes.md, empty when it held."""

    number: int
    name: str
    ok: bool
    reason: str
    sentence: str


@dataclass(frozen=True)
class Verification:
    """What came out. `incomplete` says that this version lacks a reader: the bundle may be good; `withheld` are the
    gates whose evidence its signer took out of this copy.

    The other members hold what was learned up to the step that refused; believe them only when `ok`.
    """

    ok: bool
    incomplete: bool
    steps: tuple[Step, ...]
    manifest: Manifest | None
    manifest_digest: Digest | None
    candidate: Candidate | None
    results: tuple[GateResult, ...]
    verdict: Verdict | None
    decisions: tuple[SignedDecision, ...]
    approvers: tuple[str, ...]
    notes: tuple[str, ...]
    withheld: frozenset[str] = frozenset()
    holdings: Holdings = field(default_factory=Holdings)

    @property
    def reason(self) -> str:
        """The code of the refusal, empty when verified."""
        return next((step.reason for step in self.steps if not step.ok), "" if self.ok else "not-finished")

    @property
    def sentence(self) -> str:
        """Why it was refused, or that it was not."""
        return next((step.sentence for step in self.steps if not step.ok), "every step held")


def verification_to_json(result: Verification) -> dict[str, object]:
    """`result` as the document that `sdlc verify --json` prints."""
    manifest = result.manifest
    names = {one.decision.person: printable(one.decision.name) for one in result.decisions}
    return {
        "schema": "sdlc.verification/1",
        "ok": result.ok,
        "reason": result.reason,
        "sentence": result.sentence,
        "release": manifest
        and {
            "product": manifest.product,
            "version": manifest.version,
            "channel": manifest.channel,
            "sequence": manifest.sequence,
            "signed": time_to_text(manifest.created),
            "expires": time_to_text(manifest.expires),
            "artifacts": [{"name": name, "sha256": digest} for name, digest in manifest.subjects],
        },
        "steps": [vars(step) for step in result.steps],
        "gates": [
            {"id": r.gate, "outcome": r.reading.outcome.value, "grade": r.grade.value, "reader": r.reader}
            for r in result.results
        ],
        "approvers": [{"id": person, "name": names.get(person, person)} for person in result.approvers],
        "notes": list(result.notes),
    }
