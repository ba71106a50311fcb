"""`monitor.yml` keeps one issue; `recheck.yml` looks at a change that may have edited its own gate."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from conftest import commit, git
from fakes.callers import caller
from fakes.products import CONFIGURATION, POLICY, PRODUCT, WEAK
from runner.forge import Forge
from runner.workflow import Job, Run

GATES = "build\ntests\nstatic-analysis\nthreat-model"


@pytest.fixture
def forge(tmp_path: Path) -> Forge:
    root = tmp_path / "product"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    # As the forge: a commit of a fork can be fetched by its name.
    git(root, "config", "uploadpack.allowAnySHA1InWant", "true")
    commit(root, {**PRODUCT, ".sdlc/policy.toml": POLICY, "sdlc.toml": CONFIGURATION})
    return Forge(tmp_path / "forge", root)


def night(forge: Forge, number: int, event: str = "schedule") -> Run:
    head = git(forge.repository, "rev-parse", "HEAD").strip()
    forge.artifacts.clear()
    folder = forge.folder.parent / f"night{number}"
    folder.mkdir()
    made = Run(forge, folder / "jobs", event, {}, head)
    for path in list((forge.folder / "artifacts").glob("*")):
        path.rename(folder / path.name)
    return made.workflow(caller("monitor.yml", folder, gates=GATES))


def issues(forge: Forge) -> list[tuple[str, str]]:
    return [(one["state"], one["body"]) for one in forge.read("issues")]


@pytest.mark.slow
def test_one_issue_is_kept_up_to_date(forge: Forge) -> None:
    assert night(forge, 1).jobs["issue"].result == "success"
    assert issues(forge) == []
    commit(forge.repository, {"src/box/weak.py": WEAK})
    bad = night(forge, 2, "workflow_dispatch")
    assert (bad.jobs["issue"].result, bad.jobs["monitor"].outputs) == ("failure", {"verdict": "block"})
    [(state, body)] = issues(forge)
    assert state == "open"
    assert "src/box/weak" in body
    night(forge, 3)
    assert len(issues(forge)) == 1, "not a second one"
    commit(forge.repository, {"src/box/weak.py": "y = 2\n"})
    assert night(forge, 4).jobs["issue"].result == "success"
    assert [state for state, _ in issues(forge)] == ["closed"]


def test_evidence_that_could_not_be_gathered_is_said(forge: Forge) -> None:
    commit(forge.repository, {".sdlc/policy.toml": "not a policy"})
    done = night(forge, 1)
    assert done.jobs["evidence"].result == "failure"
    assert done.jobs["issue"].result == "failure"
    [(state, body)] = issues(forge)
    assert state == "open"
    assert "could not answer" in body


def test_no_right_to_write_issues_is_a_failure(forge: Forge) -> None:
    def take(job: Job, step: str) -> None:
        if (job.name, step) == ("issue", "Keep the one issue up to date"):
            for token in (forge.folder / "tokens").iterdir():
                token.write_text("{}")

    head = git(forge.repository, "rev-parse", "HEAD").strip()
    made = Run(forge, forge.folder.parent / "jobs", "schedule", {}, head, tamper=take)
    done = made.workflow(caller("monitor.yml", forge.folder.parent, gates=GATES))
    assert done.jobs["issue"].result == "failure"
    assert "403" in done.jobs["issue"].log


def recheck(forge: Forge, change: Mapping[str, str], event: str = "pull_request", **given: str) -> Run:
    """A change on a branch, of which the workflow of the default branch hears afterwards."""
    repository = forge.repository
    git(repository, "switch", "-qc", "change")
    commit(repository, dict(change))
    head = git(repository, "rev-parse", "HEAD").strip()
    git(repository, "switch", "-q", "main")
    git(repository, "branch", "-qD", "change")
    payload: dict[str, Any] = {"workflow_run": {"event": event, "head_sha": head}}
    trusted = git(repository, "rev-parse", "HEAD").strip()
    made = Run(forge, forge.folder.parent / "jobs", "workflow_run", payload, trusted)
    given = given or {"gates": "static-analysis\nsecrets"}
    return made.workflow(caller("recheck.yml", forge.folder.parent, **given))


def test_a_good_change_gets_a_good_check_beside_its_commit(forge: Forge) -> None:
    done = recheck(forge, {"src/box/more.py": "y = 2\n"})
    assert {name: job.result for name, job in done.jobs.items()} == dict.fromkeys(
        ("recheck", "look", "report"), "success"
    ), done.jobs["look"].log
    [check] = forge.read("checks")
    assert (check["conclusion"], check["name"]) == ("success", "secure-sdlc recheck")
    assert check["head_sha"] == done.event["workflow_run"]["head_sha"]


def test_a_change_that_edits_policy_and_gate_is_seen_by_the_one_that_it_cannot_edit(forge: Forge) -> None:
    change = {"src/box/weak.py": WEAK, ".sdlc/policy.toml": POLICY.replace("medium", "critical")}
    done = recheck(forge, change)
    assert (done.jobs["look"].outputs["verdict"], done.jobs["report"].result) == ("block", "failure")
    assert [check["conclusion"] for check in forge.read("checks")] == ["failure"]
    assert "WEAKER-POLICY" in done.jobs["look"].log + done.jobs["look"].summary


def test_nothing_of_the_change_is_executed(forge: Forge, tmp_path: Path) -> None:
    proof = tmp_path / "executed"
    code = f"open({str(proof)!r}, 'w')\n"
    change = {
        "conftest.py": code,
        "setup.py": code,
        "sitecustomize.py": code,
        "json.py": code,
        "sdlc/__init__.py": code,
    }
    assert recheck(forge, change).jobs["look"].outputs["verdict"] in ("pass", "block")
    assert not proof.exists()


@pytest.mark.parametrize("gate", ["tests", "build", "fuzz"])
def test_a_gate_that_executes_is_refused(forge: Forge, gate: str) -> None:
    done = recheck(forge, {"src/box/more.py": "y = 2\n"}, gates=gate)
    assert done.jobs["report"].result == "failure"
    assert "executes code of the change" in done.jobs["look"].log


def test_what_is_no_pull_request_is_left_alone(forge: Forge) -> None:
    done = recheck(forge, {"src/box/more.py": "y = 2\n"}, event="push")
    assert {name: job.result for name, job in done.jobs.items()} == {
        "recheck": "success",
        "look": "skipped",
        "report": "skipped",
    }
    assert forge.read("checks") == []
