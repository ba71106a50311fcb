"""The security report as GitLab takes it in."""

from __future__ import annotations

import json
import uuid
from typing import Any

from fakes.checks import CLOSED_WORDS, HOSTILE, WAIVED_WORDS, decided, finding, record

from sdlc.model.finding import Place
from sdlc.model.verdict import Answer
from sdlc.reports import render


def report(*findings: Any, **changes: object) -> dict[str, Any]:
    return dict(json.loads(render("gitlab", record(*findings, **changes))))


def test_what_gitlab_demands_is_there() -> None:
    document = report(finding(7))
    assert document["version"].startswith("15.0.")
    scan = document["scan"]
    assert (scan["type"], scan["status"], scan["start_time"]) == ("sast", "success", "2026-06-01T12:00:00")
    for program in (scan["analyzer"], scan["scanner"]):
        assert {"id", "name", "vendor", "version"} <= set(program)
    [one] = document["vulnerabilities"]
    assert uuid.UUID(one["id"])
    assert one["severity"] == "High"
    assert [entry["name"] for entry in one["identifiers"]] == ["static-analysis/command-injection", "CWE-78"]
    assert one["location"] == {"file": "src/a.py", "start_line": 7, "end_line": 7}
    assert one["solution"] == "Pass a list."


def test_ids_are_the_same_in_the_next_run_and_different_for_two_of_a_kind() -> None:
    twice = [finding(7), finding(7, place=Place("src/b.py", 9))]
    ids = [one["id"] for one in report(*twice)["vulnerabilities"]]
    assert len(set(ids)) == 2
    assert ids == [one["id"] for one in report(*twice)["vulnerabilities"]]


def test_a_check_that_could_not_answer_is_no_success() -> None:
    assert report(answer=Answer.INCOMPLETE)["scan"]["status"] == "failure"


def test_places_suppressions_and_folders() -> None:
    assert report(finding(place=None))["vulnerabilities"] == []
    assert report(finding(suppressed="checked by hand"))["vulnerabilities"] == []
    [one] = report(finding(1), repository="apps/box")["vulnerabilities"]
    assert one["location"]["file"] == "apps/box/src/a.py"


def test_foreign_text_is_printable_and_bounded() -> None:
    [one] = report(finding(message=HOSTILE * 20))["vulnerabilities"]
    assert "\x1b" not in one["description"]
    assert len(one["name"]) <= 255


def test_what_a_person_closed_or_waived_says_who_and_why() -> None:
    for waived, words in ((False, CLOSED_WORDS), (True, WAIVED_WORDS)):
        [one] = json.loads(render("gitlab", decided(waived=waived)))["vulnerabilities"]
        assert one["description"] == f"({words}) A value becomes part of a command."
