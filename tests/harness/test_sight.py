"""Which inputs enter the package under test; watching ends when it is not needed, and leaves no trace function."""

from __future__ import annotations

import sys

from sdlc.harness.sight import FIRST, Sight

HERE = (__file__,)


def enters(data: bytes) -> None:
    if data == b"x":
        raise ValueError


def test_every_input_that_enters_is_counted_and_only_so_many_are_watched() -> None:
    sight = Sight(HERE)
    for _ in range(FIRST + 500):
        sight.watch(enters, b"")
    assert sight.score() == {"looked": FIRST, "entered": FIRST, "first_raise": 0}


def test_a_blind_harness_is_watched_on_now_and_then() -> None:
    sight = Sight(("/nowhere",))
    for _ in range(FIRST + 500):
        sight.watch(enters, b"")
    assert sight.score() == {"looked": FIRST + 5, "entered": 0, "first_raise": 0}


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
            sight.left(error.__traceback__)
    assert sight.score() == {"looked": 3, "entered": 3, "first_raise": 2}
    assert sys.gettrace() is before
