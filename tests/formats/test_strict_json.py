from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdlc.errors import UnreadableError
from sdlc.formats import strict_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.text(st.characters(codec="utf-8"), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(VALUES)
def test_what_was_dumped_is_loaded(value: object) -> None:
    assert strict_json.loads(strict_json.dumps(value), what="x") == value
    assert strict_json.loads(strict_json.pretty(value), what="x") == value


@given(st.binary(max_size=60))
def test_any_bytes_give_a_value_or_one_kind_of_error(data: bytes) -> None:
    try:
        value = strict_json.loads(data, what="x")
    except UnreadableError as error:
        said = error.message
    else:
        assert value == json.loads(data)
        return
    assert said.startswith("x: ")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'{"result":"FAILED","result":"PASSED"}', "stands twice"),
        (b'{"a":{"b":1,"b":2}}', "stands twice"),
        (b'{"a":NaN}', "NaN"),
        (b"[1e999]", "out of range"),
        (b"[-Infinity]", "Infinity"),
        (b"[" + b"9" * 5000 + b"]", "digits"),
        (b"[" * 100_000, "nested deeper"),
        (b'{"a":' * 70 + b"1" + b"}" * 70, "nested deeper"),
        (b"\xef\xbb\xbf{}", "byte-order mark"),
        (b'"\xff"', "not UTF-8 at byte 1"),
        (b'["\\ud800"]', "surrogate"),
        (b'{"a":1', "line 1, column"),
        (b"", "not JSON"),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(UnreadableError, match=said):
        strict_json.loads(data, what="member")


def test_brackets_in_strings_are_no_nesting() -> None:
    assert strict_json.loads(json.dumps(["[" * 1000]).encode(), what="x") == ["[" * 1000]


def depth_of(text: str) -> int:
    """How deep brackets are nested outside of strings, letter by letter."""
    depth = deepest = 0
    inside = escaped = False
    for letter in text:
        if inside:
            inside, escaped = letter != '"' or escaped, letter == "\\" and not escaped
        elif letter == '"':
            inside = True
        elif letter in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif letter in "]}":
            depth -= 1
    return deepest


@given(st.lists(st.sampled_from(['"', "\\", "[" * 33, "{", "]" * 20, "}", "a", "\n"]), max_size=12).map("".join))
def test_nesting_is_counted_outside_of_strings_alone(text: str) -> None:
    deep = depth_of(text) > strict_json.MAX_DEPTH
    try:
        strict_json.loads(text.encode(), what="x")
    except UnreadableError as error:
        assert ("nested deeper" in error.message) is deep
    else:
        assert not deep


def test_a_string_that_does_not_end_takes_no_time() -> None:
    text = b'["' + b'\\"' * 500_000 + b"[" * 100
    with pytest.raises(UnreadableError, match="not JSON"):
        strict_json.loads(text, what="x")


@pytest.mark.parametrize("text", ['"\\ud83d\\ude00"', '"\\\\ud800"', '"\\u0041"'])
def test_a_whole_pair_is_a_letter(text: str) -> None:
    assert strict_json.loads(text.encode(), what="x") == json.loads(text)


@pytest.mark.parametrize("text", ['{"\\ud800": 1}', '[["\\udfff"]]', '"\\uDBFF"'])
def test_half_of_a_pair_is_refused_wherever_it_stands(text: str) -> None:
    with pytest.raises(UnreadableError, match="surrogate"):
        strict_json.loads(text.encode(), what="x")


def test_a_size_limit_is_a_refusal() -> None:
    with pytest.raises(UnreadableError, match="more than the 10"):
        strict_json.loads(b'"aaaaaaaaaaaaaaa"', what="x", max_bytes=10)


def test_a_list_is_no_object() -> None:
    with pytest.raises(UnreadableError, match="a JSON object"):
        strict_json.loads_object(b"[]", what="x")
