"""The tree: everything once in full, nothing lost, circles and deep chains included."""

from __future__ import annotations

import itertools
from typing import Any

from fakes.boms import rich_bom
from hypothesis import given
from hypothesis import strategies as st

from sdlc.inventory.rows import Inventory, Item, load_inventory
from sdlc.inventory.tree import UNREACHED, tree


def lines(inventory: Inventory, **more: Any) -> list[str]:
    return [str(line) for line in tree(inventory, **more)]


def inventory(edges: dict[str, tuple[str, ...]], root: str = "0") -> Inventory:
    items = [Item(name, "library", f"n{name}", "1", requires=needs) for name, needs in sorted(edges.items())]
    top = next(item for item in items if item.ref == root)
    return Inventory(top, tuple(item for item in items if item is not top), "", 1, "1.6", "", (), ())


def test_the_tree_of_a_product() -> None:
    assert lines(load_inventory(rich_bom(), what="bom")) == [
        "box 1.0",
        "└─ h11 0.16.0  1 unexplained",
        "   ├─ libmine (no version)  inside, generic  [filename; 0.6]",
        "   ├─ libtiff 4.7.2  inside, generic  [binary-analysis, filename, manifest-analysis; 0.9]",
        "   ├─ six 1.16.0  inside, pypi  [manifest-analysis; 0.9]",
        "   └─ idna 3.10",
    ]


def test_a_depth_says_what_it_hides() -> None:
    shown = lines(load_inventory(rich_bom(), what="bom"), depth=1)
    assert shown == ["box 1.0", "└─ h11 0.16.0  1 unexplained  … 1 required, 3 inside"]
    assert lines(load_inventory(rich_bom(), what="bom"), depth=0) == ["box 1.0  … 1 required, 0 inside"]


def test_what_is_required_twice_is_shown_once() -> None:
    shown = lines(inventory({"0": ("1", "2"), "1": ("3",), "2": ("3",), "3": ("4",), "4": ()}))
    assert shown == ["n0 1", "├─ n1 1", "│  └─ n3 1", "│     └─ n4 1", "└─ n2 1", "   └─ n3 1  (see above)"]


def test_what_nothing_reaches_comes_last_a_circle_too() -> None:
    shown = lines(inventory({"0": (), "1": ("2",), "2": (), "3": ("4",), "4": ("3",)}))
    assert shown == ["n0 1", UNREACHED, "n1 1", "└─ n2 1", "n3 1", "└─ n4 1", "   └─ n3 1  (see above)"]


def test_a_deep_chain_needs_no_recursion() -> None:
    names = [str(number) for number in range(3000)]
    chain: dict[str, tuple[str, ...]] = {one: (following,) for one, following in itertools.pairwise(names)} | {
        names[-1]: ()
    }
    assert len(lines(inventory(chain))) == 3000


@given(
    st.dictionaries(st.integers(0, 7).map(str), st.sets(st.integers(0, 7).map(str), max_size=4), min_size=1, max_size=8)
)
def test_every_component_is_shown_and_every_edge_once(edges: dict[str, set[str]]) -> None:
    edges = {"0": set(), **edges}
    known = {name: tuple(sorted(needs & set(edges))) for name, needs in edges.items()}
    shown = list(tree(inventory(known)))
    assert {line.item.ref for line in shown if line.item is not None} == set(known)
    full = [line for line in shown if line.item is not None and "see above" not in line.note]
    assert sum(len(line.item.requires) for line in full if line.item) >= sum(map(len, known.values()))
