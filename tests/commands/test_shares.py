"""Gates spread over jobs come to the verdict of one job; and a job that is in somebody's hands decides nothing."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from conftest import commit
from fakes.products import CONFIGURATION, POLICY, PRODUCT, WEAK

from sdlc.cli import main
from sdlc.disk import LocalDisk
from sdlc.errors import ExitCode
from sdlc.formats import strict_json
from sdlc.model.digest import sha256
from sdlc.session import Session
from sdlc.tools import LocalTools

GATES = ("build", "tests", "static-analysis", "threat-model")
ORDER = ("execute", "static", "join")


@dataclass
class Jobs:
    """The jobs of one run, each in a folder of its own; `digests` is what they put out."""

    root: Path
    folder: Path
    digests: dict[str, str]

    def sdlc(self, *words: str) -> ExitCode:
        environment = dict(os.environ)
        now = datetime.now(UTC)
        return main([*words], Session(now, environment, LocalDisk(), LocalTools(environment)))

    def plan(self, *words: str) -> ExitCode:
        out = self.folder / "plan"
        gates = [word for gate in GATES for word in ("--gate", gate)]
        code = self.sdlc("plan", str(self.root), *(words or ("--since", "HEAD~1")), *gates, "--out", str(out))
        self.digests["plan"] = sha256((out / "plan.json").read_bytes()) if code == ExitCode.ALLOWED else ""
        return code

    def share(self, name: str) -> ExitCode:
        out = self.folder / name
        needs = ["--share", self.named("execute")] if name == "join" else []
        code = self.sdlc("share", name, str(self.root), "--plan", self.named("plan"), *needs, "--out", str(out))
        if code == ExitCode.ALLOWED:
            self.digests[name] = sha256((out / "share.json").read_bytes())
        return code

    def collect(self, *names: str, form: str = "console") -> ExitCode:
        shares = [word for name in names or ORDER for word in ("--share", self.named(name))]
        out = str(self.folder / "out")
        return self.sdlc("collect", "--plan", self.named("plan"), *shares, "--out", out, "--format", form)

    def named(self, name: str) -> str:
        return f"{self.folder / name}={self.digests[name]}"

    def edit(self, name: str, change: Callable[[dict[str, Any]], object]) -> None:
        """What a job in somebody's hands may do: change its share, and put out the new digest."""
        path = self.folder / name / "share.json"
        document = json.loads(path.read_text())
        change(document)
        path.write_bytes(strict_json.dumps(document))
        self.digests[name] = sha256(path.read_bytes())


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Jobs:
    """A change that is fine, with all shares made; copied for each test."""
    from conftest import git

    folder = tmp_path_factory.mktemp("jobs")
    root = folder / "product"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    commit(root, {**PRODUCT, ".sdlc/policy.toml": POLICY, "sdlc.toml": CONFIGURATION})
    commit(root, {"src/box/more.py": "y = 2\n"})
    jobs = Jobs(root, folder / "run", {})
    assert jobs.plan() == ExitCode.ALLOWED
    for name in ORDER:
        assert jobs.share(name) == ExitCode.ALLOWED
    return jobs


@pytest.fixture
def jobs(done: Jobs, tmp_path: Path) -> Jobs:
    shutil.copytree(done.folder, tmp_path / "run")
    return Jobs(done.root, tmp_path / "run", dict(done.digests))


def test_the_verdict_is_that_of_one_job(jobs: Jobs, capsys: pytest.CaptureFixture[str]) -> None:
    assert jobs.collect() == ExitCode.ALLOWED
    said = capsys.readouterr().out
    assert "ALLOWED · box 1.0 · profile pr" in said
    record = json.loads((jobs.folder / "out" / "check.json").read_text())
    assert {gate["id"]: gate["outcome"] for gate in record["gates"]} == {
        "build": "passed",
        "tests": "passed",
        "static-analysis": "passed",
        "fuzz": "not-applicable",
        "threat-model": "not-applicable",
    }
    assert [rule["rule"] for rule in record["verdict"]["rules"]][-1] == "weakening"


def test_the_plan_says_which_job_may_execute_what(jobs: Jobs, capsys: pytest.CaptureFixture[str]) -> None:
    plan = json.loads((jobs.folder / "plan" / "plan.json").read_text())
    assert {gate["id"]: gate["share"] for gate in plan["gates"]} == {
        "build": "execute",
        "tests": "execute",
        "fuzz": "execute",
        "static-analysis": "static",
        "threat-model": "join",
    }
    assert jobs.plan("--since", "HEAD~1", "--matrix") == ExitCode.ALLOWED
    matrix = json.loads(capsys.readouterr().out)
    assert matrix == {"include": [{"share": name} for name in ORDER]}


def gate(document: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(gate for gate in document["gates"] if gate["id"] == name)
    return found


def no_tests(document: dict[str, Any]) -> None:
    gate(document, "tests").update(outcome="not-applicable", sentence="there are no tests", raw={}, counters={})


HOSTILE: dict[str, tuple[str, Callable[[dict[str, Any]], object], str]] = {
    "says that there is nothing to test": ("execute", no_tests, "share-differs"),
    "leaves a gate out": (
        "execute",
        lambda d: d.update(gates=[gate for gate in d["gates"] if gate["id"] != "tests"]),
        "share-incomplete",
    ),
    "answers for a gate of another job": (
        "execute",
        lambda d: d["gates"].append({**gate(d, "tests"), "id": "static-analysis"}),
        "share-incomplete",
    ),
    "answers twice": ("execute", lambda d: d["gates"].append(gate(d, "tests")), "share-incomplete"),
    "runs with other settings": (
        "execute",
        lambda d: gate(d, "tests")["settings"].update(paths=["tests/easy"]),
        "share-foreign",
    ),
    "calls itself another job": ("execute", lambda d: d.update(name="static"), "share-incomplete"),
    "calls itself a job that is not planned": ("execute", lambda d: d.update(name="more"), "share-foreign"),
    "follows another plan": ("execute", lambda d: d.update(plan="0" * 64), "share-foreign"),
    "names evidence that it does not bring": (
        "execute",
        lambda d: gate(d, "tests")["raw"].update({"records.jsonl": "0" * 64}),
        "share-incomplete",
    ),
    "writes better counters over its evidence": (
        "execute",
        lambda d: gate(d, "tests")["counters"].update(passed=9000),
        "reading-differs",
    ),
    "writes a better outcome over its evidence": (
        "execute",
        lambda d: gate(d, "tests").update(outcome="failed"),
        "outcome-differs",
    ),
    "did not look for weakenings": ("static", lambda d: d.update(weakenings=None), "share-incomplete"),
    "is of another form": ("execute", lambda d: d.update(schema="sdlc.share/2"), "schema"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_job_in_somebodys_hands(jobs: Jobs, capsys: pytest.CaptureFixture[str], name: str) -> None:
    """It may put out a digest that fits; what it says must still be what was planned, and follow from its bytes."""
    share, change, said = HOSTILE[name]
    jobs.edit(share, change)
    assert jobs.collect() in (ExitCode.INCOMPLETE, ExitCode.BLOCKED)
    assert said in capsys.readouterr().err
    assert not (jobs.folder / "out" / "check.json").exists()


def test_a_share_that_is_exchanged_on_the_way(jobs: Jobs, capsys: pytest.CaptureFixture[str]) -> None:
    path = jobs.folder / "execute" / "share.json"
    path.write_bytes(path.read_bytes().replace(b'"passed"', b'"failed"', 1))
    assert jobs.collect() == ExitCode.INCOMPLETE
    assert "[share-changed]" in capsys.readouterr().err


def test_evidence_that_is_exchanged_on_the_way(jobs: Jobs, capsys: pytest.CaptureFixture[str]) -> None:
    for path in (jobs.folder / "execute" / "objects").rglob("*"):
        if path.is_file():
            path.write_bytes(b"poisoned")
    assert jobs.collect() == ExitCode.INCOMPLETE
    assert "is in no share" in capsys.readouterr().err


def test_a_job_that_did_not_run(jobs: Jobs, capsys: pytest.CaptureFixture[str]) -> None:
    assert jobs.collect("static", "join") == ExitCode.INCOMPLETE
    assert "[share-missing] nobody brought the share execute" in capsys.readouterr().err


def test_a_share_that_comes_twice(jobs: Jobs, capsys: pytest.CaptureFixture[str]) -> None:
    assert jobs.collect(*ORDER, "static") == ExitCode.INCOMPLETE
    assert "[share-doubled]" in capsys.readouterr().err


def test_a_plan_that_is_exchanged(jobs: Jobs, capsys: pytest.CaptureFixture[str]) -> None:
    path = jobs.folder / "plan" / "plan.json"
    document = json.loads(path.read_text())
    document["gates"] = [gate for gate in document["gates"] if gate["id"] != "tests"]
    path.write_bytes(strict_json.dumps(document))
    assert jobs.collect() == ExitCode.INCOMPLETE
    assert "[share-changed]" in capsys.readouterr().err
    jobs.digests["plan"] = sha256(path.read_bytes())
    assert jobs.collect() == ExitCode.INCOMPLETE
    assert "[share-foreign]" in capsys.readouterr().err, "each share names the plan that it followed"


def test_a_share_of_an_older_run(jobs: Jobs, capsys: pytest.CaptureFixture[str]) -> None:
    """The same commit, planned again: shares cannot be carried from one run into another."""
    assert jobs.plan() == ExitCode.ALLOWED
    assert jobs.collect() == ExitCode.INCOMPLETE
    assert "[share-foreign]" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["nowhere", "run=abc", "=", f"{'x' * 10}={'0' * 63}"])
def test_what_is_no_share(jobs: Jobs, capsys: pytest.CaptureFixture[str], text: str) -> None:
    words = ("collect", "--plan", jobs.named("plan"), "--share", text, "--out", str(jobs.folder / "out"))
    assert jobs.sdlc(*words) == ExitCode.USAGE
    assert "FOLDER=DIGEST is expected" in capsys.readouterr().err


def test_a_checkout_of_another_commit(done: Jobs, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / "other"
    shutil.copytree(done.root, root)
    commit(root, {"src/box/even_more.py": "z = 3\n"})
    jobs = Jobs(root, done.folder, dict(done.digests))
    words = ("share", "static", str(root), "--plan", jobs.named("plan"), "--out", str(tmp_path / "out"))
    assert jobs.sdlc(*words) == ExitCode.INCOMPLETE
    assert "the plan is for" in capsys.readouterr().err


def test_a_weakness_blocks_and_a_weakened_policy_does_not_help(
    done: Jobs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "product"
    shutil.copytree(done.root, root)
    commit(root, {"src/box/weak.py": WEAK, ".sdlc/policy.toml": POLICY.replace("medium", "critical")})
    jobs = Jobs(root, tmp_path / "run", {})
    assert jobs.plan() == ExitCode.ALLOWED
    for name in ORDER:
        assert jobs.share(name) == ExitCode.ALLOWED
    capsys.readouterr()
    assert jobs.collect() == ExitCode.BLOCKED
    said = capsys.readouterr().out
    assert "command-injection" in said
    assert "WEAKER-POLICY" in said
