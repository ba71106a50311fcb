"""
What one affected package of a record says of versions, parsed once and asked often.

OSV's own rule: listed among `versions`, or inside one of the `ranges`. Versions are compared by PEP 440, prereleases
like any other, whatever the type of the range. A listed version that PEP 440 cannot read is compared as text; a range
or a component's version that cannot be read counts as affected, because a doubt is never a pass. A local version
(``2.1+cpu``) is the release before the ``+`` built otherwise: it is affected where that release is listed or last
affected. A version that is not known at all is affected by everything.
"""

from __future__ import annotations

import re
from functools import cached_property, lru_cache

from packaging.utils import canonicalize_version
from packaging.version import Version

from sdlc.formats.osv_json import Advisory, Affected, Events

_ORDER = {"fixed": 0, "introduced": 1, "last_affected": 2}
"""Of events at one version: the old range ends before a new one begins, and a single version is inside its own."""
_N = "(?:0|[1-9][0-9]{0,9})"
_PLAIN = re.compile(rf"({_N}(?:\.{_N}){{0,6}}?)(?:\.0)*((?:(?:a|b|rc){_N})?(?:\.post{_N})?(?:\.dev{_N})?)")
"""A version as PEP 440 itself writes it, in two parts without the zeros between them."""


class Span:
    """One range: its events in order of version, and its limits; `readable` is False when PEP 440 is none of them."""

    def __init__(self, events: Events) -> None:
        marks, limits = [], []
        self.readable, self._unlimited = True, not any(kind == "limit" for kind, _ in events)
        for kind, text in events:
            if kind == "limit" and text == "*":
                self._unlimited = True
                continue
            at = parse("0.dev0" if text == "0" else text)
            if at is None:
                self.readable = False
            elif kind == "limit":
                limits.append(at)
            else:
                marks.append((at, _ORDER[kind], kind))
        self._limits, self._marks = limits, sorted(marks)

    def holds(self, version: Version) -> bool:
        """Walk the events in order of version, if `version` is below a limit or there is none.

        After `introduced` it is affected, from `fixed` on it is not, nor after `last_affected`.
        """
        if not self.readable:
            return True
        if not self._unlimited and not any(version < limit for limit in self._limits):
            return False
        inside = False
        for at, _, kind in self._marks:
            if kind == "introduced":
                inside = inside or at <= version
            elif at <= version and (kind == "fixed" or at < Version(version.public)):
                inside = False
        return inside

    def impossible(self) -> list[str]:
        """Every end that lies at or below what it should end, in words."""
        found, begun, last = [], False, None
        for at, _, kind in self._marks:
            if kind == "introduced":
                begun, last = True, at
            elif not begun:
                below = f"the last range begins at {last} and has ended" if last else "nothing is introduced below it"
                found.append(f"{kind} {at} ends no range: {below}")
            else:
                begun = False
        return found


class Comparison:
    """One affected package, ready to be compared with many versions; what is not asked is not parsed."""

    def __init__(self, affected: Affected) -> None:
        self._affected = affected
        self._texts = frozenset(affected.versions)

    def holds(self, version: str) -> bool:
        """True when `version` is listed or lies in a range."""
        if version in self._texts:
            return True
        parsed = parse(version)
        if parsed is None:
            return bool(self._affected.ranges) or not version
        if any(span.holds(parsed) for span in self.spans):
            return True
        return key(version) in self._listed or (parsed.local is not None and key(parsed.public) in self._listed)

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        """The ranges, their events parsed and in order."""
        return tuple(Span(events) for events in self._affected.ranges)

    @cached_property
    def _listed(self) -> frozenset[str]:
        return frozenset(known for text in self._affected.versions if (known := key(text)))


def problems_of(advisory: Advisory) -> tuple[str, ...]:
    """What is wrong in `advisory`, in words that begin with its id; whatever else it says still counts."""
    found = list(advisory.problems)
    for affected in advisory.affected:
        for events in affected.ranges:
            span = Span(events)
            found += [] if span.readable else ["a range has a version that PEP 440 cannot read: all are affected"]
            found += span.impossible()
    return tuple(f"{advisory.id}: {problem}" for problem in dict.fromkeys(found))


@lru_cache(maxsize=65536)
def key(text: str) -> str:
    """One text for all that PEP 440 holds for equal; empty for what it cannot read. Most are plain and not parsed."""
    if plain := _PLAIN.fullmatch(text):
        return plain[1] + plain[2]
    parsed = parse(text)
    return canonicalize_version(parsed) if parsed is not None else ""


@lru_cache(maxsize=65536)
def parse(text: str) -> Version | None:
    """`text` as PEP 440 reads it, or None."""
    try:
        return Version(text)
    except ValueError:  # not PEP 440, or a number of thousands of digits
        return None
