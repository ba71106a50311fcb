"""What the reading makes of a fuzz report; a harness that did not run is an error, whatever the others say."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sdlc.errors import UnreadableError
from sdlc.model.finding import Confidence, Severity
from sdlc.model.result import Context, Outcome, Reading
from sdlc.readings.fuzz import Settings, of_base, read

CRASH = {
    "exception": "KeyError",
    "message": "'hinge'",
    "path": "/env/lib/python3.12/site-packages/box/parser.py",
    "line": 10,
    "function": "parse",
    "key": "KeyError in parser.py:parse",
    "input": "crashes/f-1.bin",
    "phase": "atheris",
    "replayed": True,
}
FILES = ("src/box/parser.py", "src/box/__init__.py", "tests/parser.py")


def row(name: str = "f", **changes: Any) -> dict[str, Any]:
    engines = {"hypothesis": {"executions": 5, "seconds": 1.0}, "atheris": {"executions": 7, "seconds": 1, "edges": 9}}
    return {
        "name": name, "file": "fuzz/fuzz_f.py", "engines": engines, "crashes": [], "problems": [], **changes
    }  # fmt: skip


def answer(*rows: dict[str, Any], version: int = 1) -> Reading:
    document = {"schema": f"sdlc.fuzz/{version}", "sandbox": "namespace", "harnesses": list(rows)}
    raw = {"fuzz.json": json.dumps(document).encode(), "crashes/f-1.bin": b"box:lid"}
    return read(raw, Settings(), Context(files=FILES))


def test_executions_are_added_and_covered_edges_are_not() -> None:
    given = answer(row("f"), row("g"))
    assert given.outcome is Outcome.PASSED
    assert given.counters == {"harnesses": 2, "executions": 24, "edges": 18, "crashes": 0}
    assert given.details == {"sandbox": "namespace"}


def test_a_crash_is_a_finding_in_the_tree() -> None:
    [finding] = answer(row(crashes=[CRASH])).findings
    assert finding.place is not None
    assert (finding.place.path, finding.place.line) == ("src/box/parser.py", 10)
    assert finding.message == "f(b'box:lid') raises KeyError: 'hinge'"
    assert (finding.severity, finding.confidence) == (Severity.HIGH, Confidence.HIGH)
    assert finding.cwe == (248,)


@pytest.mark.parametrize(
    ("exception", "rule", "cwe"),
    [("RecursionError", "FUZZ-RECURSION", 674), ("Timeout", "FUZZ-HANG", 400), ("MemoryError", "FUZZ-CRASH", 789)],
)
def test_kinds_of_crashes(exception: str, rule: str, cwe: int) -> None:
    [finding] = answer(row(crashes=[{**CRASH, "exception": exception}])).findings
    assert (finding.rule, finding.cwe) == (rule, (cwe,))


@pytest.mark.parametrize(
    ("message", "cwe"),
    [
        ("output ratio: 9000 from 10, more than 64 times", 409),
        ("memory: 9000 bytes for 10, more than 64 times", 789),
        ("growth: exponential: b'' + b'a'*n + b''", 407),
        ("differential: 'a' against 'b'", 436),
        ("round trip: 'a' came back as 'b'", 682),
    ],
)
def test_kinds_of_properties_that_do_not_hold(message: str, cwe: int) -> None:
    [finding] = answer(row(crashes=[{**CRASH, "exception": "Violated", "message": message}])).findings
    assert finding.cwe == (cwe,)


def test_a_crash_that_did_not_happen_again_is_shown_and_weaker() -> None:
    [finding] = answer(row(crashes=[{**CRASH, "replayed": False}])).findings
    assert (finding.severity, finding.confidence) == (Severity.LOW, Confidence.MEDIUM)
    assert "did not crash again" in finding.message


@pytest.mark.parametrize(
    ("base", "old", "fix"),
    [
        ({}, (), "if it is a proper answer."),
        ({"base": "crashes", "changed": [9, 12]}, 1, "if it is a proper answer."),
        ({"base": "survives", "base_says": "it survives", "changed": [9, 12]}, (), "wrote src/box/parser.py:9-12."),
        ({"base": "survives", "base_says": "it survives"}, (), "New: it survives."),
        ({"base": "unknown", "base_says": "no harness", "changed": [0, 0]}, (), "New: no harness."),
    ],
)
def test_what_the_base_has_too_is_known_by_its_fingerprint(base: dict[str, Any], old: object, fix: str) -> None:
    given = answer(row(crashes=[{**CRASH, **base}]))
    [finding] = given.findings
    assert of_base(given.findings) == ((finding.fingerprint,) if old else ())
    assert finding.fix.endswith(fix)
    assert (finding.severity, finding.confidence) == (Severity.HIGH, Confidence.HIGH)
    assert ("not of this change" in given.sentence) is bool(old)


def test_lines_move_and_the_fingerprint_stays() -> None:
    first, second = (answer(row(crashes=[{**CRASH, "line": line}])).findings[0] for line in (10, 99))
    assert first.fingerprint == second.fingerprint


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [row("f"), row("g", engines={})],
        [row("f"), row("g", engines={"atheris": {"executions": 0, "seconds": 1}})],
        [row("f"), row("g", problems=["hypothesis: it hangs"])],
    ],
)
def test_a_harness_that_did_not_run_is_an_error(rows: list[dict[str, Any]]) -> None:
    given = answer(*rows)
    assert given.outcome is Outcome.ERROR
    assert given.sentence


def test_a_harness_that_hardly_ran_is_an_error_since_the_second_schema() -> None:
    assert answer(row("f")).outcome is Outcome.PASSED
    given = answer(row("f"), version=2)
    assert given.outcome is Outcome.ERROR
    assert given.sentence == "fuzz/fuzz_f.py: f: only 12 inputs, so nothing was searched"
    stored = {"replay": {"executions": 5000, "seconds": 1.0}, "hypothesis": {"executions": 3, "seconds": 1.0}}
    assert "only 3 inputs" in answer(row("f", engines=stored), version=2).sentence
    enough = {"hypothesis": {"executions": 100, "seconds": 1.0}}
    assert answer(row("f", engines=enough), version=2).outcome is Outcome.PASSED


def test_a_policy_may_demand_a_level_of_the_sandbox() -> None:
    enough = {"hypothesis": {"executions": 100, "seconds": 1.0}}
    assert answer(row("f", engines=enough), version=2).counters["sandbox"] == 2


def test_a_file_that_cannot_be_listed_is_named_once() -> None:
    given = answer(row("f"), row("", engines={}, problems=["fuzz/fuzz_f.py:1: the harness cannot be imported: x"]))
    assert given.sentence == "fuzz/fuzz_f.py:1: the harness cannot be imported: x"


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"fuzz.json": b"{}"},
        {"fuzz.json": b"half {"},
        {"fuzz.json": b'{"sandbox": "x", "harnesses": [{"name": "f"}]}'},
        {"fuzz.json": b'{"sandbox": "x", "harnesses": 7}'},
    ],
)
def test_evidence_of_another_shape_is_refused(raw: dict[str, bytes]) -> None:
    with pytest.raises(UnreadableError):
        read(raw, Settings(), Context())
