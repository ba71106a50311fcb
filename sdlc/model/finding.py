"""One thing that a gate saw: which rule, where, how bad, how sure, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

LINE_HASH = "line-hash"
"""The property that holds GitHub's hash of the line."""


class Severity(StrEnum):
    """How bad it is if it is true; ordered, and an unknown word from a tool is read as CRITICAL."""

    NOTE = "note"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for NOTE up to 4 for CRITICAL."""
        return list(Severity).index(self)


class Confidence(StrEnum):
    """How sure the rule is; only HIGH blocks by default."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def rank(self) -> int:
        """0 for LOW up to 2 for HIGH."""
        return list(Confidence).index(self)


@dataclass(frozen=True)
class Place:
    """Where in the tree: POSIX path relative to the workspace root; lines and columns start at 1, 0 is unknown."""

    path: str
    line: int = 0
    column: int = 0
    end_line: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


@dataclass(frozen=True)
class Step:
    """One step of data on their way through the code: where, and what happens to them there."""

    path: str
    line: int
    text: str


@dataclass(frozen=True)
class Finding:
    """One thing that a gate saw.

    `fingerprint` (``f1:`` + hex) survives moves, renames and reformatting; two findings may share one, so
    comparisons are over multisets. `suppressed` holds the written reason of an in-source suppression: such a
    finding is still counted. `steps` lead from where data enter the program to where they do harm. `fix` is one
    imperative sentence, `reproduce` a command that shows it again.
    """

    rule: str
    message: str
    severity: Severity
    confidence: Confidence
    fingerprint: str
    place: Place | None = None
    fix: str = ""
    reproduce: str = ""
    cwe: tuple[int, ...] = ()
    owasp: tuple[str, ...] = ()
    subject: str = ""
    links: tuple[str, ...] = ()
    suppressed: str = ""
    properties: dict[str, str] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
