"""OSV's own evaluation, by PEP 440."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from packaging.version import Version

from sdlc.advisories.match import affects, groups, is_affected, smallest_fix
from sdlc.formats.osv_json import Advisory, Affected, Events


def advisory(
    identifier: str = "A-1", *affected: Affected, aliases: tuple[str, ...] = (), withdrawn: str = ""
) -> Advisory:
    return Advisory(identifier, aliases, "", "2026-01-01T00:00:00+00:00", withdrawn, affected, (), ())


def spans(*ranges: Events, versions: tuple[str, ...] = ()) -> Affected:
    return Affected("a", versions, ranges)


FIXED: Events = (("introduced", "1.0"), ("fixed", "2.0"))
LAST: Events = (("introduced", "0"), ("last_affected", "1.5"))
TWICE: Events = (("introduced", "3.0"), ("fixed", "3.2"), ("introduced", "1.0"), ("fixed", "1.2"))
LIMITED: Events = (("introduced", "0"), ("limit", "2.0"))


@pytest.mark.parametrize(
    ("events", "version", "hit"),
    [
        (FIXED, "0.9", False),
        (FIXED, "1.0", True),
        (FIXED, "1.10", True),
        (FIXED, "2.0rc1", True),
        (FIXED, "2.0", False),
        (FIXED, "1.5+cpu", True),
        (FIXED, "1!1.5", False),
        (LAST, "1.5", True),
        (LAST, "1.5.0+cu118", True),
        (LAST, "1.5.1", False),
        (LAST, "0.0.1.dev1", True),
        (TWICE, "1.1", True),
        (TWICE, "1.2", False),
        (TWICE, "3.1", True),
        (TWICE, "3.2", False),
        (LIMITED, "1.9", True),
        (LIMITED, "2.0", False),
        ((("introduced", "0"), ("limit", "*")), "9", True),
        ((("introduced", "nonsense"),), "1.0", True),
        ((("introduced", "0"), ("fixed", "1.0"), ("introduced", "1.0"), ("last_affected", "1.0")), "1.0", True),
    ],
)
def test_ranges(events: Events, version: str, hit: bool) -> None:
    assert is_affected(spans(events), version) is hit


@pytest.mark.parametrize(
    ("version", "hit"), [("1.0", True), ("1.0.0", True), ("1.0+local", True), ("1.1", False), ("2004d", True)]
)
def test_listed_versions(version: str, hit: bool) -> None:
    assert is_affected(spans(versions=("1.0", "2004d")), version) is hit


def test_ranges_and_versions_are_one_union() -> None:
    assert is_affected(spans(FIXED, versions=("0.1",)), "0.1")


def test_a_version_that_nobody_can_read_is_affected_by_every_range() -> None:
    assert is_affected(spans(FIXED), "unknown")
    assert is_affected(spans(FIXED), "")
    assert not is_affected(spans(versions=("1.0",)), "unknown")


def test_other_packages_and_withdrawn_records_do_not_count() -> None:
    assert affects(advisory("A", spans(FIXED)), "a", "1.5")
    assert not affects(advisory("A", spans(FIXED)), "b", "1.5")
    assert not affects(advisory("A", spans(FIXED), withdrawn="2026-01-01T00:00:00+00:00"), "a", "1.5")


def test_records_joined_by_a_chain_of_aliases_are_one() -> None:
    one = advisory("GHSA-1", aliases=("CVE-1",))
    two = advisory("PYSEC-1", aliases=("CVE-2",))
    joint = advisory("OTHER-1", aliases=("CVE-1", "CVE-2"))
    alone = advisory("CVE-3")
    found = groups([one, two, alone, joint])
    assert sorted(sorted(member.id for member in group) for group in found) == [
        ["CVE-3"],
        ["GHSA-1", "OTHER-1", "PYSEC-1"],
    ]


def test_the_fix_is_one_that_no_record_of_the_group_affects() -> None:
    first = advisory("A-1", spans((("introduced", "0"), ("fixed", "1.5"))))
    second = advisory("A-2", spans((("introduced", "1.4"), ("fixed", "1.6"))))
    assert smallest_fix([first], "a", "1.0") == "1.5"
    assert smallest_fix([first, second], "a", "1.0") == "1.6"
    assert smallest_fix([first], "a", "1.5") == ""
    assert smallest_fix([advisory("A-3", spans(LAST))], "a", "1.0") == ""


versions = st.from_regex(r"[0-9]{1,2}\.[0-9]{1,2}((a|rc)[0-9])?(\.post[0-9])?", fullmatch=True)


@given(versions, versions, versions)
def test_a_range_is_its_two_ends(low: str, high: str, version: str) -> None:
    assume(Version(low) < Version(high))
    expected = Version(low) <= Version(version) < Version(high)
    assert is_affected(spans((("fixed", high), ("introduced", low))), version) is expected


@given(
    st.text(max_size=10), st.lists(st.tuples(st.sampled_from(["introduced", "fixed", "limit"]), st.text(max_size=6)))
)
def test_nothing_makes_the_comparison_fail(version: str, events: list[tuple[str, str]]) -> None:
    is_affected(spans(tuple(events)), version)
