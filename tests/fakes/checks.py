"""A record of a check made in memory: one gate that found something, one that passed, one that could not answer."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime

from sdlc.formats.check_json import CheckRecord
from sdlc.model.digest import sha256
from sdlc.model.finding import Confidence, Finding, Place, Severity
from sdlc.model.result import GateResult, Grade, Outcome, Reading
from sdlc.model.verdict import Answer, Closed, RuleDecision, State, Verdict, Waived

HOSTILE = "\x1b[31mred\x07 \u202egpj.exe <script>alert(1)</script> [link](https://evil.example) @someone #7 | `x` ]]>"
"""What a scanned file may hold: terminal escapes, a bidirectional trick, markup of every kind."""


def finding(number: int = 1, **changes: object) -> Finding:
    """A finding of high severity in `src/a.py`."""
    made = Finding(
        rule="command-injection",
        message="A value becomes part of a command.",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        fingerprint="f1:" + sha256(str(number).encode())[:32],
        place=Place("src/a.py", number, 5),
        fix="Pass a list.",
        reproduce="sdlc check --gate static-analysis",
        cwe=(78,),
        owasp=("A03:2021",),
        links=("https://rules.example/78",),
    )
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]


def result(gate: str, outcome: Outcome, *findings: Finding, sentence: str = "12 files") -> GateResult:
    """What a gate came to after a quarter of a second."""
    reading = Reading(outcome, findings, {"files": 12}, {}, sentence)
    return GateResult(gate=gate, reading=reading, reader="r/1", grade=Grade.REPLAYED, settings={}, raw={}, seconds=0.25)


def record(*findings: Finding, answer: Answer | None = None, **changes: object) -> CheckRecord:
    """A check whose static analysis found `findings`, all of which block."""
    found = findings or ()
    state = State.BLOCKED if found else State.HOLDS
    rules = (
        RuleDecision("no-weakness", "static-analysis", state, f"{len(found)} findings", tuple(found), "Mend them."),
        RuleDecision("tests-pass", "tests", State.HOLDS, "87 passed"),
        RuleDecision("fresh", "vulnerabilities", State.INCOMPLETE, "no feed", (), "Fetch a feed."),
    )
    verdict = Verdict(answer or (Answer.BLOCKED if found else Answer.INCOMPLETE), rules, ("bootstrap",))
    made = CheckRecord(
        product="box",
        version="1.0",
        profile="pr",
        repository=".",
        commit="c" * 40,
        tree="d" * 40,
        dirty=False,
        created="2026-06-01T12:00:00+00:00",
        policy=sha256(b"policy"),
        bootstrap=True,
        results=(
            result("tests", Outcome.PASSED, sentence="87 passed"),
            result("static-analysis", Outcome.FAILED if found else Outcome.PASSED, *found),
            result("vulnerabilities", Outcome.ERROR, sentence="no feed"),
            result("fuzz", Outcome.NOT_APPLICABLE, sentence="there is no fuzz/fuzz_*.py"),
        ),
        verdict=verdict,
        committed=datetime(2026, 6, 1, 10, tzinfo=UTC),
    )
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]


def decided(*, waived: bool = False) -> CheckRecord:
    """A check whose one finding a person closed with a VEX decision, or waived."""
    found = finding(7, subject="pkg:pypi/box@1.0")
    made = record(found, answer=Answer.ALLOWED)
    rule = dataclasses.replace(made.verdict.rules[0], state=State.TOLERATED, findings=())
    days = (date(2026, 6, 1), date(2026, 9, 1))
    shut = Closed("d.json", "static-analysis", found, "not_affected", "component_not_present", "Gone.", "Ada", *days)
    one = Waived("W-1", "static-analysis", found, "ada", "bo", days[1])
    change = {"waived": (one,)} if waived else {"closed": (shut,)}
    verdict = dataclasses.replace(made.verdict, rules=(rule, *made.verdict.rules[1:]), **change)  # type: ignore[arg-type]
    return dataclasses.replace(made, verdict=verdict)


CLOSED_WORDS = "closed by d.json: not_affected, component_not_present, by Ada on 2026-06-01, until 2026-09-01: Gone."
WAIVED_WORDS = "waived by W-1 of ada, agreed by bo, until 2026-09-01"
