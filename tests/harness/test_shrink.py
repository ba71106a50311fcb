"""Delta debugging keeps the crash, stays within its bounds, and ends where nothing can be spared."""

from __future__ import annotations

import pytest

from sdlc.harness.oracle import Crash
from sdlc.harness.shrink import shrink

BANG = Crash("ValueError", "", "box.py", 1, "parse")
OTHER = Crash("TypeError", "", "box.py", 1, "parse")


def bang(data: bytes) -> Crash | None:
    if b"!" in data:
        return BANG if len(data) > 5 else OTHER
    return None


def test_what_is_left_fails_in_the_same_way() -> None:
    small = shrink(bang, b"some long text ! and more", BANG.key)
    assert len(small) == 6
    assert b"!" in small


def test_pieces_that_stand_apart() -> None:
    def pair(data: bytes) -> Crash | None:
        return BANG if b"(" in data and b")" in data else None

    assert shrink(pair, b"a(b" + b"c" * 200 + b")d", BANG.key) == b"()"


def test_nothing_may_be_left() -> None:
    assert shrink(lambda _: BANG, b"anything", BANG.key) == b""


@pytest.mark.parametrize("tries", [0, 1, 7])
def test_it_stops_after_so_many_executions(tries: int) -> None:
    calls = []

    def counted(data: bytes) -> Crash | None:
        calls.append(data)
        return bang(data)

    shrink(counted, b"x" * 1000 + b"!", BANG.key, tries=tries)
    assert len(calls) <= tries


def test_it_stops_after_so_much_cpu() -> None:
    def slow(data: bytes) -> Crash | None:
        sum(range(3_000_000))
        return None

    data = b"x" * 64
    assert shrink(slow, data, BANG.key, seconds=0.1) == data
