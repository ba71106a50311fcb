"""The index against the lists of a feed that is made here, and, when one is named, of a real one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from sdlc.advisories.index import Index
from sdlc.feeds.feed import open_feed
from sdlc.formats.osv_json import Advisory, Affected

SNAPSHOT = "SDLC_TEST_OSV_FEED"
RELEASES = [f"{major}.{minor}{tail}" for major in range(3) for minor in range(4) for tail in ("rc1", "", ".post1")]
NAMES = ("alpha", "beta", "gamma")


@st.composite
def feeds(draw: st.DrawFn) -> list[tuple[str, int, int]]:
    """Rows of (name, first, end): positions in RELEASES that are affected."""
    ends = st.integers(0, len(RELEASES))
    rows = draw(st.lists(st.tuples(st.sampled_from(NAMES), ends, ends), max_size=6))
    return [(name, min(a, b), max(a, b)) for name, a, b in rows if a != b]


@given(feeds())
def test_ranges_give_what_the_lists_say(rows: list[tuple[str, int, int]]) -> None:
    ranged, listed = [], []
    for number, (name, first, end) in enumerate(rows):
        events = [("introduced", RELEASES[first])]
        events += [("fixed", RELEASES[end])] if end < len(RELEASES) else []
        for target, row in (
            (ranged, Affected(name, (), (tuple(events),))),
            (listed, Affected(name, tuple(RELEASES[first:end]), ())),
        ):
            target.append(Advisory(f"A-{number}", (), "", "", "", (row,), (), ()))
    by_range, by_list = Index(ranged), Index(listed)
    assert sorted(RELEASES, key=Version) == RELEASES
    for name in NAMES:
        for position, version in enumerate(RELEASES):
            expected = [
                f"A-{n}" for n, (named, first, end) in enumerate(rows) if named == name and first <= position < end
            ]
            assert [advisory.id for advisory in by_range.hits(name, version)] == expected
            assert [advisory.id for advisory in by_list.hits(name, version)] == expected


def test_a_record_with_two_rows_of_one_package_is_one_hit() -> None:
    rows = (Affected("alpha", ("1.0",), ()), Affected("alpha", ("1.0", "2.0"), ()), Affected("beta", ("1.0",), ()))
    index = Index([Advisory("A-1", (), "", "", "2026-01-01", rows, (), ())])
    assert [advisory.id for advisory in index.hits("alpha", "1.0")] == ["A-1"], "withdrawn or not: the caller decides"
    assert [advisory.id for advisory in index.hits("alpha", "2.0")] == ["A-1"]
    assert index.hits("beta", "2.0") == index.hits("gamma", "1.0") == []


@pytest.mark.skipif(SNAPSHOT not in os.environ, reason=f"{SNAPSHOT} names no feed of OSV records")
def test_every_listed_version_of_a_real_feed_is_a_hit() -> None:
    feed = open_feed(Path(os.environ[SNAPSHOT]))
    index = Index(record.advisory for record in feed.records.values())
    missed, asked = [], 0
    known: dict[tuple[str, str], set[str]] = {}
    for record in feed.records.values():
        for affected in record.advisory.affected:
            for version in affected.versions:
                asked += 1
                key = (affected.name, version)
                if key not in known:
                    known[key] = {advisory.id for advisory in index.hits(*key)}
                if record.advisory.id not in known[key]:
                    missed.append((record.advisory.id, affected.name, version))
    assert missed == []
    assert asked > 1000
