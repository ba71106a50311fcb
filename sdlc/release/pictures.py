"""The pictures of the page, drawn from the same tables as its rows: what is not in these is not in a picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from markupsafe import Markup

from sdlc.drawing.graph import Edge, Node, Zone, picture
from sdlc.drawing.series import Bar, Line, bars, lines
from sdlc.formats.terminal import printable
from sdlc.model.finding import Severity
from sdlc.release.inventory import Fields, Holdings, Point, Table, counts_of
from sdlc.standards.coverage import Coverage, Word

MOST_COMPONENTS = 40
MOST_ELEMENTS = 60
MARKS = {"controlled": "good", "accepted": "warn", "not decided": "bad"}
"""What became of a threat, as a mark; other words have none."""

SIGNS = {"controlled": "✓", "accepted": "!", "not decided": "✕"}

Known = Mapping[str, tuple[str, ...]] | None
"""Known vulnerabilities by package URL; None where nobody looked."""


def data_flow(tables: Mapping[str, Table]) -> Markup:
    """Elements in their trust zones, flows between them, and on each element what became of its threats."""
    elements, flows = tables.get("elements", {}), tables.get("flows", {})
    if not elements or len(elements) > MOST_ELEMENTS:
        return Markup("")
    threats = tables.get("threats", {})
    zones = sorted({row.get("zone", "") for row in elements.values()})
    nodes = [
        Node(
            key,
            printable(_short(key)),
            row.get("zone", ""),
            row.get("kind", "process"),
            tuple(printable(f"{SIGNS.get(state, '–')} {_short(name)}") for name, state in _on(threats, key)),
            _worst(state for _, state in _on(threats, key)),
        )
        for key, row in elements.items()
    ]
    edges = [
        Edge(
            row["from"],
            row["to"],
            printable(row.get("protocol") or row.get("data", "")),
            _worst(state for _, state in _on(threats, key)),
        )
        for key, row in flows.items()
        if row.get("from") in elements and row.get("to") in elements
    ]
    said = f"{len(nodes)} elements, {len(edges)} flows, {len(threats)} threats; every row stands below"
    shown = [Zone(zone, printable(zone)) for zone in zones]
    return _ours(picture(nodes, edges, shown, title="Data flows with their threats", description=said))


def dependencies(tables: Mapping[str, Table], known: Known) -> Markup:
    """Which component requires which; one with a known vulnerability is marked. Of many, the most connected ones."""
    components = {key: row for key, row in tables.get("components", {}).items() if "inside" not in row}
    edges = [(key, name) for key, row in components.items() for name in row.get("requires", "").split()]
    edges = [(one, other) for one, other in edges if other in components and one != other]
    if not edges:
        return Markup("")
    degree = {key: sum(key in edge for edge in edges) for key in components}
    hit = {key: len((known or {}).get(row.get("purl", ""), ())) for key, row in components.items()}
    shown = sorted(components, key=lambda key: (-hit[key], -degree[key], key))[:MOST_COMPONENTS]
    nodes = [_component(key, components[key], hit[key]) for key in sorted(shown)]
    drawn = [Edge(one, other) for one, other in edges if one in shown and other in shown]
    said = f"{len(nodes)} of {len(components)} components; those with a known vulnerability and the most connected ones"
    return _ours(picture(nodes, drawn, title="Which component requires which", description=said))


def over_releases(holdings: Holdings, version: str) -> Markup:
    """Findings by severity, release by release; nothing where this is the first."""
    now = counts_of(holdings.now)
    past: Sequence[Point] = holdings.now.history
    if not past:
        return Markup("")
    axis = [printable(point.version) for point in past] + [printable(version)]
    marks = {"critical": "bad", "high": "bad", "medium": "warn"}
    series = [
        Line(
            one.value, (*(point.findings.get(one.value, 0) for point in past), now[one.value]), marks.get(one.value, "")
        )
        for one in reversed(Severity)
        if now[one.value] or any(point.findings.get(one.value) for point in past)
    ] or [Line("any", (0.0,) * len(axis))]
    return _ours(lines(axis, series, title="Findings over releases", description=f"{len(axis)} releases"))


def coverage_map(coverages: Sequence[Coverage]) -> Markup:
    """For each standard how much of it is shown in full, in part, by people, or not claimed."""
    rows = []
    for coverage in coverages:
        total = len(coverage.controls)
        if total:
            full, part, people = (coverage.counts[word] for word in (Word.FULL, Word.PARTIAL, Word.PEOPLE))
            text = f"{full}, {part}, {people} of {total}"
            parts = ((full / total, "good"), (part / total, "warn"), (people / total, ""))
            rows.append(Bar(printable(coverage.standard.id), parts, text))
    if not rows:
        return Markup("")
    said = "green: full; amber: partial; blue: by people; empty: not claimed. It says nothing about conformity."
    return _ours(bars(rows, whole=1.0, title="What is shown of each standard", description=said))


def _component(key: str, row: Fields, hits: int) -> Node:
    note = (f"{row.get('version', '')}{f', {hits} known' if hits else ''}",)
    return Node(key, printable(key), note=tuple(map(printable, note)), mark="bad" if hits else "")


def _short(key: str) -> str:
    """The name of an element without that of its model."""
    return key.rpartition("/")[2]


def _on(threats: Table, element: str) -> list[tuple[str, str]]:
    return [(name, row.get("state", "")) for name, row in threats.items() if element in row.get("on", "").split()]


def _worst(states: Iterable[str]) -> str:
    marks = [MARKS.get(state, "") for state in states]
    return next((mark for mark in ("bad", "warn", "good") if mark in marks), "")


def _ours(text: str) -> Markup:
    """The drawing escapes what it writes, and knows elements of its own alone."""
    return Markup(text)  # noqa: S704
