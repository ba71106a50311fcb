"""One step of a job: a script, a composite action, or one of the few actions of others that our workflows use."""

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
from runner.forge import Forge, Refused

MAX_SUMMARY = 1024 * 1024
MAX_SARIF = 10 * 1024 * 1024
GH = Path(__file__).parent / "gh.py"


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
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def temp(self) -> Path:
        return self.folder / "temp"

    @property
    def workspace(self) -> Path:
        return self.folder / "workspace"

    def make_folders(self, forge: Forge) -> None:
        for folder in (self.temp, self.workspace, self.folder / "home", self.folder / "bin"):
            folder.mkdir(parents=True)
        # What install.sh would make there: secure-sdlc in an environment of its own.
        (self.temp / "secure-sdlc").symlink_to(sys.prefix)
        gh = self.folder / "bin" / "gh"
        gh.write_text(f'#!/bin/sh\nFORGE="{forge.folder}" exec "{sys.executable}" -I "{GH}" "$@"\n')
        gh.chmod(0o755)

    def demand(self, scope: str, right: str) -> None:
        """As the service's API does: 403 without the right."""
        if self.permissions.get(scope) not in (right, "write"):
            raise Refused(f"403: {self.name} has no permission {scope}: {right}")


Tamper = Callable[[Job, str], None]
"""Called before each step with the job and the step's name: what somebody does who has that job in hand."""


@dataclass
class Steps:
    """Runs the steps of one job in a forge, at `commit`."""

    job: Job
    forge: Forge
    commit: str
    tamper: Tamper

    def run(self, steps: list[dict[str, Any]], contexts: dict[str, Any], tamper: Tamper | None = None) -> str:
        """All steps in order; what they came to together."""
        status = Status()
        for step in steps:
            if not condition(step.get("if"), contexts, status):
                continue
            (tamper or self.tamper)(self.job, step["name"])
            outputs: dict[str, str] = {}
            try:
                good = self._step(step, contexts, outputs)
            except Refused as error:
                self.job.log += f"\n{error}"
                good = False
            if "id" in step:
                contexts["steps"][step["id"]] = {"outputs": outputs}
            status.failed = status.failed or not good
        return "failure" if status.failed else "success"

    def _step(self, step: dict[str, Any], contexts: dict[str, Any], outputs: dict[str, str]) -> bool:
        given = {key: expand(shown(value), contexts) for key, value in (step.get("with") or {}).items()}
        if "run" in step:
            environment = {key: expand(shown(value), contexts) for key, value in (step.get("env") or {}).items()}
            return self._bash(step["run"], environment, outputs)
        action = step["uses"].partition("@")[0]
        match action:
            case "actions/checkout":
                return self._checkout(given)
            case "actions/setup-python":
                return True
            case "actions/upload-artifact":
                return self._upload(given)
            case "actions/download-artifact":
                return self._download(given)
            case "github/codeql-action/upload-sarif":
                return self._sarif(given)
        here, _, rest = action.partition("/")
        folders = {"$": REPOSITORY, ".": self.job.workspace}
        assert here in folders, f"the runner does not know {action}"
        return self._composite(folders[here] / rest, given, contexts, outputs)

    def _composite(
        self, folder: Path, given: dict[str, str], contexts: dict[str, Any], outputs: dict[str, str]
    ) -> bool:
        document = YAML(typ="safe").load(folder / "action.yml")
        declared = document["inputs"]
        assert not set(given) - set(declared), f"{folder.name} has no such input"
        missing = [name for name, one in declared.items() if one.get("required") and not given.get(name)]
        if missing:
            raise Refused(f"{folder.name} demands {missing}")
        inputs = {name: shown(one.get("default", "")) for name, one in declared.items()} | given
        inner = {
            "inputs": inputs,
            "github": {**contexts["github"], "action_path": str(folder)},
            "runner": contexts["runner"],
            "steps": {},
        }
        good = self.run(document["runs"]["steps"], inner, lambda _job, _step: None) == "success"
        outputs.update({name: expand(one["value"], inner) for name, one in (document.get("outputs") or {}).items()})
        return good

    def _bash(self, script: str, environment: dict[str, str], outputs: dict[str, str]) -> bool:
        job = self.job
        output, summary = job.folder / "output", job.folder / "summary"
        output.write_text("")
        summary.write_text("")
        variables = {
            "PATH": f"{job.folder / 'bin'}:{os.environ['PATH']}",
            "HOME": str(job.folder / "home"),
            "RUNNER_TEMP": str(job.temp),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(summary),
            **job.variables,
            **environment,
        }
        words = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
        done = subprocess.run(words, cwd=job.workspace, env=variables, capture_output=True, text=True, check=False)
        job.log += done.stdout + done.stderr
        for line in output.read_text().splitlines():
            name, equals, value = line.partition("=")
            if not equals:
                raise Refused(f"a line of GITHUB_OUTPUT is not understood: {line!r}")
            outputs[name] = value
        if summary.stat().st_size <= MAX_SUMMARY:
            job.summary += summary.read_text()
        return done.returncode == 0

    def _checkout(self, given: dict[str, str]) -> bool:
        self.job.demand("contents", "read")
        assert given["persist-credentials"] == "false"
        assert "allow-unsafe-pr-checkout" not in given
        target = self.job.workspace / given.get("path", ".")
        subprocess.run(["git", "clone", "-q", "--no-local", str(self.forge.repository), str(target)], check=True)
        ref = given.get("ref") or self.commit
        for name in (ref, f"origin/{ref}"):
            words = ["git", "-c", "advice.detachedHead=false", "checkout", "-q", "--detach", name]
            if subprocess.run(words, cwd=target, capture_output=True, check=False).returncode == 0:
                return True
        raise Refused(f"a branch or tag with the name {ref!r} could not be found")

    def _upload(self, given: dict[str, str]) -> bool:
        source, name = Path(given["path"]) if given["path"] else None, given["name"]
        if source is None or not source.exists():
            raise Refused(f"no files were found for the artifact {name}")
        if name in self.forge.artifacts:
            raise Refused(f"409: an artifact {name} exists already")
        self.forge.artifacts[name] = self.forge.folder / "artifacts" / name
        shutil.copytree(source, self.forge.artifacts[name])
        return True

    def _download(self, given: dict[str, str]) -> bool:
        if given["name"] not in self.forge.artifacts:
            raise Refused(f"404: there is no artifact {given['name']}")
        shutil.copytree(self.forge.artifacts[given["name"]], given["path"], dirs_exist_ok=True)
        return True

    def _sarif(self, given: dict[str, str]) -> bool:
        self.job.demand("security-events", "write")
        data = Path(given["sarif_file"]).read_bytes()
        document = json.loads(data)
        assert len(data) <= MAX_SARIF
        assert len(document["runs"]) <= 20
        self.forge.alerts += [result for run in document["runs"] for result in run["results"]]
        return True
