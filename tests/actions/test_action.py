"""The action's own steps, run by bash as the service runs them, on a real repository; and its shape."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from conftest import REPOSITORY, commit
from fakes.products import WEAK
from ruamel.yaml import YAML

Make = Callable[..., Path]
WORKFLOWS = sorted((REPOSITORY / ".github" / "workflows").glob("*.yml"))
PARTS = sorted((REPOSITORY / ".github" / "actions").glob("*/action.yml"))
PINS = {
    "actions/checkout": "3d3c42e5aac5ba805825da76410c181273ba90b1",
    "actions/setup-python": "5fda3b95a4ea91299a34e894583c3862153e4b97",
    "actions/upload-artifact": "bbbca2ddaa5d8feaa63e36b76fdaad77386f024f",
    "actions/download-artifact": "3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c",
    "github/codeql-action/upload-sarif": "8aad20d150bbac5944a9f9d289da16a4b0d87c1e",
}


@dataclass
class Step:
    """What a step left behind."""

    code: int
    log: str
    outputs: dict[str, str]
    summary: str


@dataclass
class Runner:
    """A runner's folders; secure-sdlc is installed there already: the environment that these tests run in."""

    folder: Path

    def check(self, workspace: Path, **inputs: str) -> Step:
        temp, output, summary = self.folder / "temp", self.folder / "output", self.folder / "summary"
        if not temp.exists():
            temp.mkdir()
            (temp / "secure-sdlc").symlink_to(sys.prefix)
        output.write_text("")
        summary.write_text("")
        defaults = {"PATH": ".", "SINCE": "", "PROFILE": "pr", "GATES": "static-analysis", "FAIL": "true"}
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "RUNNER_TEMP": str(temp),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(summary),
            **{f"SDLC_{name}": value for name, value in {**defaults, **inputs}.items()},
        }
        command = ["bash", "-e", str(REPOSITORY / ".github" / "action" / "check.sh")]
        done = subprocess.run(command, cwd=workspace, env=environment, capture_output=True, text=True, check=False)
        rows = [line.partition("=") for line in output.read_text().splitlines()]
        return Step(done.returncode, done.stdout + done.stderr, {n: v for n, _, v in rows}, summary.read_text())


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    folder = tmp_path / "runner"
    folder.mkdir()
    return Runner(folder)


def test_a_change_that_adds_a_weakness_is_blocked(repository: Make, runner: Runner) -> None:
    root = repository({"app.py": "x = 1\n"})
    commit(root, {"app.py": WEAK})
    step = runner.check(root, SINCE="HEAD~1")
    assert step.code == 1
    assert step.outputs["verdict"] == "block"
    assert step.outputs["blocking"] == "1"
    assert "::error title=command-injection CWE-78,file=app.py,line=4::" in step.log
    assert step.summary.startswith("## ❌ Blocked")
    assert (Path(step.outputs["results"]) / "check.json").is_file()
    assert not (root / ".sdlc").exists()


def test_a_clean_change_passes_with_one_line(repository: Make, runner: Runner) -> None:
    root = repository({"app.py": WEAK})
    commit(root, {"b.py": "x = 1\n"})
    step = runner.check(root, SINCE="HEAD~1")
    assert (step.code, step.outputs["verdict"]) == (0, "pass"), step.log
    assert "::error" not in step.log


def test_a_step_that_may_not_fail_still_says_block(repository: Make, runner: Runner) -> None:
    step = runner.check(repository({"app.py": WEAK}), FAIL="false")
    assert (step.code, step.outputs["verdict"]) == (0, "block")


@pytest.mark.parametrize(("inputs", "code"), [({"SINCE": "0" * 40}, 4), ({"PATH": "nowhere"}, 2), ({"GATES": "x"}, 2)])
def test_what_could_not_be_answered_fails_whatever_was_asked_for(
    repository: Make, runner: Runner, inputs: dict[str, str], code: int
) -> None:
    step = runner.check(repository({"app.py": "x = 1\n"}), FAIL="false", **inputs)
    assert step.code == code
    assert step.outputs["verdict"] == "error"
    assert "Traceback" not in step.log


@pytest.mark.parametrize("name", ["SINCE", "PATH", "PROFILE", "GATES", "FAIL"])
def test_no_input_is_ever_a_command(repository: Make, runner: Runner, name: str) -> None:
    """A branch name or a title may hold shell."""
    root = repository({"app.py": "x = 1\n"})
    ran = runner.folder / "ran"
    runner.check(root, **{name: f'"; $(touch {ran}) `touch {ran}`; touch {ran} #'})
    assert not ran.exists()


def test_files_of_the_workspace_are_not_imported(repository: Make, runner: Runner) -> None:
    evil = f"open({str(runner.folder / 'ran')!r}, 'w')\nraise SystemExit(0)\n"
    root = repository(dict.fromkeys(("json.py", "sdlc.py", "click.py", "sitecustomize.py", "app.py"), evil))
    runner.check(root)
    assert not (runner.folder / "ran").exists()


def test_a_file_name_cannot_be_a_workflow_command(repository: Make, runner: Runner) -> None:
    root = repository({"::stop-commands::x\n::add-mask::y.py": WEAK})
    step = runner.check(root)
    commands = [line for line in step.log.splitlines() if line.startswith("::")]
    assert commands
    assert all(re.match(r"::(error|warning) title=[\w-]+::", line) for line in commands)


def load(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe", pure=True).load(path.read_text())
    return loaded


def steps_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    if "runs" in document:
        return list(document["runs"]["steps"])
    return [step for job in document["jobs"].values() for step in job.get("steps", ())]


@pytest.mark.parametrize("path", [REPOSITORY / "action.yml", *PARTS, *WORKFLOWS], ids=str)
def test_no_expression_in_a_script_and_every_action_by_its_hash(path: Path) -> None:
    for step in steps_of(load(path)):
        assert "${{" not in step.get("run", "")
        if step.get("uses", "").startswith("$/"):
            assert (REPOSITORY / step["uses"][2:] / "action.yml").exists(), "the same commit of the same repository"
        elif step.get("uses") == "./base":
            assert path.name == "selftest.yml", "the toolkit of the base judges a change of the toolkit"
        elif "uses" in step:
            action, _, pin = step["uses"].partition("@")
            assert PINS[action] == pin


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_have_no_rights_but_those_they_name(path: Path) -> None:
    document = load(path)
    assert document["permissions"] == {}
    assert "pull_request_target" not in str(document)
    for job in document["jobs"].values():
        if "uses" in job:
            assert (REPOSITORY / job["uses"].removeprefix("$/")).exists(), "the same commit of the same repository"
            continue
        assert job["timeout-minutes"] <= 90
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout"):
                assert step["with"]["persist-credentials"] is False


def test_no_workflow_restores_a_cache() -> None:
    """A cache that a less trusted run has poisoned is no way into ours."""
    for path in (REPOSITORY / "action.yml", *PARTS, *WORKFLOWS):
        text = path.read_text()
        assert "actions/cache" not in text
        assert not re.search(r"^\s+cache:", text, re.MULTILINE)


def test_the_scripts_are_executable_and_strict() -> None:
    for path in sorted((REPOSITORY / ".github" / "action").glob("*.sh")):
        assert path.stat().st_mode & 0o111
        assert "set -euo pipefail" in path.read_text()


def test_the_lock_of_the_action_has_hashes_for_everything() -> None:
    text = (REPOSITORY / "requirements" / "action.txt").read_text()
    pinned = re.findall(r"^[a-z0-9._-]+==", text, re.MULTILINE)
    blocks = re.findall(r"^[a-z0-9._-]+==[^\n]*\\\n\s+--hash=sha256:", text, re.MULTILINE)
    assert len(pinned) == len(blocks) > 20
