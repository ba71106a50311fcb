"""What metadata declare: only what is said, nothing invented, nothing that would break a document."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdlc.components.declared import declared, due_of, graph, joined, key_of
from sdlc.model.embedded import Declared, Inside

TEXTS = ("license_expression", "license", "author", "author_email", "maintainer", "maintainer_email", "home")


def metadata(**said: Any) -> dict[str, Any]:
    return {**dict.fromkeys(TEXTS, ""), "urls": {}, "requires": [], "classifiers": [], **said}


@pytest.mark.parametrize(
    ("said", "license"),
    [
        ({"license_expression": "mit or apache-2.0"}, "MIT OR Apache-2.0"),
        ({"license": "BSD-3-Clause"}, "BSD-3-Clause"),
        ({"license": "MIT License, see the file"}, ""),
        ({"license": "x", "classifiers": ["License :: OSI Approved :: MIT License"]}, "MIT"),
        ({"classifiers": ["License :: OSI Approved :: BSD License"]}, ""),
        ({"classifiers": ["License :: OSI Approved :: MIT License", "License :: OSI Approved :: BSD License"]}, ""),
        ({}, ""),
    ],
)
def test_a_license_counts_when_it_is_exactly_one(said: dict[str, Any], license: str) -> None:
    assert declared(metadata(**said)).license == license


@pytest.mark.parametrize(
    ("said", "producer"),
    [
        ({"author_email": "Ada <ada@example.org>, Bob <bob@example.org>"}, ("Ada", "ada@example.org")),
        ({"author": "Ada", "author_email": "ada@example.org"}, ("Ada", "ada@example.org")),
        ({"author": "Ada"}, ("Ada", "")),
        ({"maintainer_email": "Team <team@example.org>"}, ("Team", "team@example.org")),
        ({"author_email": "nobody at example"}, ("", "")),
    ],
)
def test_the_producer_is_the_author_or_else_the_maintainer(said: dict[str, Any], producer: tuple[str, str]) -> None:
    about = declared(metadata(**said))
    assert (about.producer, about.email) == producer


def test_addresses() -> None:
    about = declared(metadata(urls={"Homepage": "https://a.example", "Source Code": "https://a.example/x?y=1#z"}))
    assert (about.site, about.source) == ("https://a.example", "https://a.example/x?y=1#z")
    for wrong in ("javascript:x", "http://a b", "http://%zz", "https://a.example/%zz", "ftp://a.example"):
        assert declared(metadata(home=wrong)).site == ""


def inside(*requires: str) -> Inside:
    return Inside((), (), declared=Declared(requires=requires))


def test_the_graph_follows_extras_that_somebody_asks_for() -> None:
    seen = {
        key_of("box", "1"): inside("web[fast]>=1", "old ; python_version < '3'", "no line"),
        key_of("web", "1"): inside("speed ; extra == 'fast'", "other ; extra == 'slow'"),
        key_of("speed", "1"): inside("web"),
    }
    assert graph(seen, "3.12") == {("box", "1"): ("web",), ("web", "1"): ("speed",), ("speed", "1"): ("web",)}


def test_wheels_of_one_distribution_require_together() -> None:
    both = joined([Declared("MIT", requires=("a", "b")), Declared("ISC", requires=("b", "c"))])
    assert both == Declared("MIT", requires=("a", "b", "c"))


words = st.text(max_size=20)


@given(st.dictionaries(st.sampled_from(TEXTS), words), st.dictionaries(words, words, max_size=3), st.lists(words))
def test_no_metadata_break_it(said: dict[str, str], urls: dict[str, str], requires: list[str]) -> None:
    about = declared(metadata(**said, urls=urls, requires=requires))
    assert len(due_of(about)) == 5
    graph({("a", "1"): Inside((), (), declared=about)}, "3.12")
