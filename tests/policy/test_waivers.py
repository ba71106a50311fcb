"""Waivers that hold, and every kind that is refused by name."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fakes.checks import finding

from sdlc.errors import UsageError
from sdlc.model.finding import Finding
from sdlc.model.result import GateResult, Grade, Outcome, Reading
from sdlc.model.verdict import Answer, State, Verdict
from sdlc.policy.decide import decide
from sdlc.policy.facts import Facts
from sdlc.policy.schema import load_policy
from sdlc.policy.waivers import load_waivers

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
FUNCTION = "f" * 64
FOUND = finding(1, properties={"function": FUNCTION})
ENTRY: dict[str, Any] = {
    "id": "W-1",
    "gate": "static-analysis",
    "rule": "command-injection",
    "fingerprint": FOUND.fingerprint,
    "function": FUNCTION,
    "owner": "dana",
    "approver": "ada",
    "reason": "Only administrators reach this page.",
    "created": "2026-05-01",
    "expires": "2026-07-15",
}
COMPONENT = {
    key: value for key, value in ENTRY.items() if key not in ("fingerprint", "function")
} | {"gate": "vulnerabilities", "rule": "DEMO-1", "component": "Click", "versions": ">=8,<8.2"}  # fmt: skip


def text_of(*entries: dict[str, Any]) -> bytes:
    """The file with these entries; dates are written bare, as TOML has them."""
    lines = ['schema = "sdlc.waivers/1"']
    for entry in entries:
        lines.append("[[waivers]]")
        for key, value in entry.items():
            bare = key in ("created", "expires") or isinstance(value, int)
            lines.append(f"{key} = {value}" if bare else f'{key} = "{value}"')
    return "\n".join(lines).encode()


def verdict(*entries: dict[str, Any], findings: tuple[Finding, ...] = (FOUND,), policy: str = "") -> Verdict:
    gate = entries[0]["gate"] if entries else "static-analysis"
    rules = f'[[rules]]\nid = "r"\ntype = "required"\ngate = "{gate}"\n'
    parsed = load_policy(f'schema = "sdlc.policy/1"\nid = "p"\n{policy}\n{rules}'.encode())
    reading = Reading(Outcome.FAILED, findings, {"files": 3}, {"feed-date": "2026-05-30"})
    result = GateResult(gate, reading, "r/1", Grade.REPLAYED, {}, {})
    facts = Facts({gate: result}, "release", NOW, "box", "1", waivers=load_waivers(text_of(*entries)))
    return decide(parsed, replace(facts, committed=NOW, checked=NOW))


def test_a_waived_finding_is_tolerated_and_never_green() -> None:
    given = verdict(ENTRY)
    assert given.answer is Answer.ALLOWED
    assert given.rules[0].state is State.TOLERATED
    assert given.rules[0].sentence.startswith("1 waived")
    assert given.labels == ("1 waived",)
    [one] = given.waived
    assert (one.waiver, one.owner, one.approver, one.expires.isoformat()) == ("W-1", "dana", "ada", "2026-07-15")


def test_a_component_is_waived_in_a_range_of_versions() -> None:
    def vulnerable(purl: str) -> tuple[Finding, ...]:
        return (finding(rule="DEMO-1", subject=purl, place=None),)

    assert verdict(COMPONENT, findings=vulnerable("pkg:pypi/click@8.1.7")).answer is Answer.ALLOWED
    for other in ("pkg:pypi/click@8.2.0", "pkg:pypi/clack@8.1.7", "pkg:pypi/click@", "pkg:pypi/click@nonsense"):
        given = verdict(COMPONENT, findings=vulnerable(other))
        assert (given.answer, given.refused[0].reason) == (Answer.BLOCKED, "waiver-orphaned")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"expires": "2026-05-31"}, "waiver-expired"),
        ({"created": "2026-06-02", "expires": "2026-07-01"}, "waiver-not-yet-valid"),
        ({"created": "2026-05-01", "expires": "2026-04-01"}, "waiver-not-yet-valid"),
        ({"expires": "2026-08-01"}, "waiver-too-long"),
        ({"approver": "dana"}, "waiver-self-approved"),
        ({"fingerprint": finding(2).fingerprint}, "waiver-orphaned"),
        ({"function": "0" * 64}, "waiver-orphaned"),
        ({"function": ""}, "waiver-orphaned"),
        ({"rule": "sql-injection"}, "waiver-orphaned"),
    ],
)
def test_a_waiver_that_does_not_hold_is_refused_by_name(changes: dict[str, Any], reason: str) -> None:
    given = verdict(ENTRY | changes)
    assert given.answer is Answer.BLOCKED
    assert [(one.waiver, one.reason) for one in given.refused] == [("W-1", reason)]
    assert given.waived == ()


def test_a_waiver_for_another_gate_covers_nothing_here() -> None:
    [other] = load_waivers(text_of(ENTRY | {"gate": "secrets"}))
    assert not other.covers("static-analysis", FOUND)
    assert load_waivers(text_of(ENTRY))[0].covers("static-analysis", FOUND)


def test_the_last_day_still_counts() -> None:
    assert verdict(ENTRY | {"expires": "2026-06-01"}).answer is Answer.ALLOWED


def test_a_second_waiver_for_one_finding_is_refused() -> None:
    given = verdict(ENTRY, ENTRY | {"id": "W-2"})
    assert [(one.waiver, one.reason) for one in given.refused] == [("W-2", "waiver-duplicate")]
    assert [one.waiver for one in given.waived] == ["W-1"]


def test_a_second_copy_of_the_finding_needs_a_second_use() -> None:
    assert verdict(ENTRY, findings=(FOUND, FOUND)).answer is Answer.BLOCKED
    twice = verdict(ENTRY | {"max_uses": 2}, findings=(FOUND, FOUND))
    assert (twice.answer, len(twice.waived)) == (Answer.ALLOWED, 2)


def test_a_suppressed_finding_uses_no_waiver() -> None:
    given = verdict(ENTRY, findings=(replace(FOUND, suppressed="checked"),))
    assert given.refused[0].reason == "waiver-orphaned"


def test_the_end_is_announced() -> None:
    assert verdict(ENTRY).notes == ()
    soon = verdict(ENTRY | {"expires": "2026-06-20"})
    assert soon.notes == ("waiver W-1 of dana ends on 2026-06-20, in 19 days",)
    assert verdict(ENTRY, policy="[waivers]\nheads_up_days = 60").notes != ()


def test_the_policy_says_how_long_a_waiver_may_last() -> None:
    assert verdict(ENTRY, policy="[waivers]\nmax_days = 30").refused[0].reason == "waiver-too-long"


def test_forbidden_is_never_waived() -> None:
    policy = load_policy(
        b'schema = "sdlc.policy/1"\nid = "p"\n'
        b'rules = [{id = "r", type = "forbid", gate = "static-analysis", finding = "command-*"}]'
    )
    result = GateResult("static-analysis", Reading(Outcome.FAILED, (FOUND,)), "r/1", Grade.REPLAYED, {}, {})
    facts = Facts({"static-analysis": result}, "pr", NOW, "box", "1", waivers=load_waivers(text_of(ENTRY)))
    assert decide(policy, facts).answer is Answer.BLOCKED


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (ENTRY | {"rule": "*"}, "waivers.0.rule"),
        (ENTRY | {"rule": "command-?njection"}, "waivers.0.rule"),
        (ENTRY | {"gate": "*"}, "waivers.0.gate"),
        (ENTRY | {"fingerprint": "f1:*"}, "waivers.0.fingerprint"),
        (COMPONENT | {"component": "*"}, "waivers.0.component"),
        (COMPONENT | {"versions": ""}, "say which versions"),
        (COMPONENT | {"versions": "all"}, "no range of versions"),
        (ENTRY | {"component": "click", "versions": ">1"}, "either a fingerprint, or a component"),
        ({key: value for key, value in ENTRY.items() if key != "fingerprint"}, "either a fingerprint"),
        (ENTRY | {"reason": "because"}, "waivers.0.reason"),
        (ENTRY | {"expires": '"never"'}, "waivers.0.expires"),
        ({key: value for key, value in ENTRY.items() if key != "expires"}, "waivers.0.expires"),
        (ENTRY | {"until": "2026"}, "waivers.0.until"),
        (ENTRY | {"max_uses": 0}, "waivers.0.max_uses"),
        (ENTRY | {"owner": ""}, "waivers.0.owner"),
    ],
)
def test_a_file_that_cannot_be_understood_is_refused_by_key(entry: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        load_waivers(text_of(entry))


def test_two_waivers_of_one_id() -> None:
    with pytest.raises(UsageError, match="two waivers have the id W-1"):
        load_waivers(text_of(ENTRY, ENTRY))


@pytest.mark.parametrize("data", [b"", b"schema = 1", b"\xff", b"[["])
def test_other_files(data: bytes) -> None:
    with pytest.raises(UsageError, match=r"waivers\.toml"):
        load_waivers(data)


def test_an_hour_after_its_last_day_it_is_over() -> None:
    later = datetime(2026, 7, 16, tzinfo=UTC) + timedelta(hours=1)
    result = GateResult("static-analysis", Reading(Outcome.FAILED, (FOUND,)), "r/1", Grade.REPLAYED, {}, {})
    policy = load_policy(
        b'schema = "sdlc.policy/1"\nid = "p"\nrules = [{id = "r", type = "required", gate = "static-analysis"}]'
    )
    facts = Facts({"static-analysis": result}, "pr", later, "box", "1", waivers=load_waivers(text_of(ENTRY)))
    assert decide(policy, facts).refused[0].reason == "waiver-expired"
