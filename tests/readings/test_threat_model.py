"""The reading alone: what is absent is never proved, what is garbage is never guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from sdlc.errors import UnreadableError
from sdlc.model.result import Context, Outcome, Reading
from sdlc.readings.threat_model import Settings, read
from sdlc.threats.pointers import Resolution, dump_pointers

SAMPLE = Path(__file__).parents[1] / "samples" / "threat-model" / "clean" / "all"
POINTERS = ("src/box.py", "src/box.py::Box.take", "checks/box_checks.py::check_limit", "harness:fuzz_take")


def artifacts() -> dict[str, bytes]:
    return {
        "models/mailbox.yaml": (SAMPLE / "threat_models" / "mailbox.yaml").read_bytes(),
        "acceptances.yaml": (SAMPLE / "threat_models" / "acceptances.yaml").read_bytes(),
        "pointers.json": dump_pointers(Resolution(pointer, True) for pointer in POINTERS),
        "tests/records.jsonl": (SAMPLE / "results" / "records.jsonl").read_bytes(),
        "fuzz/fuzz.json": (SAMPLE / "results" / "fuzz.json").read_bytes(),
    }


def judge(raw: dict[str, bytes]) -> Reading:
    return read(raw, Settings(), Context(files=("src/box.py",)))


def rules(reading: Reading) -> list[str]:
    return sorted(finding.rule for finding in reading.findings)


def test_all_is_decided_and_counted() -> None:
    reading = judge(artifacts())
    assert reading.outcome is Outcome.PASSED
    assert reading.counters == {
        "models": 1,
        "threats": 4,
        "controls": 2,
        "verified": 2,
        "unfalsifiable": 0,
        "acceptances": 1,
        "evidence": 2,
    }
    assert reading.details == {
        "acceptance-expires": "2026-06-01",
        "deadline/TM203/acceptances/clear-text": "2026-06-01 threat_models/acceptances.yaml:10",
        "begin/TM203/acceptances/clear-text": "2026-01-10 threat_models/acceptances.yaml:9",
    }
    assert "2 of 2 controls verified" in reading.sentence


@pytest.mark.parametrize("absent", ["tests/records.jsonl", "fuzz/fuzz.json"])
def test_a_gate_that_did_not_answer_proves_nothing(absent: str) -> None:
    raw = artifacts()
    del raw[absent]
    reading = judge(raw)
    assert reading.outcome is Outcome.FAILED
    assert rules(reading) == ["TM201", "TM303"]
    assert reading.counters["verified"] == 1


def test_a_run_that_was_cut_off_proves_nothing() -> None:
    raw = artifacts()
    raw["tests/records.jsonl"] = raw["tests/records.jsonl"].rsplit(b"\n", 2)[0] + b"\n"
    assert rules(judge(raw)) == ["TM201", "TM303"]


@pytest.mark.parametrize(
    ("outcome", "rule"),
    [
        ("skipped", "TM303"),
        ("failed", "TM304"),
        ("error", "TM304"),
        ("xfailed", "TM304"),
        ("xpassed", "TM304"),
    ],
)
def test_only_a_passed_test_is_evidence(outcome: str, rule: str) -> None:
    raw = artifacts()
    raw["tests/records.jsonl"] = raw["tests/records.jsonl"].replace(b'"passed"', f'"{outcome}"'.encode())
    assert rules(judge(raw)) == ["TM201", rule]


def test_a_pointer_that_was_not_looked_up_leads_nowhere() -> None:
    raw = artifacts()
    raw["pointers.json"] = dump_pointers(Resolution(pointer, True) for pointer in POINTERS[1:])
    reading = judge(raw)
    assert rules(reading) == ["TM201", "TM302"]
    assert "was not looked up" in next(f.message for f in reading.findings if f.rule == "TM302")


def test_without_acceptances_the_threat_is_open() -> None:
    raw = artifacts()
    del raw["acceptances.yaml"]
    reading = judge(raw)
    assert [finding.subject for finding in reading.findings] == ["mailbox/threats/listener"]
    assert reading.details == {}


def test_an_unreadable_file_is_an_error_that_says_where() -> None:
    raw = artifacts()
    raw["models/mailbox.yaml"] += b"threats: {}\n"
    reading = judge(raw)
    assert reading.outcome is Outcome.ERROR
    assert reading.sentence.startswith("threat_models/mailbox.yaml:")
    assert "stands twice" in reading.sentence
    assert rules(reading) == ["TM101"]
    raw = artifacts()
    raw["acceptances.yaml"] = b"{"
    assert judge(raw).outcome is Outcome.ERROR


def test_no_model_is_no_pass() -> None:
    raw = artifacts()
    del raw["models/mailbox.yaml"]
    assert judge(raw).outcome is Outcome.ERROR


@pytest.mark.parametrize("name", ["pointers.json", "tests/records.jsonl", "fuzz/fuzz.json"])
def test_garbage_is_refused(name: str) -> None:
    with pytest.raises(UnreadableError):
        judge({**artifacts(), name: b"\x00garbage\n"})


def test_the_pointer_table_must_be_there() -> None:
    raw = artifacts()
    del raw["pointers.json"]
    with pytest.raises(UnreadableError, match=r"pointers\.json"):
        judge(raw)


def test_a_fingerprint_survives_new_lines_above() -> None:
    raw = artifacts()
    del raw["fuzz/fuzz.json"]
    moved = {**raw, "models/mailbox.yaml": b"# a comment\n\n" + raw["models/mailbox.yaml"]}
    before, after = judge(raw).findings, judge(moved).findings
    assert [f.fingerprint for f in before] == [f.fingerprint for f in after]
    assert [f.place for f in before] != [f.place for f in after]
