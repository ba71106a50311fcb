"""A release of which every step of the verification held: the only thing that exports and coverage are made of."""

from __future__ import annotations

from dataclasses import dataclass

from sdlc.errors import BlockedError, IncompleteError
from sdlc.model.digest import Digest
from sdlc.model.result import GateResult
from sdlc.model.verdict import Verdict
from sdlc.release.candidate import Candidate
from sdlc.release.claims import producers_of
from sdlc.release.decisions import SignedDecision
from sdlc.release.inventory import Before, Holdings, with_closed, with_signers
from sdlc.release.manifest import Manifest
from sdlc.release.verification import Verification
from sdlc.standards.coverage import Producer


@dataclass(frozen=True)
class Verified:
    """What a verification learned, with nothing missing; `results` and `verdict` are those that were made again."""

    manifest: Manifest
    manifest_digest: Digest
    candidate: Candidate
    results: tuple[GateResult, ...]
    verdict: Verdict
    decisions: tuple[SignedDecision, ...]
    withheld: frozenset[str]
    notes: tuple[str, ...]
    holdings: Holdings

    @property
    def producers(self) -> dict[str, Producer]:
        """What this release shows, for the standards."""
        glass = self.candidate.break_glass
        return producers_of(self.results, self.verdict, self.decisions, withheld=self.withheld, break_glass=glass)

    @property
    def as_before(self) -> Before:
        """What the next release says of this one."""
        manifest = self.manifest
        inventory = with_closed(with_signers(self.holdings.now, self.decisions), self.verdict.closed)
        return Before(self.manifest_digest, manifest.version, manifest.sequence, manifest.created, inventory)


def demand_verified(result: Verification, what: str) -> Verified:
    """What `result` learned of the bundle `what`. Raises BlockedError with the code of the step that refused."""
    if result.incomplete:
        raise IncompleteError(f"{what} was not verified: {result.sentence}")
    manifest, digest, candidate, verdict = result.manifest, result.manifest_digest, result.candidate, result.verdict
    if not result.ok or manifest is None or digest is None or candidate is None or verdict is None:
        raise BlockedError(
            result.reason,
            f"{what} was not verified, so nothing is made of it: {result.sentence}",
            hint=f"every step: sdlc verify {what} --trust FILE",
        )
    known = (result.results, verdict, result.decisions, result.withheld, result.notes, result.holdings)
    return Verified(manifest, digest, candidate, *known)
