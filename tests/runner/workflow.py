"""Runs the jobs of a workflow file, each in folders of its own, with the rights that it declares and no others."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from conftest import REPOSITORY
from ruamel.yaml import YAML

from runner.expressions import Status, condition, expand, shown
from runner.forge import NAME, NUMBER, SERVER, Forge, Refused, lowered, of_a_fork
from runner.steps import Job, Steps, Tamper

OURS = "OWNER/REPO/"
"""How documentation writes the toolkit's address; it lies in this checkout."""


@dataclass
class Run:
    """One run of a workflow: the event, the repository, and what the jobs left.

    `before` are the jobs of the attempt before; those that succeeded are not run again. `only` runs some jobs alone.
    """

    forge: Forge
    folder: Path
    event_name: str
    event: Mapping[str, Any]
    commit: str
    ref: str = "refs/heads/main"
    inputs: Mapping[str, str] = field(default_factory=dict)
    tamper: Tamper = lambda _job, _step: None
    fork: bool = False
    only: tuple[str, ...] = ()
    before: Mapping[str, Job] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)

    @property
    def artifacts(self) -> dict[str, Path]:
        return self.forge.artifacts

    @property
    def alerts(self) -> list[dict[str, Any]]:
        return self.forge.alerts

    def workflow(self, path: Path) -> Run:
        """Run the workflow `path`, which the event must start."""
        document = YAML(typ="safe").load(path)
        triggers = {document["on"]: {}} if isinstance(document["on"], str) else document["on"]
        if self._starts(triggers):
            self._jobs(document, {}, None)
        return self

    def called(self, path: Path, granted: Mapping[str, str]) -> Run:
        """Run a reusable workflow as if a caller that grants these rights had called it."""
        self._call(path, dict(self.inputs), granted)
        return self

    def _starts(self, triggers: Mapping[str, Any]) -> bool:
        if self.event_name not in triggers:
            return False
        demanded = triggers[self.event_name] or {}
        if self.event_name != "push":
            return True
        for prefix, kind in (("refs/tags/", "tags"), ("refs/heads/", "branches")):
            if self.ref.startswith(prefix):
                patterns = demanded.get(kind, [] if demanded else ["*"])
                return any(fnmatch(self.ref.removeprefix(prefix), pattern) for pattern in patterns)
        return False

    def _call(self, path: Path, given: dict[str, Any], granted: Mapping[str, str]) -> tuple[str, dict[str, str]]:
        document = YAML(typ="safe").load(path)
        shape = document["on"]["workflow_call"] or {}
        declared = shape.get("inputs") or {}
        assert not set(given) - set(declared), f"{path.name} has no such input"
        defaults = {name: one.get("default", "") for name, one in declared.items()}
        jobs = self._jobs(document, {**defaults, **given}, granted)
        contexts = {"jobs": {name: {"outputs": job.outputs} for name, job in jobs.items()}}
        outputs = {name: expand(one["value"], contexts) for name, one in (shape.get("outputs") or {}).items()}
        results = {job.result for name, job in jobs.items() if not document["jobs"][name].get("continue-on-error")}
        return next((one for one in ("failure", "cancelled") if one in results), "success"), outputs

    def _jobs(
        self, document: Mapping[str, Any], inputs: Mapping[str, Any], granted: Mapping[str, str] | None
    ) -> dict[str, Job]:
        assert document["permissions"] == {}, "rights are given to jobs one by one"
        left = {name: job for name, job in document["jobs"].items() if not self.only or name in self.only}
        done: dict[str, Job] = {}
        while left:
            ready = [name for name in left if not set(_needs(left[name])) & set(left)]
            assert ready, "jobs need each other in a circle"
            for name in ready:
                done[name] = self._job(name, left.pop(name), inputs, granted, done)
        return done

    def _job(
        self,
        name: str,
        job: dict[str, Any],
        inputs: Mapping[str, Any],
        granted: Mapping[str, str] | None,
        done: Mapping[str, Job],
    ) -> Job:
        if name in self.before and self.before[name].result == "success":
            self.jobs[name] = self.before[name]
            return self.before[name]
        permissions = dict(job.get("permissions") or {})
        if granted is not None:
            permissions = lowered(permissions, granted, name)
        made = Job(name, self.folder / name, of_a_fork(permissions) if self.fork else permissions)
        assert name not in self.jobs, f"two jobs {name}"
        self.jobs[name] = made
        needs = {need: done[need] for need in _needs(job) if need in done}
        status = Status(
            failed=any(one.result in ("failure", "cancelled") for one in needs.values()),
            skipped=any(one.result == "skipped" for one in needs.values()),
        )
        token = self.forge.token(made.permissions)
        contexts = {
            "inputs": inputs,
            "github": self._github(token),
            "needs": {need: {"result": one.result, "outputs": one.outputs} for need, one in needs.items()},
            "runner": {"temp": str(made.temp)},
            "steps": {},
            "matrix": {},
        }
        if not condition(job.get("if"), contexts, status):
            return made
        if "uses" in job:
            assert set(job) <= {"name", "needs", "if", "uses", "with", "permissions"}
            given = {key: expand(shown(value), contexts) for key, value in (job.get("with") or {}).items()}
            made.result, made.outputs = self._call(_local(job["uses"]), given, permissions)
            return made
        if (environment := job.get("environment", "")) and environment not in self.forge.approved:
            made.result, made.log = "cancelled", f"waiting for a reviewer of {environment}, for ever"
            return made
        made.make_folders(self.forge)
        self._identified(made, job, contexts, environment)
        made.outputs = {key: expand(value, contexts) for key, value in (job.get("outputs") or {}).items()}
        return made

    def _identified(self, made: Job, job: dict[str, Any], contexts: dict[str, Any], environment: str) -> None:
        """Run the steps; a job that may have an identity token can ask for it as long as it runs."""
        claims = {
            "repository_id": NUMBER,
            "ref": self.ref,
            "event_name": self.event_name,
            "runner_environment": "github-hosted",
            "job_workflow_ref": "imaging/tools/.github/workflows/release.yml@refs/tags/v1",
            **({"environment": environment} if environment else {}),
        }
        may = made.permissions.get("id-token") == "write"
        steps = Steps(made, self.forge, self.commit, self.tamper)
        axes = (job.get("strategy") or {}).get("matrix") or {}
        with self.forge.identities(claims) if may else nullcontext({}) as variables:
            made.variables = variables
            results = []
            for values in itertools.product(*axes.values()):
                contexts["matrix"] = dict(zip(axes, values, strict=True))
                shutil.rmtree(made.workspace)  # each is a machine of its own
                made.workspace.mkdir()
                results.append(steps.run(job["steps"], contexts))
        made.result = "failure" if "failure" in results else "success"

    def _github(self, token: str) -> dict[str, Any]:
        return {
            "event": self.event,
            "event_name": self.event_name,
            "run_id": "7",
            "run_attempt": "1",
            "ref": self.ref,
            "ref_name": self.ref.split("/", 2)[2],
            "sha": self.commit,
            "workflow": "sdlc",
            "repository": NAME,
            "server_url": SERVER,
            "token": token,
        }


def _local(uses: str) -> Path:
    """A called workflow: `$/` is the repository and commit of the calling file, which for ours is this checkout."""
    path = uses.partition("@")[0]
    assert path.startswith(("$/", OURS)), f"the runner does not know {uses}"
    return REPOSITORY / path.removeprefix("$/").removeprefix(OURS)


def _needs(job: dict[str, Any]) -> list[str]:
    needs = job.get("needs") or []
    return [needs] if isinstance(needs, str) else list(needs)


__all__ = ["Job", "Refused", "Run", "Tamper"]
