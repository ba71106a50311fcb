"""Every kind of id is explained, from the last check where there is one; what nobody knows is said so."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import REPOSITORY
from fakes.checks import HOSTILE, finding, record

from sdlc.cli import main
from sdlc.disk import LocalDisk
from sdlc.errors import ExitCode
from sdlc.formats.check_json import dump_check
from sdlc.model.verdict import Action
from sdlc.session import Session
from sdlc.tools import LocalTools

COMPILED = REPOSITORY / "rules" / "compiled" / "python.json"
RULES = [rule["id"] for rule in json.loads(COMPILED.read_text())["rules"]]


@pytest.fixture
def checked(tmp_path: Path) -> Path:
    made = record(finding(1), finding(2, message=HOSTILE))
    actions = (
        Action("Pass a list.", ("no-weakness",), 2, "sdlc check", finding(1).fingerprint),
        Action("Fetch.", ("fresh",)),
    )
    made = replace(made, verdict=replace(made.verdict, actions=actions))
    out = tmp_path / ".sdlc" / "out"
    out.mkdir(parents=True)
    (out / "check.json").write_bytes(dump_check(made))
    return tmp_path


def explain(name: str, path: Path) -> ExitCode:
    return main(
        ("explain", name, str(path)), Session(datetime(2026, 6, 1, tzinfo=UTC), {}, LocalDisk(), LocalTools({}))
    )


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (finding(1).fingerprint, "command-injection, found by static-analysis at src/a.py:1"),
        (finding(1).fingerprint[:12], "fix: Pass a list."),
        ("no-weakness", "1. Pass a list. (clears 2)"),
        ("no-weakness", "or:  sdlc waive f1:"),
        ("fresh", "incomplete: no feed"),
        ("blockers", "2. Fetch."),
        ("command-injection", "found by static-analysis: src/a.py:2"),
        ("quorum-not-reached", "what to do:"),
        ("K04", "a cross-check of the row consistency"),
        ("TM208", "acceptance of another text, a rule about threat models"),
        ("TM401", "fix: Claim it in the model"),
    ],
)
def test_what_is_known_is_explained(checked: Path, capsys: pytest.CaptureFixture[str], name: str, said: str) -> None:
    assert explain(name, checked) is ExitCode.ALLOWED
    assert said in capsys.readouterr().out


def test_hostile_text_does_not_reach_the_terminal(checked: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert explain(finding(2).fingerprint, checked) is ExitCode.ALLOWED
    assert "\x1b" not in capsys.readouterr().out


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_is_explained_without_a_check(tmp_path: Path, capsys: pytest.CaptureFixture[str], rule: str) -> None:
    assert explain(rule, tmp_path) is ExitCode.ALLOWED
    said = capsys.readouterr().out
    assert "  fix: " in said
    assert "CWE-" in said


def test_every_reason_code_is_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = (REPOSITORY / "docs" / "reason-codes.md").read_text()
    codes = [line.split("`")[1] for line in page.splitlines() if line.startswith("| `")]
    assert len(codes) > 50
    for code in codes:
        assert explain(code, tmp_path) is ExitCode.ALLOWED, code
        assert "what happened" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["nonsense", "f1:0000", "K99", ""])
def test_what_nobody_knows(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert explain(name, tmp_path) is ExitCode.USAGE
    assert "there is no check at" in capsys.readouterr().err
