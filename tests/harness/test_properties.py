"""Each property holds where it should, and its violation has a message whose fixed words name it."""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Callable

import pytest

from sdlc.harness.oracle import normalized
from sdlc.harness.properties import (
    Violated,
    bounded_depth,
    bounded_memory,
    bounded_output,
    idempotent,
    related,
    round_trip,
    same_answer,
)


def deep(levels: int) -> int:
    return 0 if levels <= 1 else 1 + deep(levels - 1)


def test_what_holds() -> None:
    assert idempotent(str.strip, " a ") == "a"
    assert round_trip(str, int, 7) == "7"
    same_answer(int, float, "7", raises=(ValueError,))
    same_answer(int, float, "seven", raises=(ValueError,))
    related(sorted, lambda value: value[::-1], lambda one, other: one == other, [2, 1])
    bounded_output(b"x" * 10, b"y" * 20, ratio=2, spare=0)
    assert bounded_depth(deep, 10, frames=20) == 9


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (lambda: idempotent(lambda text: text + "it's", "a"), "idempotence: once #, twice #"),
        (lambda: round_trip(lambda text: text.upper(), str, "a"), "round trip: # came back as #"),
        (lambda: same_answer(int, float, "7.5", raises=(ValueError,)), "differential: # against #"),
        (lambda: related(len, lambda text: text + 'x"', int.__eq__, "a"), "metamorphic: #, after the change #"),
        (lambda: bounded_output("a", "b" * 9, ratio=2, spare=0), "output ratio: # from #, more than # times"),
    ],
)
def test_what_does_not_hold(broken: Callable[[], object], said: str) -> None:
    with pytest.raises(Violated) as caught:
        broken()
    assert normalized(str(caught.value)) == said


def test_too_deep_is_a_recursion_error_and_the_limit_is_put_back() -> None:
    before = sys.getrecursionlimit()
    with pytest.raises(RecursionError):
        bounded_depth(deep, 60, frames=30)
    assert sys.getrecursionlimit() == before


def test_an_exception_that_was_not_named_comes_out() -> None:
    with pytest.raises(ZeroDivisionError):
        same_answer(lambda value: 1 // value, lambda value: value, 0, raises=(ValueError,))


def test_memory_out_of_proportion() -> None:
    assert bounded_memory(bytes.upper, b"abc", ratio=2) == b"ABC"
    assert len(bounded_memory(bytes, bytes(1 << 20), ratio=2, spare=1 << 20)) == 1 << 20
    assert not tracemalloc.is_tracing()
    with pytest.raises(Violated, match=r"^memory: ") as caught:
        bounded_memory(lambda size: len(b"x" * int(size)), b"9000000", ratio=100)
    assert normalized(str(caught.value)) == "memory: # bytes for #, more than # times"
    assert not tracemalloc.is_tracing()


def test_memory_that_was_traced_before_stays_so() -> None:
    tracemalloc.start()
    try:
        bounded_memory(bytes.upper, b"abc", ratio=2)
        assert tracemalloc.is_tracing()
    finally:
        tracemalloc.stop()
