"""Two SBOMs compared: every difference once, and none where there is none."""

from __future__ import annotations

import json
from dataclasses import replace

from conftest import REPOSITORY
from fakes.boms import PINS, rich_bom
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from sdlc.formats.requirements_txt import Pin
from sdlc.inventory.difference import differences, to_json
from sdlc.inventory.rows import Inventory, Item, load_inventory

OLD = load_inventory(rich_bom(), what="old")
H11, IDNA = PINS


def said(old: Inventory, new: Inventory) -> list[tuple[str, str, str, str]]:
    return [(change.word, change.name, *change.values) for change in differences(old, new)]


def test_an_sbom_does_not_differ_from_itself() -> None:
    assert said(OLD, OLD) == []


def test_what_came_went_and_changed() -> None:
    more = Pin("attrs", "25.1.0", ("e" * 64,), "", 3)
    new = load_inventory(rich_bom(H11, replace(IDNA, version="3.11"), more), what="new")
    assert said(OLD, new) == [("added", "attrs", "", "25.1.0"), ("version", "idna", "3.10", "3.11")]
    assert said(new, OLD) == [("removed", "attrs", "25.1.0", ""), ("version", "idna", "3.11", "3.10")]


def test_other_files_under_the_same_version() -> None:
    new = load_inventory(rich_bom(H11, replace(IDNA, hashes=("b" * 64,))), what="new")
    [(word, name, old, now)] = said(OLD, new)
    assert (word, name) == ("hashes", "idna")
    assert len(old.split()) == 2
    assert now == "sha256:" + "b" * 64


def test_what_is_inside_of_a_component_is_compared_there() -> None:
    old = replace(OLD, items=tuple(item for item in OLD.items if item.name != "libtiff"))
    assert said(old, OLD) == [("added", "h11 / libtiff", "", "4.7.2")]


def test_another_license() -> None:
    items = tuple(replace(item, license="ISC") if item.name == "h11" else item for item in OLD.items)
    assert said(OLD, replace(OLD, items=items)) == [("license", "h11", "MIT", "ISC")]


def test_the_product_itself() -> None:
    new = replace(OLD, root=replace(OLD.root, version="2.0"))
    assert said(OLD, new) == [("version", "box", "1.0", "2.0")]


def test_several_versions_of_one_name_are_paired_by_version() -> None:
    def of(*versions: str) -> Inventory:
        items = tuple(Item(f"idna@{one}", "library", "idna", one, f"pkg:pypi/idna@{one}") for one in versions)
        return replace(OLD, items=items)

    assert said(of("1", "2"), of("2", "3")) == [("version", "idna", "1", "3")]
    assert said(of("1"), of("1", "2", "3")) == [("added", "idna", "", "2"), ("added", "idna", "", "3")]


def test_the_document_of_a_comparison() -> None:
    new = load_inventory(rich_bom(H11), what="new")
    document = to_json(OLD, new, differences(OLD, new))
    assert document["schema"] == "sdlc.sbom-diff/1"
    assert document["counts"] == {"added": 0, "removed": 1, "version": 0, "hashes": 0, "license": 0}
    assert document["changes"] == [
        {
            "what": "removed",
            "name": "idna",
            "carriers": [],
            "purl": {"old": "pkg:pypi/idna@3.10", "new": ""},
            "old": "3.10",
            "new": "",
        }
    ]
    assert document["old"]["serialNumber"] == OLD.serial
    schema = json.loads((REPOSITORY / "docs" / "schemas" / "sbom-diff.schema.json").read_text())
    Draft202012Validator(schema).validate(document)


items = st.lists(
    st.builds(
        lambda name, version, license: Item(f"{name}{version}", "library", name, version, "", license),
        st.sampled_from("abc"),
        st.sampled_from("12"),
        st.sampled_from(("MIT", "")),
    ),
    max_size=6,
    unique_by=lambda item: item.ref,
)


@given(items, items)
def test_both_directions_agree(old: list[Item], new: list[Item]) -> None:
    one, other = replace(OLD, items=tuple(old)), replace(OLD, items=tuple(new))
    there, back = said(one, other), said(other, one)
    turned = {"added": "removed", "removed": "added"}
    assert sorted((turned.get(word, word), name, b, a) for word, name, a, b in there) == sorted(back)
    assert (not there) == (
        {(i.name, i.version, i.license) for i in old} == {(i.name, i.version, i.license) for i in new}
    )
