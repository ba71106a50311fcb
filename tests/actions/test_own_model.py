"""The project's own threat model covers the project, and every one of its controls is verified in its own build."""

from __future__ import annotations

import json
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import REPOSITORY, commit, git
from ruamel.yaml import YAML

from sdlc.threats.load import LoadedModel, load_model
from sdlc.threats.model import TestEvidence

MODEL = "threat_models/secure-sdlc.yaml"
SETTINGS: dict[str, Any] = tomllib.loads((REPOSITORY / "sdlc.toml").read_text())
Cli = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def own() -> LoadedModel:
    return load_model((REPOSITORY / MODEL).read_bytes(), path=MODEL)


def test_the_base_judges_every_gate_of_the_policy() -> None:
    """Each rule of the policy is held by a job that runs the toolkit of the base."""
    policy = tomllib.loads((REPOSITORY / ".sdlc" / "policy.toml").read_text())
    workflow = YAML(typ="safe").load(REPOSITORY / ".github" / "workflows" / "selftest.yml")
    judged: set[str] = set()
    for job in workflow["jobs"].values():
        for step in job["steps"]:
            if step.get("uses") == "./base":
                assert step["with"]["path"] == "change"
                judged.update(step["with"]["gates"].split())
    assert {rule["gate"] for rule in policy["rules"]} <= judged


def test_every_test_that_the_model_cites_runs_in_the_gate(own: LoadedModel) -> None:
    evidence = [one for control in own.model.controls.values() for one in control.evidence]
    cited = {one.id for one in evidence if isinstance(one, TestEvidence)}
    assert cited == set(SETTINGS["gates"]["tests"]["paths"])
    assert len(cited) == len(SETTINGS["gates"]["tests"]["paths"])


def test_every_file_of_the_toolkit_has_an_owner(own: LoadedModel) -> None:
    rooms = {path.name for path in (REPOSITORY / "sdlc").iterdir() if path.suffix == ".py" or path.is_dir()}
    owned = {glob.split("/")[1] for part in own.model.components.values() for glob in part.code}
    assert rooms - owned == {"__init__.py", "errors.py"} | ({"__pycache__"} & rooms)


def test_the_attackers_that_are_real_are_there(own: LoadedModel) -> None:
    must = {
        "policy-edited-in-the-change",
        "hostile-evidence",
        "stolen-runner-key",
        "poisoned-cache",
        "malicious-bundle",
        "insider",
    }
    assert must <= set(own.model.threats)
    assert all(control.status == "implemented" and control.evidence for control in own.model.controls.values())
    assert {threat.status for threat in own.model.threats.values()} == {"open"}, "nothing is explained away"


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_control_is_verified(tmp_path: Path, cli: Cli) -> None:
    """The gates over our own tree, in an environment of what its own lock pins."""
    listed = git(REPOSITORY, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    files: dict[str, str | bytes] = {
        name: (REPOSITORY / name).read_bytes() for name in listed if name and (REPOSITORY / name).is_file()
    }
    root = tmp_path / "toolkit"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    commit(root, files)
    words = [word for gate in ("build", "tests", "threat-model", "attack-surface") for word in ("--gate", gate)]
    done = cli("check", str(root), *words, "--format", "json", "--out", str(tmp_path / "out"), timeout=550)
    gates = {row["id"]: row for row in json.loads(done.stdout)["gates"]}
    said = {name: (row["outcome"], row["sentence"]) for name, row in gates.items()}
    if "could not be fetched" in said["build"][1]:
        pytest.skip(f"what the lock pins is neither in the cache of uv nor to be had: {said['build'][1]}")
    assert done.returncode == 0, said
    counters = gates["threat-model"]["counters"]
    assert counters["verified"] == counters["controls"] == 28, said
    assert gates["attack-surface"]["outcome"] == "passed", said
