"""A statement has one byte form, a type, and at least one subject."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from sdlc.errors import UnreadableError
from sdlc.formats.statements import load_statement, statement
from sdlc.formats.timestamp import time_from_text, time_to_text
from sdlc.model.digest import sha256

TYPE = "urn:example:fact:v1"
SUBJECTS = [("b.whl", sha256(b"b")), ("a.whl", sha256(b"a"))]


def test_what_is_written_is_read() -> None:
    read = load_statement(statement(SUBJECTS, TYPE, {"n": 1}), predicate_type=TYPE, what="fact")
    assert read.subjects == tuple(sorted(SUBJECTS))
    assert read.predicate == {"n": 1}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"urn:example:fact:v1", b"urn:example:fact:v2"),
        (b"Statement/v1", b"Statement/v0.1"),
        (b'"name":"a.whl"', b'"name":"b.whl"'),
        (b'"name":"a.whl"', b'"name":"z.whl"'),
        (b'"name":"a.whl"', b'"name":"a.whl","uri":"x"'),
        (b'"sha256":"', b'"sha512":"","sha256":"'),
        (b'{"n":1}', b"[]"),
        (b'{"n":1}', b'{"n":1,"n":2}'),
        (b'"_type"', b'"extra":1,"_type"'),
        (b'{"n":1}', b'{"n": 1}'),
    ],
)
def test_anything_else_is_refused(old: bytes, new: bytes) -> None:
    good = statement(SUBJECTS, TYPE, {"n": 1})
    assert old in good
    with pytest.raises(UnreadableError, match="fact"):
        load_statement(good.replace(old, new), predicate_type=TYPE, what="fact")


def test_there_must_be_a_subject() -> None:
    with pytest.raises(UnreadableError, match="subjects"):
        load_statement(statement([], TYPE, {}), predicate_type=TYPE, what="fact")


def test_times_are_utc_to_the_second() -> None:
    there = datetime(2026, 1, 31, 13, 0, 0, 999, tzinfo=timezone(timedelta(hours=1)))
    assert time_to_text(there) == "2026-01-31T12:00:00+00:00"
    assert time_from_text("2026-01-31T12:00:00+00:00") == datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31",
        "2026-01-31T12:00:00",
        "2026-01-31T12:00:00Z",
        "2026-01-31T13:00:00+01:00",
        "soon",
        7,
        None,
    ],
)
def test_other_times_are_refused(text: object) -> None:
    with pytest.raises(ValueError, match=r"time|Invalid"):
        time_from_text(text)
