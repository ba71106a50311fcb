"""What a gate run came to, and the pieces that it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sdlc.model.digest import Digest
from sdlc.model.finding import Finding

RawArtifacts = Mapping[str, bytes]
"""Raw bytes by name, exactly as a gate got them from its tools. A `/` in a name groups; `context.json` and
`tools.json` have a fixed meaning (see `Context` and `ToolVersion`)."""

UNSTORED = "unstored/"
"""An artifact whose name begins so is handed on in memory, and is never stored, read or shown."""


class Outcome(StrEnum):
    """Five answers, because "could not answer" is never a pass and absence is never evidence."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    SKIPPED = "skipped"
    NOT_APPLICABLE = "not-applicable"

    @classmethod
    def of(cls, findings: tuple[Finding, ...], *, work: int) -> Outcome:
        """FAILED with a finding that is not suppressed in source, else PASSED; ERROR when no `work` was done."""
        if work <= 0:
            return cls.ERROR
        return cls.FAILED if any(not finding.suppressed for finding in findings) else cls.PASSED


class Grade(StrEnum):
    """How much of a gate's answer an auditor can recompute from the evidence bundle (docs/replay.md)."""

    REPLAYED = "replayed"
    SLICE = "replayed on a slice"
    ATTESTED = "attested"


@dataclass(frozen=True)
class ToolVersion:
    """A program that a gate ran: its version and the digest of the file that was started."""

    name: str
    version: str
    digest: Digest | None = None


@dataclass(frozen=True)
class PlaceContext:
    """What a reading may know of the code at a reported place: the normalised AST of the smallest enclosing
    statement, and the digest of the enclosing function's normalised AST. `line_hash` is GitHub's, for SARIF alone."""

    path: str
    line: int
    statement: str
    function: Digest
    line_hash: str = ""


@dataclass(frozen=True)
class Context:
    """All that a reading sees of the tree: the files that were looked at, and the code at reported places."""

    files: tuple[str, ...] = ()
    places: tuple[PlaceContext, ...] = ()


@dataclass(frozen=True)
class Reading:
    """What the raw artifacts say: a pure function of raw bytes, settings and context.

    `sentence` is one line that says what was looked at, or what went wrong; `hint` is the next step when the
    outcome is ERROR or SKIPPED. `counters` are numbers that floors and thresholds may name; `details` are
    facts in words (dates as ISO 8601), that `max-age` rules may name.
    """

    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    counters: Mapping[str, int] = field(default_factory=dict)
    details: Mapping[str, str] = field(default_factory=dict)
    sentence: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Refreshed:
    """A gate that ran again later, alone, on the same commit and artifacts, with the same tools and policy."""

    gate: str
    at: datetime


@dataclass(frozen=True)
class GateResult:
    """One gate's run: its reading, what it read (artifact name → digest in the store), with which settings."""

    gate: str
    reading: Reading
    reader: str
    grade: Grade
    settings: Mapping[str, object]
    raw: Mapping[str, Digest]
    tools: tuple[ToolVersion, ...] = ()
    seconds: float = 0.0
