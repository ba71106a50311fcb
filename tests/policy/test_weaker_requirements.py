"""What a change takes out of the requirements is named; what it adds, or says more strictly, is not."""

from __future__ import annotations

import pytest
from fakes.asked import FILE, REQUIREMENTS

from sdlc.policy.weaker_requirements import of_requirements
from sdlc.requirements.model import LoadedRequirements, load_requirements

SECOND = REQUIREMENTS[REQUIREMENTS.index("  - id: REQ-007") : REQUIREMENTS.index("roles:")]
DENY = 'delete: {deny: ["tests/test_access.py::test_viewer_may_not_delete"]}'


def load(text: str) -> LoadedRequirements:
    return load_requirements(text.encode(), path=FILE)


def said(old: str, new: str) -> list[str]:
    assert old in REQUIREMENTS
    return [one.message for one in of_requirements(load(REQUIREMENTS), load(REQUIREMENTS.replace(old, new)))]


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (SECOND, "", "the requirement REQ-007 (Numbers are doubled) is gone"),
        ("  - id: REQ-007", "  - id: REQ-008", "the requirement REQ-007 (Numbers are doubled) is gone"),
        ("test_box.py::test_double", "test_box.py::test_x", "REQ-007: tests/test_box.py::test_double no longer has to"),
        (DENY, DENY.replace("deny", "allow"), "viewer/delete: was denied, and is now allowed"),
        (f"      {DENY}\n", "", "viewer/delete: the cell, which said deny, is gone"),
        (
            "test_viewer_may_not",
            "test_nobody_may",
            "viewer/delete: tests/test_access.py::test_viewer_may",
        ),
    ],
)
def test_a_step_back_is_named(old: str, new: str, what: str) -> None:
    [message] = said(old, new)
    assert message.startswith(what)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  - id: REQ-007", "  - {id: N-1, title: t, statement: s, category: audit, acceptance: a}\n  - id: REQ-007"),
        ("Two comes out as four.", "Two comes out as four, and three as six."),
        ("view: {allow: [", 'view: {allow: ["tests/test_more.py::test_it", '),
        ('delete: {allow: ["tests/test_access.py::test_admin_may_delete"]}', 'delete: {deny: ["tests/t.py::test_x"]}'),
    ],
)
def test_a_step_ahead_is_none(old: str, new: str) -> None:
    assert said(old, new) == []


def test_a_file_that_is_gone_is_named_and_one_that_is_new_is_not() -> None:
    [gone] = of_requirements(load(REQUIREMENTS), None)
    assert gone.message == "the security requirements are gone, or can no longer be read"
    assert of_requirements(None, load(REQUIREMENTS)) == ()
    assert of_requirements(None, None) == ()
