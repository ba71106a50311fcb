"""However long the blocks are, they fit on a screen where they can, and nothing is left out unsaid."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sdlc.formats.terminal import fitted

blocks = st.lists(st.lists(st.text("ab", max_size=2), max_size=40), min_size=1, max_size=6)


@given(blocks)
def test_it_fits_or_has_one_line_for_each_block(some: list[list[str]]) -> None:
    lines = fitted(some, "more")
    least = len(some[0]) + sum(1 for block in some[1:] if block) + 1
    assert len(lines) <= max(25, least)
    assert lines[: len(some[0])] == some[0]
    if sum(map(len, some)) <= 25:
        assert lines == [line for block in some for line in block]
    else:
        assert lines[-1] == "more"


@given(blocks)
def test_what_is_left_out_is_counted(some: list[list[str]]) -> None:
    lines = fitted(some, "more")
    left_out = sum(int(line.split()[2]) for line in lines if line.startswith("  … and"))
    cut = sum(line.startswith("  … and") for line in lines)
    assert len(lines) - cut - (lines[-1:] == ["more"]) + left_out == sum(map(len, some))
