"""Annotations, summary and outputs, whatever the change under test has written into its files."""

from __future__ import annotations

import re

from fakes.checks import HOSTILE, finding, record
from hypothesis import given
from hypothesis import strategies as st

from sdlc.model.finding import Place, Severity
from sdlc.model.verdict import Answer, Verdict
from sdlc.reports import github, render

COMMAND = re.compile(r"::(error|warning) title=[^:,\n]*(,file=[^:,\n]*,line=\d+)?::[^\n]*\Z")


def log(*findings: object, **changes: object) -> list[str]:
    return render("github", record(*findings, **changes)).splitlines()  # type: ignore[arg-type]


def test_a_finding_is_an_annotation_at_its_place() -> None:
    lines = log(finding(7))
    assert lines[0] == "secure-sdlc: blocked"
    assert lines[1] == (
        "::error title=command-injection CWE-78,file=src/a.py,line=7"
        "::A value becomes part of a command. Fix: Pass a list."
    )
    assert lines[2] == "::warning title=fresh::no feed → Fetch a feed."


def test_paths_count_from_the_top_of_the_repository() -> None:
    assert ",file=examples/box/src/a.py," in log(finding(), repository="examples/box")[1]


def test_ten_annotations_at_most_and_the_worst_first() -> None:
    many = [finding(number, severity=Severity.MEDIUM) for number in range(1, 50)]
    lines = log(*many, finding(99, severity=Severity.CRITICAL))
    errors = [line for line in lines if line.startswith("::error")]
    assert len(errors) == 10
    assert ",line=99::" in errors[0]
    assert errors[-1] == "::error title=secure-sdlc::41 more, see the summary"


@given(st.text(), st.text())
def test_no_text_becomes_a_command_of_its_own(text: str, path: str) -> None:
    bad = finding(rule=text, message=f"\n::add-mask::{text}\r\n::error::x", fix=HOSTILE, place=Place(path, 1))
    lines = log(bad)
    assert len(lines) == 3
    assert all(COMMAND.fullmatch(line) for line in lines[1:])


def test_the_summary_is_one_screen_with_the_verdict_first() -> None:
    many = [finding(number) for number in range(1, 50)]
    text = github.summary(record(*many, since="b" * 40, base={"static-analysis": (finding(1).fingerprint, "gone")}))
    lines = text.splitlines()
    assert len(lines) <= 25
    assert lines[0].startswith("## ❌ Blocked – box 1\\.0, commit cccccccccccc since bbbbbbbbbbbb · bootstrap")
    assert "| static-analysis | failed | 48 | 1 | 1 | 0 s |" in lines
    assert "| tests | passed | 0 | – | – | 0 s |" in lines
    assert "1. src/a\\.py\\:1 **command\\-injection** CWE-78: A value becomes part of a command\\." in text
    assert lines[-1] == "Reproduce: `sdlc check --since bbbbbbbbbbbb -v`"


def test_green_is_one_line() -> None:
    good = record()
    holds = tuple(rule for rule in good.verdict.rules if rule.rule != "fresh")
    text = github.summary(record(verdict=Verdict(Answer.ALLOWED, holds)))
    assert text == "## ✅ Allowed – box 1\\.0, commit cccccccccccc\n\n2 rules hold: tests, static-analysis.\n"


def test_what_was_not_answered_is_said() -> None:
    text = github.summary(record())
    assert text.startswith("## ⚠️ Incomplete")
    assert "- fresh: no feed" in text


def test_foreign_text_is_text_in_the_summary() -> None:
    text = github.summary(record(finding(message=HOSTILE), version=HOSTILE))
    assert "<script" not in text
    assert "[link](" not in text
    assert "@someone" not in text


def test_outputs_have_a_fixed_vocabulary() -> None:
    for answer, word in (("allowed", "pass"), ("blocked", "block"), ("incomplete", "error")):
        lines = github.outputs(record(answer=Answer(answer), version=HOSTILE)).splitlines()
        assert lines[0] == f"verdict={word}"
        assert all(re.fullmatch(r"[a-z]+=[a-z0-9]+", line) for line in lines)
