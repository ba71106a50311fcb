"""The search with words, its lexicon and its changes of inputs."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sdlc.harness.deadline import Deadline
from sdlc.harness.fuzz import fuzz, harnesses_of
from sdlc.harness.lexicon import Lexicon, numbers
from sdlc.harness.lines import reaching
from sdlc.harness.oracle import Oracle
from sdlc.harness.report import Report
from sdlc.harness.words import beside, planted, search_beside, search_with_words, systematic

HERE = (str(Path(__file__).parent),)
LEXICON = Lexicon([b"exception", b"::", b"<!["], [(r"&#[0-9]{3,};", 0)], [b"a = 1", b"b"])


@fuzz(raises=(ValueError,))
def word_and_mark(data: bytes) -> None:
    if data.startswith(b"exception:"):
        raise KeyError("found")
    if not data:
        raise ValueError("empty")


def word_and_mark_quietly(data: bytes) -> None:
    with suppress(KeyError, ValueError):
        word_and_mark(data)


last: list[bytes] = []


@fuzz()
def remembers(data: bytes) -> None:
    if last and last[-1] == b"(" and data:
        raise KeyError("only behind another input")
    last.append(data)


@fuzz()
def ends_inside(data: bytes) -> None:
    lines = data.split(b"\n")
    if len(lines) > 2 and lines[0].startswith(b"> ```") and lines[-1].strip() == b">":
        raise KeyError("found")


def search(function: Any, tmp_path: Path, seconds: float = 3.0, kept: Sequence[bytes] | None = None) -> dict[str, Any]:
    [harness] = harnesses_of(SimpleNamespace(function=function))
    oracle = Oracle(harness, HERE)
    report = Report(tmp_path / "report.json", oracle)
    deadline = Deadline(time.process_time() + seconds, cpu=True)
    if kept is None:
        search_with_words(oracle, report, deadline, LEXICON)
    else:
        search_beside(oracle, report, deadline, LEXICON, kept)
    report.write(finished=True)
    document: dict[str, Any] = json.loads((tmp_path / "report.json").read_text())
    return document


def test_a_word_of_the_product_with_a_mark(tmp_path: Path) -> None:
    [crash] = search(word_and_mark, tmp_path, 1.0)["crashes"]
    assert crash["exception"] == "KeyError"


@fuzz(seconds=0.05)
def hangs_often(data: bytes) -> None:
    while b"=" in data or b":" in data[:2]:
        pass
    if data.startswith(b"<![") and len(data) > 3:
        raise KeyError("behind the hang")


def test_a_hang_that_many_inputs_hold_is_steered_around(tmp_path: Path) -> None:
    [harness] = harnesses_of(SimpleNamespace(function=hangs_often))
    oracle = Oracle(harness, HERE)
    report = Report(tmp_path / "report.json", oracle)
    search_with_words(oracle, report, Deadline(time.process_time() + 3.0, cpu=True), LEXICON)
    crashes = json.loads((tmp_path / "report.json").read_text())["crashes"]
    assert {crash["exception"] for crash in crashes} == {"Timeout", "KeyError"}


def test_of_a_hundred_inputs_that_hold_a_hanging_one_one_is_tried() -> None:
    [harness] = harnesses_of(SimpleNamespace(function=remembers))
    oracle = Oracle(harness, HERE, hanging=[b"%"], deadly=(b"!",))
    assert [oracle.avoids(b"a%") for _ in range(200)].count(False) == 2
    assert not any(oracle.avoids(b"a") for _ in range(20))
    assert all(oracle.avoids(b"a!") for _ in range(20))


def test_further_inputs_of_a_crash_are_kept_as_they_were(tmp_path: Path) -> None:
    [crash] = search(remembers, tmp_path, 0.5)["crashes"]
    assert 1 <= len(crash["others"]) <= 4


def test_beside_what_another_search_kept_lies_its_end_inside_of_something(tmp_path: Path) -> None:
    [crash] = search(ends_inside, tmp_path, kept=[b"```py\nx\n```\n"])["crashes"]
    assert base64.b64decode(crash["input"]).endswith(b"\n>")
    assert search(ends_inside, tmp_path, 0.0, kept=[])["crashes"] == []


def test_what_lies_beside_an_input() -> None:
    inputs = list(beside([b"a = 1"], LEXICON))
    assert {b"a = 1;", b"a = 1(", b":a = 1", b"a = ", b"a  1", b" = 1"} <= set(inputs)
    assert b"> a" not in inputs
    assert b"> a\n> b" in list(beside([b"a\nb"], LEXICON))


def test_inputs_that_reach_lines_come_first_and_the_others_not_at_all() -> None:
    answer = reaching([b"", b"x", b"exception:", b"y"], word_and_mark_quietly, HERE, Deadline(5.0))
    assert set(answer) == {b"", b"exception:"}
    assert reaching([b""], word_and_mark_quietly, HERE, Deadline(-1.0)) == []


def test_all_short_inputs_come_once_and_the_likely_ones_first() -> None:
    inputs = list(systematic(LEXICON))
    assert inputs[0] == b""
    assert inputs.index(b"<![") < inputs.index(b"::(")
    assert b"exception\n" in inputs
    assert b"{% for" not in inputs
    assert b"{% for" in list(systematic(LEXICON, cut_off=True))
    assert any(data.startswith(b"&#") and data.endswith(b";") for data in inputs)


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


def test_a_deadline_of_executions() -> None:
    done = [0]
    whole = Deadline(1000.0, executions=100, done=lambda: done[0])
    done[0] = 20
    part = whole.within(0.5)
    done[0] = 59
    assert not part.over()
    done[0] = 60
    assert part.over()
    assert not whole.over()
    done[0] = 100
    assert whole.over()


def test_every_mark_is_tried_at_every_place_of_a_known_input() -> None:
    made = set(planted([b"a=b"], LEXICON))
    assert {b":a=b", b"a:=b", b"a=:b", b":=b", b"a:b", b"a=:"} <= made
    assert len(made) <= 2 * 3 * len(LEXICON.marks)


@fuzz(raises=(ValueError,))
def inside_of_a_rule(data: bytes) -> None:
    name, _, value = data.partition(b": field=")
    if name != b"name":
        raise ValueError("no rule")
    if value.startswith(b"!"):
        raise KeyError("found")


def test_what_is_new_inside_of_a_stored_input_is_found_at_once(tmp_path: Path) -> None:
    [harness] = harnesses_of(SimpleNamespace(function=inside_of_a_rule))
    oracle = Oracle(harness, HERE)
    report = Report(tmp_path / "report.json", oracle)
    lexicon = Lexicon([b"!"], [], [b"name: field=value"])
    deadline = Deadline(60.0, executions=4000, done=lambda: oracle.executions)
    search_with_words(oracle, report, deadline, lexicon)
    assert [key.split(":")[0] for key in oracle.known] == ["KeyError in test_words.py"]
