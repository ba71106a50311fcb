"""Reads the records of a test run: what was collected, what ran, how it ended, and on which artifacts."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from sdlc.errors import UnreadableError
from sdlc.formats import strict_json
from sdlc.formats.test_records import TestRecords, load_junit, load_records
from sdlc.model.digest import sha256
from sdlc.model.finding import Confidence, Finding, Place, Severity
from sdlc.model.result import Context, Grade, Outcome, RawArtifacts, Reading

READER = "pytest-records/1"
GRADE = Grade.REPLAYED
NEEDS = ("build",)


@dataclass(frozen=True)
class Settings:
    """`paths` (also of single tests, `file.py::test`) are given to pytest after `arguments`; `timeout` in seconds."""

    paths: tuple[str, ...] = field(default=("tests",), metadata={"change": "may-only-strengthen"})
    arguments: tuple[str, ...] = field(default=(), metadata={"change": "may-only-strengthen"})
    timeout: int = field(default=900, metadata={"change": "free"})


def read(raw: RawArtifacts, settings: Settings, context: Context) -> Reading:  # noqa: ARG001 - the shape of a reader
    """PASSED when the run ended by itself on the built artifacts, something passed, and nothing failed."""
    if "records.jsonl" not in raw:
        raise UnreadableError("records.jsonl is missing: nothing says which tests ran", hint="run the tests again")
    records = load_records(raw["records.jsonl"])
    counts = Counter(result.outcome for result in records.results.values())
    counters = {
        "collected": len(records.collected),
        "ran": counts["passed"] + counts["failed"] + counts["error"] + counts["xfailed"] + counts["xpassed"],
        "deselected": len(records.deselected),
        **{name: counts[name] for name in ("passed", "failed", "error", "skipped", "xfailed", "xpassed")},
    }
    findings = tuple(
        _finding(name, result.message, result.outcome)
        for name, result in sorted(records.results.items())
        if result.outcome in ("failed", "error")
    )
    wrong = _unanswered(records, counters) or _contradicted(raw, counters) or _of_another_build(raw)
    if wrong:
        return Reading(Outcome.ERROR, findings, counters, sentence=wrong, hint="see why: sdlc check --gate tests -v")
    said = ", ".join(f"{number} {name}" for name, number in counters.items() if number and name in counts)
    return Reading(
        Outcome.of(findings, work=counts["passed"] + len(findings)),
        findings,
        counters,
        details=_details(raw),
        sentence=said,
    )


def other_build(raw: RawArtifacts) -> str:
    """Why the tests among `raw` (of a gate that NEEDS tests and build) are about something else than what was built.

    Attack: records of an earlier build are shown for this one.
    """
    if "tests/run.json" not in raw or "build/build.json" not in raw:
        return ""
    tested = strict_json.loads_object(raw["tests/run.json"], what="run.json").get("artifacts")
    built = strict_json.loads_object(raw["build/build.json"], what="build.json").get("artifacts")
    return "" if tested == built else "the tests ran on other artifacts than those of the build"


def _unanswered(records: TestRecords, counters: Mapping[str, int]) -> str:
    """Why the records are no answer, empty when they are one."""
    if not records.finished:
        return "the test run did not come to its end"
    if records.exit_code not in (0, 1):
        broken = min((name for name, result in records.results.items() if result.outcome == "error"), default="")
        return f"pytest ended with {records.exit_code}{', could not collect ' + broken if broken else ''}"
    if not counters["ran"]:
        return "no test ran"
    missing = set(records.collected) - set(records.results)
    if missing:
        return f"{len(missing)} collected tests have no result, {min(missing)} among them"
    failed = counters["failed"] + counters["error"]
    if (records.exit_code == 0) == bool(failed):
        return f"pytest ended with {records.exit_code}, but {failed} tests failed"
    return ""


def _contradicted(raw: RawArtifacts, counters: Mapping[str, int]) -> str:
    """What JUnit, or the exit code that the gate saw, says against the records."""
    if "run.json" in raw:
        seen = strict_json.loads_object(raw["run.json"], what="run.json").get("exit")
        expected = 1 if counters["failed"] + counters["error"] else 0
        if seen != expected:
            return f"pytest's process ended with {seen}, its records say {expected}"
    if "junit.xml" not in raw:
        return ""
    junit = load_junit(raw["junit.xml"])
    ours = (counters["passed"] + counters["xpassed"], counters["failed"] + counters["error"] > 0)
    if (junit.passed, junit.failed > 0) != ours:
        return f"JUnit counts {junit.passed} passed and {junit.failed} failed, the records {ours[0]} passed"
    return ""


def _of_another_build(raw: RawArtifacts) -> str:
    """Why the tests say nothing about the artifacts of the build."""
    if "build/build.json" not in raw:
        return "the build did not answer, so nothing says what was tested"
    if "run.json" not in raw:
        return ""
    tested = strict_json.loads_object(raw["run.json"], what="run.json").get("artifacts")
    built = strict_json.loads_object(raw["build/build.json"], what="build/build.json").get("artifacts")
    return "" if tested == built else "the tests ran on other artifacts than those of the build"


def _details(raw: RawArtifacts) -> dict[str, str]:
    if "run.json" not in raw:
        return {}
    return {"sandbox": str(strict_json.loads_object(raw["run.json"], what="run.json").get("sandbox"))}


def _finding(name: str, message: str, outcome: str) -> Finding:
    path = name.partition("::")[0]
    return Finding(
        rule="TEST-FAILED" if outcome == "failed" else "TEST-ERROR",
        message=f"{name}: {message or outcome}",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        fingerprint="f1:" + sha256(f"test {name}".encode())[:32],
        place=Place(path) if path else None,
        subject=name,
        fix="Mend the code, or the test if it is wrong.",
        reproduce=f"python -m pytest {shlex.quote(name)}",
    )
