"""New or old: findings compared with those of the base commit, as multisets of fingerprints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from sdlc.model.finding import Finding


def entry(finding: Finding) -> str:
    """What is kept of a base's `finding`: its fingerprint and, where it has one, the path of its place."""
    return f"{finding.fingerprint} {finding.place.path}" if finding.place else finding.fingerprint


def fingerprint_of(entry: str) -> str:
    """The fingerprint in what `entry` made."""
    return entry.partition(" ")[0]


def new_findings(findings: Iterable[Finding], base: Counter[str] | None) -> tuple[Finding, ...]:
    """Those of `findings` that exceed the base's count of the same fingerprint; all of them without a base.

    `base` counts entries. Moves and reformatting keep a fingerprint, so they add nothing; a second copy of an old
    weakness is new, and it is the copy that is named, not the one whose file the base has it in already.
    """
    given = tuple(findings)
    if base is None:
        return given
    left = Counter(base)
    staying = []
    for finding in given:
        here = entry(finding)
        staying.append(left[here] > 0)
        left[here] -= staying[-1]
    moved: Counter[str] = Counter()
    for key, number in left.items():
        moved[fingerprint_of(key)] += number
    new: list[Finding] = []
    for finding, stays in zip(given, staying, strict=True):
        if stays:
            continue
        if moved[finding.fingerprint] > 0:
            moved[finding.fingerprint] -= 1
        else:
            new.append(finding)
    return tuple(new)
