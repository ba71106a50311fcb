"""
Properties that a harness may ask for beyond "no undeclared exception": each raises `Violated` when it does not hold.

A `Violated` is a crash like any other: its message begins with the fixed name of the property, so that crashes of two
properties are told apart, and what depends on the input is quoted, so that it does not.
"""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")
Result = TypeVar("Result")
SHOWN = 60


class Violated(AssertionError):
    """A property does not hold."""


def idempotent(function: Callable[[Value], Value], value: Value) -> Value:
    """`function` of its own answer is that answer again: normalizing twice is normalizing once."""
    once = function(value)
    twice = function(once)
    if twice != once:
        raise Violated(f"idempotence: once {_show(once)}, twice {_show(twice)}")
    return once


def round_trip(write: Callable[[Value], Result], read: Callable[[Result], Value], value: Value) -> Result:
    """What was written is read as the same."""
    written = write(value)
    back = read(written)
    if back != value:
        raise Violated(f"round trip: {_show(value)} came back as {_show(back)}")
    return written


def same_answer(
    one: Callable[[Value], Result],
    other: Callable[[Value], Result],
    value: Value,
    *,
    raises: tuple[type[Exception], ...] = (),
) -> None:
    """Two implementations agree; refusing with one of `raises` is an answer, whichever of them it is."""
    left, right = _answer(one, value, raises), _answer(other, value, raises)
    if left != right:
        raise Violated(f"differential: {_show(left[1])} against {_show(right[1])}")


def related(
    function: Callable[[Value], Result],
    change: Callable[[Value], Value],
    relation: Callable[[Result, Result], bool],
    value: Value,
) -> None:
    """Metamorphic: `relation` holds between the answer to `value` and the answer to `change(value)`."""
    before, after = function(value), function(change(value))
    if not relation(before, after):
        raise Violated(f"metamorphic: {_show(before)}, after the change {_show(after)}")


def bounded_output(value: bytes | str, output: bytes | str, *, ratio: float, spare: int = 4096) -> None:
    """`output` is at most `ratio` times as long as `value`, with `spare` on top: what grows without bound is a bomb."""
    if len(output) > ratio * len(value) + spare:
        raise Violated(f"output ratio: {len(output)} from {len(value)}, more than {ratio:g} times")


def bounded_depth(function: Callable[[Value], Result], value: Value, *, frames: int) -> Result:
    """`function` needs at most `frames` frames of the stack above its caller, else it raises RecursionError."""
    here = 0
    frame = sys._getframe()
    while (above := frame.f_back) is not None:
        frame, here = above, here + 1
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(min(before, here + frames + 3))
    try:
        return function(value)
    finally:
        sys.setrecursionlimit(before)


def bounded_memory(
    function: Callable[[Value], Result], value: Value, *, ratio: float, spare: int = 8 * 1024 * 1024
) -> Result:
    """`function` holds at most `ratio` times the bytes of `value` at any one time, with `spare` bytes on top.

    What Python itself allocates is counted; the memory of C libraries is bounded by the sandbox alone.
    """
    traced = tracemalloc.is_tracing()
    if not traced:
        tracemalloc.start(1)
    try:
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        answer = function(value)
        held = tracemalloc.get_traced_memory()[1] - before
    finally:
        if not traced:
            tracemalloc.stop()
    size = len(value) if isinstance(value, bytes | str) else sys.getsizeof(value)
    if held > ratio * size + spare:
        raise Violated(f"memory: {held} bytes for {size}, more than {ratio:g} times")
    return answer


def _answer(
    function: Callable[[Value], Result], value: Value, raises: tuple[type[Exception], ...]
) -> tuple[bool, Result | str]:
    try:
        return True, function(value)
    except raises:
        return False, "refused"


def _show(value: object) -> str:
    """Quoted, because quoted text does not tell crashes apart."""
    text = repr(value)[:SHOWN].replace("'", "`").replace('"', "`")
    return f"'{text}'"
