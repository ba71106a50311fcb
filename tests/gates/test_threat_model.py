"""The gate in a real git repository: every rule fires on its sample and stays silent on the sample beside it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import commit

from sdlc.formats.context_json import load_context
from sdlc.gates import threat_model as gate
from sdlc.model.result import Outcome, RawArtifacts, Reading
from sdlc.readings.threat_model import Settings, read
from sdlc.threats.load import BESIDE
from sdlc.threats.pointers import load_pointers
from sdlc.threats.rules import RULES
from sdlc.tools import LocalTools
from sdlc.workspace import open_workspace

SAMPLES = Path(__file__).parents[1] / "samples" / "threat-model"
VULNERABLE = sorted(path.name for path in (SAMPLES / "vulnerable").iterdir())
CLEAN = sorted(path.name for path in (SAMPLES / "clean").iterdir())
ERRORS = {"TM101", "TM102", "TM901"}
OF = {
    "records.jsonl": "tests/records.jsonl",
    "run.json": "tests/run.json",
    "fuzz.json": "fuzz/fuzz.json",
    "build.json": "build/build.json",
}
Make = Callable[..., Path]


def tree(*folders: Path) -> dict[str, str | bytes]:
    """The files of all `folders`, later ones over earlier ones."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def run(root: Path) -> RawArtifacts:
    tools = LocalTools(os.environ)
    workspace = open_workspace(root, tools)
    assert gate.not_applicable(workspace, Settings()) is None
    return gate.run(workspace, tools, Settings(), {})


def judge(root: Path, make: Make) -> Reading:
    files = tree(SAMPLES / "clean" / "all", root)
    raw = dict(run(make(files)))
    for path, data in files.items():
        if path.startswith("results/"):
            name = path.removeprefix("results/")
            raw[OF.get(name, name)] = bytes(data)  # type: ignore[arg-type]
    return read(raw, Settings(), load_context(raw["context.json"]))


def test_every_rule_has_both_samples() -> None:
    assert set(RULES) <= set(VULNERABLE), set(RULES) - set(VULNERABLE)
    assert set(RULES) <= set(CLEAN)


@pytest.mark.parametrize("name", VULNERABLE)
def test_a_rule_fires_on_its_sample(name: str, repository: Make) -> None:
    rule = name.partition("-")[0]
    reading = judge(SAMPLES / "vulnerable" / name, repository)
    found = [finding for finding in reading.findings if finding.rule == rule]
    assert found, reading
    assert reading.outcome is (Outcome.ERROR if rule in ERRORS else Outcome.FAILED)
    for finding in found:
        assert finding.place is not None
        assert finding.place.path.startswith("threat_models")
        assert finding.place.line > 0 or rule == "TM901"
        assert finding.fix.endswith(".")
        assert len(finding.fingerprint) == 35
    # What follows from it: a control that is not proved, or an acceptance that does not hold, leaves a threat open.
    assert {finding.rule for finding in reading.findings} - {rule, "TM201"} <= {"TM207", "TM303"}


@pytest.mark.parametrize("name", CLEAN)
def test_a_clean_sample_is_silent(name: str, repository: Make) -> None:
    reading = judge(SAMPLES / "clean" / name, repository)
    assert (reading.findings, reading.outcome) == ((), Outcome.PASSED), reading


def test_what_the_gate_returns(repository: Make) -> None:
    raw = run(repository(tree(SAMPLES / "clean" / "all")))
    assert set(raw) == {
        "models/mailbox.yaml",
        "acceptances.yaml",
        "pointers.json",
        "context.json",
        "tools.json",
    }
    table = load_pointers(raw["pointers.json"])
    assert {name for name, row in table.items() if row.resolves} == {
        "src/box.py",
        "src/box.py::Box.take",
        "checks/box_checks.py::check_limit",
        "harness:fuzz_take",
    }
    assert "src/box.py" in load_context(raw["context.json"]).files


def test_what_lies_beside_the_models_counts_only_from_the_base_commit(repository: Make) -> None:
    files = tree(SAMPLES / "clean" / "all")
    del files["threat_models/acceptances.yaml"]
    root = repository(files)
    for name in BESIDE:
        (root / "threat_models" / name).write_text("schema: sdlc.anything/1\n")
    assert {name for name in run(root) if name.startswith("models/")} == {"models/mailbox.yaml"}
    assert not set(BESIDE) & set(run(root))
    commit(root, {})
    assert set(BESIDE) <= set(run(root))


def test_models_in_subfolders_and_of_the_other_ending_are_not_skipped(repository: Make) -> None:
    root = repository({"threat_models/deep/a.yaml": "x", "threat_models/b.yml": "y", "threat_models/c.md": "z"})
    assert {name for name in run(root) if name.startswith("models/")} == {
        "models/deep/a.yaml",
        "models/b.yml",
    }


def test_without_a_model_the_gate_does_not_apply(repository: Make) -> None:
    workspace = open_workspace(repository({"threat_models/acceptances.yaml": "x"}), LocalTools(os.environ))
    assert gate.not_applicable(workspace, Settings()) == "there is no threat_models/*.yaml"
