"""The growth search finds what a search by coverage cannot see, and blames nothing that is merely quadratic."""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from types import SimpleNamespace
from typing import Any

from sdlc.harness.deadline import Deadline
from sdlc.harness.fuzz import fuzz, harnesses_of
from sdlc.harness.growth import measure, patterns_of, search_growth
from sdlc.harness.lexicon import Lexicon
from sdlc.harness.oracle import Oracle
from sdlc.harness.report import Report
from sdlc.harness.seeds import Known

HERE = (str(Path(__file__).parent),)
EVIL = re.compile(rb"box:(a+)+$")
NOTHING = Known([], [])


@fuzz(max_len=8192)
def nested(data: bytes) -> None:
    EVIL.match(data)


HIDDEN = re.compile("Q7: (?:k|kk)+!")


@fuzz(max_len=8192)
def hidden(data: bytes) -> None:
    HIDDEN.match(data.decode("utf-8", "replace"))


def inner(data: bytes) -> None:
    if data.startswith(b"0\x80"):
        inner(data[2:])


@fuzz(max_len=8192)
def tagged(data: bytes) -> None:
    inner(data)


def deeper(data: bytes) -> None:
    if data.startswith(b"["):
        deeper(data[1:])


@fuzz(max_len=8192)
def recursive(data: bytes) -> None:
    deeper(data)


@fuzz(raises=(ValueError,), max_len=8192)
def balanced(data: bytes) -> None:
    """Looks into nothing that is not closed."""
    key, _, value = data.partition(b"=")
    if key != b"key" or value.count(b"[") != value.count(b"]"):
        raise ValueError(key)
    deeper(value)


@fuzz(max_len=8192)
def square(data: bytes) -> None:
    for _ in range(data.count(b"<")):
        sum(data)


@fuzz(max_len=8192)
def linear(data: bytes) -> None:
    data.count(b"x")


def search(
    function: Any,
    tmp_path: Path,
    known: Known = NOTHING,
    seconds: float = 6.0,
    expressions: Sequence[tuple[str, int]] = (),
) -> dict[str, Any]:
    [harness] = harnesses_of(SimpleNamespace(function=function))
    oracle = Oracle(harness, HERE)
    report = Report(tmp_path / "report.json", oracle)
    lexicon = Lexicon(known.words, expressions)
    search_growth(oracle, report, Deadline(time.process_time() + seconds, cpu=True), known, lexicon)
    report.write(finished=True)
    document: dict[str, Any] = json.loads((tmp_path / "report.json").read_text())
    return document


def test_an_exponential_expression_behind_a_word_of_the_product(tmp_path: Path) -> None:
    document = search(nested, tmp_path, Known([b"box:"], []), seconds=20.0)
    [crash] = document["crashes"]
    assert crash["exception"] == "Timeout"
    assert document["growth"][0]["exponential"]
    assert bytes.fromhex(document["growth"][0]["token"]) == b"a"


def test_recursion_without_end(tmp_path: Path) -> None:
    [crash] = search(recursive, tmp_path)["crashes"]
    assert crash["exception"] == "RecursionError"


def test_an_expression_says_itself_what_makes_it_slow(tmp_path: Path) -> None:
    document = search(hidden, tmp_path, expressions=[(HIDDEN.pattern, HIDDEN.flags)])
    assert document["crashes"][0]["exception"] == "Timeout"


def test_an_input_that_another_search_kept_is_repeated(tmp_path: Path) -> None:
    document = search(tagged, tmp_path, Known([], [], kept=[b"0\x80"]))
    assert [crash["exception"] for crash in document["crashes"]] == ["RecursionError"]


def test_a_power_is_in_the_report_and_no_crash(tmp_path: Path) -> None:
    document = search(square, tmp_path)
    assert document["crashes"] == []
    assert bytes.fromhex(document["growth"][0]["token"]).startswith(b"<")
    assert 1.5 < median(growth["exponent"] for growth in document["growth"]) < 2.5


def test_what_is_linear_is_not_mentioned(tmp_path: Path) -> None:
    document = search(linear, tmp_path, seconds=1.0)
    assert (document["crashes"], document["growth"]) == ([], [])
    assert document["executions"] > 100


def test_given_patterns_are_measured_alone() -> None:
    [harness] = harnesses_of(SimpleNamespace(square=square))
    [pattern, closed] = patterns_of(["626f783a,3c,21,", ",5b,,5d"])
    assert pattern == (b"box:", b"<", b"!", b"")
    assert closed == (b"", b"[", b"", b"]")
    measured = [measure(Oracle(harness, HERE), pattern) for _ in range(3)]
    assert 1.5 < median(growth.exponent for growth in measured if growth is not None) < 2.5


def test_a_pattern_that_crashes_is_not_measured() -> None:
    [harness] = harnesses_of(SimpleNamespace(recursive=recursive))
    assert measure(Oracle(harness, HERE), (b"", b"[", b"", b"")) is None


def test_what_is_closed_again_is_nested(tmp_path: Path) -> None:
    [crash] = search(balanced, tmp_path, Known([], [], kept=[b"key=[1]"]), seconds=2.0)["crashes"]
    assert crash["exception"] == "RecursionError"
    data = base64.b64decode(crash["input"])
    assert data.startswith(b"key=[")
    assert data.count(b"[") == data.count(b"]") > 100
