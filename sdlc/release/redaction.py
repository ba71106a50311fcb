"""
A bundle for an audience that may not see all evidence: some raw bytes are withheld, every digest still verifies.

The release signer says in a statement of its own which evidence is missing, for whom and when; without it a missing
member is refused as ever. What candidate and page say (outcomes, findings, names) cannot be withheld: it is signed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sdlc.errors import BlockedError, UnreadableError, UsageError
from sdlc.formats.statements import load_statement, statement
from sdlc.formats.timestamp import time_from_text, time_to_text
from sdlc.model.digest import Digest, parse_digest
from sdlc.model.result import GateResult
from sdlc.readings import READINGS
from sdlc.release import bundle
from sdlc.release.attestations import MORE
from sdlc.release.candidate import Candidate

PREDICATE = "urn:secure-sdlc:redaction:v1"
MEMBER = bundle.REDACTION


@dataclass(frozen=True)
class Redaction:
    """What is missing from a bundle: digests of raw evidence, for whom it was withheld, and when."""

    manifest: Digest
    withheld: tuple[Digest, ...]
    audience: str
    at: datetime


def dump_redaction(redaction: Redaction) -> bytes:
    """The statement that the release signer signs."""
    predicate: dict[str, object] = {
        "withheld": sorted(redaction.withheld),
        "audience": redaction.audience,
        "timeCreated": time_to_text(redaction.at),
    }
    return statement([("manifest", redaction.manifest)], PREDICATE, predicate)


def load_redaction(data: bytes) -> Redaction:
    """The redaction in `data`; raises UnreadableError."""
    found = load_statement(data, predicate_type=PREDICATE, what=MEMBER)
    try:
        [(_, manifest)] = found.subjects
        redaction = Redaction(
            manifest=parse_digest(manifest),
            withheld=tuple(parse_digest(digest) for digest in found.predicate["withheld"]),
            audience=str(found.predicate["audience"]),
            at=time_from_text(found.predicate["timeCreated"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableError(f"{MEMBER}: {type(error).__name__}: {error}") from None
    if dump_redaction(redaction) != data or not redaction.withheld or not redaction.audience.strip():
        raise UnreadableError(f"{MEMBER}: not a redaction in the one form that is written")
    return redaction


def blind_gates(results: Sequence[GateResult], withheld: frozenset[Digest]) -> frozenset[str]:
    """The gates that cannot be read again: their own evidence is withheld, or that of a gate which they read."""
    blind = {result.gate for result in results if withheld & set(result.raw.values())}
    while more := {r.gate for r in results if r.gate not in blind and blind & _needs(r.gate)}:
        blind |= more
    return frozenset(blind)


def _needs(gate: str) -> set[str]:
    reader = READINGS.get(gate)
    return set(reader.NEEDS) if reader is not None else set()


def choose(candidate: Candidate, patterns: Sequence[str]) -> tuple[Digest, ...]:
    """The evidence that `patterns` (GATE or GATE/NAME) name; raises UsageError for one that names nothing.

    Artifacts are never withheld. Bytes that several gates have read alike are withheld for all of them.
    """
    released = {artifact.digest for artifact in candidate.artifacts}
    chosen: set[Digest] = set()
    for pattern in patterns:
        gate, _, name = pattern.partition("/")
        raw = next((result.raw for result in candidate.results if result.gate == gate), {})
        found = {digest for part, digest in raw.items() if name in ("", part)} - released
        if not found:
            raise UsageError(
                f"--without {pattern}: there is no such evidence",
                hint=f"gates: {', '.join(result.gate for result in candidate.results)}; GATE/NAME names one file of it",
            )
        chosen |= found
    return tuple(sorted(chosen))


def redact(members: Mapping[str, bytes], candidate: Candidate, withheld: Sequence[Digest]) -> dict[str, bytes]:
    """`members` without the `withheld` evidence, and without the attestations that hold the same."""
    blind = blind_gates(candidate.results, frozenset(withheld))
    gone = {f"{bundle.EVIDENCE}{digest}" for digest in withheld}
    gone |= {f"{bundle.ATTESTATIONS}{name}.intoto.json" for gate in blind for name in MORE.get(gate, ())}
    return {name: data for name, data in members.items() if name not in gone}


def check_redaction(redaction: Redaction, manifest: Digest | None, candidate: Candidate) -> None:
    """Raise BlockedError unless `redaction` is about this manifest, and withholds nothing but evidence."""
    released = {artifact.digest for artifact in candidate.artifacts}
    if redaction.manifest != manifest or not set(redaction.withheld) <= candidate.evidence - released:
        raise BlockedError("redaction-differs", f"{MEMBER} is about another release, or withholds what is no evidence")
