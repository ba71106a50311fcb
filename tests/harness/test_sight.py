"""Which inputs enter the package under test; watching ends when it is not needed, and leaves no trace function."""

from __future__ import annotations

import sys
from types import SimpleNamespace

from sdlc.harness.fuzz import fuzz, harnesses_of
from sdlc.harness.oracle import Oracle, leaving
from sdlc.harness.sight import FIRST, Sight

HERE = (__file__,)


def enters(data: bytes) -> None:
    if data == b"x":
        raise ValueError


def few(sight: Sight) -> dict[str, int]:
    score = sight.score()
    return {word: score[word] for word in ("looked", "entered", "first_raise")}


def deeper(data: bytes) -> None:
    if data == b"far":
        enters(data)


def test_lines_beyond_those_of_the_first_input_are_counted() -> None:
    sight = Sight(HERE)
    for data in (b"", b"near", b"near"):
        sight.watch(deeper, data)
    assert (sight.score()["first_lines"], sight.score()["lines"], sight.score()["close"]) == (1, 1, 3)
    sight.watch(deeper, b"far")
    assert (sight.score()["first_lines"], sight.score()["lines"]) == (1, 3)


def test_a_tenth_is_watched_closely_after_the_first_three_hundred_and_nothing_after_hurrying() -> None:
    sight = Sight(HERE)
    assert [sum(sight.closely(n) for n in range(1, end)) for end in (301, 1001, 5001)] == [300, 370, 370]
    sight.watch(deeper, b"")
    assert sight.hurry()
    assert not sight.closely(2)
    sight.watch(deeper, b"")
    assert not sight.hurry()


def test_an_input_that_is_slow_because_it_is_watched_is_judged_again() -> None:
    """With the watching, the loop takes far more than its allowance; alone, it takes a fraction."""

    @fuzz(seconds=0.5)
    def loops(data: bytes) -> None:
        for _ in range(1_500_000):
            pass

    [harness] = harnesses_of(SimpleNamespace(loops=loops))
    assert Oracle(harness, HERE).judge(b"") is None


def test_every_input_that_enters_is_counted_and_only_so_many_are_watched() -> None:
    sight = Sight(HERE)
    for _ in range(FIRST + 500):
        sight.watch(enters, b"")
    assert few(sight) == {"looked": FIRST, "entered": FIRST, "first_raise": 0}


def test_a_blind_harness_is_watched_on_now_and_then() -> None:
    sight = Sight(("/nowhere",))
    for _ in range(FIRST + 500):
        sight.watch(enters, b"")
    assert few(sight) == {"looked": FIRST + 5, "entered": 0, "first_raise": 0}


def test_without_a_package_nothing_is_said() -> None:
    sight = Sight(())
    sight.watch(enters, b"")
    assert sight.looked == 0


def test_the_commonest_raise_is_counted_and_the_trace_function_put_back() -> None:
    sight = Sight(HERE)
    before = sys.gettrace()
    for data in (b"x", b"x", b""):
        try:
            sight.watch(enters, data)
        except ValueError as error:
            sight.left(leaving(error.__traceback__))
    assert few(sight) == {"looked": 3, "entered": 3, "first_raise": 2}
    assert sys.gettrace() is before
