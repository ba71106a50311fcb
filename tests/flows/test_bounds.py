"""The engine ends on every source that Python parses, says what it did not follow, and says the same each time."""

from __future__ import annotations

import ast
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sdlc
from sdlc.flows.engine import find_flows
from sdlc.flows.vocabulary import read_vocabulary
from sdlc.formats import strict_json
from sdlc.formats.flows_json import FlowReport, dump_flows
from sdlc.scanning.rules import compiled_rules

VOCABULARY = read_vocabulary(strict_json.loads_object(compiled_rules().read_bytes(), what="rules"))

NAMES = st.sampled_from(["a", "b", "self", "request", "f", "g", "C", "os", "path", "x"])
ATOMS = st.one_of(
    NAMES, st.sampled_from(["1", "'text'", "None", "request.args", "request.args['x']", "self.x", "[]", "{}", "()"])
)


def _more(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    several = st.lists(inner, max_size=3).map(", ".join)
    return st.one_of(
        st.tuples(inner, inner).map(lambda two: f"({two[0]} + {two[1]})"),
        st.tuples(inner, several).map(lambda two: f"({two[0]})({two[1]})"),
        several.map(lambda row: f"[{row}]"),
        several.map(lambda row: f"os.system(f'{{[{row}]}}')"),
        inner.map(lambda one: f"f(*{one}, **{one})"),
        inner.map(lambda one: f"({one}).g"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]})[{two[1]}]"),
        inner.map(lambda one: f"(lambda x: {one})"),
        inner.map(lambda one: f"[x for x in ({one}) if x]"),
        inner.map(lambda one: f"{{'k': ({one}), **b}}"),
        inner.map(lambda one: f"(x := {one})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]} if a in b else {two[1]})"),
        st.tuples(NAMES, inner).map(lambda two: f"functools.partial({two[0]}, {two[1]})"),
        inner.map(lambda one: f"super().f({one})"),
    )


EXPRESSIONS = st.recursive(ATOMS, _more, max_leaves=6)


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.split("\n"))


def _blocks(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    body = st.lists(inner, min_size=1, max_size=3).map("\n".join).map(_indented)
    return st.one_of(
        st.tuples(EXPRESSIONS, body, body).map(lambda t: f"if {t[0]}:\n{t[1]}\nelse:\n{t[2]}"),
        st.tuples(EXPRESSIONS, body).map(lambda t: f"for x in {t[0]}:\n{t[1]}"),
        st.tuples(EXPRESSIONS, body).map(lambda t: f"while {t[0]}:\n{t[1]}\n    break"),
        st.tuples(body, body).map(lambda t: f"try:\n{t[0]}\nexcept Exception as b:\n{t[1]}"),
        st.tuples(EXPRESSIONS, body).map(lambda t: f"with {t[0]} as a:\n{t[1]}"),
        st.tuples(NAMES, NAMES, body).map(lambda t: f"def {t[0]}({t[1]}, *rest, y=1, **words):\n{t[2]}"),
        st.tuples(NAMES, body).map(lambda t: f"@a.route('/')\ndef {t[0]}(self, name, path='b'):\n{t[1]}"),
        st.tuples(NAMES, NAMES, body).map(lambda t: f"class {t[0]}({t[1]}):\n{t[2]}"),
        st.tuples(EXPRESSIONS, body).map(lambda t: f"match {t[0]}:\n    case [a, *b]:\n{_indented(t[1])}"),
    )


STATEMENTS = st.recursive(
    st.one_of(
        EXPRESSIONS,
        st.tuples(NAMES, EXPRESSIONS).map(" = ".join),
        st.tuples(NAMES, EXPRESSIONS).map(lambda t: f"self.{t[0]} = {t[1]}"),
        st.tuples(NAMES, EXPRESSIONS).map(lambda t: f"a, *{t[0]} = {t[1]}"),
        st.tuples(NAMES, EXPRESSIONS).map(" += ".join),
        EXPRESSIONS.map(lambda one: f"del a\n{one}"),
        st.sampled_from(["pass", "import os", "from . import b as f", "from m import *", "global x"]),
    ),
    _blocks,
    max_leaves=12,
)
PROGRAMS = st.lists(STATEMENTS, min_size=1, max_size=6).map("\n".join)


def follow(texts: dict[str, str]) -> FlowReport:
    return find_flows({path: ast.parse(text) for path, text in texts.items()}, texts, VOCABULARY)


@settings(max_examples=60, deadline=None)
@given(st.lists(PROGRAMS, min_size=1, max_size=2))
def test_every_program_is_followed_to_an_end_and_twice_the_same(programs: list[str]) -> None:
    texts = {f"{name}.py": text for name, text in zip(("m", "b"), programs, strict=False)}
    for text in texts.values():
        try:
            ast.parse(text)
        except SyntaxError:
            return
    first = dump_flows(follow(texts))
    assert first == dump_flows(follow(dict(reversed(texts.items()))))


def test_our_own_sources_are_followed_without_a_problem() -> None:
    room = Path(sdlc.__file__).parent
    files = [path for name in ("flows", "model", "surface") for path in (room / name).glob("*.py")]
    texts = {path.relative_to(room.parent).as_posix(): path.read_text() for path in files}
    report = follow(texts)
    assert report.problems == ()
    assert report.files == set(texts)


HARM = "from flask import request\nimport os\n\ndef view():\n    f0(request.args['x'])\n"


def test_a_long_row_of_functions_is_followed_whole() -> None:
    row = "".join(f"\ndef f{n}(text):\n    f{n + 1}(text)\n" for n in range(300))
    report = follow({"app.py": HARM + row + "\ndef f300(text):\n    os.system(text)\n"})
    assert [one.rule for one in report.found] == ["command-injection"]
    assert len(report.found[0].steps) <= 25
    assert report.problems == ()


def test_functions_that_all_call_each_other_settle() -> None:
    numbers = list(range(25))
    random.Random(7).shuffle(numbers)
    calls = "".join(f"    f{n}(text + other, text)\n" for n in numbers)
    every = "".join(f"\ndef f{n}(text, other=''):\n{calls}    return text\n" for n in range(25))
    report = follow({"app.py": HARM + every + "\n\ndef f99(text):\n    os.system(f3(text))\n"})
    assert report.problems == ()


def test_a_long_sum_and_a_long_row_of_elif_are_followed() -> None:
    long = " + ".join(["name"] * 900)
    elifs = "".join(f"    elif name == {n}:\n        os.system(name)\n" for n in range(400))
    text = HARM + f"\ndef f0(name):\n    if not name:\n        pass\n{elifs}    os.system({long})\n"
    report = follow({"app.py": text})
    assert report.problems == ()
    assert any(one.rule == "command-injection" for one in report.found)


@pytest.mark.parametrize("deep", ["[" * 85 + "name" + "]" * 85, "f(" * 85 + "name" + ")" * 85])
def test_what_is_nested_too_deeply_is_said(deep: str) -> None:
    twice = deep.replace("name", f"({deep})")
    report = follow({"app.py": HARM + f"\ndef f0(name):\n    f = str\n    os.system({twice})\n"})
    assert [sentence for _, sentence in report.problems] == ["it is nested too deeply to be followed"]
    assert report.problems[0][0].startswith("app.py:")
