"""What the reading makes of the tools' words; every kind of silence is an error."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sdlc.errors import UnreadableError
from sdlc.model.digest import sha256
from sdlc.model.finding import Confidence, Severity
from sdlc.model.result import Context, Outcome, PlaceContext, Reading
from sdlc.readings.static_analysis import Settings, read

PLACES = tuple(PlaceContext("a.py", line, f"Statement({line})", sha256(b"function")) for line in range(1, 20))
METADATA = {
    "cwe": [78],
    "owasp": ["A03:2021"],
    "confidence": "high",
    "severity": "critical",
    "fix": "Do.",
    "links": [],
}


def match(line: int = 3, rule: str = "command-injection", end: int = 0, **changes: Any) -> dict[str, Any]:
    metadata = METADATA | changes
    extra = {"message": "Says what can happen.", "metadata": metadata}
    span = {"start": {"line": line, "col": 5}, "end": {"line": end or line, "col": 9}}
    return {"check_id": f"some.path.{rule}", "path": "./a.py", "extra": extra, **span}


def issue(line: int = 3, test: str = "B605", cwe: int = 78, confidence: str = "HIGH") -> dict[str, Any]:
    return {
        "filename": "./a.py", "line_number": line, "line_range": [line], "col_offset": 4, "test_id": test,
        "issue_text": "Says what.", "issue_severity": "HIGH", "issue_confidence": confidence,
        "issue_cwe": {"id": cwe}, "more_info": "https://example.org",
    }  # fmt: skip


def evidence(
    matches: list[dict[str, Any]] | None = None,
    issues: list[dict[str, Any]] | None = None,
    comments: list[dict[str, Any]] | None = None,
    unparsed: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    return {
        "semgrep.json": {
            "results": matches or [],
            "errors": [],
            "paths": {"scanned": ["./a.py"]},
            "time": {"rules": ["some.path.command-injection"]},
        },
        "bandit.json": {"results": issues or [], "errors": [], "metrics": {"./a.py": {}, "_totals": {}}},
        "unparsed.json": unparsed or [],
        "tables.json": [],
        "suppressions.json": comments or [],
        "rules.json": {"rules": ["command-injection"], "sha256": "0" * 64},
    }


def reading_of(raw: dict[str, Any], context: Context | None = None) -> Reading:
    data = {name: json.dumps(value).encode() for name, value in raw.items()}
    return read(data, Settings(), context or Context(("a.py",), PLACES))


def test_nothing_found_passes() -> None:
    reading = reading_of(evidence())
    assert reading.outcome is Outcome.PASSED
    assert reading.counters == {"files": 1, "rules": 1, "findings": 0, "suppressed": 0}


def test_a_table_is_left_to_bandit_and_said() -> None:
    raw = evidence() | {"tables.json": ["table.py"]}
    raw["bandit.json"]["metrics"]["./table.py"] = {}
    reading = reading_of(raw, Context(("a.py", "table.py"), PLACES))
    assert reading.outcome is Outcome.PASSED
    assert reading.sentence.endswith("; 1 tables of constants by bandit alone")
    del raw["bandit.json"]["metrics"]["./table.py"]
    assert reading_of(raw, Context(("a.py", "table.py"), PLACES)).outcome is Outcome.ERROR


def test_one_finding_for_both_tools_and_ours_counts() -> None:
    (finding,) = reading_of(evidence([match()], [issue()])).findings
    assert (finding.rule, finding.confidence, finding.severity) == (
        "command-injection",
        Confidence.HIGH,
        Severity.CRITICAL,
    )
    assert finding.properties == {"also": "B605", "function": sha256(b"function")}
    assert finding.reproduce == "sdlc check --gate static-analysis"


def test_another_place_or_weakness_is_another_finding() -> None:
    assert len(reading_of(evidence([match(3)], [issue(4)])).findings) == 2
    assert len(reading_of(evidence([match(3)], [issue(3, cwe=502)])).findings) == 2
    assert len(reading_of(evidence([match(3, end=6)], [issue(5)])).findings) == 1


def test_two_of_our_rules_at_one_place_are_one_finding() -> None:
    weak = match(rule="shell-command-from-text", confidence="medium", severity="medium")
    (finding,) = reading_of(evidence([weak, match()])).findings
    assert (finding.rule, finding.properties["also"]) == ("command-injection", "shell-command-from-text")


def test_bandit_alone_is_advice() -> None:
    assert reading_of(evidence([], [issue(test="B608")])).findings[0].confidence is Confidence.MEDIUM
    assert reading_of(evidence([], [issue(test="B501", cwe=295)])).findings[0].confidence is Confidence.HIGH


def test_an_unknown_word_counts_as_the_worst() -> None:
    (finding,) = reading_of(evidence([match(severity="harmless", confidence="none")])).findings
    assert (finding.severity, finding.confidence) == (Severity.CRITICAL, Confidence.HIGH)


def test_two_of_our_rules_in_one_statement_over_several_lines_are_one_finding() -> None:
    context = Context(("a.py",), tuple(PlaceContext("a.py", n, "Same()", sha256(b"f")) for n in range(1, 9)))
    raw = evidence([match(3, rule="shell-command-from-text", end=5, confidence="medium"), match(4, end=5)], [issue(3)])
    (finding,) = reading_of(raw, context).findings
    assert finding.properties["also"] == "B605, shell-command-from-text"


def comment(line: int, ids: list[str], reason: str, *, alone: bool = False) -> dict[str, Any]:
    return {"path": "a.py", "line": line, "alone": alone, "ids": ids, "reason": reason}


@pytest.mark.parametrize(
    ("row", "honored"),
    [
        (comment(3, ["command-injection"], "a constant"), True),
        (comment(3, ["B605"], "a constant"), True),
        (comment(2, ["B605"], "a constant", alone=True), True),
        (comment(2, ["B605"], "a constant"), False),
        (comment(4, ["B605"], "a constant", alone=True), False),
        (comment(3, ["command-injection"], ""), False),
        (comment(3, [], "a constant"), False),
        (comment(3, ["sql-injection"], "a constant"), False),
    ],
)
def test_only_a_comment_with_rule_and_reason_counts(row: dict[str, Any], honored: bool) -> None:
    reading = reading_of(evidence([match()], [issue()], [row]))
    assert reading.outcome is (Outcome.PASSED if honored else Outcome.FAILED)
    assert reading.findings[0].suppressed == ("a constant" if honored else "")
    assert reading.counters["suppressed"] == int(honored)
    assert len(reading.findings) == 1


def silence(change: str) -> dict[str, Any]:
    raw = evidence([match()])
    if change == "unparsed":
        raw["unparsed.json"] = [{"path": "b.py", "line": 7, "reason": "invalid syntax"}]
    elif change == "semgrep error":
        raw["semgrep.json"]["errors"] = [{"level": "warn", "type": "Timeout", "message": "slow", "path": "a.py"}]
    elif change == "semgrep skipped":
        raw["semgrep.json"]["paths"]["skipped"] = [{"path": "a.py", "reason": "too_big"}]
    elif change == "semgrep file":
        raw["semgrep.json"]["paths"]["scanned"] = []
    elif change == "semgrep rules":
        raw["semgrep.json"]["time"]["rules"] = []
    elif change == "bandit error":
        raw["bandit.json"]["errors"] = [{"filename": "./a.py", "reason": "syntax error"}]
    elif change == "bandit file":
        raw["bandit.json"]["metrics"] = {}
    return raw


@pytest.mark.parametrize(
    "change",
    [
        "unparsed",
        "semgrep error",
        "semgrep skipped",
        "semgrep file",
        "semgrep rules",
        "bandit error",
        "bandit file",
    ],
)
def test_what_was_left_out_is_an_error(change: str) -> None:
    reading = reading_of(silence(change))
    assert reading.outcome is Outcome.ERROR
    assert reading.hint
    assert len(reading.findings) == 1


def test_the_sentence_names_file_and_line() -> None:
    assert "b.py:7: invalid syntax" in reading_of(silence("unparsed")).sentence


def test_no_file_is_an_error() -> None:
    assert reading_of(evidence(), Context()).outcome is Outcome.ERROR


@pytest.mark.parametrize("name", sorted(evidence()))
def test_missing_or_malformed_evidence_is_refused(name: str) -> None:
    for value in (b"", b"[", b"7", b'{"results": 7}', None):
        data = {key: json.dumps(row).encode() for key, row in evidence().items() if key != name}
        if value is not None:
            data[name] = value
        with pytest.raises(UnreadableError):
            read(data, Settings(), Context(("a.py",), PLACES))


def test_a_place_without_context_is_refused() -> None:
    with pytest.raises(UnreadableError, match=r"a\.py:99"):
        reading_of(evidence([match(99)]))


def test_metadata_without_a_fix_is_refused() -> None:
    row = match()
    del row["extra"]["metadata"]["fix"]
    with pytest.raises(UnreadableError, match="command-injection"):
        reading_of(evidence([row]))


def flow(line: int = 3, *, sure: bool = True, rule: str = "command-injection") -> dict[str, Any]:
    steps = [{"path": "b.py", "line": 1, "text": "x comes from outside"}, {"path": "a.py", "line": line, "text": "y"}]
    place = {"path": "a.py", "line": line, "column": 5, "end_line": line}
    return {"rule": rule, **place, "sure": sure, "steps": steps}


def with_flows(raw: dict[str, Any], *found: dict[str, Any], **changes: Any) -> dict[str, Any]:
    report = {
        "schema": "sdlc.flows/1", "found": list(found), "problems": [], "files": ["a.py"], "unread": [],
        "rules": ["command-injection"], "functions": 2,
        "metadata": {one["rule"]: METADATA | {"message": "Says what."} for one in found},
    }  # fmt: skip
    rules = raw["rules.json"] | {"flows": True}
    return raw | {"rules.json": rules, "flows.json": report | changes}


def test_a_flow_across_functions_is_a_finding_with_its_steps() -> None:
    (finding,) = reading_of(with_flows(evidence(), flow())).findings
    assert (finding.rule, finding.confidence, finding.message) == ("command-injection", Confidence.HIGH, "Says what.")
    assert [f"{step.path}:{step.line}" for step in finding.steps] == ["b.py:1", "a.py:3"]
    assert finding.fingerprint == reading_of(evidence([match()])).findings[0].fingerprint


def test_a_flow_with_a_guessed_step_is_advice() -> None:
    (finding,) = reading_of(with_flows(evidence(), flow(sure=False))).findings
    assert finding.confidence is Confidence.MEDIUM


def test_what_semgrep_found_too_is_one_finding_and_keeps_the_steps() -> None:
    (finding,) = reading_of(with_flows(evidence([match()], [issue()]), flow(sure=False))).findings
    assert finding.confidence is Confidence.HIGH
    assert len(finding.steps) == 2
    assert finding.properties["also"] == "B605"


def test_evidence_from_before_the_engine_reads_as_before() -> None:
    old = reading_of(evidence([match()]))
    assert reading_of(with_flows(evidence([match()]))) == old
    assert old.findings[0].steps == ()


def test_evidence_that_claims_flows_and_has_none_is_refused() -> None:
    raw = with_flows(evidence())
    del raw["flows.json"]
    with pytest.raises(UnreadableError):
        reading_of(raw)


@pytest.mark.parametrize(
    "changes",
    [{"problems": [["a.py:3", "its flows did not settle"]]}, {"files": []}],
)
def test_what_the_engine_did_not_follow_is_an_error(changes: dict[str, Any]) -> None:
    reading = reading_of(with_flows(evidence(), **changes))
    assert reading.outcome is Outcome.ERROR
    assert "a.py" in reading.sentence


@pytest.mark.parametrize(
    "changes", [{"schema": "sdlc.flows/9"}, {"metadata": {}}, {"found": [{}]}, {"problems": [["x"]]}, {"files": 1}]
)
def test_malformed_flows_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(UnreadableError):
        reading_of(with_flows(evidence(), flow(), **changes))
