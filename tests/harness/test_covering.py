"""The search by coverage where there is no atheris, and the pruning of a corpus."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import strategies as st

from sdlc.harness.covering import pruned, search_by_lines
from sdlc.harness.deadline import Deadline
from sdlc.harness.fuzz import Harness, fuzz, harnesses_of
from sdlc.harness.lexicon import Lexicon
from sdlc.harness.lines import Lines
from sdlc.harness.oracle import Oracle
from sdlc.harness.report import Report

HERE = (str(Path(__file__).parent),)
WAYS = [True] + ([False] if hasattr(sys, "monitoring") else [])


@fuzz()
def staircase(data: bytes) -> None:
    for place, wanted in enumerate(b"lid!"):
        if data[place : place + 1] != bytes([wanted]):
            return
        if place == 0:
            _ = 0
        elif place == 1:
            _ = 1
        elif place == 2:
            _ = 2
        else:
            raise OverflowError("the lid")


@fuzz(strategy=lambda: st.lists(st.integers(0, 9), max_size=8))
def typed(numbers: list[int]) -> None:
    if sum(numbers) > 30:
        raise OverflowError("more than thirty")


def declared(function: Any) -> Harness:
    [harness] = harnesses_of(SimpleNamespace(function=function))
    return harness


@pytest.mark.parametrize("function", [staircase, typed])
def test_a_staircase_of_lines_and_a_strategy(tmp_path: Path, function: Any) -> None:
    oracle = Oracle(declared(function), HERE)
    report = Report(tmp_path / "report.json", oracle)
    deadline = Deadline(time.process_time() + 4.0, cpu=True)
    search_by_lines(oracle, report, deadline, Lexicon([b"d!"], []), tmp_path)
    report.write(finished=True)
    document = json.loads((tmp_path / "report.json").read_text())
    [crash] = document["crashes"]
    assert crash["exception"] == "OverflowError"
    assert document["way"] in ("settrace", "sys.monitoring")
    assert document["lines"] > 0


def test_pruning_keeps_the_smallest_that_reach_all(tmp_path: Path) -> None:
    oracle = Oracle(declared(staircase), HERE)
    inputs = [b"l-long", b"l", b"lid", b"li", b"x", b"xxx", b"lid!"]
    report = Report(tmp_path / "report.json", oracle)
    assert sorted(inputs[place] for place in pruned(oracle, report, inputs)) == [b"l", b"li", b"lid"]
    report.write()
    assert [row["exception"] for row in json.loads((tmp_path / "report.json").read_text())["crashes"]] == [
        "OverflowError"
    ]


@pytest.mark.parametrize("by_trace", WAYS)
def test_a_line_is_new_once(by_trace: bool) -> None:
    before = sys.gettrace()
    with Lines(HERE, by_trace=by_trace) as lines:
        counts = [lines.new(lambda data=data: staircase(data)) for data in (b"", b"", b"l")]  # type: ignore[misc]
    assert counts[0] > 0
    assert counts[1] == 0
    assert counts[2] > 0
    assert sys.gettrace() is before
