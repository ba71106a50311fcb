"""Which functions a harness reaches."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from sdlc.harness.reach import Reach

HERE = (str(Path(__file__).parent),)
WAYS = [True] + ([False] if hasattr(sys, "monitoring") else [])


def inner() -> int:
    return sum(one for one in (1, 2))


def outer() -> None:
    inner()
    sorted([2, 1], key=lambda one: -one)


@pytest.mark.parametrize("by_trace", WAYS)
def test_functions_of_the_folders_with_their_lines(by_trace: bool) -> None:
    reach = Reach(HERE, by_trace=by_trace)
    before = sys.gettrace()
    reach.watch(outer)
    found = {name: (first, last) for _, name, first, last in reach.functions()}
    assert found["inner"] == (inner.__code__.co_firstlineno, inner.__code__.co_firstlineno + 1)
    assert {"outer", "outer.<locals>.<lambda>"} <= set(found)
    assert sys.gettrace() is before


@pytest.mark.parametrize("by_trace", WAYS)
def test_what_lies_elsewhere_is_not_told_and_an_exception_comes_out(by_trace: bool) -> None:
    reach = Reach(("/nowhere",), by_trace=by_trace)
    with pytest.raises(ZeroDivisionError):
        reach.watch(lambda: 1 // 0)
    assert reach.functions() == []
