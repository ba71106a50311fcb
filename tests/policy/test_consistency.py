"""Each cross-check fires on its contradiction, and is silent on a release that fits."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes.checks import finding

from sdlc.model.digest import sha256
from sdlc.model.result import GateResult, Grade, Outcome, Reading, ToolVersion
from sdlc.model.verdict import Answer, State
from sdlc.policy.consistency import CHECKS, decide_consistency
from sdlc.policy.decide import decide
from sdlc.policy.facts import Facts
from sdlc.policy.schema import Policy, load_policy
from sdlc.policy.waivers import Waiver

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
WHEEL = {"dist/box-1.0-py3-none-any.whl": sha256(b"wheel")}


def result(gate: str, **changes: Any) -> GateResult:
    reading = Reading(Outcome.PASSED, (), {"components": 9}, {}, "9 components")
    details = {"sbom": {"product-version": "1.0"}, "vulnerabilities": {"feed-date": "2026-05-30T00:00:00+00:00"}}
    reading = replace(reading, **({"details": details.get(gate, {})} | changes.pop("reading", {})))
    tools = (ToolVersion("uv", "0.9"),)
    return replace(GateResult(gate, reading, "r/1", Grade.REPLAYED, {}, WHEEL, tools), **changes)


def good() -> dict[str, GateResult]:
    return {gate: result(gate) for gate in ("build", "tests", "sbom", "vulnerabilities")}


def policy(*gates: str) -> Policy:
    rules = "".join(
        f'[[rules]]\nid = "{gate}"\ntype = "required"\ngate = "{gate}"\nseverity = "critical"\n' for gate in gates
    )
    return load_policy(f'schema = "sdlc.policy/1"\nid = "p"\n{rules}'.encode())


ALL = policy("build", "tests", "sbom", "vulnerabilities")


def facts(**changes: Any) -> Facts:
    made = Facts(good(), "release", NOW, "box", "1.0", committed=NOW - timedelta(hours=2), checked=NOW)
    return replace(made, **changes)


def waiver(gate: str) -> Waiver:
    return Waiver(
        id="W-1",
        gate=gate,
        rule="r",
        owner="dana",
        approver="ada",
        reason="It is only read by administrators.",
        created=NOW.date(),
        expires=NOW.date(),
        fingerprint="f1:" + "0" * 32,
        function="0" * 64,
    )


def test_a_release_that_fits_has_no_contradiction() -> None:
    row = decide_consistency(ALL, facts())
    assert (row.state, row.findings) == (State.HOLDS, ())
    assert decide(ALL, facts()).answer is Answer.ALLOWED


CONTRADICTIONS: list[tuple[str, dict[str, Any], dict[str, GateResult], str]] = [
    ("K01", {}, {"tests": result("tests", raw={"dist/box-1.0-py3-none-any.whl": sha256(b"other")})}, "another box"),
    ("K02", {"committed": NOW + timedelta(hours=1)}, {}, "before the commit"),
    ("K02", {"checked": NOW + timedelta(hours=1)}, {}, "after the release was proposed"),
    ("K02", {"committed": None}, {}, "not recorded"),
    ("K02", {"checked": None}, {}, "not recorded"),
    ("K03", {}, {"tests": result("tests", tools=(ToolVersion("pytest", "unknown"),))}, "version of pytest"),
    ("K03", {}, {"tests": result("tests", reading={"counters": {}})}, "how much it looked at"),
    ("K04", {"version": "1.1"}, {}, "version 1.0, the release is 1.1"),
    ("K05", {}, {"vulnerabilities": result("vulnerabilities", reading={"details": {}})}, "of which day"),
    (
        "K05",
        {},
        {"vulnerabilities": result("vulnerabilities", reading={"details": {"feed-date": "2026-07-01"}})},
        "after the release",
    ),
    (
        "K06",
        {},
        {"hardening": result("hardening", reading={"outcome": Outcome.FAILED, "findings": (finding(),)})},
        "1 findings of hardening",
    ),
    ("K07", {"waivers": (waiver("secrets"),)}, {}, "which did not run"),
    ("K07", {}, {"sbom": result("sbom", reading={"counters": {"components": 8}})}, "8 components"),
]


@pytest.mark.parametrize(("number", "changes", "results", "said"), CONTRADICTIONS)
def test_a_contradiction_blocks_and_is_named(
    number: str, changes: dict[str, Any], results: dict[str, GateResult], said: str
) -> None:
    made = facts(results={**good(), **results}, **changes)
    row = decide_consistency(ALL, made)
    assert row.state is State.BLOCKED
    assert [(found.rule, said in found.message) for found in row.findings] == [(number, True)]
    assert decide(ALL, made).answer is Answer.BLOCKED


def test_every_check_has_a_contradiction_and_a_line_in_the_documentation() -> None:
    known = [number for number, _, _ in CHECKS]
    assert sorted({number for number, *_ in CONTRADICTIONS}) == known
    page = (Path(__file__).parents[2] / "docs" / "policy.md").read_text()
    assert re.findall(r"^\| (K\d\d) \| ([^|]+) \|", page, re.M) == [(n, s) for n, s, _ in CHECKS]


def test_a_gate_that_no_rule_judges_is_mended_by_a_rule_and_not_by_another_run() -> None:
    failed = result("hardening", reading={"outcome": Outcome.FAILED, "findings": (finding(),)})
    row = decide_consistency(ALL, facts(results={**good(), "hardening": failed}))
    assert row.findings[0].fix == row.next_step
    assert "rule about that gate" in row.next_step


def test_a_finding_that_any_rule_judges_has_a_disposition() -> None:
    failed = result("hardening", reading={"outcome": Outcome.FAILED, "findings": (finding(),)})
    made = facts(results={**good(), "hardening": failed})
    assert decide_consistency(policy("hardening"), made).state is State.HOLDS


def test_a_clock_that_is_a_little_ahead_is_no_contradiction() -> None:
    assert decide_consistency(ALL, facts(committed=NOW + timedelta(minutes=2))).state is State.HOLDS


def test_a_pull_request_has_no_such_row() -> None:
    assert [rule.rule for rule in decide(ALL, facts(profile="pr")).rules] == [rule.id for rule in ALL.rules]
