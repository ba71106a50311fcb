"""
Growth search: prefix + token·n + suffix + closing·n, n doubling, CPU time compared.

It finds what a search by coverage cannot see.

Super-linear time alone is no failure: many good parsers are quadratic somewhere. A failure is exponential growth, or
more than a second of CPU for an input that is smaller than the declared limit.
"""

from __future__ import annotations

import math
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median

from sdlc.harness.oracle import TookTooLong, raise_took_too_long
from sdlc.harness.properties import Violated

SECOND = 1.0
FLOOR = 0.002
"""CPU seconds below which a measurement says nothing about growth."""

STEPWISE = 12
"""Sizes that are tried one token at a time before doubling: exponential growth shows only there."""

LAST = 6
"""Points, from the largest down, that the exponent is taken from."""

STEEP = 1.2
"""Factor per token from which growth is exponential: thirty tokens are 240 times the time."""


@dataclass(frozen=True)
class Growth:
    """How one pattern grew. `exponent` is that of size: 1 linear, 2 quadratic; 0 when it was too fast to measure.

    `exponential`: single tokens, not doublings, multiplied the time. `second_at`: bytes at which a second was passed,
    0 for never.
    """

    prefix: bytes
    token: bytes
    suffix: bytes
    exponent: float
    exponential: bool
    second_at: int
    closing: bytes = b""

    def of(self, count: int) -> bytes:
        """The input with `count` tokens, each of them closed."""
        return self.prefix + self.token * count + self.suffix + self.closing * count

    def fails(self, limit: int) -> bool:
        """Exponential, or more than a second for at most `limit` bytes."""
        return self.exponential or 0 < self.second_at <= limit


def grow(
    function: Callable[[bytes], object],
    prefix: bytes,
    token: bytes,
    suffix: bytes,
    closing: bytes = b"",
    *,
    limit: int = 65536,
    raises: tuple[type[BaseException], ...] = (),
) -> Growth:
    """Measure one pattern up to `limit` bytes, a second of CPU for each size."""
    points: list[tuple[int, float]] = []
    second_at = 0
    for count in _counts(len(token + closing), limit - len(prefix) - len(suffix)):
        data = prefix + token * count + suffix + closing * count
        spent = _cpu(function, data, raises)
        points.append((count, spent))
        if spent >= SECOND:
            second_at = len(data)
            break
    return Growth(prefix, token, suffix, _exponent(points), _exponential(points), second_at, closing)


def pump(
    function: Callable[[bytes], object],
    tokens: Sequence[bytes],
    *,
    prefixes: Sequence[bytes] = (b"",),
    suffixes: Sequence[bytes] = (b"", b"!"),
    limit: int = 65536,
    raises: tuple[type[BaseException], ...] = (),
) -> list[Growth]:
    """Every combination, the worst first; raises Violated when one fails.

    `raises` are proper answers, as for a harness; any other exception comes out.
    """
    found = [
        grow(function, prefix, token, suffix, limit=limit, raises=raises)
        for prefix in prefixes
        for token in tokens
        for suffix in suffixes
    ]
    found.sort(key=lambda growth: (not growth.exponential, growth.second_at or math.inf, -growth.exponent))
    if found and found[0].fails(limit):
        worst = found[0]
        kind = "exponential" if worst.exponential else f"of the power {worst.exponent:.1f}"
        pattern = f"{worst.prefix!r} + {worst.token!r}*n + {worst.suffix!r}"
        at = f", a second at {worst.second_at} bytes" if worst.second_at else ""
        raise Violated(f"growth: {kind}{at}: {pattern}")
    return found


def _counts(size: int, room: int) -> Iterator[int]:
    """1, 2, 3 … up to 3·STEPWISE, then doubling, as far as `room` bytes go."""
    count = 1
    while size and count * size <= room:
        yield count
        count = count + 1 if count < 3 * STEPWISE else count * 2


def _cpu(function: Callable[[bytes], object], data: bytes, raises: tuple[type[BaseException], ...]) -> float:
    """CPU seconds for `data`, the smaller of two for a short run; a second and a tenth is the most it may take."""
    spent = _once(function, data, raises)
    return min(spent, _once(function, data, raises)) if FLOOR / 2 < spent < SECOND / 4 else spent


def _once(function: Callable[[bytes], object], data: bytes, raises: tuple[type[BaseException], ...]) -> float:
    before = signal.signal(signal.SIGVTALRM, raise_took_too_long)
    outer = signal.setitimer(signal.ITIMER_VIRTUAL, SECOND * 1.1)
    began = time.process_time()
    try:
        function(data)
    except raises:
        pass
    except TookTooLong:
        return max(SECOND, time.process_time() - began)
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, *outer)
        signal.signal(signal.SIGVTALRM, before)
    return time.process_time() - began


def _exponent(points: Sequence[tuple[int, float]]) -> float:
    """Slope of log time over log count: the median over pairs of points (Theil and Sen).

    One disturbed measurement among the last ones changes nothing.
    """
    clear = [(math.log(count), math.log(spent)) for count, spent in points if spent >= FLOOR][-LAST:]
    slopes = [(slow - fast) / (large - small) for (small, fast), (large, slow) in combinations(clear, 2)]
    return round(median(slopes), 2) if slopes else 0.0


def _exponential(points: Sequence[tuple[int, float]]) -> bool:
    """True when the last single tokens multiplied the time by a steady factor, and a second was passed so."""
    clear = [(count, spent) for count, spent in points if spent >= FLOOR]
    if len(clear) < 4 or clear[-1][1] < SECOND or clear[-1][0] - clear[-4][0] > STEPWISE:
        return False
    (small, fast), (large, slow) = clear[-4], clear[-2]  # the last was cut off; early ones look steep for any power
    return math.log(slow / fast) / (large - small) >= math.log(STEEP)
