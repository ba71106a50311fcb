"""The check as JUnit XML: one test case per policy rule, so that any CI shows it."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from sdlc.formats.check_json import CheckRecord
from sdlc.formats.terminal import printable
from sdlc.model.verdict import RuleDecision, State


def render(record: CheckRecord, *, verbose: bool) -> str:  # noqa: ARG001 - JUnit is always whole
    """`failure` for a rule that blocks, `error` for one that could not be answered."""
    rules = record.verdict.rules
    seconds = {result.gate: result.seconds for result in record.results}
    suite = ET.Element(
        "testsuite",
        name="secure-sdlc",
        tests=str(len(rules)),
        failures=str(len(record.verdict.having(State.BLOCKED))),
        errors=str(len(record.verdict.having(State.INCOMPLETE))),
        time=f"{sum(seconds.values()):.3f}",
        timestamp=record.created,
    )
    for rule in rules:
        case = ET.SubElement(
            suite, "testcase", classname=rule.gate, name=rule.rule, time=f"{seconds.get(rule.gate, 0.0):.3f}"
        )
        kind = {State.BLOCKED: "failure", State.INCOMPLETE: "error"}.get(rule.state)
        if kind is not None:
            ET.SubElement(case, kind, message=printable(rule.sentence)).text = _text(rule)
        decided = _decided(record, rule.gate)
        said = decided if kind is not None else [printable(rule.sentence), *decided]
        if said:
            ET.SubElement(case, "system-out").text = "\n".join(said)
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _decided(record: CheckRecord, gate: str) -> list[str]:
    """What persons let stand of a gate's findings: who, why, until when."""
    findings = [finding for result in record.results if result.gate == gate for finding in result.reading.findings]
    return [
        printable(f"{finding.place or finding.subject}: {finding.rule} is {words}: {finding.message}")
        for finding in findings
        if (words := record.verdict.decided(gate, finding))
    ]


def _text(rule: RuleDecision) -> str:
    lines = [
        f"{finding.place or finding.subject}: {finding.rule}: {finding.message} Fix: {finding.fix}"
        for finding in rule.findings
    ]
    return "\n".join(printable(line) for line in lines) or printable(rule.next_step)
