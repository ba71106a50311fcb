"""Texts that regular expressions match, and patterns that may make them slow."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdlc.harness.patterns import Recorder, parsed, pumps, sample

MATCHED = [
    r"&#(?:[0-9]+|[xX][0-9a-fA-F]+);",
    r"^\s*(?P<name>\w+?)\s*=\s*(['\"])?[^'\"]*$",
    r"(?i)begin:(?=x)x{2,5}(?>ab)*[^\W\d]",
    r"a.b\Z",
]


@pytest.mark.parametrize("pattern", MATCHED)
def test_a_sample_matches(pattern: str) -> None:
    rng = random.Random(1)
    nodes = parsed(pattern, 0)
    texts = [sample(nodes, rng) for _ in range(50)]
    assert sum(re.search(pattern, text) is not None for text in texts) > 25
    assert len(set(texts)) > 3


@given(st.text(max_size=30), st.integers())
@settings(max_examples=60, deadline=None)
def test_any_text_is_an_expression_or_has_no_nodes(pattern: str, seed: int) -> None:
    rng = random.Random(seed)
    nodes = parsed(pattern, 0)
    assert isinstance(sample(nodes, rng), str)
    assert all(token for _, token, _ in list(pumps(nodes, rng))[:50])


def test_a_repetition_behind_a_beginning_is_pumped_where_it_stands() -> None:
    found = list(pumps(parsed(r"^ *(\d+) +(.+?) +\d+$", 0), random.Random(0)))
    assert any(re.fullmatch(r" *\d+ +.+", before, re.DOTALL) and set(token) == {" "} for before, token, _ in found)


def test_without_a_repetition_there_is_nothing_to_pump() -> None:
    assert list(pumps(parsed("ab?c{2}", 0), random.Random(0))) == []


def test_what_is_compiled_is_recorded_once() -> None:
    before = re._compiler.compile  # type: ignore[attr-defined]
    recorder = Recorder()
    recorder.start()
    try:
        re.compile("seen-by-the-recorder-[0-9]")
        re.compile("seen-by-the-recorder-[0-9]")
    finally:
        re._compiler.compile = before  # type: ignore[attr-defined]
    assert [text for text, _ in recorder.found(()) if "seen-by" in text] == ["seen-by-the-recorder-[0-9]"]


def test_what_the_modules_hold_is_found_without_recording() -> None:
    import html.parser

    found = Recorder().found((html.parser.__file__,))
    assert (html.parser.charref.pattern, html.parser.charref.flags) in found
