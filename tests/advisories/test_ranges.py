"""Impossible ranges are named, and the order of events is that of `packaging`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import canonicalize_version
from packaging.version import Version

from sdlc.advisories.ranges import Comparison, key, parse, problems_of
from sdlc.formats.osv_json import Advisory, Affected, Events

versions = st.builds(
    lambda epoch, release, pre, post, dev, local: epoch + ".".join(map(str, release)) + pre + post + dev + local,
    st.sampled_from(["", "", "", "1!"]),
    st.lists(st.integers(0, 12), min_size=1, max_size=4),
    st.sampled_from(["", "", "a1", "b2", "rc1"]),
    st.sampled_from(["", "", ".post1"]),
    st.sampled_from(["", "", ".dev3"]),
    st.sampled_from(["", "", "+cpu", "+cu118.2"]),
)


def one(*ranges: Events, problems: tuple[str, ...] = ()) -> Advisory:
    return Advisory("A-1", (), "", "", "", (Affected("a", (), ranges),), (), (), problems=problems)


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ((("introduced", "2.0"), ("fixed", "1.0")), ["A-1: fixed 1.0 ends no range: nothing is introduced below it"]),
        ((("introduced", "2.0"), ("fixed", "2.0")), ["A-1: fixed 2.0 ends no range: nothing is introduced below it"]),
        (
            (("introduced", "1"), ("fixed", "2"), ("introduced", "5"), ("fixed", "4")),
            ["A-1: fixed 4 ends no range: the last range begins at 1 and has ended"],
        ),
        ((("introduced", "soon"),), ["A-1: a range has a version that PEP 440 cannot read: all are affected"]),
        ((("introduced", "0"), ("fixed", "2.0")), []),
        ((("introduced", "1.0"), ("last_affected", "1.0")), []),
        ((("introduced", "0"), ("fixed", "1.0"), ("introduced", "1.0"), ("last_affected", "1.0")), []),
        ((("introduced", "0"), ("limit", "*")), []),
    ],
)
def test_an_impossible_range_is_named(events: Events, said: list[str]) -> None:
    assert list(problems_of(one(events))) == said


def test_an_impossible_range_loses_nothing_else() -> None:
    row = Affected(
        "a", ("0.1",), ((("introduced", "2.0"), ("fixed", "1.0")), (("introduced", "0.5"), ("fixed", "0.6")))
    )
    comparison = Comparison(row)
    assert [text for text in ("0.1", "0.5", "0.6", "1.5", "2.0") if comparison.holds(text)] == ["0.1", "0.5", "2.0"]


def test_what_reading_a_record_found_is_named_too() -> None:
    assert problems_of(one((("introduced", "0"),), problems=("modified: 'x' is no date",))) == (
        "A-1: modified: 'x' is no date",
    )


@given(versions, versions, versions)
def test_the_order_is_that_of_packaging(low: str, high: str, version: str) -> None:
    inside = Comparison(Affected("a", (), ((("introduced", low), ("fixed", high)),))).holds(version)
    at, (begin, end) = Version(version), (Version("0.dev0" if text == "0" else text) for text in (low, high))
    assert inside is (begin <= at and (at < end or end <= begin)), "an end that ends nothing is none"


@given(st.text(max_size=12))
def test_what_packaging_refuses_is_compared_as_text_alone(text: str) -> None:
    listed = Comparison(Affected("a", (text,), ()))
    assert listed.holds(text)
    if parse(text) is None:
        assert not listed.holds(text + " ")
        assert not listed.holds("1.0")


@given(versions, versions)
def test_equal_is_what_packaging_holds_for_equal(listed: str, version: str) -> None:
    same = {Version(version), Version(Version(version).public)}
    assert Comparison(Affected("a", (listed,), ())).holds(version) is (Version(listed) in same)


number = r"(0|[1-9][0-9]?)"
written = st.from_regex(rf"\A{number}(\.{number}){{0,5}}((a|b|rc){number})?(\.post{number})?(\.dev{number})?\Z")


@given(written)
def test_one_text_for_all_that_is_equal_is_that_of_packaging(text: str) -> None:
    assert key(text) == canonicalize_version(text)


@pytest.mark.parametrize("text", ["1", "1.0", "1.0.0", "v1.0", "01.0", "1.0.0.0", " 1.0"])
def test_one_version_has_many_texts(text: str) -> None:
    assert Comparison(Affected("a", (text,), ())).holds("1.0.0+cpu")
