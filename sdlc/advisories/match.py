"""Does an advisory affect a version, which advisories are one, and which version mends them all? See `ranges`."""

from __future__ import annotations

from collections.abc import Iterable

from sdlc.advisories.ranges import Comparison, parse
from sdlc.formats.osv_json import Advisory, Affected


def is_affected(affected: Affected, version: str) -> bool:
    """True when `version` is listed or lies in a range of `affected`."""
    return Comparison(affected).holds(version)


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
    now = parse(version)
    fixed = {
        parsed
        for advisory in advisories
        for affected in advisory.affected
        for events in (affected.ranges if affected.name == name else ())
        for kind, text in events
        if kind == "fixed" and (parsed := parse(text)) is not None and (now is None or parsed > now)
    }
    clean = (at for at in sorted(fixed) if not any(affects(advisory, name, str(at)) for advisory in advisories))
    return str(next(clean, ""))
