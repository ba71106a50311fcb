"""Harnesses are proposed from the text of a product, and what has none is named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdlc.fuzzing.listing import declared, swallows
from sdlc.fuzzing.proposing import Proposal, calls_into, harness, proposals, without_harness

BOX = b'''
from box.errors import BoxError


class LidError(ValueError):
    pass


def parse(text: str, strict: bool = False) -> dict:
    """Read a box; raises BoxError."""
    if not text:
        raise LidError(text)
    raise UnknownError


def format(value: dict) -> str:
    return str(value)


def load_lid(data: bytes): ...
def count(data: bytes): ...
def parse_two(first: str, second: str): ...
def parse_number(number: int): ...
def _read(data: bytes): ...
'''
FILES = {
    "src/box/__init__.py": BOX,
    "src/box/errors.py": b"class BoxError(Exception): pass\n",
    "src/box/serve.py": b"from box import parse\n",
    "src/box/other.py": b"from box.errors import BoxError\n",
    "tests/test_box.py": b"def parse(text: str): ...\n",
    "fuzz/fuzz_box.py": b"""\
from box import parse
from box.errors import BoxError

@fuzz(raises=(BoxError,))
def fuzz_box(data):
    parse(data)
""",
}


def test_what_reads_one_text_with_its_exceptions_and_its_inverse() -> None:
    found = {one.function: one for one in proposals(FILES, ["box"])}
    assert list(found) == ["parse", "load_lid"]
    assert found["parse"] == Proposal(
        "box", "parse", "src/box/__init__.py", 9, "str", (("BoxError", "box.errors"), ("LidError", "box")), "format"
    )
    assert (found["load_lid"].takes, found["load_lid"].raises) == ("bytes", ())


def test_the_file_is_a_harness_that_hides_nothing_and_can_be_compiled() -> None:
    for one in proposals(FILES, ["box"]):
        text = harness(one)
        compile(text, "proposed", "exec")
        [found] = declared(text)
        assert found.name == one.name
        assert swallows(text, ["box"]) == {}
        assert f'target="{one.function}"' in text.decode()
    assert b'round_trip(format, parse, parse(data.decode("utf-8", "replace")))' in harness(proposals(FILES, ["box"])[0])


@given(st.binary(max_size=60))
def test_any_file_has_proposals_or_none(source: bytes) -> None:
    assert isinstance(proposals({"box/a.py": source}, ["box"]), list)


def test_only_what_a_harness_calls_is_near() -> None:
    assert calls_into("fuzz/fuzz_box.py", FILES) == {"src/box/__init__.py"}
    entries = {"cli:serve": ["src/box/serve.py"], "http:GET /": ["src/alone.py"]}
    files = {**FILES, "src/alone.py": b"import json\n"}
    assert without_harness(files, ["fuzz/fuzz_box.py"], entries) == {"http:GET /": "src/alone.py"}
    assert list(without_harness(files, [], entries)) == ["cli:serve", "http:GET /"]


@pytest.mark.parametrize("source", [b"def f(:", b"", b"import\x00"])
def test_a_harness_that_is_no_python_calls_nothing(source: bytes) -> None:
    assert calls_into("fuzz/a.py", {"fuzz/a.py": source}) == frozenset()
