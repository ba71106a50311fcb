"""Plan, run, store, read: one gate's trouble is its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sdlc import pipeline
from sdlc.disk import LocalDisk
from sdlc.errors import StorageError, ToolError, UsageError
from sdlc.evidence.store import Store
from sdlc.gates import GATES
from sdlc.model.result import GateResult, Outcome
from sdlc.readings import READINGS
from sdlc.tools import LocalTools
from sdlc.workspace import open_workspace

Make = Callable[..., Path]
TOOLS = LocalTools(dict(os.environ))
SETTINGS = {gate: reader.Settings() for gate, reader in READINGS.items()}


def run(
    repository: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, gates: Mapping[str, Any], **options: Any
) -> dict[str, GateResult]:
    """Runs fakes in the places of real gates."""
    for gate, behaviour in gates.items():
        fake = SimpleNamespace(
            ID=gate, NEEDS=GATES[gate].NEEDS, not_applicable=lambda _workspace, _settings: None, run=behaviour
        )
        monkeypatch.setitem(GATES, gate, fake)
    planned = {gate: tuple(GATES[gate].NEEDS) for gate in GATES if gate in gates}
    workspace = open_workspace(repository({"a.py": ""}), TOOLS)
    store = Store(tmp_path / "objects", LocalDisk())
    results = pipeline.run(planned, workspace, TOOLS, SETTINGS, store, jobs=2, **options)
    return {result.gate: result for result in results}


def test_a_plan_holds_what_is_needed() -> None:
    assert list(pipeline.plan(())) == list(GATES)
    assert list(pipeline.plan(("vulnerabilities",))) == ["build", "sbom", "vulnerabilities"]
    with pytest.raises(UsageError, match="no gate 'sast'"):
        pipeline.plan(("sast",))


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ToolError("bandit is missing", hint="install it"), "bandit is missing"),
        (ZeroDivisionError("division by zero"), "a bug in the gate build: ZeroDivisionError"),
        (RecursionError(), "a bug in the gate build: RecursionError"),
    ],
)
def test_one_gates_trouble_is_its_own(
    repository: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, error: Exception, said: str
) -> None:
    def fails(*_: object) -> dict[str, bytes]:
        raise error

    def works(*_: object) -> dict[str, bytes]:
        return {"pointers.json": b"[]"}

    results = run(repository, monkeypatch, tmp_path, {"build": fails, "threat-model": works})
    assert results["build"].reading.outcome is Outcome.ERROR
    assert said in results["build"].reading.sentence
    assert results["build"].reading.hint
    assert set(results["threat-model"].raw) == {"pointers.json"}


def test_evidence_that_no_reader_understands_is_an_error_and_not_handed_on(
    repository: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen: list[Mapping[str, Any]] = []

    def needs(_w: object, _t: object, _s: object, inputs: Mapping[str, Any]) -> dict[str, bytes]:
        seen.append(inputs)
        raise ToolError("nothing to look at")

    results = run(repository, monkeypatch, tmp_path, {"build": lambda *_: {"build.json": b"{"}, "sbom": needs})
    assert results["build"].reading.outcome is Outcome.ERROR
    assert results["build"].raw, "what was printed is kept as evidence, also when nobody understands it"
    assert seen == [{}]


def test_a_disk_that_refuses_ends_the_run(repository: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def full(*_: object) -> dict[str, bytes]:
        raise StorageError("the disk is full")

    with pytest.raises(StorageError):
        run(repository, monkeypatch, tmp_path, {"build": full})


def test_progress_is_told_of_every_gate(repository: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    told: list[str] = []
    progress = pipeline.Progress(
        lambda gate: told.append(f"{gate} began"), lambda result: told.append(f"{result.gate} ended")
    )
    run(repository, monkeypatch, tmp_path, {"build": lambda *_: {}}, progress=progress)
    assert told == ["build began", "build ended"]
