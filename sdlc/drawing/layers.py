"""Where the nodes of a directed graph stand: ranks from left to right, bands from top to bottom.

The layered drawing of Sugiyama, Tagawa and Toda (1981), with bands for zones:
1. edges that would close a circle are turned round for the layout;
2. each node gets a rank, at least one more than those that lead to it;
3. an edge over several ranks gets a waypoint in each, so that it runs beside nodes and not through them;
4. the order inside of a rank follows the mean place of the neighbors, a few sweeps, and the order with the fewest
   crossings is kept; a node never leaves its band.
"""

import itertools
from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SWEEPS = 8

Edge = tuple[str, str]


@dataclass(frozen=True)
class Layout:
    """The result: `columns[rank]` lists nodes and waypoints from top to bottom; `routes[i]` is the way of edge i."""

    columns: tuple[tuple[str, ...], ...]
    routes: tuple[tuple[str, ...], ...]
    turned: frozenset[int]
    band_of: Mapping[str, int]


def arrange(nodes: Sequence[str], edges: Sequence[Edge], band_of: Mapping[str, int]) -> Layout:
    """Ranks, waypoints and order of a graph; an edge from a node to itself has a route of that node alone."""
    turned = _turned(nodes, edges)
    forward = [
        (target, source) if place in turned else (source, target) for place, (source, target) in enumerate(edges)
    ]
    rank = _ranks(nodes, [edge for edge in forward if edge[0] != edge[1]])
    bands = dict(band_of)
    columns: list[list[str]] = [[] for _ in range(max(rank.values(), default=-1) + 1)]
    for node in nodes:
        columns[rank[node]].append(node)
    routes = []
    for place, (source, target) in enumerate(forward):
        route = [source]
        for step in range(rank[source] + 1, rank[target]):
            waypoint = f"\0{place}:{step}"
            bands[waypoint] = bands[source]
            columns[step].append(waypoint)
            route.append(waypoint)
        routes.append(tuple([*route, target] if source != target else route))
    ordered = _ordered(columns, routes, bands)
    return Layout(tuple(map(tuple, ordered)), tuple(routes), frozenset(turned), bands)


def _turned(nodes: Sequence[str], edges: Sequence[Edge]) -> set[int]:
    """The edges that lead back to a node that is still being visited (depth first, without recursion)."""
    leaving: dict[str, list[tuple[int, str]]] = {node: [] for node in nodes}
    for place, (source, target) in enumerate(edges):
        if source != target:
            leaving[source].append((place, target))
    entered = {target for source, target in edges if source != target}
    state: dict[str, int] = {}
    turned = set()
    for start in sorted(nodes, key=lambda node: node in entered):
        if start in state:
            continue
        state[start] = 1
        stack = [(start, iter(leaving[start]))]
        while stack:
            node, ahead = stack[-1]
            for place, target in ahead:
                if state.get(target) == 1:
                    turned.add(place)
                elif target not in state:
                    state[target] = 1
                    stack.append((target, iter(leaving[target])))
                    break
            else:
                state[node] = 2
                stack.pop()
    return turned


def _ranks(nodes: Sequence[str], edges: Sequence[Edge]) -> dict[str, int]:
    """The longest way to each node; one that nothing leads to moves up to just before its first reader."""
    after: dict[str, list[str]] = {node: [] for node in nodes}
    waiting = dict.fromkeys(nodes, 0)
    for source, target in edges:
        after[source].append(target)
        waiting[target] += 1
    rank = dict.fromkeys(nodes, 0)
    starts = [node for node in nodes if not waiting[node]]
    ready = list(starts)
    for node in ready:
        for target in after[node]:
            rank[target] = max(rank[target], rank[node] + 1)
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    for node in starts:
        if after[node]:
            rank[node] = min(rank[target] for target in after[node]) - 1
    return rank


def _ordered(
    columns: Sequence[Sequence[str]], routes: Sequence[Sequence[str]], bands: Mapping[str, int]
) -> list[list[str]]:
    before: dict[str, list[str]] = {}
    after: dict[str, list[str]] = {}
    for route in routes:
        for left, right in itertools.pairwise(route):
            after.setdefault(left, []).append(right)
            before.setdefault(right, []).append(left)
    current = [sorted(column, key=lambda node: bands[node]) for column in columns]
    best, fewest = current, _crossings(current, after)
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        neighbors = before if forward else after
        current = [list(column) for column in current]
        for index in range(len(current)) if forward else reversed(range(len(current))):
            beside = index - 1 if forward else index + 1
            if not 0 <= beside < len(current):
                continue
            place = {node: position / max(1, len(current[beside])) for position, node in enumerate(current[beside])}
            own = {node: position / max(1, len(current[index])) for position, node in enumerate(current[index])}
            mean = {
                node: sum(place[other] for other in near) / len(near) if (near := neighbors.get(node)) else own[node]
                for node in current[index]
            }
            current[index].sort(key=lambda node: (bands[node], mean[node]))
        crossings = _crossings(current, after)
        if crossings < fewest:
            best, fewest = current, crossings
    return best


def _crossings(columns: Sequence[Sequence[str]], after: Mapping[str, Sequence[str]]) -> int:
    """How often two edges cross between neighboring columns: the inversions of their right ends."""
    total = 0
    for left, right in itertools.pairwise(columns):
        place = {node: position for position, node in enumerate(right)}
        seen: list[int] = []
        for node in left:
            ends = sorted(place[target] for target in after.get(node, ()))
            total += sum(len(seen) - bisect_right(seen, end) for end in ends)
            for end in ends:
                insort(seen, end)
    return total
