"""
The search for recursion: inputs are nested in many ways, a few levels deep, and it is counted how deep the stack gets.

What gets deeper with every level is nested as deep as its harness allows, where recursion without a bound ends in a
RecursionError. A level of a grammar may be a line, a few tokens with what closes them, or a length with what it covers,
and few inputs of a thousand levels are by chance what a parser goes into.
"""

from __future__ import annotations

import random
import sys
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from types import CodeType, FrameType
from typing import Any

from sdlc.harness.deadline import Deadline
from sdlc.harness.mutate import BINARY, NAME, TOKEN
from sdlc.harness.oracle import Crash, Oracle
from sdlc.harness.report import Report

FEW, MORE = 8, 16
"""Levels by which recursion shows: with the more of them the stack is deeper by as many frames."""

DEEP = 2500
"""Levels that are tried when it does; Python's own bound is a thousand frames."""

PER_FUNCTION = 4
"""How often the recursion of one function is driven to its end: what withstands it does so mostly."""

SPARE = 4
"""Of so many levels that end a stack one more is kept."""

LONGEST = 600
"""Bytes of an input that is nested."""

STEPS = (b" ", b"  ", b"    ", b"\t")
LENGTHS = (("big", 1), ("big", 2), ("little", 2), ("big", 4), ("little", 4))

Nesting = Callable[[int], bytes]
"""Makes the input with so many levels."""


class Stack:
    """Counts how deep the stack gets while a function runs, and in whose code it is deepest."""

    def __init__(self) -> None:
        self.deepest = 0
        self.code: CodeType | None = None
        self._depth = 0

    def watch(self, function: Callable[[bytes], Crash | None], value: bytes) -> Crash | None:
        """What `function` answers to `value`."""
        self.deepest, self.code, self._depth = 0, None, 0
        before = sys.getprofile()
        sys.setprofile(self._event)
        try:
            return function(value)
        finally:
            sys.setprofile(before)

    def _event(self, frame: FrameType, event: str, _argument: Any) -> None:
        if event == "call":
            self._depth += 1
            if self._depth > self.deepest:
                self.deepest, self.code = self._depth, frame.f_code
        elif event == "return":
            self._depth -= 1


def search_depth(
    oracle: Oracle, report: Report, inputs: Sequence[bytes], deadline: Deadline, rng: random.Random
) -> None:
    """Nests `inputs`, those in front more often, until the time is over; of what ends, the fewest levels are kept."""
    taken = [data for data in inputs if 1 < len(data) <= LONGEST]
    stack = Stack()
    driven: Counter[CodeType | None] = Counter()
    while taken and not deadline.over():
        nested = nesting(taken[int(len(taken) * rng.random() ** 1.3)], rng)
        few, more = nested(FEW), nested(MORE)
        if len(more) > oracle.harness.max_len or oracle.avoids(more):
            continue
        crash = stack.watch(oracle.judge, more)
        if crash is not None:
            _keep(oracle, report, crash, nested, MORE)
            continue
        deepest, code = stack.deepest, stack.code
        if deepest <= MORE or driven[code] >= PER_FUNCTION:
            continue
        stack.watch(oracle.judge, few)
        if deepest - stack.deepest >= MORE - FEW - 1:
            driven[code] += 1
            levels = levels_in(oracle.harness.max_len, nested)
            crash = oracle.judge(nested(levels))
            if crash is not None:
                _keep(oracle, report, crash, nested, levels)


def _keep(oracle: Oracle, report: Report, crash: Crash, nested: Nesting, levels: int) -> None:
    """Report `crash`, unless it is known, with the fewest levels that lead to it, found by halving."""
    most, least = levels, 0
    if oracle.knows(crash):
        report.again(crash, nested(levels))
        return
    while crash.exception != "Timeout" and most - least > 1:
        half = (least + most) // 2
        again = oracle.judge(nested(half))
        least, most = (least, half) if again is not None and again.key == crash.key else (half, most)
    if crash.exception == "RecursionError":  # elsewhere the stack is less full
        most = min(levels, most + most // SPARE)
    report.add(crash, nested(most), nested(levels))


def levels_in(room: int, nested: Nesting) -> int:
    """As many levels as `room` bytes hold, DEEP at most; found by halving: a level may be longer than the last."""
    least, most = MORE, DEEP + 1
    while most - least > 1:
        half = (least + most) // 2
        least, most = (half, most) if len(nested(half)) <= room else (least, half)
    return least


def nesting(data: bytes, rng: random.Random) -> Nesting:
    """One way to nest `data`: in itself, by a line, by tokens, by indentation, or by a length and what it covers."""
    kind = rng.random()
    if BINARY.search(data):
        covers = list(lengths(data)) if kind < 0.3 else []
        if covers:
            return _covered(data, *rng.choice(covers))
        return _repeated(data, *_four(list(range(len(data) + 1)), rng), rng)
    tokens = sorted({0, *(match.end() for match in TOKEN.finditer(data))})
    lines = [0, *(place + 1 for place, byte in enumerate(data) if byte == 10 and place + 1 < len(data)), len(data)]
    if kind > 0.9:
        return _indented(data, lines, rng)
    places = lines if len(lines) > 2 and rng.random() < 0.5 else tokens
    paired = _pair(data, places, rng) if kind < 0.5 else None
    return _repeated(data, *(paired or _four(places, rng)), rng)


def _repeated(data: bytes, begin: int, opened: int, closing: int, end: int, rng: random.Random) -> Nesting:
    """Before `opened` lies the opening, behind `closing` what closes it; often nothing else of `data` is kept."""
    opening, close = data[begin:opened], data[closing:end]
    first, inside, rest = (
        part if rng.random() < 0.6 else b"" for part in (data[:begin], data[opened:closing], data[end:])
    )
    return lambda levels: first + opening * levels + inside + close * levels + rest


def _indented(data: bytes, lines: Sequence[int], rng: random.Random) -> Nesting:
    """One of its lines again and again, each time deeper, behind those that stand before it or behind none."""
    place = rng.randrange(len(lines) - 1)
    line = data[lines[place] : lines[place + 1]].strip(b" \t\r\n")
    first = data[: lines[place]] if rng.random() < 0.5 else b""
    step = rng.choice(STEPS)
    return lambda levels: first + b"".join(step * level + line + b"\n" for level in range(levels))


def _pair(data: bytes, places: Sequence[int], rng: random.Random) -> tuple[int, int, int, int] | None:
    """Around two of a word that stands there twice: what opens and what closes mostly say the same name."""
    where: dict[bytes, list[int]] = {}
    for match in NAME.finditer(data):
        where.setdefault(match.group(), []).append(match.start())
    twice = [starts for starts in where.values() if len(starts) > 1]
    if not twice:
        return None
    starts = rng.choice(twice)
    first = rng.randrange(len(starts) - 1)
    begin, opened = _around(starts[first], places, rng)
    closing, end = _around(starts[first + 1], places, rng)
    return (begin, opened, closing, end) if opened <= closing else None


def _around(at: int, places: Sequence[int], rng: random.Random) -> tuple[int, int]:
    """From a place before `at` to one behind it, mostly the nearest."""
    behind = bisect_right(places, at)
    begin = max(0, behind - 1 - rng.choice((0, 0, 1, 1, 2, 3)))
    return places[begin], places[min(len(places) - 1, behind + rng.choice((0, 0, 1, 1, 2, 3)))]


def _four(places: Sequence[int], rng: random.Random) -> tuple[int, int, int, int]:
    """Four of `places` in their order; now and then the first and the last of them are the ends."""
    last = len(places) - 1
    if rng.random() < 0.3:
        opened, closing = sorted((rng.randint(0, last), rng.randint(0, last)))
        return places[0], places[opened], places[closing], places[last]
    begin = rng.randint(0, max(0, last - 1))
    opened = min(last, begin + rng.choice((1, 1, 1, 2, 2, 3, 4, 6, 8, 12)))
    closing = min(last, opened + rng.choice((0, 0, 1, 1, 2, 3, 5, 8)))
    end = min(last, closing + rng.choice((0, 0, 1, 1, 1, 2, 2, 3, 4)))
    return places[begin], places[opened], places[closing], places[end]


def lengths(data: bytes) -> Iterator[tuple[int, str, int, int]]:
    """Where a number may be the length of what follows it: its place, byte order, width and value."""
    for place in range(len(data)):
        for order, width in LENGTHS:
            number = int.from_bytes(data[place : place + width], order)  # type: ignore[arg-type]
            if 0 < number <= len(data) - place - width and place + width < len(data):
                yield place, order, width, number


def _covered(data: bytes, place: int, order: str, width: int, covers: int) -> Nesting:
    """The whole stands in place of what the length covers, which is written anew; too long for its width is no more."""
    behind = data[place + width + covers :]

    def nested(levels: int) -> bytes:
        inside = data
        for _ in range(levels):
            if len(inside) >= 256**width:
                break
            inside = data[:place] + len(inside).to_bytes(width, order) + inside + behind  # type: ignore[arg-type]
        return inside

    return nested
