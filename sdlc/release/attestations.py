"""
The attestations of a release for other people's tools: one per gate that answered, provenance, and a summary.

The runner signs those about gates when it signs the candidate, the release signer signs the summary. All of them follow
from candidate, evidence and manifest, so a verifier makes each again and takes none that differs in a byte: they add a
form that others read, and nothing that has to be believed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sdlc.evidence import predicates
from sdlc.model.digest import Digest, sha256
from sdlc.model.result import GateResult, Outcome
from sdlc.model.verdict import Verdict
from sdlc.release.candidate import Candidate
from sdlc.release.manifest import Manifest
from sdlc.signing.dsse import Envelope, dump_envelope

SUMMARY = "summary.intoto.json"


def attestations_of(
    candidate: Candidate,
    results: Sequence[GateResult],
    verdict: Verdict,
    blobs: Callable[[Digest], bytes],
    blind: frozenset[str] = frozenset(),
) -> dict[str, bytes]:
    """The statements about the gates by member name; `results` are what the evidence says, `blobs` gives its bytes.

    About `blind` gates, whose evidence is withheld, there is only the one that holds nothing of it.
    """
    files = predicates.file_subjects(candidate.subjects)
    commit = predicates.commit_subject(candidate.commit, candidate.tree)
    source = {"repository": candidate.repository, "commit": candidate.commit, "tree": candidate.tree}
    made: dict[str, bytes] = {}
    for result in results:
        if result.reading.outcome not in (Outcome.PASSED, Outcome.FAILED):
            continue
        began = _began(candidate, result.gate)
        rows = [rule for rule in verdict.rules if rule.gate == result.gate]
        about = predicates.result_predicate(result, rows)
        made[f"{result.gate}.intoto.json"] = predicates.statement_of([*files, commit], predicates.TEST_RESULT, about)
        if result.gate in blind:
            continue
        raw = {name: blobs(digest) for name, digest in result.raw.items() if name in _READ.get(result.gate, ())}
        if result.gate == "build":
            said = predicates.provenance_predicate(raw, source, began, result.seconds)
            made["provenance.intoto.json"] = predicates.statement_of(files, predicates.PROVENANCE, said)
        elif result.gate == "sbom":
            bom = predicates.bom_predicate(raw)
            made["bom.intoto.json"] = predicates.statement_of(files, predicates.CYCLONEDX, bom)
        elif result.gate == "vulnerabilities":
            found = predicates.vulnerabilities_predicate(result, began)
            made["vulns.intoto.json"] = predicates.statement_of(files, predicates.VULNS, found)
    return made


def names_of(results: Sequence[GateResult], blind: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """The names of the attestations that `results` must have, sorted; the summary's is not among them."""
    more = {gate: names for gate, names in MORE.items() if gate not in blind}
    answered = [r.gate for r in results if r.reading.outcome in (Outcome.PASSED, Outcome.FAILED)]
    return tuple(sorted(f"{name}.intoto.json" for gate in answered for name in (gate, *more.get(gate, ()))))


MORE = {"build": ("provenance",), "sbom": ("bom",), "vulnerabilities": ("vulns",)}
"""Gates about which there is a second attestation."""

_READ = {"build": ("build.json",), "sbom": ("bom.cdx.json",)}
"""The raw artifacts that a predicate is made of."""


def summary_of(manifest: Manifest, policy: Digest, signed: Mapping[str, Envelope]) -> bytes:
    """The summary for consumers, about all artifacts; `signed` are the attestations that it rests on, all of them."""
    inputs = [(name, sha256(dump_envelope(envelope))) for name, envelope in signed.items()]
    said = predicates.summary_predicate(resource_of(manifest), policy, manifest.created, inputs)
    return predicates.statement_of(predicates.file_subjects(manifest.subjects), predicates.SUMMARY, said)


def resource_of(manifest: Manifest) -> str:
    """What the summary is about, as a consumer has to name it."""
    return f"pkg:generic/{manifest.product}@{manifest.version}?channel={manifest.channel}"


def _began(candidate: Candidate, gate: str) -> datetime:
    return next((one.at for one in candidate.refreshed if one.gate == gate), candidate.checked)
