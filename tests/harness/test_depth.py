"""The search for recursion: what gets deeper with every level is driven to its end, and nothing else."""

from __future__ import annotations

import base64
import json
import random
import struct
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sdlc.harness.deadline import Deadline
from sdlc.harness.depth import FEW, MORE, Stack, lengths, levels_in, nesting, search_depth
from sdlc.harness.fuzz import fuzz, harnesses_of
from sdlc.harness.oracle import Oracle
from sdlc.harness.report import Report

HERE = (str(Path(__file__).parent),)


def blocks(lines: list[str], at: int) -> int:
    """Behind the block that begins at `at`: BEGIN, blocks or other lines, END with the same name."""
    name = lines[at].removeprefix("BEGIN:")
    at += 1
    while lines[at] != f"END:{name}":
        at = blocks(lines, at) if lines[at].startswith("BEGIN:") else at + 1
    return at + 1


@fuzz(raises=(ValueError, IndexError))
def by_lines(data: bytes) -> None:
    lines = data.decode().splitlines()
    if not lines or not lines[0].startswith("BEGIN:"):
        raise ValueError("no block")
    blocks(lines, 0)


def expression(text: str) -> str:
    """What is left behind an expression: a digit, or one between `if` and `fi`."""
    if text.startswith("if "):
        rest = expression(text[3:])
        if not rest.startswith(" fi"):
            raise ValueError(rest)
        return rest[3:]
    if text[:1].isdigit():
        return text[1:]
    raise ValueError(text)


@fuzz(raises=(ValueError,))
def by_tokens(data: bytes) -> None:
    text = data.decode()
    if text.count("if ") != text.count(" fi"):
        raise ValueError("unbalanced")
    expression(text)


def boxes(data: bytes) -> None:
    """Boxes of a length and what it covers, one in another."""
    while len(data) > 4:
        (size,) = struct.unpack_from(">I", data)
        if size > len(data) - 4:
            raise ValueError("cut off")
        boxes(data[4 : 4 + size])
        data = data[4 + size :]


@fuzz(raises=(ValueError,))
def by_lengths(data: bytes) -> None:
    boxes(data)


def outline(lines: list[str], depth: int) -> int:
    """How many of the first lines are entries of that depth, or stand below one."""
    count = 0
    while count < len(lines) and lines[count].startswith(" " * depth + "- "):
        count += entry(lines[count:], depth)
    return count


def entry(lines: list[str], depth: int) -> int:
    return 1 + below(lines[1:], depth + 1)


def below(lines: list[str], depth: int) -> int:
    return sum([outline(lines, depth)])


@fuzz()
def by_indentation(data: bytes) -> None:
    outline(data.decode().splitlines(), 0)


@fuzz(raises=(ValueError, RecursionError, IndexError))
def declared(data: bytes) -> None:
    by_lines(data)


@fuzz()
def flat(data: bytes) -> None:
    data.split(b"\n")


@fuzz(raises=(ValueError,))
def falls_over_ten(data: bytes) -> None:
    if data.count(b"(") > 10:
        raise KeyError("ten")


def search(function: Any, inputs: Sequence[bytes], tmp_path: Path, seconds: float) -> tuple[list[dict[str, Any]], int]:
    [harness] = harnesses_of(SimpleNamespace(function=function))
    oracle = Oracle(harness, HERE)
    report = Report(tmp_path / "report.json", oracle)
    deadline = Deadline(600, executions=40_000, done=lambda: len(oracle.known) * 40_000 or oracle.executions)
    search_depth(oracle, report, inputs, deadline if seconds == 0 else Deadline(seconds), random.Random(1))
    report.write(finished=True)
    return json.loads((tmp_path / "report.json").read_text())["crashes"], oracle.executions


CARD = b"BEGIN:CARD\nNAME:a\nBEGIN:ADR\nCITY:b\nEND:ADR\nEND:CARD\n"


@pytest.mark.parametrize(
    ("function", "data"),
    [
        (by_lines, CARD),
        (by_tokens, b"if 1 fi"),
        (by_lengths, b"\0\0\0\x05\0\0\0\x01a"),
        (by_indentation, b"- a\n- b\n"),
    ],
)
def test_recursion_behind_a_grammar(function: Callable[[bytes], None], data: bytes, tmp_path: Path) -> None:
    [crash], _ = search(function, [b"other", data], tmp_path, 0)
    assert crash["exception"] == "RecursionError"
    kept = base64.b64decode(crash["input"])
    assert len(kept) < 65536
    with pytest.raises(RecursionError):
        function(kept)


def test_the_fewest_levels_are_kept(tmp_path: Path) -> None:
    [crash], _ = search(falls_over_ten, [b"(1)"], tmp_path, 0)
    assert base64.b64decode(crash["input"]).count(b"(") == 11


@pytest.mark.parametrize(("function", "data"), [(declared, CARD), (flat, CARD)])
def test_what_withstands_it_or_is_flat_is_no_crash(
    function: Callable[[bytes], None], data: bytes, tmp_path: Path
) -> None:
    crashes, executions = search(function, [data], tmp_path, 0.5)
    assert crashes == []
    assert executions > 100


def test_a_stack_is_as_deep_as_its_calls() -> None:
    def down(levels: int) -> None:
        if levels > 0:
            down(levels - 1)

    depths = []
    for levels in (3, 8):
        stack = Stack()
        stack.watch(lambda value: down(value[0]), bytes([levels]))  # type: ignore[func-returns-value,arg-type,return-value]
        depths.append(stack.deepest)
        assert stack.code is down.__code__
    assert depths[1] - depths[0] == 5


def test_levels_fit_into_the_room() -> None:
    rng = random.Random(1)
    for data in (CARD, b"(1)", b"\0\0\0\x05\0\0\0\x01a"):
        for _ in range(200):
            nested = nesting(data, rng)
            if len(nested(MORE)) <= 4096:
                assert len(nested(levels_in(4096, nested))) <= 4096
                assert len(nested(FEW)) <= len(nested(MORE))


def test_numbers_that_may_be_lengths() -> None:
    assert (0, "big", 4, 2) in set(lengths(b"\0\0\0\x02ab"))
    assert (1, "little", 2, 2) in set(lengths(b"x\x02\0ab"))
    assert list(lengths(b"\0\0")) == []
