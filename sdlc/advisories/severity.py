"""CVSS vectors (versions 2, 3.x and 4.0) as one severity; what nobody scored counts as critical."""

from __future__ import annotations

from collections.abc import Iterable

from sdlc.model.finding import Severity

LEAST = ((9.0, Severity.CRITICAL), (7.0, Severity.HIGH), (4.0, Severity.MEDIUM), (0.1, Severity.LOW))
"""The lowest score of each severity, as CVSS 3.1 and 4.0 rate it."""


def severity_of(vectors: Iterable[str]) -> tuple[Severity, float | None]:
    """The worst of `vectors` with its base score, 0.0 to 10.0; CRITICAL and None when none of them can be read."""
    scores = [score for vector in vectors if (score := _score(vector)) is not None]
    if not scores:
        return Severity.CRITICAL, None
    worst = max(scores)
    return next((severity for least, severity in LEAST if worst >= least), Severity.NOTE), worst


def _score(vector: str) -> float | None:
    # Its tables take a tenth of a second to import, and most verifications have no vector to score.
    from cvss import CVSS2, CVSS3, CVSS4
    from cvss.exceptions import CVSSError

    try:
        if vector.startswith("CVSS:4"):
            return float(CVSS4(vector).base_score)
        if vector.startswith("CVSS:3"):
            return float(CVSS3(vector).scores()[0])
        return float(CVSS2(vector).scores()[0])
    except (CVSSError, ValueError, TypeError, KeyError, IndexError, ArithmeticError):
        return None
