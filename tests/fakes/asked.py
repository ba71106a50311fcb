"""A product with two roles, its security requirements, and the tests that show them."""

from __future__ import annotations

from pathlib import Path

from fakes.products import PRODUCT, TOOLS, built

from sdlc.gates import requirements, tests
from sdlc.model.result import Context, RawArtifacts, Reading
from sdlc.readings import requirements as reading
from sdlc.readings.replay import gathered
from sdlc.workspace import open_workspace

FILE = "security/requirements.yaml"
ACCESS = """\
MAY = {"viewer": {"view"}, "admin": {"view", "delete"}}

def may(role, action):
    return action in MAY.get(role, ())
"""
ACCESS_TESTS = """\
import pytest
from box.access import may

@pytest.mark.parametrize("role", ["viewer", "admin"])
def test_may_view(role):
    assert may(role, "view")

def test_admin_may_delete():
    assert may("admin", "delete")

def test_viewer_may_not_delete():
    assert not may("viewer", "delete")

def test_stranger_may_nothing():
    assert not may("stranger", "view")
"""
REQUIREMENTS = """\
schema: sdlc.requirements/1
requirements:
  - id: REQ-001
    title: Nobody without a role sees anything
    statement: Whoever has no role is refused.
    category: authorization
    acceptance: A stranger who asks to view is refused.
    verified_by:
      - {test: "tests/test_access.py::test_stranger_may_nothing"}
  - id: REQ-007
    title: Numbers are doubled
    statement: What is handed on is twice what came in.
    category: integrity
    acceptance: Two comes out as four.
    source: "IEC 62443-4-2 CR 3.5"
    verified_by:
      - {test: "tests/test_box.py::test_double"}
roles:
  actions: [view, delete]
  matrix:
    viewer:
      view: {allow: ["tests/test_access.py::test_may_view"]}
      delete: {deny: ["tests/test_access.py::test_viewer_may_not_delete"]}
    admin:
      view: {allow: ["tests/test_access.py::test_may_view[admin]"]}
      delete: {allow: ["tests/test_access.py::test_admin_may_delete"]}
"""
ASKED: dict[str, str | bytes] = {
    **PRODUCT,
    "src/box/access.py": ACCESS,
    "tests/test_access.py": ACCESS_TESTS,
    FILE: REQUIREMENTS,
}


def evidence(root: Path) -> dict[str, RawArtifacts]:
    """What a real build and a real run of the tests leave of the product in `root`."""
    workspace = open_workspace(root, TOOLS)
    inputs: dict[str, RawArtifacts] = {"build": built(workspace)}
    inputs["tests"] = tests.run(workspace, TOOLS, tests.Settings(timeout=120), inputs)
    return inputs


def kept(root: Path, inputs: dict[str, RawArtifacts]) -> RawArtifacts:
    """What the gate keeps of the product in `root`, over `inputs`."""
    settings = requirements.Settings()
    workspace = open_workspace(root, TOOLS)
    assert requirements.not_applicable(workspace, settings) is None
    return requirements.run(workspace, TOOLS, settings, inputs)


def again(raw: RawArtifacts, inputs: dict[str, RawArtifacts]) -> Reading:
    """The reading of what is kept, as a verifier makes it."""
    return reading.read(gathered(requirements.ID, raw, inputs), requirements.Settings(), Context())


def said(given: Reading) -> list[tuple[str, str]]:
    """Rule and place of each finding."""
    return [(one.rule, str(one.place)) for one in given.findings]
