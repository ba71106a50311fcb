"""Strict YAML: what could be read in two ways is refused, and each refusal names line and column."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdlc.formats.strict_yaml import MAX_BYTES, EntryError, load_yaml


def test_values_and_their_places() -> None:
    document, positions = load_yaml(b"a: [x, {b: 2}]\nc:\n  d: 2027-03-01\n  e: 'no'\n  f: true\n", path="m.yaml")
    assert document == {"a": ("x", {"b": 2}), "c": {"d": "2027-03-01", "e": "no", "f": True}}
    assert str(positions.place("c", "d")) == "m.yaml:3"
    assert (positions.place("a", 1, "b").line, positions.place("a", 1, "b").column) == (1, 9)
    assert positions.place("c", "nothing").line == 2


@pytest.mark.parametrize(
    ("text", "line", "column", "said"),
    [
        (b"a: 1\nb: 2\na: 3\n", 3, 1, "stands twice"),
        (b"a: !!python/object:os.system x\n", 1, 4, "tags"),
        (b"a: !local x\n", 1, 4, "tags"),
        (b"a: &x 1\nb: *x\n", 1, 4, "aliases"),
        (b"a: *x\n", 1, 4, "aliases"),
        (b"a:\n  <<: {b: 1}\n  c: [ *d ]\n", 3, 8, "aliases"),
        (b"a: no\n", 1, 4, "quotes"),
        (b"a: On\n", 1, 4, "quotes"),
        (b"cwe: [079]\n", 1, 7, "quotes"),
        (b"a: 0x10\n", 1, 4, "quotes"),
        (b"a: 1.5\n", 1, 4, "quotes"),
        (b"a: 1_000\n", 1, 4, "quotes"),
        (b"cwe: [1234567890123456789]\n", 1, 7, "at most 18 digits"),
        (b"a: -" + b"9" * 500, 1, 4, "at most 18 digits"),
        (b"a: 1\n---\nb: 2\n", 2, 1, "second document"),
        (b"%YAML 1.1\n---\na: 1\n", 1, 1, "directives"),
        (b"? [a]\n: b\n", 1, 3, "plain text"),
        (b"a: " + b"[" * 30 + b"]" * 30, 1, 23, "nested deeper"),
        (b"a: [1\nb: 2\n", 2, 2, "not YAML"),
        (b"a: 1\nb: \x01\n", 2, 1, "not YAML"),
        (b"a: 1\nb: \xff\n", 2, 1, "not UTF-8"),
        (b"", 1, 1, "empty"),
        (b"a: " + b"x" * MAX_BYTES, 1, 1, "more than"),
    ],
)
def test_hostile_yaml_is_refused_with_line_and_column(text: bytes, line: int, column: int, said: str) -> None:
    with pytest.raises(EntryError, match=said) as caught:
        load_yaml(text, path="m.yaml")
    place = caught.value.problems[0].place
    assert (place.path, place.line, place.column) == ("m.yaml", line, column)
    assert caught.value.message.startswith(f"m.yaml:{line}:{column}: ")
    assert ("quotes" in caught.value.message) == (said == "quotes")


def test_the_largest_number_and_a_longer_one_as_text_are_read() -> None:
    document, _ = load_yaml(b"a: 999999999999999999\nb: '1234567890123456789'\n", path="m.yaml")
    assert document == {"a": 10**18 - 1, "b": "1234567890123456789"}


@pytest.mark.parametrize(
    "text", [b"%YAML 1.9\n--", b"%YAML 1.2\n---\na: 1\n", b"%TAG ! x\n---\na: 1\n", b"%\n", b"\r%YAML 1.9\n--"]
)
def test_a_directive_is_refused_before_it_is_read(text: bytes) -> None:
    with pytest.raises(EntryError, match="directives are not read"):
        load_yaml(text, path="m.yaml")


@given(st.one_of(st.binary(max_size=200), st.text("ab:{}[]-,&*!|>'\"\n #%?", max_size=60).map(str.encode)))
def test_any_bytes_give_a_document_or_one_kind_of_error(data: bytes) -> None:
    try:
        load_yaml(data, path="m.yaml")
    except EntryError as error:
        assert min(problem.place.line for problem in error.problems) >= 1
