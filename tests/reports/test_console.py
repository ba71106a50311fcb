"""One screen: the verdict first, only what blocks open, nothing that a terminal would obey."""

from __future__ import annotations

import dataclasses
import unicodedata

from click import unstyle
from fakes.checks import HOSTILE, finding, record
from hypothesis import given
from hypothesis import strategies as st

from sdlc.model.finding import Severity, Step
from sdlc.model.verdict import Answer, State
from sdlc.reports import render


def shown(*findings: object, verbose: bool = False, **changes: object) -> list[str]:
    return unstyle(render("console", record(*findings, **changes), verbose=verbose)).splitlines()  # type: ignore[arg-type]


def test_the_verdict_comes_first() -> None:
    lines = shown(finding())
    assert lines[0] == "BLOCKED · box 1.0 · profile pr · commit cccccccccccc · BOOTSTRAP"
    assert lines[1:5] == [
        " ✓ tests            passed           0.2 s  87 passed",
        " ✗ static-analysis  failed           0.2 s  12 files",
        " ? vulnerabilities  error            0.2 s  no feed",
        " - fuzz             not-applicable   0.2 s  there is no fuzz/fuzz_*.py",
    ]


def test_a_finding_has_its_place_its_fix_and_its_command() -> None:
    text = "\n".join(shown(finding(7)))
    assert "✗ src/a.py:7  command-injection (high, CWE-78): A value becomes part of a command." in text
    assert "fix: Pass a list." in text
    assert "again: sdlc check --gate static-analysis" in text


def test_a_flow_names_the_places_that_it_passes() -> None:
    steps = tuple(Step(f"src/{name}.py", 3, "x") for name in ("view", "view", "b", "c", "d", "e"))
    text = "\n".join(shown(dataclasses.replace(finding(7), steps=steps)))
    assert "way: src/view.py:3 → src/b.py:3 → src/c.py:3 → … → src/e.py:3" in text
    assert "way:" not in "\n".join(shown(finding(7)))


def test_a_rule_without_findings_has_its_next_step() -> None:
    text = "\n".join(shown())
    assert " ? rule fresh: no feed" in text
    assert "→ Fetch a feed." in text


def test_one_screen_however_much_there_is_and_everything_when_asked() -> None:
    many = [finding(number) for number in range(1, 301)]
    lines = shown(*many)
    assert len(lines) <= 25
    assert lines[-1].strip() == "… 296 more: sdlc check -v"
    assert sum("fix:" in line for line in shown(*many, verbose=True)) == 300


def test_advice_is_shown_only_when_asked() -> None:
    checked = record()
    results = list(checked.results)
    advice = record(finding(severity=Severity.LOW, suppressed="checked by hand")).results[1]
    changes = {"results": (results[0], advice, *results[2:])}
    assert "command-injection" not in "\n".join(shown(**changes))
    assert "command-injection (low, confidence high)" in (text := "\n".join(shown(verbose=True, **changes)))
    assert "[suppressed: checked by hand]" in text


def test_uncommitted_changes_are_said() -> None:
    assert "uncommitted" in shown(dirty=True)[-1]


@given(st.text())
def test_foreign_text_never_reaches_the_terminal_as_it_is(text: str) -> None:
    bad = finding(rule=text, message=text, fix=text, reproduce=text)
    for verbose in (False, True):
        printed = unstyle(render("console", record(bad, version=text), verbose=verbose))
        unsafe = {c for c in printed if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")} - {"\n"}
        assert unsafe == set()


def test_a_bidirectional_trick_is_visible() -> None:
    text = "\n".join(shown(finding(message=HOSTILE)))
    assert "\\u202e" in text
    assert "\\x1b" in text


def test_what_is_only_tolerated_has_the_fingerprint_that_the_commands_ask_for() -> None:
    one = finding(7)
    made = record(one, answer=Answer.ALLOWED)
    for gate, ways in (("static-analysis", ["sdlc waive"]), ("vulnerabilities", ["sdlc vex write", "sdlc waive"])):
        rule = dataclasses.replace(made.verdict.rules[0], gate=gate, state=State.TOLERATED)
        verdict = dataclasses.replace(made.verdict, rules=(rule,))
        lines = shown(verdict=verdict, verbose=True)
        assert [way for line in lines for way in ways if f"{way} {one.fingerprint[:15]} " in line] == ways
