"""
Does an advisory affect a version? OSV's own rule: listed among `versions`, or inside one of the `ranges`.

Versions are compared by PEP 440, prereleases like any other, whatever the type of the range. A listed version that PEP
440 cannot read is compared as text; a range or a component's version that cannot be read counts as affected, because a
doubt is never a pass. A local version (``2.1+cpu``) is the release before the ``+`` built otherwise: it is affected
where that release is listed or last affected.
"""

from __future__ import annotations

from collections.abc import Iterable

from packaging.version import Version

from sdlc.formats.osv_json import Advisory, Affected, Events

_ORDER = {"fixed": 0, "introduced": 1, "last_affected": 2}
"""Of events at one version: the old range ends before a new one begins, and a single version is inside its own."""


def is_affected(affected: Affected, version: str) -> bool:
    """True when `version` is listed or lies in a range of `affected`."""
    if version in affected.versions:
        return True
    parsed = _parse(version)
    if parsed is None:
        return bool(affected.ranges)
    same = {parsed, Version(parsed.public)}
    if any(_parse(listed) in same for listed in affected.versions):
        return True
    return any(_inside(events, parsed) for events in affected.ranges)


def affects(advisory: Advisory, name: str, version: str) -> bool:
    """True when `advisory` stands and speaks of `version` of the package `name` (normalized)."""
    return not advisory.withdrawn and any(
        affected.name == name and is_affected(affected, version) for affected in advisory.affected
    )


def groups(advisories: Iterable[Advisory]) -> list[list[Advisory]]:
    """`advisories` by what they speak of: two are of one group when a chain of shared ids and aliases joins them."""
    found: list[tuple[set[str], list[Advisory]]] = []
    for advisory in advisories:
        names, members = {advisory.id, *advisory.aliases}, [advisory]
        apart = []
        for other in found:
            if other[0] & names:
                names |= other[0]
                members = other[1] + members
            else:
                apart.append(other)
        found = [*apart, (names, members)]
    return [members for _, members in found]


def smallest_fix(advisories: Iterable[Advisory], name: str, version: str) -> str:
    """The smallest fixed version above `version` that none of `advisories` affects, or an empty string."""
    advisories = tuple(advisories)
    now = _parse(version)
    fixed = {
        parsed
        for advisory in advisories
        for affected in advisory.affected
        for events in (affected.ranges if affected.name == name else ())
        for kind, text in events
        if kind == "fixed" and (parsed := _parse(text)) is not None and (now is None or parsed > now)
    }
    clean = (at for at in sorted(fixed) if not any(affects(advisory, name, str(at)) for advisory in advisories))
    return str(next(clean, ""))


def _inside(events: Events, version: Version) -> bool:
    """Walk the events in order of version, if `version` is below a limit or there is none.

    After `introduced` it is affected, from `fixed` on it is not, nor after `last_affected`.
    """
    limits = [text for kind, text in events if kind == "limit"]
    marks: list[tuple[Version, int, str]] = []
    for kind, text in events:
        at = _parse("0.dev0" if text == "0" else text) if text != "*" or kind != "limit" else version
        if at is None:
            return True
        if kind != "limit":
            marks.append((at, _ORDER[kind], kind))
    if limits and not any(text == "*" or version < Version(text) for text in limits):
        return False
    inside = False
    for at, _, kind in sorted(marks):
        if kind == "introduced" and at <= version:
            inside = True
        elif (kind == "fixed" and at <= version) or (kind == "last_affected" and at < Version(version.public)):
            inside = False
    return inside


def _parse(text: str) -> Version | None:
    try:
        return Version(text)
    except ValueError:  # not PEP 440, or a number of thousands of digits
        return None
