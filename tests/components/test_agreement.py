"""Lock and wheel: what the wheel requires is pinned, at a version that it accepts, for the stated target."""

from __future__ import annotations

import pytest

from sdlc.components.agreement import conflicts, disagreements, is_python, on_target, required, same_version
from sdlc.formats.requirements_txt import Pin


def pin(name: str, version: str = "1.0", marker: str = "") -> Pin:
    return Pin(name, version, ("a" * 64,), marker, 1)


@pytest.mark.parametrize(
    ("requires", "pins", "found"),
    [
        (["h11>=0.14"], [pin("h11", "0.16.0")], []),
        (["h11>=0.14"], [], [("unlocked", "h11")]),
        (["h11>=0.14"], [pin("h11", "0.13")], [("outside", "h11")]),
        (["H_11.x"], [pin("h-11-x")], []),
        (["h11>=0.14"], [pin("h11", "0.16.0rc1")], []),
        (["h11"], [pin("h11", "1.0", 'sys_platform == "win32"')], [("unlocked", "h11")]),
        (['colorama ; sys_platform == "win32"'], [], []),
        (['fast ; extra == "speed"'], [], []),
        (["h11 @ https://host.example/h11.whl"], [pin("h11")], [("outside", "h11")]),
        (["not a requirement at all !"], [], [("unlocked", "not a requirement at all !")]),
        (['h11 ; python_version < "3.12"'], [], [("unlocked", "h11")]),
        (['h11 ; python_version >= "3.12"'], [], []),
    ],
)
def test_what_the_wheel_needs_and_the_lock_gives(
    requires: list[str], pins: list[Pin], found: list[tuple[str, str]]
) -> None:
    assert [(gap.kind, gap.name) for gap in disagreements(requires, pins, "3.11")] == found


def test_extras_that_are_shipped_are_required_also_through_each_other() -> None:
    lines = ['a ; extra == "one"', 'box[one] ; extra == "all"', "b"]
    names = [str(one) for one in required(lines, "3.11", product="box", extras=["all"])]
    assert sorted(name.partition(";")[0].strip() for name in names) == ["a", "b"]


def test_two_versions_for_one_target_are_a_conflict() -> None:
    pins = [pin("a", "1.0"), pin("a", "2.0", 'python_version < "3.12"'), pin("b", "1", 'sys_platform == "win32"')]
    [conflict] = conflicts(pins, "3.11")
    assert (conflict.name, conflict.required) == ("a", "1.0, 2.0")
    assert conflicts(pins, "3.13") == ()


def test_a_doubt_is_never_agreement() -> None:
    unknown = "nonsense == '1'"
    assert on_target(unknown, "3.11")
    assert not on_target(unknown, "3.11", doubt=False)


@pytest.mark.parametrize(("text", "yes"), [("3.11", True), ("3.11.7", True), ("", False), ("2.7", False), ("3", False)])
def test_pythons(text: str, yes: bool) -> None:
    assert is_python(text) is yes


@pytest.mark.parametrize(
    ("one", "other", "same"), [("1.0", "1.0.0", True), ("1.0", "1.1", False), ("x", "x", True), ("x", "y", False)]
)
def test_versions_are_compared_by_their_meaning(one: str, other: str, same: bool) -> None:
    assert same_version(one, other) is same
