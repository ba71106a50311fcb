"""The timer of the guided search: it ends what works too long, and nothing else."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from sdlc.harness.fuzz import fuzz, harnesses_of
from sdlc.harness.guided import Ticker
from sdlc.harness.oracle import Oracle, TookTooLong


@fuzz(seconds=0.4)
def nothing(data: bytes) -> None:
    """Never called."""


@pytest.fixture
def oracle() -> Oracle:
    [harness] = harnesses_of(SimpleNamespace(nothing=nothing))
    return Oracle(harness, ())


@pytest.fixture
def ticker(oracle: Oracle) -> Iterator[Ticker]:
    made = Ticker(oracle)
    made.start()
    yield made
    made.stop()


def work(seconds: float) -> None:
    ends = time.process_time() + seconds
    while time.process_time() < ends:
        pass


def test_an_input_that_works_too_long_is_ended(ticker: Ticker) -> None:
    ticker.armed = True
    began = time.process_time()
    with pytest.raises(TookTooLong):
        work(5)
    assert time.process_time() - began < 2


def test_outside_of_the_harness_nothing_is_ended(ticker: Ticker) -> None:
    work(1)


def test_many_short_inputs_are_none_that_is_long(oracle: Oracle, ticker: Ticker) -> None:
    ticker.armed = True
    for _ in range(10):
        oracle.executions += 1
        work(0.15)


def test_behind_a_known_hang_it_is_ten_times_as_fast(oracle: Oracle) -> None:
    oracle.known["Timeout in box.py:parse"] = "Timeout in box.py:parse"
    ticker = Ticker(oracle)
    ticker.start()
    ticker.armed = True
    began = time.process_time()
    try:
        with pytest.raises(TookTooLong):
            work(5)
    finally:
        ticker.stop()
    assert time.process_time() - began < 0.3


def test_stopping_gives_the_timer_back(ticker: Ticker) -> None:
    ticker.stop()
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)
