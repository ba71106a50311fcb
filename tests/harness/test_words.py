"""The search with words, its lexicon and its changes of inputs."""

from __future__ import annotations

import json
import random
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sdlc.harness.deadline import Deadline
from sdlc.harness.fuzz import fuzz, harnesses_of
from sdlc.harness.lexicon import Lexicon, numbers
from sdlc.harness.mutate import Mutator
from sdlc.harness.oracle import Oracle
from sdlc.harness.report import Report
from sdlc.harness.words import search_with_words, systematic

HERE = (str(Path(__file__).parent),)
LEXICON = Lexicon([b"exception", b"::", b"<!["], [(r"&#[0-9]{3,};", 0)], [b"a = 1", b"b"])


@fuzz(raises=(ValueError,))
def word_and_mark(data: bytes) -> None:
    if data.startswith(b"exception:"):
        raise KeyError("found")
    if not data:
        raise ValueError("empty")


last: list[bytes] = []


@fuzz()
def remembers(data: bytes) -> None:
    if last and last[-1] == b"(" and data:
        raise KeyError("only behind another input")
    last.append(data)


def search(function: Any, tmp_path: Path, seconds: float = 3.0) -> dict[str, Any]:
    [harness] = harnesses_of(SimpleNamespace(function=function))
    oracle = Oracle(harness, HERE)
    report = Report(tmp_path / "report.json", oracle)
    search_with_words(oracle, report, Deadline(seconds), LEXICON)
    report.write(finished=True)
    document: dict[str, Any] = json.loads((tmp_path / "report.json").read_text())
    return document


def test_a_word_of_the_product_with_a_mark(tmp_path: Path) -> None:
    [crash] = search(word_and_mark, tmp_path, 1.0)["crashes"]
    assert crash["exception"] == "KeyError"


def test_further_inputs_of_a_crash_are_kept_as_they_were(tmp_path: Path) -> None:
    [crash] = search(remembers, tmp_path, 0.5)["crashes"]
    assert 1 <= len(crash["others"]) <= 4


def test_all_short_inputs_come_once_and_the_likely_ones_first() -> None:
    inputs = list(systematic(LEXICON))
    assert inputs[0] == b""
    assert inputs.index(b"<![") < inputs.index(b"::(")
    assert b"exception\n" in inputs
    assert any(data.startswith(b"&#") and data.endswith(b";") for data in inputs)


@given(st.binary(max_size=60), st.integers(1, 80), st.integers())
def test_a_change_keeps_to_its_room(data: bytes, room: int, seed: int) -> None:
    mutator = Mutator(LEXICON, random.Random(seed))
    assert len(mutator.change(data, room)) <= room
    assert isinstance(mutator.fresh(), bytes)


def test_numbers_of_the_source_stand_for_characters(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("if ord(c) == 0x2028 or n > 4096: pass\n")
    assert {"\u2028".encode(), b"8232", b"4096"} <= set(numbers([str(file), str(tmp_path / "missing.py")]))


def test_a_deadline_of_the_wall_and_of_the_cpu() -> None:
    assert Deadline(-1.0).over()
    assert not Deadline(1000.0).over()
    assert Deadline(0.0, cpu=True).over()
    part = Deadline(1000.0).within(0.5)
    assert 400 < part.left() < 501
