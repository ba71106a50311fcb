"""Each rule about requirements fires on what it is for, and stays silent beside it."""

from __future__ import annotations

import pytest
from fakes.asked import FILE, REQUIREMENTS

from sdlc.formats.test_records import TestRecords, TestResult
from sdlc.requirements.judge import Proofs, findings_of, judge
from sdlc.requirements.model import load_requirements
from sdlc.requirements.rules import RULES
from sdlc.requirements.trace import trace_csv

NAMES = (
    "tests/test_access.py::test_stranger_may_nothing",
    "tests/test_box.py::test_double",
    "tests/test_access.py::test_may_view[viewer]",
    "tests/test_access.py::test_may_view[admin]",
    "tests/test_access.py::test_viewer_may_not_delete",
    "tests/test_access.py::test_admin_may_delete",
)


def run(**changed: str) -> TestRecords:
    """A run where all passed but for `changed`, by the end of their names."""
    results = {name: TestResult("passed", 0.1, "") for name in NAMES}
    for end, outcome in changed.items():
        [name] = [name for name in NAMES if name.endswith(end)]
        results[name] = TestResult(outcome, 0.1, "")
    return TestRecords(results, NAMES, (), True, 0)


def found(text: str, tests: TestRecords | None = None) -> list[str]:
    loaded = load_requirements(text.encode(), path=FILE)
    rows = judge(loaded, Proofs(tests=tests or run(), controls={}))
    return [finding.rule for finding in findings_of(loaded, rows)]


def test_what_is_in_order_is_silent() -> None:
    assert found(REQUIREMENTS) == []


@pytest.mark.parametrize(
    ("rule", "old", "new"),
    [
        ("REQ-DUPLICATE", "  - id: REQ-007", "  - id: Req-001"),
        ("REQ-CATEGORY", "category: integrity", "category: Integrity"),
        ("REQ-NO-CRITERION", "    acceptance: Two comes out as four.\n", ""),
        ("REQ-NO-CRITERION", "acceptance: Two comes out as four.", 'acceptance: "  "'),
        ("REQ-UNFINISHED", "Two comes out as four.", "TODO somebody"),
        ("REQ-UNVERIFIED", '      - {test: "tests/test_box.py::test_double"}\n', ""),
        ("REQ-UNVERIFIED", "test_box.py::test_double", "test_box.py::test_doubl"),
        ("ROLE-CELL", "actions: [view, delete]", "actions: [view, delete, export]"),
        ("ROLE-ACTION", "actions: [view, delete]", "actions: [view]"),
        ("ROLE-UNVERIFIED", '"tests/test_access.py::test_viewer_may_not_delete"', ""),
    ],
)
def test_each_rule_fires(rule: str, old: str, new: str) -> None:
    assert old in REQUIREMENTS
    text = REQUIREMENTS.replace(old, new)
    text = text.replace("    verified_by:\nroles", "roles")
    assert set(found(text)) == {rule}


@pytest.mark.parametrize("outcome", ["failed", "error", "skipped", "xfailed", "xpassed"])
def test_only_what_passed_counts(outcome: str) -> None:
    assert found(REQUIREMENTS, run(test_double=outcome)) == ["REQ-UNVERIFIED"]
    assert found(REQUIREMENTS, run(**{"test_may_view[viewer]": outcome})) == ["ROLE-UNVERIFIED"]


def test_every_rule_has_a_sentence_that_says_what_to_do() -> None:
    assert all(rule.fix.endswith(".") and rule.fix[0].isupper() for rule in RULES.values())


def test_a_title_that_is_a_formula_is_text_in_the_table() -> None:
    text = REQUIREMENTS.replace("title: Numbers are doubled", "title: '=1+1'")
    loaded = load_requirements(text.encode(), path=FILE)
    assert b'"\'=1+1"' in trace_csv(judge(loaded, Proofs(tests=run())))
