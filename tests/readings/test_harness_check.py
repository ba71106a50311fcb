"""The check of a harness itself: a firing and a silent sample for each rule."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sdlc.formats.fuzz_report import FuzzCrash, Grown, HarnessRun, Sight
from sdlc.model.finding import Confidence
from sdlc.readings.harness_check import weak, worse

SOUND = Sight("atheris", looked=1000, entered=1000, first_raise=500, close=190, first_lines=3, lines=40)
RUN = HarnessRun("f", "fuzz/fuzz_f.py", 5000, 9, (), (), searched=5000, sights=(SOUND,))
CRASH = FuzzCrash("KeyError", "x", "a.py", 1, "f", "KeyError in a.py:f", "i", "atheris", True)


def rules(run: HarnessRun) -> list[str]:
    return [finding.rule for finding in weak(run, old="crashes")]


def sights(**changes: Any) -> HarnessRun:
    return replace(RUN, sights=(replace(SOUND, **changes),))


def test_a_sound_harness() -> None:
    assert rules(RUN) == []


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        (sights(lines=3), ["FUZZ-FLAT"]),
        (sights(lines=3, looked=999), []),
        (sights(lines=3, close=0), []),
        (sights(lines=0, first_lines=0), []),
        (replace(sights(lines=3), crashes=(CRASH,)), []),
        (replace(RUN, sights=(SOUND, replace(SOUND, engine="hypothesis", lines=3))), []),
        (replace(RUN, sights=(replace(SOUND, engine="replay", lines=3),)), []),
        (sights(first_raise=999), ["FUZZ-FIRST-RAISE"]),
        (sights(first_raise=998), []),
        (replace(RUN, sights=(SOUND, replace(SOUND, engine="hypothesis", first_raise=999))), []),
        (replace(RUN, sights=(replace(SOUND, first_raise=1000), replace(SOUND, engine="hypothesis", looked=560))), []),
        (replace(RUN, swallows=7), ["FUZZ-SWALLOWS"]),
        (replace(RUN, target="parse"), ["FUZZ-MISSES"]),
        (replace(sights(hit=1), target="parse"), []),
        (sights(early=("box.core",)), ["FUZZ-NOT-INSTRUMENTED"]),
    ],
)
def test_each_rule(run: HarnessRun, expected: list[str]) -> None:
    assert rules(run) == expected


def test_only_the_share_of_refused_inputs_is_unsure() -> None:
    every = replace(sights(first_raise=999, lines=3, early=("box",)), swallows=7)
    sure = {finding.rule: finding.confidence is Confidence.HIGH for finding in weak(every, old="crashes")}
    assert sure == {
        "FUZZ-FLAT": True, "FUZZ-FIRST-RAISE": False, "FUZZ-SWALLOWS": True, "FUZZ-NOT-INSTRUMENTED": True
    }  # fmt: skip


def test_a_harness_that_the_change_did_not_touch_is_old() -> None:
    [new] = weak(replace(RUN, swallows=7), old="crashes")
    [old] = weak(replace(RUN, swallows=7, unchanged=True), old="crashes")
    assert new.properties == {}
    assert old.properties == {"base": "crashes"}
    assert (old.fingerprint, str(old.place)) == (new.fingerprint, "fuzz/fuzz_f.py:7")


@pytest.mark.parametrize(
    ("exponent", "base", "fires"),
    [(2.0, 1.0, True), (2.0, 0.0, True), (2.0, None, False), (2.0, 1.9, False), (1.7, 0.0, False), (1.75, 1.0, True)],
)
def test_growth_counts_only_where_it_is_worse_than_on_the_base(
    exponent: float, base: float | None, fires: bool
) -> None:
    run = replace(RUN, growth=(Grown(b"box:", b"a", b"!", exponent, base),) * 2)
    found = list(worse(run))
    assert [finding.rule for finding in found] == (["FUZZ-GROWTH"] if fires else [])
    assert all("b'box:' + b'a'*n + b'!'" in finding.message for finding in found)
