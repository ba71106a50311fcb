"""Every type of rule holds and does not hold; absence of evidence never satisfies one."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sdlc.errors import UsageError
from sdlc.model.digest import parse_digest
from sdlc.model.finding import Confidence, Finding, Place, Severity
from sdlc.model.result import GateResult, Grade, Outcome, Reading, ToolVersion
from sdlc.model.verdict import Answer, State, Verdict
from sdlc.policy.decide import decide
from sdlc.policy.facts import Facts
from sdlc.policy.schema import BUILT_IN, load_policy

NOW = datetime(2026, 6, 1, tzinfo=UTC)
REQUIRED = '{id = "r", type = "required", gate = "g"}'


def policy_of(*rules: str, mode: str = "enforcing"):
    text = f'schema = "sdlc.policy/1"\nid = "p"\nmode = "{mode}"\nrules = [{", ".join(rules)}]\n'
    return load_policy(text.encode())


def finding(name: str = "weakness", severity: Severity = Severity.HIGH, **changes: object) -> Finding:
    made = Finding(name, "message", severity, Confidence.HIGH, f"f1:{name}", Place("a.py", 3), fix="Mend it.")
    return replace(made, **changes)


def result(outcome: Outcome, *findings: Finding, **reading: object) -> GateResult:
    return GateResult("g", Reading(outcome, findings, **reading), "reader/1", Grade.REPLAYED, {}, {})


def verdict(rule: str, *results: GateResult, **facts: object) -> Verdict:
    values = {"profile": "pr", "at": NOW, "product": "p", "version": "1"} | facts
    return decide(policy_of(rule), Facts({r.gate: r for r in results}, **values))


@pytest.mark.parametrize(("day", "answer"), [("2026-06-01", Answer.BLOCKED), ("2026-06-02", Answer.ALLOWED)])
def test_a_rule_bites_from_its_day_on_and_is_announced_before(day: str, answer: Answer) -> None:
    rule = REQUIRED.replace("}", f", effective_on = {day}}}")
    given = verdict(rule, result(Outcome.FAILED, finding()))
    assert given.answer is answer
    if answer is Answer.ALLOWED:
        assert given.rules[0].state is State.TOLERATED, "announced, and not green"
        assert given.rules[0].findings == (finding(),)
        assert given.notes == ("the rule r will block from 2026-06-02 on",)


def test_an_announced_rule_that_holds_needs_no_announcement() -> None:
    given = verdict(REQUIRED.replace("}", ", effective_on = 2027-01-01}"), result(Outcome.PASSED))
    assert (given.rules[0].state, given.notes) == (State.HOLDS, ())


def test_a_gate_that_an_announced_rule_asks_for_may_still_be_missing() -> None:
    rules = (REQUIRED, '{id = "s", type = "required", gate = "later", effective_on = 2026-07-01}')
    facts = Facts({"g": result(Outcome.PASSED)}, "pr", NOW, "p", "1")
    assert decide(policy_of(*rules), facts).answer is Answer.ALLOWED
    assert decide(policy_of(*rules), replace(facts, at=NOW + timedelta(days=40))).answer is Answer.INCOMPLETE


def test_a_passed_gate_is_allowed() -> None:
    answer = verdict(REQUIRED, result(Outcome.PASSED))
    assert (answer.answer, answer.rules[0].state) == (Answer.ALLOWED, State.HOLDS)


def test_a_finding_blocks_and_names_itself() -> None:
    answer = verdict(REQUIRED, result(Outcome.FAILED, finding()))
    assert answer.answer is Answer.BLOCKED
    assert answer.rules[0].findings == (finding(),)
    assert answer.rules[0].next_step == "Mend it."


@pytest.mark.parametrize("outcome", [Outcome.ERROR, Outcome.SKIPPED, Outcome.NOT_APPLICABLE])
def test_absence_of_an_answer_is_incomplete(outcome: Outcome) -> None:
    assert verdict(REQUIRED, result(outcome)).answer is Answer.INCOMPLETE


def test_a_gate_that_did_not_run_is_incomplete() -> None:
    assert verdict(REQUIRED).answer is Answer.INCOMPLETE


def test_not_applicable_holds_only_where_the_rule_says_so() -> None:
    rule = '{id = "r", type = "required", gate = "g", when = "applicable"}'
    assert verdict(rule, result(Outcome.NOT_APPLICABLE)).rules[0].state is State.HOLDS
    assert verdict(REQUIRED, result(Outcome.NOT_APPLICABLE)).rules[0].state is State.INCOMPLETE
    assert verdict(rule, result(Outcome.ERROR)).answer is Answer.INCOMPLETE


def test_where_no_gate_looked_at_anything_nothing_is_allowed() -> None:
    rule = '{id = "r", type = "required", gate = "g", when = "applicable"}'
    answer = verdict(rule, result(Outcome.NOT_APPLICABLE))
    assert answer.answer is Answer.INCOMPLETE
    assert "anything to look at" in answer.rules[-1].sentence
    other = '{id = "s", type = "required", gate = "h", when = "applicable"}'
    facts = Facts({"g": result(Outcome.NOT_APPLICABLE), "h": result(Outcome.PASSED)}, "pr", NOW, "p", "1")
    assert decide(policy_of(rule, other), facts).answer is Answer.ALLOWED


def test_a_block_outweighs_a_missing_answer() -> None:
    missing = '{id = "m", type = "required", gate = "other"}'
    facts = Facts({"g": result(Outcome.FAILED, finding())}, "pr", NOW, "p", "1")
    assert decide(policy_of(missing, REQUIRED), facts).answer is Answer.BLOCKED


def test_advice_is_tolerated_and_never_green() -> None:
    advice = finding(confidence=Confidence.LOW)
    answer = verdict(REQUIRED, result(Outcome.FAILED, advice))
    assert (answer.answer, answer.rules[0].state) == (Answer.ALLOWED, State.TOLERATED)


def test_a_suppressed_finding_does_not_block() -> None:
    answer = verdict(REQUIRED, result(Outcome.FAILED, finding(suppressed="input is a constant")))
    assert answer.rules[0].state is State.TOLERATED


def test_an_old_finding_is_tolerated_on_a_pull_request_only() -> None:
    old = result(Outcome.FAILED, finding())
    base = {"g": Counter([finding().fingerprint])}
    assert verdict(REQUIRED, old, base=base).rules[0].state is State.TOLERATED
    assert verdict(REQUIRED, old, base=base, profile="release").answer is Answer.BLOCKED


def test_a_second_copy_of_an_old_finding_is_new() -> None:
    twice = result(Outcome.FAILED, finding(), finding(place=Place("b.py", 9)))
    answer = verdict(REQUIRED, twice, base={"g": Counter([finding().fingerprint])})
    assert len(answer.rules[0].findings) == 1


FLOOR = '{id = "r", type = "floor", gate = "g", counter = "files", at_least = 3}'
THRESHOLD = '{id = "r", type = "threshold", gate = "g", counter = "files", at_most = 3}'


@pytest.mark.parametrize(
    ("rule", "files", "state"),
    [
        (FLOOR, 3, State.HOLDS),
        (FLOOR, 2, State.BLOCKED),
        (THRESHOLD, 3, State.HOLDS),
        (THRESHOLD, 4, State.BLOCKED),
    ],
)
def test_counters(rule: str, files: int, state: State) -> None:
    assert verdict(rule, result(Outcome.PASSED, counters={"files": files})).rules[0].state is state


def test_a_counter_that_does_not_exist_is_incomplete() -> None:
    assert verdict(FLOOR, result(Outcome.PASSED, counters={"file": 9})).answer is Answer.INCOMPLETE


MAX_AGE = '{id = "r", type = "max-age", gate = "g", detail = "feed-date", days = 30}'


@pytest.mark.parametrize(
    ("days", "answer"), [(0, Answer.ALLOWED), (30, Answer.ALLOWED), (31, Answer.BLOCKED), (-5, Answer.BLOCKED)]
)
def test_age(days: int, answer: Answer) -> None:
    then = (NOW - timedelta(days=days)).isoformat()
    assert verdict(MAX_AGE, result(Outcome.PASSED, details={"feed-date": then})).answer is answer


def test_a_missing_date_is_incomplete() -> None:
    assert verdict(MAX_AGE, result(Outcome.PASSED)).answer is Answer.INCOMPLETE


def test_forbid_looks_at_suppressed_and_unsure_findings_too() -> None:
    rule = '{id = "r", type = "forbid", gate = "g", finding = "weak*"}'
    hidden = finding(suppressed="no", confidence=Confidence.LOW)
    assert verdict(rule, result(Outcome.FAILED, hidden)).answer is Answer.BLOCKED
    assert verdict(rule, result(Outcome.FAILED, finding("other"))).answer is Answer.ALLOWED


def test_a_profile_without_a_rule_is_incomplete_never_allowed() -> None:
    rule = '{id = "r", type = "required", gate = "g", profiles = ["release"]}'
    assert verdict(rule, result(Outcome.PASSED), profile="pr").answer is Answer.INCOMPLETE


def test_labels_say_bootstrap_and_mode() -> None:
    facts = Facts({"g": result(Outcome.PASSED)}, "pr", NOW, "p", "1", bootstrap=True)
    assert decide(policy_of(REQUIRED, mode="observe"), facts).labels == ("bootstrap", "observe")


def test_the_built_in_policy_loads() -> None:
    assert len(load_policy(BUILT_IN, "built-in").rules) == 12


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('schema = "sdlc.policy/1"\nid = "p"\n', "rules"),
        ('schema = "sdlc.policy/1"\nid = "p"\nrules = []\n', "rules"),
        ('schema = "sdlc.policy/2"\nid = "p"\n', "schema"),
        (f'schema = "sdlc.policy/1"\nid = "p"\nmod = "x"\nrules = [{REQUIRED}]\n', "mod"),
        (f'schema = "sdlc.policy/1"\nid = "p"\nrules = [{REQUIRED}, {REQUIRED}]\n', "two rules"),
        ('schema = "sdlc.policy/1"\nid = "p"\nrules = [{id = "r", type = "requird", gate = "g"}]\n', "rules.0"),
        (
            'schema = "sdlc.policy/1"\nid = "p"\nrules = [{id = "r", type = "required", gate = "g", sev = "x"}]\n',
            "rules.0.required.sev",
        ),
        ("schema = \n", "line 1"),
    ],
)
def test_a_policy_that_cannot_be_understood_is_refused_by_key(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        load_policy(text.encode())


@pytest.mark.parametrize(
    ("pins", "answer"),
    [
        ('{semgrep = "1.182.0"}', Answer.ALLOWED),
        ('{semgrep = "%s"}' % ("a" * 64), Answer.ALLOWED),
        ('{rules = "%s"}' % ("b" * 64), Answer.ALLOWED),
        ('{semgrep = "1.181.0"}', Answer.BLOCKED),
        ('{rules = "%s"}' % ("c" * 64), Answer.BLOCKED),
        ('{bandit = "1.9.4"}', Answer.BLOCKED),
    ],
)
def test_a_gate_is_held_to_its_tools(pins: str, answer: Answer) -> None:
    ran = result(Outcome.PASSED, details={"rules-digest": "b" * 64})
    ran = replace(ran, tools=(ToolVersion("semgrep", "1.182.0", parse_digest("a" * 64)),))
    given = verdict(REQUIRED.replace("}", f", pins = {pins}}}"), ran)
    assert given.answer is answer
    if answer is Answer.BLOCKED:
        assert "the policy pins" in given.rules[0].sentence


def adopting(until: str, **facts: object) -> Verdict:
    head = f'schema = "sdlc.policy/1"\nid = "p"\nmode = "adopting"\nadopting_until = {until}\n'
    policy = load_policy(f"{head}rules = [{REQUIRED}]".encode())
    values = {"profile": "pr", "at": NOW, "product": "p", "version": "1"} | facts
    return decide(policy, Facts({"g": result(Outcome.FAILED, finding())}, **values))  # type: ignore[arg-type]


def test_who_adopts_is_shown_what_is_old_and_not_stopped_by_it() -> None:
    given = adopting("2026-09-01")
    assert (given.answer, given.rules[0].state, given.labels) == (Answer.ALLOWED, State.TOLERATED, ("adopting",))
    assert given.rules[0].findings == (finding(),)


@pytest.mark.parametrize(
    ("until", "facts"),
    [
        ("2026-05-31", {}),
        ("2027-06-01", {}),
        ("2026-09-01", {"profile": "nightly"}),
        ("2026-09-01", {"base": {"g": Counter()}}),
    ],
    ids=["over", "for good", "another profile", "new"],
)
def test_adopting_ends_and_excuses_nothing_new(until: str, facts: dict[str, object]) -> None:
    assert adopting(until, **facts).answer is Answer.BLOCKED


@pytest.mark.parametrize(
    "text", ['mode = "adopting"', "adopting_until = 2026-09-01", 'mode = "observe"\nadopting_until = 2026-09-01']
)
def test_adopting_has_an_end_or_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="belong together"):
        load_policy(f'schema = "sdlc.policy/1"\nid = "p"\n{text}\nrules = [{REQUIRED}]'.encode())


ENDS = {"deadline/TM203/acceptances/one": "2026-05-31 threat_models/acceptances.yaml:4"}


def test_what_held_for_a_time_blocks_when_it_is_over() -> None:
    passed = result(Outcome.PASSED, details=ENDS)
    over = verdict(REQUIRED, passed, at=datetime(2026, 6, 1, tzinfo=UTC))
    assert (over.answer, [f.rule for f in over.rules[0].findings]) == (Answer.BLOCKED, ["TM203"])
    before = verdict(REQUIRED, passed, at=datetime(2026, 5, 31, 23, tzinfo=UTC))
    assert before.answer is Answer.ALLOWED
    assert before.notes == ("TM204: acceptances/one ends on 2026-05-31, in 0 days",)


def test_no_pull_request_is_stopped_by_a_day_that_it_did_not_bring_about() -> None:
    passed = result(Outcome.PASSED, details=ENDS)
    given = verdict(REQUIRED, passed, at=datetime(2026, 6, 1, tzinfo=UTC), base={"g": Counter()})
    assert given.answer is Answer.ALLOWED
    assert given.notes == ("TM203: acceptances/one ended on 2026-05-31",)
