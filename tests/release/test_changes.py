"""What changed between two inventories: every row once, and nothing that only moved."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sdlc.release.changes import changes
from sdlc.release.inventory import Inventory

fields = st.dictionaries(st.sampled_from("ab"), st.sampled_from("xyz"))
table = st.dictionaries(st.sampled_from("klmnop"), fields)


def one(name: str, old: dict[str, dict[str, str]], new: dict[str, dict[str, str]]):  # type: ignore[no-untyped-def]
    [section] = changes(Inventory({name: old}), Inventory({name: new}))
    return section


@given(table, table)
def test_every_row_is_new_gone_different_or_the_same(old, new) -> None:  # type: ignore[no-untyped-def]
    section = one("policy", old, new)
    assert set(section.added) == set(new) - set(old)
    assert set(section.removed) == set(old) - set(new)
    assert {row.key for row in section.changed} == {key for key in set(old) & set(new) if old[key] != new[key]}
    assert section.count == len(section.rows)


@given(table)
def test_nothing_changes_from_a_release_to_itself(same) -> None:  # type: ignore[no-untyped-def]
    assert one("policy", same, same).count == 0


def test_what_is_beside_the_point_is_no_change() -> None:
    old = {"bandit B1 f1:1": {"severity": "high", "place": "a.py:3", "message": "x"}}
    assert one("findings", old, {"bandit B1 f1:1": {"severity": "high", "place": "b.py:9", "message": "y"}}).count == 0
    worse = one("findings", old, {"bandit B1 f1:1": {"severity": "critical", "place": "a.py:3"}})
    assert worse.changed[0].words == "severity high → critical"


def test_a_component_whose_hash_changed_under_one_version_is_a_change() -> None:
    section = one("components", {"click": {"version": "8", "hashes": "a"}}, {"click": {"version": "8", "hashes": "b"}})
    assert section.rows == (("different", "click", "hashes a → b"),)


def test_a_table_that_one_of_both_lacks_is_not_known_and_not_empty() -> None:
    [section] = changes(Inventory({"tests": {"t": {}}}), Inventory({}))
    assert not section.known
    assert section.count == 0


def test_an_example_is_short() -> None:
    new = {f"t{number}{'x' * 200}": {} for number in range(5)}
    said = one("tests", {}, new).example
    assert said.endswith("; and 3 more")
    assert len(said) < 220
