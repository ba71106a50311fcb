"""A directed graph as a picture: boxes in zones, arrows from left to right; data-flow diagrams and dependency graphs.

`picture` draws what it is given. Above some hundred nodes nobody reads it: a caller folds the graph first and says in
the description what it left out.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sdlc.drawing.canvas import LINE, MARKS, Sheet, number, shortened, width_of
from sdlc.drawing.layers import Layout, arrange
from sdlc.drawing.placing import BAND_TITLE, Geometry, place, spread

BOX_WIDTH = 190
BOX_PAD = 10
LABEL_PAD = 34
NARROWEST_GAP = 56
WIDEST_LABEL = 180


@dataclass(frozen=True)
class Node:
    """A box: `kind` (`process`, `store`, `external`) gives its form, `mark` its color; lines of `note` stand below."""

    id: str
    label: str
    zone: str = ""
    kind: str = "process"
    note: tuple[str, ...] = ()
    mark: str = ""


@dataclass(frozen=True)
class Edge:
    """An arrow; a dashed one is meant, not seen."""

    source: str
    target: str
    label: str = ""
    mark: str = ""
    dashed: bool = False


@dataclass(frozen=True)
class Zone:
    """A band around the nodes that name it, with a dashed border as boundaries have in data-flow diagrams."""

    id: str
    label: str


def picture(
    nodes: Sequence[Node],
    edges: Sequence[Edge],
    zones: Sequence[Zone] = (),
    *,
    title: str,
    description: str = "",
    standalone: bool = False,
) -> str:
    """The graph as SVG text.

    A node without a zone, or whose zone is not listed, stands in a band without a border. Raises ValueError where two
    nodes share an id, an edge names no node, or a mark is unknown: such a picture would show something else than meant.
    """
    by_id = {node.id: node for node in nodes}
    if len(by_id) != len(nodes):
        raise ValueError("two nodes of the picture have one id")
    for edge in edges:
        if edge.source not in by_id or edge.target not in by_id:
            raise ValueError(f"the edge {edge.source} → {edge.target} has an end that is no node of the picture")
    if unknown := ({node.mark for node in nodes} | {edge.mark for edge in edges}) - MARKS:
        raise ValueError(f"no such mark: {', '.join(sorted(unknown))}")
    listed = {zone.id: position for position, zone in enumerate(zones)}
    layout = arrange(
        [node.id for node in nodes],
        [(edge.source, edge.target) for edge in edges],
        {node.id: listed.get(node.zone, len(zones)) for node in nodes},
    )
    geometry = place(
        layout,
        {node.id: _height(node) for node in nodes},
        BOX_WIDTH,
        _gaps(layout, edges),
        frozenset(range(len(zones))),
    )
    sheet = Sheet(title, description)
    for position, zone in enumerate(zones):
        if position in geometry.bands:
            top, bottom = geometry.bands[position]
            sheet.add("rect", x=8, y=top, width=geometry.width - 16, height=bottom - top, rx=6, class_="zone")
            sheet.write(18, top + 17, shortened(zone.label, geometry.width - 40), "strong soft")
    rank_of = {node: rank for rank, column in enumerate(layout.columns) for node in column}
    ports = _ports(layout, geometry, by_id)
    for position, edge in enumerate(edges):
        _arrow(
            sheet, edge, _way(layout.routes[position], position, rank_of, geometry, ports), position in layout.turned
        )
    for node in nodes:
        _box(sheet, node, geometry.left[rank_of[node.id]], geometry.middle[node.id])
    titles = [geometry.bands[position][0] for position in range(len(zones)) if position in geometry.bands]
    lowest = _labels(sheet, layout, edges, geometry, rank_of, titles)
    return sheet.finish(geometry.width, max(geometry.height, lowest), standalone)


def _height(node: Node) -> float:
    return LINE * (1 + len(node.note)) + 2 * BOX_PAD


def _gaps(layout: Layout, edges: Sequence[Edge]) -> list[float]:
    """The room between two columns: that of the longest label that stands there."""
    rank_of = {node: rank for rank, column in enumerate(layout.columns) for node in column}
    gaps = [float(NARROWEST_GAP)] * max(0, len(layout.columns) - 1)
    for edge, route in zip(edges, layout.routes, strict=True):
        if edge.label and len(route) > 1:
            rank = rank_of[route[0]]
            gaps[rank] = max(gaps[rank], min(width_of(edge.label), WIDEST_LABEL) + LABEL_PAD)
    return gaps


def _ports(layout: Layout, geometry: Geometry, by_id: Mapping[str, Node]) -> dict[tuple[str, int], float]:
    """For each box and edge the height at which the edge leaves or enters, so that arrows do not meet in one point."""
    ports: dict[tuple[str, int], float] = {}
    for end, next_to_it in ((0, 1), (-1, -2)):
        around: dict[str, list[tuple[float, int]]] = {}
        for position, route in enumerate(layout.routes):
            if len(route) > 1:
                around.setdefault(route[end], []).append((geometry.middle[route[next_to_it]], position))
        for node, edges in around.items():
            room = _height(by_id[node]) - 2 * BOX_PAD
            for turn, (_, position) in enumerate(sorted(edges)):
                ports[node, position] = geometry.middle[node] + room * ((turn + 1) / (len(edges) + 1) - 0.5)
    return ports


def _way(
    route: Sequence[str],
    position: int,
    rank_of: Mapping[str, int],
    geometry: Geometry,
    ports: Mapping[tuple[str, int], float],
) -> list[tuple[float, float]]:
    """The points of a route: out of a box at its right side, level through the columns between, in at the left side."""
    start, end = geometry.left[rank_of[route[0]]], geometry.left[rank_of[route[-1]]]
    if len(route) == 1:
        level = geometry.middle[route[0]]
        return [
            (start + BOX_WIDTH, level - 8),
            (start + BOX_WIDTH + 26, level - 8),
            (start + BOX_WIDTH + 26, level + 8),
            (start + BOX_WIDTH, level + 8),
        ]
    points = [(start + BOX_WIDTH, ports[route[0], position])]
    for waypoint in route[1:-1]:
        x, y = geometry.left[rank_of[waypoint]], geometry.middle[waypoint]
        points += [(x, y), (x + BOX_WIDTH, y)]
    return [*points, (end, ports[route[-1], position])]


def _arrow(sheet: Sheet, edge: Edge, points: list[tuple[float, float]], turned: bool) -> None:
    path = f"M{number(points[0][0])} {number(points[0][1])}"
    for (x, y), (to_x, to_y) in itertools.pairwise(points):
        bend = (to_x - x) / 2
        path += f"C{number(x + bend)} {number(y)} {number(to_x - bend)} {number(to_y)} {number(to_x)} {number(to_y)}"
    group = sheet.add("g")
    sheet.add("title", shortened(f"{edge.source} → {edge.target} {edge.label}".strip(), 2_000), group)
    sheet.add(
        "path",
        parent=group,
        d=path,
        class_=" ".join(filter(None, ("edge", edge.mark, "dashed" if edge.dashed else ""))),
    )
    loop = edge.source == edge.target
    (x, y), toward = (points[0], 1) if turned else (points[-1], 1 if loop else -1)
    tip = f"{number(x)},{number(y)} {number(x + 8 * toward)},{number(y - 4)} {number(x + 8 * toward)},{number(y + 4)}"
    sheet.add("polygon", parent=group, points=tip, class_=f"tip {edge.mark}".strip())


def _box(sheet: Sheet, node: Node, left: float, middle: float) -> None:
    height = _height(node)
    top = middle - height / 2
    group = sheet.add("g")
    sheet.add("title", shortened(" · ".join((node.label, *node.note)), 4_000), group)
    css = f"box {node.mark}".strip()
    if node.kind == "store":
        sheet.add("rect", parent=group, x=left, y=top, width=BOX_WIDTH, height=height, class_=css)
        sheet.add("path", parent=group, d=f"M{number(left + 6)} {number(top)}v{number(height)}", class_=css)
    else:
        sheet.add(
            "rect",
            parent=group,
            x=left,
            y=top,
            width=BOX_WIDTH,
            height=height,
            rx=0 if node.kind == "external" else 12,
            class_=css,
        )
    for line, (text, weight) in enumerate([(node.label, "strong"), *((note, "soft") for note in node.note)]):
        baseline = top + BOX_PAD + LINE * line + LINE - 4
        sheet.write(left + BOX_WIDTH / 2, baseline, shortened(text, BOX_WIDTH - 18), weight, "middle", group)


def _labels(
    sheet: Sheet,
    layout: Layout,
    edges: Sequence[Edge],
    geometry: Geometry,
    rank_of: Mapping[str, int],
    titles: Sequence[float],
) -> float:
    """The labels of the arrows, each behind the box on the left of its arrow, none on another or on a zone's title.

    The answer is how far down they go.
    """
    columns: dict[int, list[tuple[float, int]]] = {}
    for position, (edge, route) in enumerate(zip(edges, layout.routes, strict=True)):
        if edge.label and len(route) > 1:
            columns.setdefault(rank_of[route[0]], []).append(
                ((geometry.middle[route[0]] + geometry.middle[route[1]]) / 2, position)
            )
    lowest = 0.0
    for rank, wishes in columns.items():
        right = geometry.left[rank + 1] if rank + 1 < len(geometry.left) else geometry.width
        center = (geometry.left[rank] + BOX_WIDTH + right) / 2
        for position, level in _levels(sorted(wishes), titles, geometry.height).items():
            edge = edges[position]
            lowest = max(lowest, level + LINE)
            css = f"halo {edge.mark}".strip()
            sheet.write(center, level + 4, shortened(edge.label, WIDEST_LABEL), css, "middle")
    return lowest


def _levels(wishes: Sequence[tuple[float, int]], titles: Sequence[float], height: float) -> dict[int, float]:
    """The middle of each label of a column: in the free space next to its wish that has room, below all at worst."""
    tops = sorted(titles)
    spaces = [*zip([0.0, *(top + BAND_TITLE for top in tops)], [*tops, height], strict=True)]
    inside: list[list[tuple[float, int]]] = [[] for _ in spaces]
    for level, position in wishes:
        room = [place for place, (low, high) in enumerate(spaces) if high - low >= LINE * (len(inside[place]) + 1)]
        nearest = min(
            room or [len(spaces) - 1], key=lambda place: max(spaces[place][0] - level, level - spaces[place][1], 0.0)
        )
        inside[nearest].append((level, position))
    found: dict[int, float] = {}
    for (low, high), labels in zip(spaces, inside, strict=True):
        wished = {str(position): level for level, position in labels}
        sizes = dict.fromkeys(wished, float(LINE))
        found |= {int(name): at for name, at in spread(list(wished), wished, sizes, low, high, gap=0).items()}
    return found
