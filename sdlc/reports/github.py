"""
The check as GitHub Actions shows it: annotations in the log, a summary of one screen, outputs of a fixed vocabulary.

A step shows ten annotations of a kind and drops a summary over 1 MiB as a whole, so both are kept small by
construction. Text of the change under test could be a workflow command: it is escaped, and no line begins with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from sdlc.disk import append_text
from sdlc.formats.check_json import CheckRecord
from sdlc.formats.markdown_text import escape
from sdlc.formats.terminal import printable
from sdlc.model.finding import Finding, Severity
from sdlc.model.result import GateResult, Outcome
from sdlc.model.verdict import Answer, State
from sdlc.policy.baseline import fingerprint_of

MAX_ANNOTATIONS = 9
"""The tenth says how many there are beside."""

MAX_SHOWN = 8
MAX_TEXT = 300
VERDICTS = {Answer.ALLOWED: "pass", Answer.BLOCKED: "block", Answer.INCOMPLETE: "error"}
MARKS = {Answer.ALLOWED: "✅ Allowed", Answer.BLOCKED: "❌ Blocked", Answer.INCOMPLETE: "⚠️ Incomplete"}


def render(record: CheckRecord, *, verbose: bool) -> str:  # noqa: ARG001 - the summary has the rest
    """What goes to the log: the verdict, then the worst findings as annotations."""
    lines = [f"secure-sdlc: {record.verdict.answer.value}"]
    blocking = _blocking(record)
    lines += [_annotation(record, finding) for finding in blocking[:MAX_ANNOTATIONS]]
    if len(blocking) > MAX_ANNOTATIONS:
        lines.append(f"::error title=secure-sdlc::{len(blocking) - MAX_ANNOTATIONS} more, see the summary")
    for rule in record.verdict.having(State.INCOMPLETE)[:MAX_ANNOTATIONS]:
        lines.append(f"::warning title={_property(rule.rule)}::{_data(f'{rule.sentence} → {rule.next_step}')}")
    return "\n".join(lines) + "\n"


def summary(record: CheckRecord) -> str:
    """Markdown of at most 25 lines: verdict in the first words, a row per gate, what blocks, and how to see it."""
    where = f"commit {record.commit[:12]}" + (f" since {record.since[:12]}" if record.since else "")
    labels = "".join(f" · {escape(label)}" for label in record.verdict.labels)
    lines = [
        f"## {MARKS[record.verdict.answer]} – {escape(record.product)} {escape(record.version)}, {where}{labels}",
        "",
    ]
    notes = [f"- {escape(note)[:MAX_TEXT]}" for note in record.verdict.notes[:2]]
    if record.verdict.answer is Answer.ALLOWED and not record.verdict.refused and not record.verdict.notes:
        lines.append(f"{len(record.verdict.rules)} rules hold: {', '.join(_ran(record))}.")
        return "\n".join(lines) + "\n"
    lines += ["| gate | outcome | new | fixed | existing | time |", "|---|---|---:|---:|---:|---:|"]
    lines += [_row(result, record) for result in record.results]
    room = max(1, min(MAX_SHOWN, 25 - len(lines) - 5 - len(notes)))
    blocking = _blocking(record)
    lines += ["", *(f"{number}. {_line(finding)}" for number, finding in enumerate(blocking[:room], start=1))]
    if len(blocking) > room:
        lines.append(f"… {len(blocking) - room} more")
    lines += notes
    unanswered = record.verdict.having(State.INCOMPLETE)[: max(0, 23 - len(lines))]
    lines += [f"- {escape(rule.rule)}: {escape(rule.sentence)[:MAX_TEXT]}" for rule in unanswered]
    since = f" --since {record.since[:12]}" if record.since else ""
    return "\n".join([*lines[:23], "", f"Reproduce: `sdlc check{since} -v`"]) + "\n"


def outputs(record: CheckRecord) -> str:
    """`name=value` lines for later steps; every value is a number, a digest or of a fixed vocabulary."""
    return (
        f"verdict={VERDICTS[record.verdict.answer]}\n"
        f"blocking={len(_blocking(record))}\n"
        f"waived={len(record.verdict.waived)}\n"
        f"policy={record.policy}\n"
    )


def tell(environment: Mapping[str, str], record: CheckRecord) -> None:
    """Add summary and outputs to the files that a job names in its environment; outside of one there are none."""
    for variable, text in (("GITHUB_STEP_SUMMARY", summary(record)), ("GITHUB_OUTPUT", outputs(record))):
        if name := environment.get(variable):
            append_text(Path(name), text)


def _blocking(record: CheckRecord) -> list[Finding]:
    """What blocks, the worst first."""
    found = [finding for rule in record.verdict.having(State.BLOCKED) for finding in rule.findings]
    return sorted(found, key=lambda f: (-f.severity.rank, f.rule, str(f.place or f.subject)))


def _annotation(record: CheckRecord, finding: Finding) -> str:
    level = "error" if finding.severity.rank >= Severity.MEDIUM.rank else "warning"
    cwe = "".join(f" CWE-{number}" for number in finding.cwe[:1])
    title = _property(f"{finding.rule}{cwe}")
    text = _data(f"{finding.message} Fix: {finding.fix}"[:MAX_TEXT])
    if finding.place is None:
        return f"::{level} title={title}::{text}"
    path = finding.place.path if record.repository == "." else f"{record.repository}/{finding.place.path}"
    return f"::{level} title={title},file={_property(path)},line={max(1, finding.place.line)}::{text}"


def _row(result: GateResult, record: CheckRecord) -> str:
    reading = result.reading
    now = Counter(finding.fingerprint for finding in reading.findings if not finding.suppressed)
    before = Counter(map(fingerprint_of, record.base.get(result.gate, ())))
    new, fixed, existing = (now - before).total(), (before - now).total(), (now & before).total()
    known = result.gate in record.base
    counts = f"{new} | {fixed} | {existing}" if known else f"{now.total()} | – | –"
    return f"| {result.gate} | {reading.outcome.value} | {counts} | {result.seconds:.0f} s |"


def _line(finding: Finding) -> str:
    where = escape(str(finding.place or finding.subject))
    cwe = "".join(f" CWE-{number}" for number in finding.cwe[:1])
    text = printable(finding.message)
    text = text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 1]}…"
    return f"{where} **{escape(finding.rule)}**{cwe}: {escape(text)} → {escape(finding.fix)}"


def _ran(record: CheckRecord) -> list[str]:
    return [r.gate for r in record.results if r.reading.outcome in (Outcome.PASSED, Outcome.FAILED)]


def _data(text: str) -> str:
    """The part of a workflow command behind `::`."""
    return printable(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """A property of a workflow command, which also ends at a colon or a comma."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
