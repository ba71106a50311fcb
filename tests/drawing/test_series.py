"""Lines and bars: what was not measured is a gap, and no number is drawn that is none."""

import itertools
import math
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdlc.drawing.series import PLOT_HEIGHT, PLOT_WIDTH, TOP, Bar, Line, bars, lines

SVG = "{http://www.w3.org/2000/svg}"
VALUES = st.floats(0, 1e12, allow_nan=False)


def test_a_missing_value_is_a_gap_and_not_zero() -> None:
    svg = ElementTree.fromstring(lines(["1", "2", "3"], [Line("high", (4, None, 2))], title="t"))
    path = next(path.get("d", "") for path in svg.iter(f"{SVG}path") if path.get("class") == "line")
    assert path.count("M") == 2
    assert "L" not in path
    assert [dot[0].text for dot in svg.iter(f"{SVG}circle")] == ["high, 1: 4", "high, 3: 2"]


@given(st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=30))
def test_every_point_lies_inside_of_the_plot(pairs: list[tuple[float, float]]) -> None:
    axis = [f"release {place}" for place in range(len(pairs))]
    svg = ElementTree.fromstring(
        lines(axis, [Line("a", tuple(a for a, _ in pairs)), Line("b", tuple(b for _, b in pairs), "bad")], title="t")
    )
    dots = list(svg.iter(f"{SVG}circle"))
    assert len(dots) == 2 * len(pairs)
    assert all(TOP - 0.1 <= float(dot.get("cy", "")) <= TOP + PLOT_HEIGHT + 0.1 for dot in dots)


def test_names_at_the_ends_stand_apart() -> None:
    svg = ElementTree.fromstring(lines(["1"], [Line(name, (7,)) for name in "abcd"], title="t"))
    levels = sorted(float(text.get("y", 0)) for text in svg.iter(f"{SVG}text") if (text.text or "").endswith(" 7"))
    assert len(levels) == 4
    assert all(after - before >= 16 for before, after in itertools.pairwise(levels))


def test_bars_share_one_scale() -> None:
    svg = ElementTree.fromstring(
        bars([Bar("a", ((30, "good"), (20, "bad")), "50 of 100"), Bar("b", ((100, ""),))], title="t", whole=100)
    )
    lengths = [
        float(rect.get("width", 0)) for rect in svg.iter(f"{SVG}rect") if rect.get("class", "").startswith("bar")
    ]
    assert lengths == [pytest.approx(PLOT_WIDTH * share) for share in (0.3, 0.2, 1.0)]


@pytest.mark.parametrize("value", [-1.0, math.nan, math.inf])
def test_a_number_that_is_none_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="can't be drawn"):
        lines(["1"], [Line("a", (value,))], title="t")
    with pytest.raises(ValueError, match="can't be drawn"):
        bars([Bar("a", ((value, ""),))], title="t")


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="2 values for 1 labels"):
        lines(["1"], [Line("a", (1, 2))], title="t")
    with pytest.raises(ValueError, match="longer than the whole"):
        bars([Bar("a", ((11, ""),))], title="t", whole=10)


def test_nothing_measured_is_an_empty_plot() -> None:
    assert not list(ElementTree.fromstring(lines(["1"], [Line("a", (None,))], title="t")).iter(f"{SVG}circle"))
    assert not list(ElementTree.fromstring(bars([], title="t")).iter(f"{SVG}circle"))


def test_the_smallest_number_there_is_has_a_place() -> None:
    svg = ElementTree.fromstring(lines(["1"], [Line("a", (5e-324,))], title="t"))
    assert len(list(svg.iter(f"{SVG}circle"))) == 1
