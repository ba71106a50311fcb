"""No run of tests passes by being silent, cut off, or about something else."""

from __future__ import annotations

import dataclasses
import json

import pytest

from sdlc.errors import UnreadableError
from sdlc.model.result import Context, Outcome, Reading
from sdlc.readings import tests

ARTIFACTS = [{"name": "box.whl", "size": 1, "sha256": "0" * 64}]


def records(*outcomes: str, end: int | None = None, unanswered: int = 0) -> bytes:
    """A run of tests that ended in `outcomes`, then `unanswered` that were collected and never ended."""
    ids = [f"tests/test_a.py::test_{number}" for number in range(len(outcomes) + unanswered)]
    events: list[dict[str, object]] = [
        {"event": "start"},
        *({"event": "collected", "id": name} for name in ids),
    ]
    for name, outcome in zip(ids, outcomes, strict=False):
        events.append({"event": "result", "id": name, "outcome": outcome, "seconds": 0.1, "message": "boom"})
    exit_code = int("failed" in outcomes or "error" in outcomes) if end is None else end
    return "".join(json.dumps(event) + "\n" for event in [*events, {"event": "end", "exit": exit_code}]).encode()


def junit(*outcomes: str) -> bytes:
    inside = {"passed": "", "xpassed": "", "failed": "<failure/>", "error": "<error/>"}
    cases = "".join(f"<testcase>{inside.get(outcome, '<skipped/>')}</testcase>" for outcome in outcomes)
    return f"<testsuites><testsuite>{cases}</testsuite></testsuites>".encode()


def raw(*outcomes: str) -> dict[str, bytes]:
    exit_code = int("failed" in outcomes or "error" in outcomes)
    run = {"sandbox": "namespace", "exit": exit_code, "artifacts": ARTIFACTS}
    return {
        "records.jsonl": records(*outcomes),
        "junit.xml": junit(*outcomes),
        "run.json": json.dumps(run).encode(),
        "build/build.json": json.dumps({"artifacts": ARTIFACTS}).encode(),
    }


def read(data: dict[str, bytes]) -> Reading:
    return tests.read(data, tests.Settings(), Context())


def test_all_passed() -> None:
    answer = read(raw("passed", "passed", "skipped", "xfailed", "xpassed"))
    assert answer.outcome is Outcome.PASSED
    assert answer.counters["passed"] == 2
    assert answer.counters["ran"] == 4
    assert answer.sentence == "2 passed, 1 skipped, 1 xfailed, 1 xpassed"


@pytest.mark.parametrize(("outcome", "rule"), [("failed", "TEST-FAILED"), ("error", "TEST-ERROR")])
def test_each_failure_is_a_finding(outcome: str, rule: str) -> None:
    answer = read(raw("passed", outcome))
    assert answer.outcome is Outcome.FAILED
    (finding,) = answer.findings
    assert (finding.rule, finding.subject, str(finding.place)) == (
        rule,
        "tests/test_a.py::test_1",
        "tests/test_a.py",
    )
    assert finding.fingerprint.startswith("f1:")
    assert len(finding.fingerprint) == 35


def test_the_fingerprint_is_that_of_the_test_and_not_of_its_message() -> None:
    one, other = raw("failed"), raw("failed")
    other["records.jsonl"] = other["records.jsonl"].replace(b"boom", b"bang")
    assert read(one).findings[0].fingerprint == read(other).findings[0].fingerprint


def test_a_command_survives_the_shell() -> None:
    data = raw("failed")
    data["records.jsonl"] = data["records.jsonl"].replace(b"test_0", b"test_0['; rm -rf x;']")
    assert read(data).findings[0].reproduce == """python -m pytest 'tests/test_a.py::test_0['"'"'; rm -rf x;'"'"']'"""


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"records.jsonl": records("passed").rsplit(b"\n", 2)[0] + b"\n"}, "did not come to its end"),
        ({"records.jsonl": records("passed")[:-3]}, "did not come to its end"),
        ({"records.jsonl": records("passed", end=2)}, "pytest ended with 2"),
        ({"records.jsonl": records("passed", end=5)}, "pytest ended with 5"),
        ({"records.jsonl": records("passed", end=1)}, "but 0 tests failed"),
        ({"records.jsonl": records("passed", "failed", end=0)}, "but 1 tests failed"),
        ({"records.jsonl": records("skipped")}, "no test ran"),
        ({"records.jsonl": records()}, "no test ran"),
        ({"records.jsonl": records("passed", unanswered=2)}, "2 collected tests have no result"),
        ({"junit.xml": junit("passed", "passed")}, "JUnit counts 2 passed"),
        ({"junit.xml": junit("failed")}, "JUnit counts 0 passed and 1 failed"),
        ({"junit.xml": junit("passed", "error")}, "JUnit counts 1 passed and 1 failed"),
        ({"run.json": json.dumps({"exit": 3, "artifacts": ARTIFACTS}).encode()}, "process ended with 3"),
        ({"run.json": json.dumps({"exit": 0, "artifacts": []}).encode()}, "other artifacts"),
        ({"build/build.json": b'{"artifacts":[]}'}, "other artifacts"),
    ],
)
def test_no_answer_is_taken_for_a_pass(changes: dict[str, bytes], said: str) -> None:
    assert read(raw("passed")).outcome is Outcome.PASSED
    answer = read(raw("passed") | changes)
    assert (answer.outcome, bool(answer.hint)) == (Outcome.ERROR, True)
    assert said in answer.sentence


def test_a_build_that_did_not_answer_is_no_pass() -> None:
    data = raw("passed")
    del data["build/build.json"]
    assert read(data).outcome is Outcome.ERROR


@pytest.mark.parametrize("name", ["records.jsonl", "junit.xml", "run.json"])
def test_garbage_is_refused(name: str) -> None:
    with pytest.raises(UnreadableError, match=name.partition(".")[0]):
        read(raw("passed") | {name: b"garbage\n"})


def test_no_records_are_refused() -> None:
    with pytest.raises(UnreadableError, match="missing"):
        read({"build/build.json": b"{}"})


def test_every_setting_says_who_may_change_it() -> None:
    changes = {field.metadata.get("change") for field in dataclasses.fields(tests.Settings)}
    assert changes <= {"free", "may-only-strengthen"}
