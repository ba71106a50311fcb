"""Growth search tells exponential from quadratic from linear, by CPU time."""

from __future__ import annotations

import re
import signal
import time

import pytest

from sdlc.harness.properties import Violated
from sdlc.harness.pump import grow, pump


def linear(data: bytes) -> None:
    data.count(b"x")


def nested(data: bytes) -> None:
    re.match(rb"(a+)+$", data)


def square(data: bytes) -> None:
    """Some two microseconds for each pair of hundreds of bytes."""
    for _ in range(len(data) // 100):
        sum(range(len(data) // 10))


def test_exponential_growth_fails_and_says_where() -> None:
    with pytest.raises(Violated, match=r"growth: exponential, a second at \d\d bytes: b'' \+ b'a'\*n \+ b'!'"):
        pump(nested, [b"b", b"a"])


def test_linear_growth_passes_and_is_never_slow() -> None:
    found = pump(linear, [b"x", b"ab"], limit=4096)
    assert [growth.second_at for growth in found] == [0, 0, 0, 0]
    assert not any(growth.fails(4096) for growth in found)


def test_a_power_is_measured_and_fails_only_below_the_limit() -> None:
    growth = grow(square, b"", b"x", b"", limit=1 << 20)
    assert 1.6 < growth.exponent < 2.5
    assert not growth.exponential
    assert growth.second_at > 20_000
    assert growth.fails(growth.second_at)
    assert not growth.fails(growth.second_at - 1)


def test_waiting_is_not_growing() -> None:
    def waits(data: bytes) -> None:
        time.sleep(0.05)

    assert grow(waits, b"", b"x", b"", limit=8).second_at == 0


def test_a_proper_answer_is_measured_and_anything_else_comes_out() -> None:
    def refuses(data: bytes) -> None:
        raise ValueError("no box")

    assert not grow(refuses, b"", b"x", b"", limit=64, raises=(ValueError,)).fails(64)
    with pytest.raises(ValueError, match="no box"):
        grow(refuses, b"", b"x", b"", limit=64)


def test_an_empty_token_ends_at_once_and_the_timer_of_the_caller_is_put_back() -> None:
    signal.setitimer(signal.ITIMER_VIRTUAL, 50)
    try:
        assert grow(linear, b"a", b"", b"b").exponent == 0
        grow(linear, b"a", b"x", b"b", limit=32)
        assert 40 < signal.getitimer(signal.ITIMER_VIRTUAL)[0] < 52
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
