"""The check as Markdown, for a job summary or a comment: foreign text is escaped, the size is bounded."""

from __future__ import annotations

from sdlc.formats.check_json import CheckRecord
from sdlc.formats.markdown_text import escape
from sdlc.model.finding import Finding
from sdlc.model.verdict import State

MAX_FINDINGS = 10


def render(record: CheckRecord, *, verbose: bool) -> str:
    """Verdict in the first words, a table of gates, then what blocks."""
    labels = "".join(f" · {label}" for label in record.verdict.labels)
    lines = [
        f"## {record.verdict.answer.value.upper()} – {escape(record.product)} {escape(record.version)}{labels}",
        "",
        "| gate | outcome | seconds | what |",
        "|---|---|---:|---|",
    ]
    for result in record.results:
        reading = result.reading
        lines.append(f"| {result.gate} | {reading.outcome.value} | {result.seconds:.1f} | {escape(reading.sentence)} |")
    blocked = [rule for rule in record.verdict.rules if rule.state in (State.BLOCKED, State.INCOMPLETE)]
    for rule in blocked:
        lines += ["", f"**{escape(rule.rule)}**: {escape(rule.sentence)}"]
        limit = len(rule.findings) if verbose else MAX_FINDINGS
        lines += [_finding(finding) for finding in rule.findings[:limit]]
        if len(rule.findings) > limit:
            lines.append(f"- … {len(rule.findings) - limit} more")
        if not rule.findings and rule.next_step:
            lines.append(f"- next: {escape(rule.next_step)}")
    debt = [
        *(
            f"- waived: {escape(w.finding.rule)} by {escape(w.waiver)} of {escape(w.owner)} until {w.expires}"
            for w in record.verdict.waived
        ),
        *(
            f"- closed by VEX: {escape(c.finding.rule)} ({escape(c.status)}) by {escape(c.name)}: {escape(c.impact)}"
            for c in record.verdict.closed
        ),
        *(f"- refused {w.kind} {escape(w.waiver)} ({w.reason}): {escape(w.sentence)}" for w in record.verdict.refused),
        *(f"- {escape(note)}" for note in record.verdict.notes),
    ]
    if debt:
        lines += ["", "**Waivers**", *debt]
    return "\n".join(lines) + "\n"


def _finding(finding: Finding) -> str:
    where = escape(str(finding.place or finding.subject))
    cwe = "".join(f" CWE-{number}" for number in finding.cwe)
    return f"- {where} {escape(finding.rule)}{cwe}: {escape(finding.message)} Fix: {escape(finding.fix)}"
