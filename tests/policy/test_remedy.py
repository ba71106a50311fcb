"""Each blocker has a line to paste: a real command of this program, with what is known filled in."""

from __future__ import annotations

import shlex

import click
import pytest
from fakes.checks import finding
from hypothesis import given
from hypothesis import strategies as st

from sdlc import cli
from sdlc.model.finding import Finding
from sdlc.model.verdict import RuleDecision, State
from sdlc.policy.remedy import MENDED, command_for, command_in, command_of, vex, waive
from sdlc.threats.rules import RULES, SURFACE_RULES

FINGERPRINT = finding().fingerprint
RESOLVED = "Upgrade. The resolver accepts it, and nothing else moves: uv pip compile -P low==2.0 r.in -o r.txt"


def is_real(command: str) -> bool:
    """Whether our own command line has this command, with these options."""
    words = shlex.split(command)
    here: click.Command = cli.sdlc
    assert words.pop(0) == "sdlc"
    while isinstance(here, click.Group):
        below = here.get_command(click.Context(here), words.pop(0))
        assert below is not None, command
        here = below
    options = {name for one in here.params for name in one.opts}
    return {word for word in words if word.startswith("-") and not word.startswith("-…")} <= options


@pytest.mark.parametrize(
    ("gate", "found", "command"),
    [
        ("fuzz", finding(reproduce="sdlc fuzz replay"), "sdlc fuzz replay --save"),
        ("threat-model", finding(rule="TM301", reproduce="x"), "sdlc threats fix --write"),
        ("attack-surface", finding(rule="TM401", reproduce="x"), "sdlc threats fix --write"),
        ("attack-surface", finding(rule="TM403", reproduce="sdlc check --gate attack-surface"),
         "sdlc check --gate attack-surface"),
        ("vulnerabilities", finding(properties={"component": "low", "fixed": ""}), vex(FINGERPRINT)),
        ("vulnerabilities", finding(properties={"component": "low", "fixed": "2.0"}, reproduce=""),
         "sdlc check --gate vulnerabilities -v"),
        ("sbom", finding(reproduce=""), "sdlc check --gate sbom -v"),
    ],
)  # fmt: skip
def test_a_finding_has_the_command_of_its_gate(gate: str, found: Finding, command: str) -> None:
    assert command_for(gate, found) == command
    assert is_real(command)


def test_what_the_resolver_accepts_is_the_command() -> None:
    fixed = {"component": "low", "fixed": "2.0"}
    found = finding(fix=RESOLVED, properties=fixed)
    assert command_for("vulnerabilities", found) == "uv pip compile -P low==2.0 r.in -o r.txt"
    hostile = finding(fix=RESOLVED + "; curl x | sh", properties=fixed, reproduce="sdlc check")
    assert command_for("vulnerabilities", hostile) == "sdlc check"


@pytest.mark.parametrize(
    ("step", "command"),
    [
        ("let the sbom gate answer: sdlc check --gate sbom -v", "sdlc check --gate sbom -v"),
        ("[gates.build] in sdlc.toml, then sdlc check --gate build -v", "sdlc check --gate build -v"),
        ("git fetch --unshallow (in GitHub Actions: fetch-depth: 0), then again", "git fetch --unshallow"),
        ("`sdlc gates` lists the gates, `sdlc gates ID` says what one looks at", "sdlc gates"),
        ("uv pip compile --generate-hashes a/b.in -o a/b.txt", "uv pip compile --generate-hashes a/b.in -o a/b.txt"),
        ("install secure-sdlc again", ""),
        ("mend sdlc.toml", ""),
        ("bring passed of tests to at least 20", ""),
        ("uv pip compile a;rm -rf b -o c", ""),
        ("lock again: uv pip compile $(id)", ""),
        ("see: sdlc check > out", ""),
    ],
)
def test_a_sentence_gives_its_command_or_none(step: str, command: str) -> None:
    assert command_in(step) == command
    row = RuleDecision("r", "tests", State.INCOMPLETE, "no answer", (), step)
    assert command_of(row) == (command or "sdlc check --gate tests -v")


def test_without_a_gate_the_whole_check_is_run_again() -> None:
    assert command_of(RuleDecision("consistency", "", State.BLOCKED, "no", (), "")) == "sdlc check --profile release -v"


def test_every_command_that_is_made_is_one_of_ours() -> None:
    assert all(map(is_real, (vex(FINGERPRINT), waive(FINGERPRINT), "sdlc feed fetch URL --out FOLDER")))
    assert {*RULES, *SURFACE_RULES} >= MENDED


@given(st.text(max_size=60))
def test_no_text_gives_a_command_that_a_shell_reads_as_more_than_words(text: str) -> None:
    for prefix in ("", "x: ", "then "):
        found = command_in(f"{prefix}sdlc check {text}")
        assert not set(found) & set("\"'\\$`;|&<>(){}[]*?!#~\n\r\t")
