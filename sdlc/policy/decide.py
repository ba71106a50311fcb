"""Every rule of the policy against the facts, and the one answer that they add up to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase

from sdlc.activities.rules import DAYS as DAYS_OF_ACTIVITIES
from sdlc.activities.rules import GATE as ACTIVITIES
from sdlc.hardening.rules import DAYS as DAYS_OF_HARDENING
from sdlc.malware.rules import DAYS as DAYS_OF_SIGNATURES
from sdlc.model.deadline import ending, overdue
from sdlc.model.finding import Finding
from sdlc.model.result import GateResult, Outcome
from sdlc.model.verdict import Answer, RuleDecision, State, Verdict
from sdlc.policy.baseline import new_findings
from sdlc.policy.consistency import decide_consistency
from sdlc.policy.facts import Facts
from sdlc.policy.schema import AnyRule, Floor, Forbid, MaxAge, Policy, Required, Threshold
from sdlc.policy.vex import GATE, AppliedVex, apply_vex
from sdlc.policy.waivers import Applied, apply
from sdlc.policy.weakening import decide_weakening
from sdlc.policy.why_not import smallest_actions
from sdlc.threats.rules import DAYS as DAYS_OF_MODELS

NOTHING_LOOKED_AT = RuleDecision(
    rule="evidence",
    gate="",
    state=State.INCOMPLETE,
    sentence="no gate that this profile asks for found anything to look at",
    next_step="`sdlc gates` lists the gates, `sdlc gates ID` says what one looks at",
)

BOOKS = (DAYS_OF_MODELS, DAYS_OF_ACTIVITIES, DAYS_OF_HARDENING, DAYS_OF_SIGNATURES)
"""Whose readings name days."""

FETCH = "sdlc feed fetch URL --out FOLDER"

IN_ANY_REPOSITORY = frozenset({"secrets"})
"""Gates that find something to look at wherever there is a file; alone they say nothing of a product."""


def decide(policy: Policy, facts: Facts) -> Verdict:
    """The verdict of `policy` over `facts`; one that rests on no gate's evidence is incomplete, never allowed."""
    findings = {gate: result.reading.findings for gate, result in facts.results.items()}
    applied = apply(facts.waivers, findings, facts.at, policy.waivers)
    answered = GATE in facts.results and facts.results[GATE].reading.outcome in (Outcome.PASSED, Outcome.FAILED)
    vex = apply_vex(
        facts.vex,
        findings.get(GATE, ()),
        product=facts.product,
        version=facts.version,
        at=facts.at,
        answered=answered,
    )
    asked = [rule for rule in policy.rules if facts.profile in rule.profiles]
    decisions = tuple(_announced(rule, _decide(rule, facts, applied, vex), facts) for rule in asked)
    decisions = tuple(_adopted(one, policy, facts) for one in decisions)
    gates = {decision.gate for decision in decisions}
    if not any(_looked(facts.results.get(gate)) for gate in gates - IN_ANY_REPOSITORY or gates):
        decisions += (NOTHING_LOOKED_AT,)
    if facts.weakenings is not None:
        decisions += (decide_weakening(facts.weakenings, blocks=policy.weakening_blocks),)
    if facts.profile == "release":
        decisions += (decide_consistency(policy, facts),)
    states = {decision.state for decision in decisions}
    answer = Answer.INCOMPLETE if State.INCOMPLETE in states else Answer.ALLOWED
    if State.BLOCKED in states:
        answer = Answer.BLOCKED
    return Verdict(
        answer=answer,
        rules=decisions,
        labels=_labels(policy, facts, len(applied.covered), len(vex.closed)),
        waived=tuple(applied.covered[hit] for hit in sorted(applied.covered)),
        refused=(*applied.refused, *vex.refused),
        notes=(*applied.notes, *vex.notes, *_announcements(asked, decisions, facts), *_days(facts)),
        actions=smallest_actions(decisions, [rule.id for rule in asked if isinstance(rule, Required)]),
        closed=tuple(vex.closed[hit] for hit in sorted(vex.closed)),
    )


def _looked(result: GateResult | None) -> bool:
    return result is not None and result.reading.outcome in (Outcome.PASSED, Outcome.FAILED)


def _labels(policy: Policy, facts: Facts, waived: int, closed: int) -> tuple[str, ...]:
    labels = ["bootstrap"] if facts.bootstrap else []
    if policy.mode != "enforcing":
        labels.append(policy.mode)
    if waived:
        labels.append(f"{waived} waived")
    if closed:
        labels.append(f"{closed} closed by VEX")
    return tuple(labels)


def _announced(rule: AnyRule, decision: RuleDecision, facts: Facts) -> RuleDecision:
    """A rule that does not bite yet blocks nothing, and is not green either."""
    if not _is_ahead(rule, facts) or decision.state in (State.HOLDS, State.TOLERATED):
        return decision
    sentence = f"announced, from {rule.effective_on} on {decision.state.value}: {decision.sentence}"
    return replace(decision, state=State.TOLERATED, sentence=sentence)


MAX_ADOPTION = timedelta(days=180)


def _adopted(decision: RuleDecision, policy: Policy, facts: Facts) -> RuleDecision:
    """Who begins has old findings: they are shown and block nothing, but a release, for at most half a year.

    With a base to compare, `_required` has left the old ones out already, and what is new blocks as ever.
    """
    until = policy.adopting_until
    begins = until is not None and facts.at.date() <= until <= (facts.at + MAX_ADOPTION).date()
    if not begins or facts.profile != "pr" or facts.base is not None or not decision.findings:
        return decision
    if decision.state is not State.BLOCKED:
        return decision
    return replace(decision, state=State.TOLERATED, sentence=f"adopting until {until}: {decision.sentence}")


def _announcements(asked: Sequence[AnyRule], decisions: Sequence[RuleDecision], facts: Facts) -> Iterator[str]:
    for rule, decision in zip(asked, decisions, strict=False):
        if _is_ahead(rule, facts) and decision.sentence.startswith("announced, "):
            yield f"the rule {rule.id} will block from {rule.effective_on} on"


def _days(facts: Facts) -> Iterator[str]:
    for result in facts.results.values():
        if facts.base is not None and facts.profile == "pr":
            over = overdue(result.reading.details, facts.at.date(), *BOOKS)
            yield from (f"{f.rule}: {f.message}" for f in over)
        yield from ending(result.reading.details, facts.at.date(), *BOOKS)


def _is_ahead(rule: AnyRule, facts: Facts) -> bool:
    return rule.effective_on is not None and facts.at.date() < rule.effective_on


def _decide(rule: AnyRule, facts: Facts, applied: Applied, vex: AppliedVex) -> RuleDecision:
    result = facts.results.get(rule.gate)
    if result is None:
        return RuleDecision(
            rule.id,
            rule.gate,
            State.INCOMPLETE,
            f"the gate {rule.gate} did not run",
            next_step=f"sdlc check --gate {rule.gate}",
        )
    unanswered = _unanswered(rule, result)
    if unanswered is not None:
        return unanswered
    if result.reading.outcome is Outcome.NOT_APPLICABLE:
        return RuleDecision(rule.id, rule.gate, State.HOLDS, f"not applicable: {result.reading.sentence}")
    match rule:
        case Required():
            return _required(rule, result, facts, applied, vex)
        case Threshold():
            return _counter(rule, result, rule.counter, rule.at_most, at_least=False)
        case Floor():
            return _counter(rule, result, rule.counter, rule.at_least, at_least=True)
        case MaxAge():
            return _max_age(rule, result, facts)
        case Forbid():
            return _forbid(rule, result)


def _unanswered(rule: AnyRule, result: GateResult) -> RuleDecision | None:
    reading = result.reading
    where_applicable = isinstance(rule, Required) and rule.when == "applicable"
    if reading.outcome is Outcome.NOT_APPLICABLE and where_applicable:
        return None
    if reading.outcome in (Outcome.ERROR, Outcome.SKIPPED, Outcome.NOT_APPLICABLE):
        return RuleDecision(
            rule.id,
            rule.gate,
            State.INCOMPLETE,
            f"{reading.outcome.value}: {reading.sentence or 'no reason given'}",
            next_step=reading.hint or f"sdlc check --gate {rule.gate} -v",
        )
    return None


def _required(rule: Required, result: GateResult, facts: Facts, applied: Applied, vex: AppliedVex) -> RuleDecision:
    other = _not_pinned(rule, result)
    if other:
        return RuleDecision(
            rule.id, rule.gate, State.BLOCKED, other, next_step="run the pinned tool, or have the policy pin this one"
        )
    reading = result.reading
    open_ones = [(position, f) for position, f in enumerate(reading.findings) if not f.suppressed]
    loud = [
        (position, finding)
        for position, finding in open_ones
        if finding.severity.rank >= rule.severity.rank and finding.confidence.rank >= rule.confidence.rank
    ]
    serious = [one for one in loud if rule.gate != GATE or one[0] not in vex.closed]
    unwaived = tuple(finding for position, finding in serious if (rule.gate, position) not in applied.covered)
    base = facts.base.get(rule.gate) if facts.base is not None and facts.profile == "pr" else None
    standing = (*new_findings(unwaived, base), *_overdue(rule, result, facts))
    standing += facts.distrusted if rule.gate == ACTIVITIES else ()
    if standing:
        word = "new finding" if base is not None else "finding"
        return RuleDecision(
            rule.id,
            rule.gate,
            State.BLOCKED,
            f"{count(len(standing), word)} at or above {rule.severity.value}",
            findings=_worst_first(standing),
            next_step=standing[0].fix,
        )
    if reading.outcome is Outcome.PASSED:
        return RuleDecision(rule.id, rule.gate, State.HOLDS, reading.sentence)
    waived, old, advice = len(serious) - len(unwaived), len(unwaived), len(open_ones) - len(loud)
    closed = len(loud) - len(serious)
    parts = ((waived, "waived"), (closed, "closed by VEX"), (old, "not new"), (advice, "below the threshold"))
    said = ", ".join(f"{number} {word}" for number, word in parts if number)
    sentence = f"{said or 'nothing that blocks'}; {reading.sentence}"
    return RuleDecision(rule.id, rule.gate, State.TOLERATED, sentence)


def _overdue(rule: Required, result: GateResult, facts: Facts) -> tuple[Finding, ...]:
    """What held for a time, which is over; no change brings that about, so against a base it is only said."""
    if facts.base is not None and facts.profile == "pr":
        return ()
    found = overdue(result.reading.details, facts.at.date(), *BOOKS)
    return tuple(one for one in found if one.severity.rank >= rule.severity.rank)


def _not_pinned(rule: Required, result: GateResult) -> str:
    """What the gate ran that the policy does not pin; attack: the scanner, or its rules, are exchanged."""
    for name, pinned in sorted(rule.pins.items()):
        known = {text for tool in result.tools if tool.name == name for text in (tool.version, tool.digest) if text}
        known |= {text for key, text in result.reading.details.items() if key == f"{name}-digest"}
        if pinned not in known:
            ran = ", ".join(sorted(known)) or "nothing that is recorded"
            return f"the policy pins {name} {pinned[:16]}, {rule.gate} ran {ran[:80]}"
    return ""


def _counter(rule: Threshold | Floor, result: GateResult, name: str, limit: int, *, at_least: bool) -> RuleDecision:
    value = result.reading.counters.get(name)
    if value is None:
        return RuleDecision(
            rule.id,
            rule.gate,
            State.INCOMPLETE,
            f"the gate {rule.gate} has no counter {name!r}",
            next_step=f"name one of: {', '.join(sorted(result.reading.counters)) or 'none was counted'}",
        )
    holds = value >= limit if at_least else value <= limit
    wanted = f"at least {limit}" if at_least else f"at most {limit}"
    return RuleDecision(
        rule.id,
        rule.gate,
        State.HOLDS if holds else State.BLOCKED,
        f"{name} is {value}, {wanted} {'holds' if holds else 'is demanded'}",
        next_step="" if holds else f"bring {name} of {rule.gate} to {wanted}",
    )


def _max_age(rule: MaxAge, result: GateResult, facts: Facts) -> RuleDecision:
    text = result.reading.details.get(rule.detail, "")
    try:
        then = datetime.fromisoformat(text)
    except ValueError:
        return RuleDecision(
            rule.id,
            rule.gate,
            State.INCOMPLETE,
            f"the gate {rule.gate} states no date {rule.detail!r}",
            next_step=f"sdlc check --gate {rule.gate} -v",
        )
    then = then if then.tzinfo else then.replace(tzinfo=UTC)
    days = (facts.at - then).days
    if days < -1:
        state, sentence = State.BLOCKED, f"{rule.detail} lies {-days} days in the future"
    elif days > rule.days:
        state, sentence = State.BLOCKED, f"{rule.detail} is {days} days old, at most {rule.days} are allowed"
    else:
        state, sentence = (
            State.HOLDS,
            f"{rule.detail} is {max(days, 0)} days old, at most {rule.days} are allowed",
        )
    how = f": {FETCH}" if rule.gate == GATE else ""
    fix = "" if state is State.HOLDS else f"renew what {rule.detail} of {rule.gate} dates{how}, then check again"
    return RuleDecision(rule.id, rule.gate, state, sentence, next_step=fix)


def _forbid(rule: Forbid, result: GateResult) -> RuleDecision:
    hits = tuple(f for f in result.reading.findings if fnmatchcase(f.rule, rule.finding))
    if not hits:
        return RuleDecision(rule.id, rule.gate, State.HOLDS, f"no finding of {rule.finding}")
    return RuleDecision(
        rule.id,
        rule.gate,
        State.BLOCKED,
        f"{count(len(hits), 'finding')} of {rule.finding}, which the policy forbids",
        findings=_worst_first(hits),
        next_step=hits[0].fix,
    )


def _worst_first(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    return tuple(
        sorted(findings, key=lambda f: (-f.severity.rank, -f.confidence.rank, f.rule, str(f.place or f.subject)))
    )


def count(number: int, noun: str) -> str:
    """`number` and `noun` in words: ``1 finding``, ``2 findings``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
