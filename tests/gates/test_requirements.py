"""The gate on a real product: what a test of this very build shows is verified, and nothing else."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from conftest import commit, git
from fakes.activity import PENTEST, signed
from fakes.asked import ACCESS, ACCESS_TESTS, ASKED, FILE, REQUIREMENTS, again, evidence, kept, said
from fakes.products import CONFIGURATION, PRODUCT, TOOLS
from fakes.releases import trust_root

from sdlc.errors import UnreadableError
from sdlc.gates import activities, threat_model
from sdlc.gates import requirements as gate
from sdlc.model.result import Outcome, RawArtifacts
from sdlc.signing.trust_json import dump_trust
from sdlc.workspace import open_workspace

Repository = Callable[..., Path]
Inputs = dict[str, RawArtifacts]
MODEL = """\
schema: sdlc.threat-model/1
system: {id: box, title: A box, owner: team}
trust_zones:
  inside: {title: Inside, trust: high}
components:
  lid: {title: The lid, trust_zone: inside}
threats:
  wrong: {statement: Somebody gets another number., stride: tampering, on: [lid]}
controls:
  doubled:
    title: Numbers are doubled
    mitigates: [wrong]
    status: implemented
    code: ["src/box/__init__.py::double"]
    evidence:
      - {kind: test, id: "tests/test_box.py::test_double"}
  later: {title: Something later, mitigates: [wrong], status: planned}
"""


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Inputs]:
    """The product with all its tests, and what its build and its tests left."""
    return product(tmp_path_factory.mktemp("good"), {"threat_models/box.yaml": MODEL})


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Inputs]:
    """The product where a test is removed, the viewer may delete, and two tests do not really run."""
    changed = {
        "src/box/access.py": ACCESS.replace('{"view"},', '{"view", "delete"},'),
        "tests/test_box.py": "def test_other():\n    assert True\n",
        "tests/test_access.py": ACCESS_TESTS.replace("def test_stranger", "@pytest.mark.skip\ndef test_stranger")
        .replace('["viewer", "admin"]', '[pytest.param("viewer", marks=pytest.mark.skip), "admin"]')
        .replace("def test_admin", "@pytest.mark.xfail\ndef test_admin"),
    }
    return product(tmp_path_factory.mktemp("bad"), changed)


def product(root: Path, files: Mapping[str, str | bytes]) -> tuple[Path, Inputs]:
    git(root, "init", "-q", "-b", "main")
    commit(root, {**ASKED, **files})
    return root, evidence(root)


def test_what_this_build_shows_is_verified_and_traced(good: tuple[Path, Inputs]) -> None:
    root, inputs = good
    raw = kept(root, inputs)
    given = again(raw, inputs)
    assert given.outcome is Outcome.PASSED, given
    assert given.sentence == "2 of 2 requirements verified in this build, 4 of 4 cells of the roles shown"
    assert dict(given.counters) == {"requirements": 2, "verified": 2, "cells": 4, "cells-verified": 4, "tests": 6}
    rows = list(csv.DictReader(io.StringIO(raw["trace.csv"].decode("utf-8-sig"))))
    assert [(row["id"], row["verified"]) for row in rows] == [
        (name, "yes") for name in ("REQ-001", "REQ-007", "viewer/view", "viewer/delete", "admin/view", "admin/delete")
    ]
    assert rows[1]["source"] == "IEC 62443-4-2 CR 3.5"
    assert rows[3]["category"] == "deny"
    assert json.loads(raw["trace.json"])["rows"][1]["proofs"] == ["tests/test_box.py::test_double"]


def test_attack_a_trace_that_says_more_than_the_evidence_beside_it(good: tuple[Path, Inputs]) -> None:
    root, inputs = good
    raw = kept(root, inputs)
    forged = {**raw, "trace.csv": raw["trace.csv"].replace(b"REQ-007", b"REQ-008")}
    with pytest.raises(UnreadableError, match="trace matrix is not that of the evidence"):
        again(forged, inputs)
    with pytest.raises(UnreadableError, match="trace matrix"):
        again({name: data for name, data in raw.items() if name != "trace.json"}, inputs)


def test_attack_tests_of_another_build_and_no_tests_at_all(good: tuple[Path, Inputs]) -> None:
    root, inputs = good
    other = {**inputs["build"], "build.json": b'{"artifacts": []}'}
    cut_off = {**inputs["tests"], "records.jsonl": inputs["tests"]["records.jsonl"].rpartition(b'{"event":"end"')[0]}
    for changed, why in (
        ({}, "the tests gate did not answer"),
        ({**inputs, "build": other}, "other artifacts"),
        ({**inputs, "tests": cut_off}, "the test run was cut off"),
    ):
        given = again(kept(root, changed), changed)
        assert len(given.findings) == 6
        assert all(why in finding.message for finding in given.findings), given.findings[0]


def test_a_removed_test_leaves_its_requirement_unverified(bad: tuple[Path, Inputs]) -> None:
    """The demonstration: remove a test, and it says REQ-007 unverified, with file and line."""
    given = again(kept(*bad), bad[1])
    assert given.outcome is Outcome.FAILED
    [finding] = [one for one in given.findings if one.subject == "REQ-007"]
    assert finding.rule == "REQ-UNVERIFIED"
    assert finding.message == "REQ-007 unverified: tests/test_box.py::test_double did not run in this build"
    assert finding.place is not None
    assert REQUIREMENTS.splitlines()[finding.place.line - 1] == "  - id: REQ-007"


def test_a_viewer_who_may_delete_is_found_by_the_deny_test(bad: tuple[Path, Inputs]) -> None:
    """The demonstration: give the viewer delete, and the deny test fails."""
    given = again(kept(*bad), bad[1])
    [finding] = [one for one in given.findings if one.subject == "roles/viewer/delete"]
    assert finding.rule == "ROLE-UNVERIFIED"
    assert finding.message == (
        "viewer/delete (deny) unverified: tests/test_access.py::test_viewer_may_not_delete failed in this build"
    )
    assert finding.place is not None
    assert "deny" in REQUIREMENTS.splitlines()[finding.place.line - 1]


@pytest.mark.parametrize(
    ("subject", "why"),
    [
        ("REQ-001", "test_stranger_may_nothing was skipped in this build"),
        ("roles/viewer/view", "1 of the cases of tests/test_access.py::test_may_view did not run"),
        ("roles/admin/delete", "test_admin_may_delete is marked as expected to fail"),
    ],
)
def test_what_did_not_really_pass_shows_nothing(bad: tuple[Path, Inputs], subject: str, why: str) -> None:
    given = again(kept(*bad), bad[1])
    [finding] = [one for one in given.findings if one.subject == subject]
    assert why in finding.message
    assert "roles/admin/view" not in {one.subject for one in given.findings}  # that case by itself did pass


def test_a_control_of_the_threat_model_shows_a_requirement(good: tuple[Path, Inputs], repository: Repository) -> None:
    root, inputs = good
    inputs = {
        **inputs,
        "threat-model": threat_model.run(open_workspace(root, TOOLS), TOOLS, threat_model.Settings(), {}),
    }
    asked = REQUIREMENTS.replace('{test: "tests/test_box.py::test_double"}', "{control: box/doubled}")
    there = {"box/later": "it is only planned", "box/none": "no threat model has the control box/none"}
    for name, why in {"box/doubled": "", **there}.items():
        other = repository({FILE: asked.replace("box/doubled", name)}, name=name.replace("/", "-"))
        found = [finding.message for finding in again(kept(other, inputs), inputs).findings]
        assert [why in message for message in found] == ([True] if why else []), found
    failing = {**inputs, "tests": {**inputs["tests"], "records.jsonl": _failed(inputs["tests"]["records.jsonl"])}}
    other = repository({FILE: asked}, name="failing")
    [finding] = again(kept(other, failing), failing).findings
    assert "the control box/doubled is not verified" in finding.message
    del inputs["threat-model"]
    [finding] = again(kept(other, inputs), inputs).findings
    assert "the gate threat-model did not answer" in finding.message


def test_a_recorded_activity_shows_a_requirement(good: tuple[Path, Inputs], repository: Repository) -> None:
    _, inputs = good
    asked = REQUIREMENTS.replace('{test: "tests/test_box.py::test_double"}', "{activity: penetration-test}")
    trust = dump_trust(trust_root(product="box"))
    files = {FILE: asked, ".sdlc/trust.json": trust, "sdlc.toml": CONFIGURATION}
    tested = {".sdlc/records/a.json": signed(PENTEST, product="box")}
    old = {".sdlc/records/a.json": signed({**PENTEST, "version": "0.9"}, product="box")}
    for name, records, why in (
        ("good", tested, ""),
        ("old", old, "report.pdf tested 0.9, this is 1.0"),
        ("none", {".sdlc/records/a.json": b"{}"}, "the activity penetration-test is not shown"),
    ):
        root = repository({**files, **records}, name=name)
        workspace = open_workspace(root, TOOLS)
        given = {**inputs, "activities": activities.run(workspace, TOOLS, activities.Settings(), {})}
        found = [finding.message for finding in again(kept(root, given), given).findings]
        assert [why in message for message in found] == ([True] if why else []), found
    [finding] = again(kept(root, inputs), inputs).findings
    assert "the gate activities did not answer" in finding.message


def _failed(records: bytes) -> bytes:
    """`records` where the one test of doubling failed."""
    lines = records.splitlines(keepends=True)
    return b"".join(line.replace(b'"passed"', b'"failed"') if b"test_double" in line else line for line in lines)


def test_without_the_file_the_gate_does_not_apply(repository: Repository) -> None:
    workspace = open_workspace(repository(PRODUCT), TOOLS)
    assert gate.not_applicable(workspace, gate.Settings()) == f"there is no {FILE}"


@pytest.mark.parametrize(
    ("text", "rule", "line"),
    [
        ("schema: sdlc.requirements/1\nrequirements: []\n", "REQ-EMPTY", 2),
        (REQUIREMENTS + "roles: {}\n", "REQ-UNREADABLE", len(REQUIREMENTS.splitlines()) + 1),
        (REQUIREMENTS.replace("    category: integrity", "    kind: x\n    category: integrity"), "REQ-SCHEMA", 13),
    ],
)
def test_what_cannot_be_judged_is_an_error_with_its_line(
    repository: Repository, text: str, rule: str, line: int
) -> None:
    given = again(kept(repository({FILE: text}), {}), {})
    assert given.outcome is Outcome.ERROR
    assert said(given) == [(rule, f"{FILE}:{line}")]
    assert given.sentence
    assert given.hint
