"""The project gates itself: the verdict by the toolkit of the base, the tests on that of the change."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import REPOSITORY, commit, git
from fakes.products import WEAK
from runner.forge import Forge
from runner.steps import Job
from runner.workflow import Run

WORKFLOW = REPOSITORY / ".github" / "workflows" / "selftest.yml"
SLOW = pytest.mark.slow
pytestmark = pytest.mark.timeout(900)


@pytest.fixture
def forge(tmp_path: Path) -> Forge:
    """This very work tree as a repository of its own, whose tests are a word: they would run these tests again."""
    root = tmp_path / "toolkit"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=REPOSITORY,
        capture_output=True,
        check=True,
    ).stdout.decode()
    files: dict[str, str | bytes] = {
        name: (REPOSITORY / name).read_bytes() for name in listed.split("\0") if name and (REPOSITORY / name).is_file()
    }
    kept = {
        name: data
        for name, data in files.items()
        if name == "docs/reason-codes.md" or not name.startswith(("tests/", "docs/", "examples/"))
    }
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    git(root, "config", "core.fileMode", "true")
    commit(root, {**kept, ".ci/run": "#!/bin/sh\necho the tests of the change\n"})
    for path in (".ci/run", *(name for name in kept if name.endswith(".sh"))):
        (root / path).chmod(0o755)
    commit(root, {}, "Executable")
    return Forge(tmp_path / "forge", root)


def run(forge: Forge, change: dict[str, str | bytes], event: str = "pull_request", **given: Any) -> Run:
    before = git(forge.repository, "rev-parse", "HEAD").strip()
    commit(forge.repository, change)
    head = git(forge.repository, "rev-parse", "HEAD").strip()
    payload: dict[str, Any] = {
        "pull_request": {"pull_request": {"number": 1, "base": {"sha": before}}},
        "merge_group": {"merge_group": {"base_sha": before}},
        "push": {"before": before},
    }[event]
    made = Run(forge, forge.folder.parent / "jobs", event, payload, head, "refs/heads/main", **given)
    return made.workflow(WORKFLOW)


@pytest.mark.parametrize("event", ["pull_request", *(pytest.param(e, marks=SLOW) for e in ("merge_group", "push"))])
def test_a_good_change_of_the_toolkit_passes(forge: Forge, event: str) -> None:
    done = run(forge, {"sdlc/more.py": "y = 2\n"}, event, only=("test", "gate"))
    assert {name: job.result for name, job in done.jobs.items()} == {"test": "success", "gate": "success"}, done.jobs[
        "gate"
    ].log
    assert done.jobs["test"].log.count("the tests of the change") == 3, "once per Python"


def test_a_toolkit_that_lets_itself_through_is_judged_by_the_one_before(forge: Forge) -> None:
    """The change brings a weakness, empties the policy and makes the check's own script say pass."""
    script = '#!/usr/bin/env bash\necho verdict=pass >> "$GITHUB_OUTPUT"\n'
    policy = (forge.repository / ".sdlc" / "policy.toml").read_text().replace("medium", "critical")
    change: dict[str, str | bytes] = {
        "sdlc/weak.py": WEAK,
        ".sdlc/policy.toml": policy,
        ".github/action/check.sh": script,
        "sdlc/policy/decide.py": "raise SystemExit(0)\n",
    }
    done = run(forge, change, only=("gate",))
    assert done.jobs["gate"].result == "failure"
    assert "command-injection" in done.jobs["gate"].log
    assert "WEAKER-POLICY" in done.jobs["gate"].log


@pytest.mark.slow
def test_the_gate_really_installs_the_toolkit_of_the_base(forge: Forge) -> None:
    """Without the runner's ready environment: the command of the base speaks, that of the change does not."""

    def bare(job: Job, step: str) -> None:
        if step == "Check out the change":
            (job.temp / "secure-sdlc").unlink()
            # The interpreter of these tests, found by its usual name; nothing else of its environment.
            (job.folder / "bin" / "python3.13").symlink_to(Path(sys.base_prefix) / "bin" / "python3")

    commit(forge.repository, {"sdlc/cli.py": _marked(forge.repository, "the base")})
    done = run(forge, {"sdlc/cli.py": _marked(forge.repository, "the change")}, only=("gate",), tamper=bare)
    log = done.jobs["gate"].log
    assert done.jobs["gate"].result == "success", log
    assert "toolkit of the base" in log
    assert "toolkit of the change" not in log


def _marked(repository: Path, name: str) -> bytes:
    """The command line with a word about itself on standard error."""
    text = (repository / "sdlc" / "cli.py").read_text()
    end = 'if __name__ == "__main__":'
    return text.replace(end, f'sys.stderr.write("toolkit of {name}\\n")\n{end}').encode()
