"""Advisories by normalized name: built once, then asked for every component."""

from __future__ import annotations

from collections.abc import Iterable

from sdlc.advisories.ranges import Comparison
from sdlc.formats.osv_json import Advisory


class Index:
    """Which of `advisories` speak of a version of a package, withdrawn ones included; the caller decides on those."""

    def __init__(self, advisories: Iterable[Advisory]) -> None:
        self._rows: dict[str, list[tuple[Advisory, Comparison]]] = {}
        for advisory in advisories:
            for affected in advisory.affected:
                self._rows.setdefault(affected.name, []).append((advisory, Comparison(affected)))

    def hits(self, name: str, version: str) -> list[Advisory]:
        """Each once, in the order in which they were given."""
        found: dict[str, Advisory] = {}
        for advisory, comparison in self._rows.get(name, ()):
            if advisory.id not in found and comparison.holds(version):
                found[advisory.id] = advisory
        return list(found.values())
