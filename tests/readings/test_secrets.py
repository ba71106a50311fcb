"""The reading alone: what was not looked at is never passed, what is garbage is never guessed."""

from __future__ import annotations

import json

import pytest

from sdlc.errors import UnreadableError
from sdlc.model.finding import Confidence, Severity
from sdlc.model.result import Context, Outcome, Reading
from sdlc.readings.secrets import Settings, read

ONE, TWO = "f1:" + "1" * 32, "f1:" + "2" * 32
COUNTED = ("links", "excluded", "binaries", "large-binaries", "other-encoding", "lfs-pointers", "submodules")
LOOKED = dict.fromkeys(COUNTED, 0) | {"files": 3, "history": "all", "commits": 2, "versions": 4, "problems": []}
KIND = {"id": "npm-token", "title": "an npm token", "severity": "critical", "confidence": "high", "revoke": "x"}
RULES = {"sha256": "0" * 64, "kinds": [KIND | {"generic": False}, KIND | {"id": "assigned-secret", "generic": True}]}
ROW = {"kind": "npm-token", "where": "tree", "path": "a.py", "line": 1, "end_line": 1, "commit": "", "length": "40",
       "fingerprint": ONE, "suppression": None}  # fmt: skip


def judge(*rows: dict[str, object], looked: dict[str, object] | None = None, revoked: str = "") -> Reading:
    raw = {
        "matches.json": json.dumps([ROW | row for row in rows]).encode(),
        "looked.json": json.dumps(LOOKED | (looked or {})).encode(),
        "rules.json": json.dumps(RULES).encode(),
    }
    return read(raw | ({"revoked.toml": revoked.encode()} if revoked else {}), Settings(), Context())


def test_nothing_found() -> None:
    reading = judge()
    assert reading.outcome is Outcome.PASSED
    assert reading.sentence == "3 files, 2 commits, 2 kinds"


def test_one_place_one_finding_and_the_history_adds_nothing() -> None:
    past = {"where": "history", "commit": "c" * 40, "path": "old.py"}
    reading = judge({}, {"line": 9}, past)
    assert [str(finding.place) for finding in reading.findings] == ["a.py:1", "a.py:9"]
    assert reading.findings[0].severity is Severity.CRITICAL


def test_of_the_history_the_first_version_is_named_and_the_last_comment_counts() -> None:
    first = {"where": "history", "commit": "c" * 40}
    last = {"where": "history", "commit": "d" * 40, "path": "b.py", "suppression": ["npm-token", "opens nothing"]}
    reading = judge(first, last)
    assert [(f.rule, f.properties["commit"], f.suppressed) for f in reading.findings] == [
        ("secret-in-history", "c" * 40, "opens nothing")
    ]
    assert judge(last, first).findings[0].suppressed == ""


@pytest.mark.parametrize(
    ("path", "confidence"),
    [
        ("src/a.py", Confidence.HIGH), ("tests/a.py", Confidence.MEDIUM), ("pkg/test_a.py", Confidence.MEDIUM),
        ("docs/a.rst", Confidence.MEDIUM), ("README", Confidence.MEDIUM), ("src/contest.py", Confidence.HIGH),
        ("src/a_test.go", Confidence.MEDIUM), ("latest/a.py", Confidence.HIGH), ("doc.py", Confidence.HIGH),
    ],
)  # fmt: skip
def test_a_generic_kind_is_advice_where_samples_stand(path: str, confidence: Confidence) -> None:
    assert judge({"path": path, "kind": "assigned-secret"}).findings[0].confidence is confidence
    assert judge({"path": path}).findings[0].confidence is Confidence.HIGH


def test_no_file_looked_at_is_an_error() -> None:
    assert judge(looked={"files": 0}).outcome is Outcome.ERROR


def test_a_problem_is_an_error_with_its_place() -> None:
    reading = judge({}, looked={"problems": [["a.bin", "cannot be read"], ["b.bin", "too"]]})
    assert reading.outcome is Outcome.ERROR
    assert reading.sentence == "not all was looked at: a.bin: cannot be read; nor 1 more"
    assert len(reading.findings) == 1


def test_revocations_count_one_by_one() -> None:
    entry = f'[[revoked]]\nfingerprint = "{ONE}"\nwho = "Dana"\nwhen = 2026-01-02\nhow = "deleted in the account"\n'
    record = f'schema = "sdlc.revoked-secrets/1"\n{entry}'
    assert judge({}, revoked=record).outcome is Outcome.PASSED
    reading = judge({}, {"fingerprint": TWO}, revoked=record)
    assert reading.outcome is Outcome.FAILED
    assert (reading.counters["revoked"], reading.counters["findings"]) == (1, 1)
    assert judge(revoked=record).counters["unused-revocations"] == 1
    with pytest.raises(UnreadableError, match="stands twice"):
        judge({}, revoked=record + entry)


@pytest.mark.parametrize(
    "row",
    [
        {"kind": "luck"},
        {"where": "elsewhere"},
        {"line": "x"},
        {"fingerprint": "f1:0"},
        {"fingerprint": 7},
        {"suppression": 3},
    ],
)
def test_rows_that_nobody_can_read(row: dict[str, object]) -> None:
    with pytest.raises(UnreadableError):
        judge(row)


@pytest.mark.parametrize("name", ["matches.json", "looked.json", "rules.json"])
@pytest.mark.parametrize("data", [None, b"", b"{}", b"[1]", b'"x"', b"\xff"])
def test_evidence_that_nobody_can_read(name: str, data: bytes | None) -> None:
    raw = {"matches.json": b"[]", "looked.json": json.dumps(LOOKED).encode(), "rules.json": json.dumps(RULES).encode()}
    if data is None:
        del raw[name]
    else:
        raw[name] = data
    if (name, data) == ("matches.json", b"{}"):
        return  # no row at all is what an empty list says, too
    with pytest.raises(UnreadableError):
        read(raw, Settings(), Context())
