"""JUnit: one case per rule, and XML whatever the findings say."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from fakes.checks import CLOSED_WORDS, HOSTILE, WAIVED_WORDS, decided, finding, record
from hypothesis import example, given
from hypothesis import strategies as st

from sdlc.reports import render


def suite_of(*findings: object) -> ET.Element:
    root = ET.fromstring(render("junit", record(*findings)))  # type: ignore[arg-type]
    suite = root.find("testsuite")
    assert suite is not None
    return suite


def test_rules_are_cases() -> None:
    suite = suite_of(finding(7))
    assert {key: suite.get(key) for key in ("tests", "failures", "errors")} == {
        "tests": "3",
        "failures": "1",
        "errors": "1",
    }
    failure = suite.find("testcase[@name='no-weakness']/failure")
    assert failure is not None
    assert "src/a.py:7: command-injection: A value becomes part of a command. Fix: Pass a list." in (failure.text or "")
    error = suite.find("testcase[@name='fresh']/error")
    assert error is not None
    assert error.text == "Fetch a feed."


@example("\ufffe\uffff\ud800\x00")
@given(st.text())
def test_any_text_stays_xml(text: str) -> None:
    suite_of(finding(message=text, fix=HOSTILE))


def test_what_a_person_closed_or_waived_says_who_and_why() -> None:
    for waived, words in ((False, CLOSED_WORDS), (True, WAIVED_WORDS)):
        text = render("junit", decided(waived=waived))
        out = ET.fromstring(text).findtext("testsuite/testcase[@name='no-weakness']/system-out") or ""
        assert out.splitlines()[1:] == [f"src/a.py:7: command-injection is {words}: A value becomes part of a command."]
        assert words not in (ET.fromstring(text).findtext("testsuite/testcase[@name='tests-pass']/system-out") or "")
