"""A finding is in a Top 10 by its number, by what it is a kind of, or outside; and it is said which."""

from __future__ import annotations

import pytest

from sdlc.errors import UsageError
from sdlc.standards.shipped import our_categories
from sdlc.standards.weaknesses import Categories, load_parents


@pytest.mark.parametrize(
    ("cwe", "words"),
    [
        ((79,), ("A03:2021 exact", "A05:2025 exact", "Top 25 exact")),
        ((477,), ("A03:2025 exact",)),
        ((24,), ("A01:2021 inferred by parent", "A01:2025 inferred by parent")),
        ((9999,), ("outside the Top 10",)),
        ((), ()),
    ],
)
def test_by_number_by_parent_or_outside(cwe: tuple[int, ...], words: tuple[str, ...]) -> None:
    assert our_categories().words(cwe) == words


def test_the_nearest_ancestor_counts_and_a_circle_ends() -> None:
    categories = Categories({1: ("far",), 2: ("near",)}, {4: (3,), 3: (2, 4), 2: (1,), 7: (8,), 8: (7,)})
    assert categories.words((4,)) == ("near inferred by parent",)
    assert categories.words((7,)) == ("outside the Top 10",)
    assert categories.words((2, 4)) == ("near exact",)


def test_what_is_no_table_is_refused() -> None:
    for data in (
        b"{}",
        b'{"schema": "sdlc.weaknesses/1", "parents": {"x": [1]}}',
        b'{"schema": "other", "parents": {}}',
    ):
        with pytest.raises(UsageError):
            load_parents(data, "w.json")
