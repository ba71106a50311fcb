"""New or old: findings compared with those of the base commit, as multisets of fingerprints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from sdlc.model.finding import Finding


def new_findings(findings: Iterable[Finding], base: Counter[str] | None) -> tuple[Finding, ...]:
    """Those of `findings` that exceed the base's count of the same fingerprint; all of them without a base.

    Moves and reformatting keep a fingerprint, so they add nothing; a second copy of an old weakness is new.
    """
    if base is None:
        return tuple(findings)
    left = Counter(base)
    new: list[Finding] = []
    for finding in findings:
        if left[finding.fingerprint] > 0:
            left[finding.fingerprint] -= 1
        else:
            new.append(finding)
    return tuple(new)
