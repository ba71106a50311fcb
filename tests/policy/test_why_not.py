"""The smallest set of actions: doing all of it allows, leaving out any one of it does not, and none is smaller."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest
from fakes.checks import finding
from hypothesis import given
from hypothesis import strategies as st

from sdlc.model.finding import Finding
from sdlc.model.verdict import Action, RuleDecision, State
from sdlc.policy.why_not import smallest_actions


def advisory(number: int, component: str, fixed: str) -> Finding:
    return finding(number, rule=f"CVE-{number}", place=None, properties={"component": component, "fixed": fixed})


def blocked(*findings: Finding, rule: str = "r", gate: str = "vulnerabilities") -> RuleDecision:
    return RuleDecision(rule, gate, State.BLOCKED, f"{len(findings)} findings", findings, "Mend them.")


def silent(rule: str, gate: str, step: str = "fetch a feed") -> RuleDecision:
    return RuleDecision(rule, gate, State.INCOMPLETE, "error: no feed", (), step)


def did(*decisions: RuleDecision, waivable: tuple[str, ...] = ()) -> list[tuple[str, int]]:
    return [(action.do, action.count) for action in smallest_actions(decisions, waivable)]


def test_what_is_allowed_needs_nothing() -> None:
    assert did(RuleDecision("r", "tests", State.HOLDS, "87 passed")) == []
    assert did(RuleDecision("r", "tests", State.TOLERATED, "old")) == []


def test_one_upgrade_clears_every_advisory_that_it_mends() -> None:
    both = blocked(advisory(1, "click", "8.1.8"), advisory(2, "click", "8.2"), advisory(3, "h11", "0.16"))
    assert did(both) == [("Upgrade click to 8.2 or later.", 2), ("Upgrade h11 to 0.16 or later.", 1)]


def test_versions_are_compared_as_versions() -> None:
    assert did(blocked(advisory(1, "click", "8.10"), advisory(2, "click", "8.9"))) == [
        ("Upgrade click to 8.10 or later.", 2)
    ]


def test_a_component_that_nothing_mends_is_replaced_once() -> None:
    answer = did(blocked(advisory(1, "click", "8.2"), advisory(2, "click", "")))
    assert answer == [("Replace click: no version mends all of its advisories.", 2)]


def test_the_license_of_a_component_is_no_advisory() -> None:
    license_ = finding(9, place=None, fix="Replace pillow.", properties={"component": "pillow", "license": "GPL-3.0"})
    answer = did(blocked(license_, gate="licenses"), blocked(advisory(1, "pillow", "12.0")))
    assert sorted(answer) == [("Replace pillow.", 1), ("Upgrade pillow to 12.0 or later.", 1)]


def test_one_answer_settles_every_question_about_a_gate() -> None:
    rows = (silent("feed", "vulnerabilities"), silent("age", "vulnerabilities"), silent("fuzz", "fuzz", "pip install"))
    assert [count for _, count in did(*rows)] == [2, 1]
    assert "fetch a feed" in did(*rows)[0][0]


def test_one_finding_that_two_rules_block_is_mended_once() -> None:
    one = finding()
    [action] = smallest_actions([blocked(one), blocked(one, rule="never")], ["r", "never"])
    assert (action.rules, action.count, action.waive) == (("never", "r"), 2, one.fingerprint)


def test_what_a_rule_forbids_cannot_be_waived() -> None:
    one = finding()
    [action] = smallest_actions([blocked(one), blocked(one, rule="never")], ["r"])
    assert action.waive == ""


def test_two_copies_of_a_finding_are_two_things_to_mend() -> None:
    assert len(did(blocked(finding(), finding()))) == 2


def test_a_number_that_is_too_small_is_an_action() -> None:
    row = RuleDecision("floor", "tests", State.BLOCKED, "passed is 3", (), "bring passed of tests to at least 20")
    assert did(row) == [("bring passed of tests to at least 20", 1)]


def test_thousands_of_findings_are_answered_at_once() -> None:
    many = blocked(*(finding(number) for number in range(5000)))
    assert len(did(many)) == 5000


FIXES = st.sampled_from(["", "1.0", "1.5", "2.0", "3.0"])
ADVISORIES = st.lists(st.tuples(st.sampled_from("abc"), FIXES), max_size=6)


def cleared(blockers: frozenset[tuple[str, str]], done: tuple[tuple[str, str], ...]) -> bool:
    """Whether upgrading (component, version), or replacing (component, ""), clears every (component, fix)."""

    def clears(action: tuple[str, str], blocker: tuple[str, str]) -> bool:
        same = action[0] == blocker[0]
        return same and (not action[1] or (blocker[1] != "" and float(blocker[1]) <= float(action[1])))

    return all(any(clears(action, blocker) for action in done) for blocker in blockers)


def words(action: Action) -> tuple[str, str]:
    name = action.do.split()[1].rstrip(":")
    return (name, action.do.split()[3]) if action.do.startswith("Upgrade") else (name, "")


@given(ADVISORIES)
def test_the_set_clears_all_and_no_smaller_one_does(rows: list[tuple[str, str]]) -> None:
    found = [advisory(number, name, fixed) for number, (name, fixed) in enumerate(rows)]
    actions = tuple(words(action) for action in smallest_actions([blocked(*found)] if found else [], []))
    blockers = frozenset(rows)
    assert cleared(blockers, actions)
    possible = {(name, fixed) for name in "abc" for fixed in ("", "1.0", "1.5", "2.0", "3.0")}
    fewer = combinations(sorted(possible), max(len(actions) - 1, 0))
    assert not actions or not any(cleared(blockers, some) for some in fewer)


@pytest.mark.parametrize("leave_out", [0, 1, 2])
def test_equal_input_gives_an_equal_answer(leave_out: int) -> None:
    rows = [blocked(advisory(1, "click", "8.2")), silent("age", "fuzz"), blocked(finding(2), rule="s", gate="x")]
    rows = [replace(row) for row in rows[leave_out:]]
    assert did(*rows) == did(*rows)
