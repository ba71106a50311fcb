"""The check on a terminal: verdict first, then one line per gate, then what blocks, with fix and command."""

from __future__ import annotations

import click

from sdlc.formats.check_json import CheckRecord
from sdlc.formats.terminal import printable
from sdlc.model.finding import Finding
from sdlc.model.result import GateResult, Outcome
from sdlc.model.verdict import Answer, RuleDecision, State
from sdlc.policy.remedy import command_of, vex, waive
from sdlc.policy.vex import GATE as VEX
from sdlc.policy.weakening import RULE as WEAKENING

WIDTH = 100
SHOWN = 4
SHOWN_STEPS = 4
COLORS = {Answer.ALLOWED: "green", Answer.BLOCKED: "red", Answer.INCOMPLETE: "yellow"}
MARKS = {State.HOLDS: "✓", State.TOLERATED: "~", State.BLOCKED: "✗", State.INCOMPLETE: "?"}


def render(record: CheckRecord, *, verbose: bool) -> str:
    """At most 25 lines unless `verbose`; foreign text is escaped."""
    lines = [_headline(record), *(_gate_line(result, record) for result in record.results)]
    lines += _other_rules(record)
    lines += _debt(record)
    findings = _blocking(record)
    shown = findings if verbose else findings[: min(SHOWN, max(1, (23 - len(lines)) // 3))]
    if shown:
        lines.append("")
    for decision, finding in shown:
        lines += _finding_lines(decision, finding)
        lines += _ways_out(decision, finding) if verbose else []
    if len(findings) > len(shown):
        lines.append(f"   … {len(findings) - len(shown)} more: sdlc check -v")
    if verbose:
        lines += _verbose(record)
        lines += _tolerated(record)
    if record.dirty:
        lines.append(click.style("   The work tree has uncommitted changes; a release needs a clean one.", dim=True))
    return "\n".join(lines) + "\n"


def _headline(record: CheckRecord) -> str:
    answer = click.style(record.verdict.answer.value.upper(), fg=COLORS[record.verdict.answer], bold=True)
    parts = [
        f"{record.product} {record.version}",
        f"profile {record.profile}",
        f"commit {record.commit[:12]}",
    ]
    parts += [f"since {record.since[:12]}"] if record.since else []
    parts += [label.upper() for label in record.verdict.labels]
    return f"{answer} · {printable(' · '.join(parts))}"


def _gate_line(result: GateResult, record: CheckRecord) -> str:
    mark = _mark(result, record)
    reading = result.reading
    text = printable(reading.sentence)
    room = WIDTH - 42
    text = text if len(text) <= room else text[: room - 1] + "…"
    return f" {mark} {result.gate:<16} {reading.outcome.value:<14} {result.seconds:5.1f} s  {text}"


def _mark(result: GateResult, record: CheckRecord) -> str:
    if result.reading.outcome is Outcome.NOT_APPLICABLE:
        return "-"
    states = [rule.state for rule in record.verdict.rules if rule.gate == result.gate]
    for state in (State.BLOCKED, State.INCOMPLETE, State.TOLERATED, State.HOLDS):
        if state in states:
            return MARKS[state]
    return " "


def _other_rules(record: CheckRecord) -> list[str]:
    """Rules that do not hold for a reason that is no finding: ages, floors, gates that could not answer."""
    return [
        line
        for rule in record.verdict.rules
        if rule.state in (State.BLOCKED, State.INCOMPLETE) and not rule.findings
        for line in (
            f" {MARKS[rule.state]} rule {printable(rule.rule)}: {printable(rule.sentence)}",
            f"     → {printable(rule.next_step or command_of(rule))}",
        )
    ]


def _debt(record: CheckRecord) -> list[str]:
    """Waivers that waive nothing, by name, and what is said of the others."""
    verdict = record.verdict
    refused = [f" ! {w.kind} {printable(w.waiver)} [{w.reason}]: {printable(w.sentence)}" for w in verdict.refused]
    return [*refused, *(f" ! {printable(note)}" for note in verdict.notes)]


def _blocking(record: CheckRecord) -> list[tuple[RuleDecision, Finding]]:
    """Each gate's worst first, gates taking turns, so that no gate hides another."""
    queues = [[(rule, finding) for finding in rule.findings] for rule in record.verdict.having(State.BLOCKED)]
    turns: list[tuple[RuleDecision, Finding]] = []
    while any(queues):
        turns += [queue.pop(0) for queue in queues if queue]
    return turns


def _finding_lines(decision: RuleDecision, finding: Finding) -> list[str]:
    where = printable(str(finding.place or finding.subject or decision.gate))
    cwe = ", ".join(f"CWE-{number}" for number in finding.cwe)
    tags = ", ".join(part for part in (finding.severity.value, cwe) if part)
    message = printable(finding.message)
    message = message if len(message) <= 160 else message[:159] + "…"
    see = f"   see: {printable(finding.links[0])}" if finding.links else ""
    way = [f"     way: {printable(_way(finding))}"] if finding.steps else []
    return [
        f" ✗ {where}  {printable(finding.rule)} ({tags}): {message}",
        *way,
        f"     fix: {printable(finding.fix or decision.next_step)}",
        f"     again: {printable(finding.reproduce or f'sdlc check --gate {decision.gate}')}{see}",
    ]


def _way(finding: Finding) -> str:
    """The places that the data pass, without those that follow each other on one line."""
    places = list(dict.fromkeys(f"{step.path}:{step.line}" for step in finding.steps))
    if len(places) > SHOWN_STEPS:
        places = [*places[: SHOWN_STEPS - 1], "…", places[-1]]
    return " → ".join(places)


def _verbose(record: CheckRecord) -> list[str]:
    lines = ["", " Rules"]
    for rule in record.verdict.rules:
        lines.append(f" {MARKS[rule.state]} {printable(rule.rule)}: {printable(rule.sentence)}")
    for one in record.verdict.waived:
        where = printable(str(one.finding.place or one.finding.subject or one.gate))
        by = f"{one.waiver} of {one.owner}, agreed by {one.approver}, until {one.expires}"
        lines.append(f" ~ {where}  {printable(one.finding.rule)} is waived: {printable(by)}")
    for shut in record.verdict.closed:
        subject = printable(shut.finding.subject)
        lines.append(f" ~ {subject}  {printable(shut.finding.rule)} is closed by {printable(shut.words)}")
    decided = [one.finding for one in record.verdict.waived] + [one.finding for one in record.verdict.closed]
    advice = [
        (result.gate, finding)
        for result in record.results
        for finding in result.reading.findings
        if not any(finding in rule.findings for rule in record.verdict.rules) and finding not in decided
    ]
    if advice:
        lines += ["", " Advice, old, or suppressed with a reason"]
    for gate, finding in advice:
        where = printable(str(finding.place or finding.subject or gate))
        note = f" [suppressed: {printable(finding.suppressed)}]" if finding.suppressed else ""
        tags = f"{finding.severity.value}, confidence {finding.confidence.value}"
        lines.append(f" · {where}  {printable(finding.rule)} ({tags}): {printable(finding.message)[:160]}{note}")
    return lines


def _tolerated(record: CheckRecord) -> list[str]:
    """What blocks nothing today: findings of rules that are announced, or of a product that adopts."""
    rules = [rule for rule in record.verdict.having(State.TOLERATED) if rule.findings and rule.rule != WEAKENING]
    return [
        line
        for rule in rules
        for finding in rule.findings
        for line in (*_finding_lines(rule, finding), *_ways_out(rule, finding))
    ]


def _ways_out(decision: RuleDecision, finding: Finding) -> list[str]:
    """How a person lets it stand, with the fingerprint that the command asks for."""
    decide = [f"     decide: {vex(finding.fingerprint)}"] if decision.gate == VEX else []
    return [*decide, f"     waive: {waive(finding.fingerprint)}"]
