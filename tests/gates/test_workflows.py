"""The gate on real repositories with the real zizmor, and on one that is broken."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import REPOSITORY, commit, run_sdlc
from fakes.tools import FakeTools

from sdlc.errors import ToolError
from sdlc.formats.context_json import load_context
from sdlc.gates import workflows
from sdlc.model.result import Outcome, Reading
from sdlc.readings import workflows as reading
from sdlc.tools import Completed, LocalTools
from sdlc.workspace import open_workspace

TOOLS = LocalTools(dict(os.environ))
SETTINGS = reading.Settings()
SAMPLES = REPOSITORY / "tests" / "samples" / "workflows"
GOOD = (SAMPLES / "clean" / "gate-can-be-skipped.yml").read_text()
BAD = (SAMPLES / "vulnerable" / "foreign-code-with-secrets.yml").read_text()
INJECTED = (
    "name: x\non: pull_request_target\npermissions: {}\njobs:\n  greet:\n    name: greet\n    runs-on: ubuntu-24.04\n"
    "    steps:\n      - run: echo ${{ github.event.pull_request.title }}\n"
)
Make = Callable[..., Path]


def looked_at(root: Path) -> Reading:
    raw = workflows.run(open_workspace(root, TOOLS), TOOLS, SETTINGS, {})
    return reading.read(raw, SETTINGS, load_context(raw["context.json"]))


def rules(found: Reading) -> list[tuple[str, str]]:
    return [(one.rule, str(one.place)) for one in found.findings]


def test_ours_and_zizmors_findings_come_together(repository: Make) -> None:
    found = looked_at(repository({".github/workflows/a.yml": BAD, ".github/workflows/b.yml": INJECTED}))
    assert found.outcome is Outcome.FAILED
    assert ("foreign-code-with-secrets", ".github/workflows/a.yml:8") in rules(found)
    assert ("template-injection", ".github/workflows/b.yml:9") in rules(found)
    names = [rule for rule, place in rules(found) if place.startswith(".github/workflows/a.yml")]
    assert "dangerous-triggers" not in names, "ours says it more exactly"
    assert found.counters["files"] == 2
    assert all(one.fix.endswith(".") for one in found.findings)


def test_a_good_file_passes(repository: Make) -> None:
    found = looked_at(repository({".github/workflows/a.yml": GOOD}))
    assert [one for one in found.findings if one.severity.rank > 1] == []
    assert found.counters == {"files": 1, "rules": 6, "findings": len(found.findings), "suppressed": 0}
    assert len(found.details["inventory"]) == 64


@pytest.mark.parametrize(
    ("comment", "suppressed"),
    [
        ("# nosec template-injection -- the title is ours", 1),
        ("# nosec template-injection", 0),
        ("# nosec another-rule -- the title is ours", 0),
        ("# zizmor: ignore[template-injection]", 0),
    ],
)
def test_a_comment_counts_only_with_rule_and_reason(repository: Make, comment: str, suppressed: int) -> None:
    text = INJECTED.rstrip() + f" {comment}\n"
    found = looked_at(repository({".github/workflows/b.yml": text}))
    assert found.counters["suppressed"] == suppressed
    assert (found.outcome is Outcome.FAILED) or suppressed


def test_a_comment_of_white_space_is_only_long(repository: Make) -> None:
    text = INJECTED.rstrip() + " # nosec" + " " * 200_000 + "!\n"
    assert looked_at(repository({".github/workflows/b.yml": text})).counters["suppressed"] == 0


def test_configuration_of_the_workspace_does_not_count(repository: Make) -> None:
    quiet = "rules:\n  template-injection:\n    disable: true\n"
    found = looked_at(
        repository({".github/workflows/b.yml": INJECTED, "zizmor.yml": quiet, ".github/zizmor.yml": quiet})
    )
    assert "template-injection" in [rule for rule, _ in rules(found)]


@pytest.mark.parametrize(
    "text", ["a: [", "on: push\n", "on: push\njobs:\n  x: {steps: []}\n  x: {steps: []}\n", b"\xff\xfe"]
)
def test_a_file_that_cannot_be_read_is_an_error(repository: Make, text: str | bytes) -> None:
    found = looked_at(repository({".github/workflows/a.yml": GOOD, ".github/workflows/b.yml": text}))
    assert found.outcome is Outcome.ERROR
    assert ".github/workflows/b.yml" in found.sentence


def test_what_only_zizmor_cannot_read_is_an_error(repository: Make) -> None:
    """A job without anything is a job for us; zizmor leaves the whole file out, and exits with 0."""
    text = "on: push\njobs:\n  x:\n    steps: 7\n"
    found = looked_at(repository({".github/workflows/a.yml": GOOD, ".github/workflows/b.yml": text}))
    assert found.outcome is Outcome.ERROR
    assert "zizmor did not look at it" in found.sentence


def test_a_link_out_of_the_tree_is_an_error(repository: Make, tmp_path: Path) -> None:
    (tmp_path / "outside.yml").write_text(GOOD)
    root = repository({".github/workflows/a.yml": GOOD})
    (root / ".github" / "workflows" / "b.yml").symlink_to(tmp_path / "outside.yml")
    commit(root, {})
    assert looked_at(root).outcome is Outcome.ERROR


def test_a_tool_that_crashes_is_an_error(repository: Make) -> None:
    workspace = open_workspace(repository({".github/workflows/a.yml": GOOD}), TOOLS)
    with pytest.raises(ToolError):
        workflows.run(workspace, FakeTools(lambda _argv, _cwd: Completed(101, b"", b"", 0.0)), SETTINGS, {})


def test_a_tool_that_says_nothing_is_an_error(repository: Make) -> None:
    workspace = open_workspace(repository({".github/workflows/a.yml": GOOD}), TOOLS)
    raw = workflows.run(workspace, FakeTools(lambda _argv, _cwd: b"[]"), SETTINGS, {})
    assert reading.read(raw, SETTINGS, load_context(raw["context.json"])).outcome is Outcome.ERROR


def test_where_there_is_nothing_to_look_at(repository: Make) -> None:
    assert "no workflow file" in (
        workflows.not_applicable(open_workspace(repository({"a": "b"}), TOOLS), SETTINGS) or ""
    )
    root = repository({".github/workflows/a.yml": GOOD, "apps/box/a.py": "x = 1\n"}, name="mono")
    said = workflows.not_applicable(open_workspace(root / "apps" / "box", TOOLS), SETTINGS)
    assert "at the top of the repository" in (said or "")


def test_a_moved_job_is_the_same_finding(repository: Make) -> None:
    first = looked_at(repository({".github/workflows/b.yml": INJECTED}))
    moved = INJECTED.replace(
        "jobs:\n", "jobs:\n  other:\n    name: o\n    runs-on: ubuntu-24.04\n    steps: [{run: ls}]\n"
    )
    second = looked_at(repository({".github/workflows/c.yml": moved}, name="second"))
    prints = [
        {one.fingerprint for one in found.findings if one.rule == "template-injection"} for found in (first, second)
    ]
    assert prints[0] == prints[1] != set()


def test_the_command_names_the_place_and_the_change_of_the_call(repository: Make) -> None:
    call = (
        "on: pull_request\npermissions: {}\njobs:\n  sdlc:\n    uses: o/r/.github/workflows/pr.yml@" + "0" * 40 + "\n"
    )
    root = repository({".github/workflows/sdlc.yml": call, ".gitignore": ".sdlc/out/\n"})
    commit(root, {".github/workflows/sdlc.yml": call + "    if: false\n", ".github/workflows/a.yml": BAD})
    done = run_sdlc("check", "--since", "HEAD~1", "--gate", "workflows", "--format", "json", cwd=root)
    assert done.returncode == 1, done.stderr
    document = json.loads(done.stdout)
    blocking = {
        f["rule"] for rule in document["verdict"]["rules"] if rule["state"] == "blocked" for f in rule["findings"]
    }
    assert {"foreign-code-with-secrets", "WEAKER-WORKFLOW"} <= blocking
