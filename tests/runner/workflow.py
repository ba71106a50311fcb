"""Runs the jobs of a workflow file, each in folders of its own, with the rights that it declares and no others."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conftest import REPOSITORY
from ruamel.yaml import YAML

from runner.expressions import Status, condition, expand, shown

MAX_SUMMARY = 1024 * 1024
MAX_SARIF = 10 * 1024 * 1024


@dataclass
class Job:
    """What a job has on its machine, and how it came out."""

    name: str
    folder: Path
    permissions: Mapping[str, str]
    result: str = "skipped"
    outputs: dict[str, str] = field(default_factory=dict)
    log: str = ""
    summary: str = ""

    @property
    def temp(self) -> Path:
        return self.folder / "temp"

    @property
    def workspace(self) -> Path:
        return self.folder / "workspace"

    def demand(self, scope: str, right: str) -> None:
        """As the service's API does: 403 without the right."""
        if self.permissions.get(scope) not in (right, "write"):
            raise RuntimeError(f"403: {self.name} has no permission {scope}: {right}")


Tamper = Callable[[Job, str], None]
"""Called before each step with the job and the step's name: what somebody does who has that job in hand."""


@dataclass
class Run:
    """One run of a workflow: the event, the repository, and what the jobs left."""

    repository: Path
    folder: Path
    event: Mapping[str, Any]
    commit: str
    inputs: Mapping[str, str] = field(default_factory=dict)
    tamper: Tamper = lambda _job, _step: None
    jobs: dict[str, Job] = field(default_factory=dict)
    artifacts: dict[str, Path] = field(default_factory=dict)
    alerts: list[dict[str, Any]] = field(default_factory=list)

    def workflow(self, path: Path) -> Run:
        """Run all jobs of `path` in the order of their needs."""
        document = YAML(typ="safe").load(path)
        assert document["permissions"] == {}, "rights are given to jobs one by one"
        declared = (document.get("on") or document[True])["workflow_call"]["inputs"]
        defaults = {name: shown(one.get("default", "")) for name, one in declared.items()}
        left = dict(document["jobs"])
        while left:
            ready = [name for name in left if not set(_needs(left[name])) & set(left)]
            assert ready, "jobs need each other in a circle"
            for name in ready:
                self._job(name, left.pop(name), {**defaults, **self.inputs})
        return self

    def _job(self, name: str, job: dict[str, Any], inputs: Mapping[str, str]) -> None:
        made = Job(name, self.folder / name, dict(job.get("permissions") or {}))
        self.jobs[name] = made
        needs = {need: self.jobs[need] for need in _needs(job)}
        status = Status(
            failed=any(one.result in ("failure", "cancelled") for one in needs.values()),
            skipped=any(one.result == "skipped" for one in needs.values()),
        )
        contexts = {
            "inputs": inputs,
            "github": {"event": self.event, "run_id": "7", "run_attempt": "1", "ref": "refs/heads/x"},
            "needs": {need: {"result": one.result, "outputs": one.outputs} for need, one in needs.items()},
            "runner": {"temp": str(made.temp)},
            "steps": {},
        }
        if not condition(job.get("if"), contexts, status):
            return
        for folder in (made.temp, made.workspace, made.folder / "home"):
            folder.mkdir(parents=True)
        (made.temp / "secure-sdlc").symlink_to(sys.prefix)
        made.result = self._steps(made, job["steps"], contexts, self.tamper)
        made.outputs = {key: expand(value, contexts) for key, value in (job.get("outputs") or {}).items()}

    def _steps(self, job: Job, steps: list[dict[str, Any]], contexts: dict[str, Any], tamper: Tamper) -> str:
        status = Status()
        for step in steps:
            if not condition(step.get("if"), contexts, status):
                continue
            tamper(job, step["name"])
            outputs: dict[str, str] = {}
            try:
                good = self._step(job, step, contexts, outputs)
            except RuntimeError as error:
                job.log += f"\n{error}"
                good = False
            if "id" in step:
                contexts["steps"][step["id"]] = {"outputs": outputs}
            status.failed = status.failed or not good
        return "failure" if status.failed else "success"

    def _step(self, job: Job, step: dict[str, Any], contexts: dict[str, Any], outputs: dict[str, str]) -> bool:
        given = {key: expand(shown(value), contexts) for key, value in (step.get("with") or {}).items()}
        if "run" in step:
            environment = {key: expand(shown(value), contexts) for key, value in (step.get("env") or {}).items()}
            return self._bash(job, step["run"], environment, outputs)
        action = step["uses"].partition("@")[0]
        match action:
            case "actions/checkout":
                return self._checkout(job, given)
            case "actions/upload-artifact":
                return self._upload(given)
            case "actions/download-artifact":
                return self._download(given)
            case "github/codeql-action/upload-sarif":
                return self._sarif(job, given)
        assert action.startswith("$/"), f"the runner does not know {action}"
        return self._composite(job, REPOSITORY / action[2:], given, contexts, outputs)

    def _composite(
        self, job: Job, folder: Path, given: dict[str, str], contexts: dict[str, Any], outputs: dict[str, str]
    ) -> bool:
        document = YAML(typ="safe").load(folder / "action.yml")
        declared = document["inputs"]
        assert not set(given) - set(declared), f"{folder.name} has no such input"
        missing = [name for name, one in declared.items() if one.get("required") and not given.get(name)]
        assert not missing, f"{folder.name} demands {missing}"
        inputs = {name: shown(one.get("default", "")) for name, one in declared.items()} | given
        inner = {
            "inputs": inputs,
            "github": {**contexts["github"], "action_path": str(folder)},
            "runner": contexts["runner"],
            "steps": {},
        }
        good = self._steps(job, document["runs"]["steps"], inner, lambda _job, _step: None) == "success"
        outputs.update({name: expand(one["value"], inner) for name, one in document["outputs"].items()})
        return good

    def _bash(self, job: Job, script: str, environment: dict[str, str], outputs: dict[str, str]) -> bool:
        output, summary = job.folder / "output", job.folder / "summary"
        output.write_text("")
        summary.write_text("")
        variables = {
            "PATH": os.environ["PATH"],
            "HOME": str(job.folder / "home"),
            "RUNNER_TEMP": str(job.temp),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(summary),
            **environment,
        }
        words = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
        done = subprocess.run(words, cwd=job.workspace, env=variables, capture_output=True, text=True, check=False)
        job.log += done.stdout + done.stderr
        for line in output.read_text().splitlines():
            name, equals, value = line.partition("=")
            if not equals:
                raise RuntimeError(f"a line of GITHUB_OUTPUT is not understood: {line!r}")
            outputs[name] = value
        if summary.stat().st_size <= MAX_SUMMARY:
            job.summary += summary.read_text()
        return done.returncode == 0

    def _checkout(self, job: Job, given: dict[str, str]) -> bool:
        job.demand("contents", "read")
        assert given["persist-credentials"] == "false"
        subprocess.run(["git", "clone", "-q", str(self.repository), str(job.workspace)], check=True)
        subprocess.run(["git", "checkout", "-q", "--detach", self.commit], cwd=job.workspace, check=True)
        return True

    def _upload(self, given: dict[str, str]) -> bool:
        source, name = Path(given["path"]) if given["path"] else None, given["name"]
        if source is None or not source.exists():
            raise RuntimeError(f"no files were found for the artifact {name}")
        if name in self.artifacts:
            raise RuntimeError(f"409: an artifact {name} exists already")
        self.artifacts[name] = self.folder / "artifacts" / name
        shutil.copytree(source, self.artifacts[name])
        return True

    def _download(self, given: dict[str, str]) -> bool:
        if given["name"] not in self.artifacts:
            raise RuntimeError(f"404: there is no artifact {given['name']}")
        shutil.copytree(self.artifacts[given["name"]], given["path"], dirs_exist_ok=True)
        return True

    def _sarif(self, job: Job, given: dict[str, str]) -> bool:
        job.demand("security-events", "write")
        data = Path(given["sarif_file"]).read_bytes()
        document = json.loads(data)
        assert len(data) <= MAX_SARIF
        assert len(document["runs"]) <= 20
        self.alerts += [result for run in document["runs"] for result in run["results"]]
        return True


def _needs(job: dict[str, Any]) -> list[str]:
    needs = job.get("needs") or []
    return [needs] if isinstance(needs, str) else list(needs)
