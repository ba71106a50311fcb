"""From an arrangement to coordinates: columns have widths, bands heights, and neighbors stand level where they can."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sdlc.drawing.layers import Layout

GAP = 18
WAYPOINT = 14
BAND_PAD = 14
BAND_TITLE = 22
MARGIN = 16
PASSES = 6


@dataclass(frozen=True)
class Geometry:
    """Pixels: the left side of each column, the middle of each node and waypoint, top and bottom of each band."""

    left: tuple[float, ...]
    middle: Mapping[str, float]
    bands: Mapping[int, tuple[float, float]]
    width: float
    height: float


def place(
    layout: Layout,
    heights: Mapping[str, float],
    column_width: float,
    gap_widths: Sequence[float],
    titled: frozenset[int],
) -> Geometry:
    """Coordinates of a layout; `heights` holds those of the nodes, `titled` the bands with a border."""
    size = {node: heights.get(node, WAYPOINT) for column in layout.columns for node in column}
    cells = _cells(layout)
    bands: dict[int, tuple[float, float]] = {}
    inside: dict[int, tuple[float, float]] = {}
    top = float(MARGIN)
    for band in sorted(set(layout.band_of.values())):
        tallest = max((_stack(cell, size) for (_, owner), cell in cells.items() if owner == band), default=0.0)
        head = BAND_TITLE if band in titled else 0
        inside[band] = (top + head + BAND_PAD, top + head + BAND_PAD + tallest)
        bands[band] = (top, top + head + tallest + 2 * BAND_PAD)
        top = bands[band][1] + GAP
    middle: dict[str, float] = {}
    for (_, band), cell in cells.items():
        low, high = inside[band]
        middle.update(spread(cell, dict.fromkeys(cell, (low + high) / 2), size, low, high))
    neighbors = _neighbors(layout)
    for turn in range(PASSES):
        for rank in range(len(layout.columns)) if turn % 2 == 0 else reversed(range(len(layout.columns))):
            for band in sorted({layout.band_of[node] for node in layout.columns[rank]}):
                cell = cells[rank, band]
                wished = {
                    node: sum(middle[near] for near in around) / len(around)
                    if (around := neighbors.get(node))
                    else middle[node]
                    for node in cell
                }
                middle.update(spread(cell, wished, size, *inside[band]))
    left = []
    x = float(MARGIN + (BAND_PAD if titled else 0))
    for rank in range(len(layout.columns)):
        left.append(x)
        x += column_width + (gap_widths[rank] if rank < len(gap_widths) else 0)
    width = x + MARGIN + (BAND_PAD if titled else 0)
    return Geometry(tuple(left), middle, bands, width, top - GAP + MARGIN if bands else 2 * MARGIN)


def spread(
    items: Sequence[str],
    wished: Mapping[str, float],
    size: Mapping[str, float],
    low: float,
    high: float,
    gap: float = GAP,
) -> dict[str, float]:
    """Middles as near to the wished ones as order, distance and the borders `low` and `high` allow.

    Items that touch move together to the mean of their wishes (pool adjacent violators), so that a stack stands in the
    middle of its neighbors and not below the first of them.
    """
    offsets = []
    offset = 0.0
    for place_, item in enumerate(items):
        if place_:
            offset += size[items[place_ - 1]] / 2 + gap + size[item] / 2
        offsets.append(offset)
    pools: list[tuple[float, int]] = []
    for item, shift in zip(items, offsets, strict=True):
        total, count = wished[item] - shift, 1
        while pools and pools[-1][0] / pools[-1][1] > total / count:
            earlier = pools.pop()
            total, count = total + earlier[0], count + earlier[1]
        pools.append((total, count))
    if not items:
        return {}
    floor = low + size[items[0]] / 2
    ceiling = high - size[items[-1]] / 2 - offsets[-1]
    starts = [min(max(total / count, floor), max(ceiling, floor)) for total, count in pools for _ in range(count)]
    return {item: start + shift for item, start, shift in zip(items, starts, offsets, strict=True)}


def _cells(layout: Layout) -> dict[tuple[int, int], list[str]]:
    cells: dict[tuple[int, int], list[str]] = {}
    for rank, column in enumerate(layout.columns):
        for node in column:
            cells.setdefault((rank, layout.band_of[node]), []).append(node)
    return cells


def _stack(cell: Sequence[str], size: Mapping[str, float]) -> float:
    return sum(size[node] for node in cell) + GAP * (len(cell) - 1)


def _neighbors(layout: Layout) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for route in layout.routes:
        for left, right in itertools.pairwise(route):
            found.setdefault(left, []).append(right)
            found.setdefault(right, []).append(left)
    return found
