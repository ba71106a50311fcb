"""Markers about extras: what is left of them means the same to somebody who installs exactly those extras."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.markers import Marker

from sdlc.formats.shipped_extras import without_extras


@pytest.mark.parametrize(
    ("marker", "shipped", "left"),
    [
        ("", (), ""),
        ("sys_platform == 'win32'", (), "sys_platform == 'win32'"),
        ('extra == "fast"', (), None),
        ('extra == "Fast_One"', ("fast-one",), ""),
        ('"fast" == extra', ("fast",), ""),
        ('extra != "fast"', ("fast",), None),
        ('sys_platform == "win32" and extra == "fast"', ("fast",), '(sys_platform == "win32")'),
        ('sys_platform == "win32" and extra == "fast"', (), None),
        ('python_version ~= "3.11" or extra == "fast"', (), '(python_version ~= "3.11")'),
        ('python_version === "3.11" or extra == "fast"', ("fast",), ""),
        ("'dev' in dependency_groups or 'fast' in extras", ("fast",), ""),
        ("'dev' in dependency_groups", ("dev",), None),
        ("'dev' not in dependency_groups and os_name == 'nt'", (), "(os_name == 'nt')"),
    ],
)
def test_what_extras_decide_is_decided(marker: str, shipped: tuple[str, ...], left: str | None) -> None:
    assert without_extras(marker, shipped) == left


def test_default_groups_are_installed() -> None:
    assert without_extras("'main' in dependency_groups", (), ("Main",)) == ""


@pytest.mark.parametrize(
    "marker",
    ["extra", 'extra > "a"', 'extra == "a" and', '"extra" == "a" and (', "(" * 300 + 'extra == "a"' + ")" * 300],
)
def test_what_is_no_marker_is_refused(marker: str) -> None:
    with pytest.raises(ValueError, match="is no marker"):
        without_extras(marker, ())


leaves = st.sampled_from(
    [
        'extra == "a"',
        'extra != "b"',
        '"a" == extra',
        'sys_platform == "linux"',
        'python_version ~= "3.11"',
        "os_name != 'x'",
    ]
)
markers = st.recursive(
    leaves,
    lambda inner: st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
)


@given(markers, st.sampled_from(["", "a", "b"]), st.sampled_from(["linux", "win32"]))
def test_what_is_left_means_the_same(marker: str, extra: str, platform: str) -> None:
    """Of one extra alone packaging itself can tell the answer."""
    left = without_extras(marker, {extra} - {""})
    target = {"sys_platform": platform, "python_version": "3.12", "os_name": "posix"}
    expected = Marker(marker).evaluate({**target, "extra": extra})
    assert "extra" not in (left or "")
    assert (left is not None and (left == "" or Marker(left).evaluate(target))) is expected
