"""
The example's model is executed: each way to hollow it out blocks with a rule and a fix of its own.

Static analysis, extraction, gates, readings and policy are the real ones, in a real repository. What only a build can
say (which tests ran, how often a harness did) is prepared once from the example's own tests and harnesses, in the
formats in which the gates store it.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import REPOSITORY, commit, git

from sdlc import pipeline
from sdlc.config import load_config
from sdlc.disk import LocalDisk
from sdlc.evidence.store import Store
from sdlc.formats import strict_json
from sdlc.formats.suppression_comments import dump_suppressions, find_suppressions
from sdlc.gates import static_analysis
from sdlc.model.result import RawArtifacts
from sdlc.model.verdict import RuleDecision, State
from sdlc.policy.decide import decide
from sdlc.policy.facts import Facts
from sdlc.policy.schema import load_policy
from sdlc.tools import LocalTools
from sdlc.workspace import open_workspace

TOOLS = LocalTools(os.environ)
NOW = datetime(2026, 12, 1, tzinfo=UTC)
MODEL = "threat_models/image-router.yaml"
ARTIFACTS = {"artifacts": [{"name": "image_router-1.0.0-py3-none-any.whl", "sha256": "0" * 64}]}


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example in a repository of its own."""
    root = tmp_path_factory.mktemp("example") / "image-router"
    ignored = shutil.ignore_patterns("__pycache__", "out", "env")
    shutil.copytree(REPOSITORY / "examples" / "image-router", root, ignore=ignored)
    git(root, "init", "-q", "-b", "main")
    commit(root, {})
    return root


@pytest.fixture(scope="module")
def scan(example: Path) -> RawArtifacts:
    """What static analysis stores of the example, by its real tools."""
    return static_analysis.run(open_workspace(example, TOOLS), TOOLS, static_analysis.Settings(), {})


@pytest.fixture
def product(example: Path, tmp_path: Path) -> Path:
    """A copy to change."""
    root = tmp_path / "image-router"
    shutil.copytree(example, root)
    return root


def evidence(root: Path, scan: RawArtifacts, executions: int = 500) -> dict[str, RawArtifacts]:
    """What build, tests, fuzz and static analysis would store of `root`."""
    tests = sorted((root / "tests").glob("test_*.py"))
    results = [row for path in tests for row in outcomes(path.relative_to(root).as_posix(), path.read_text())]
    records = [{"event": "start"}, *({"event": "collected", "id": name} for name, _ in results)]
    records += [
        {"event": "result", "id": name, "outcome": outcome, "seconds": 0.1, "message": ""} for name, outcome in results
    ]
    records.append({"event": "end", "exit": 0})
    harnesses = [
        {
            "name": name,
            "file": path.name,
            "engines": {"hypothesis": {"executions": executions, "seconds": 1.0}},
            "crashes": [],
            "problems": [],
        }
        for path in sorted((root / "fuzz").glob("fuzz_*.py"))
        for name in re.findall(r"def (fuzz_\w+)", path.read_text())
    ]
    comments = [
        one
        for path in sorted((root / "src").rglob("*.py"))
        for one in find_suppressions(path.relative_to(root).as_posix(), path.read_text())
    ]
    return {
        "build": {"build.json": strict_json.dumps(ARTIFACTS)},
        "tests": {
            "records.jsonl": b"".join(strict_json.dumps(row).replace(b"\n", b" ") + b"\n" for row in records),
            "run.json": strict_json.dumps(ARTIFACTS),
        },
        "fuzz": {"fuzz.json": strict_json.dumps({"schema": "sdlc.fuzz/1", "sandbox": "x", "harnesses": harnesses})},
        "static-analysis": {**scan, "suppressions.json": dump_suppressions(comments)},
    }


def outcomes(path: str, text: str) -> Iterator[tuple[str, str]]:
    """The tests of a file, and how pytest ends them when all is well."""
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            skipped = any("skip" in ast.unparse(one) for one in node.decorator_list)
            yield f"{path}::{node.name}", "skipped" if skipped else "passed"


def rows(root: Path, kept: Mapping[str, RawArtifacts], at: datetime = NOW) -> dict[str, RuleDecision]:
    """The rows of the example's own policy over what the two gates say of `root`."""
    workspace = open_workspace(root, TOOLS)
    store = Store(root / ".sdlc" / "out" / "objects", LocalDisk())
    settings = load_config(workspace.read("sdlc.toml"), pyproject=None, folder="image-router").settings
    planned = {"threat-model": ("build", "static-analysis", "tests", "fuzz"), "attack-surface": ()}
    results = pipeline.run(planned, workspace, TOOLS, settings, store, jobs=1, kept=kept)
    policy = load_policy(workspace.read(".sdlc/policy.toml"))
    facts = Facts({one.gate: one for one in results}, "release", at, "image-router", "1.0.0")
    return {row.rule: row for row in decide(policy, facts).rules}


def test_the_example_holds(product: Path, scan: RawArtifacts) -> None:
    found = rows(product, evidence(product, scan))
    assert found["threats-decided"].state is State.HOLDS, found["threats-decided"]
    assert found["surface-claimed"].state is State.HOLDS, found["surface-claimed"]


def delete_test(text: str) -> str:
    return text.replace("def test_oversized_image_is_refused", "def check_oversized_image_is_refused")


def skip_test(text: str) -> str:
    reason = '@pytest.mark.skip(reason="slow")\n'
    return text.replace("def test_oversized_image_is_refused", f"{reason}def test_oversized_image_is_refused")


def suppress(text: str) -> str:
    line = "path.unlink(missing_ok=True)"
    return text.replace(line, f"{line}  # nosemgrep: dicom-path-from-dataset -- it is fine")


def add_route(text: str) -> str:
    route = 'Route("/api/rules", pages.api_list),'
    return text.replace(route, f'{route}\n        Route("/export/{{name}}", pages.show, methods=["POST"]),')


def bind_all(text: str) -> str:
    before, web = text.split("class WebConfig", 1)
    return before + "class WebConfig" + web.replace('host: str = "127.0.0.1"', 'host: str = "0.0.0.0"', 1)


CHANGES: dict[str, tuple[str, Callable[[str], str], str, str]] = {
    "a control's test is deleted": ("tests/test_storage.py", delete_test, "threats-decided", "TM302"),
    "a control's test is skipped": ("tests/test_storage.py", skip_test, "threats-decided", "TM303"),
    "a control's rule is suppressed": ("src/image_router/storage.py", suppress, "threats-decided", "TM307"),
    "a route is added": ("src/image_router/web.py", add_route, "surface-claimed", "TM401"),
    "an address is changed": ("src/image_router/config.py", bind_all, "surface-claimed", "TM403"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_that_hollows_out_the_model_blocks(name: str, product: Path, scan: RawArtifacts) -> None:
    path, change, row, rule = CHANGES[name]
    text = (product / path).read_text()
    assert change(text) != text
    commit(product, {path: change(text)})
    blocks(rows(product, evidence(product, scan)), row, rule)


def test_a_harness_that_runs_too_little_blocks(product: Path, scan: RawArtifacts) -> None:
    blocks(rows(product, evidence(product, scan, executions=99)), "threats-decided", "TM308")


def test_an_acceptance_that_ended_blocks(product: Path, scan: RawArtifacts) -> None:
    kept = evidence(product, scan)
    assert rows(product, kept, datetime(2027, 3, 1, 23, tzinfo=UTC))["threats-decided"].state is State.HOLDS
    blocks(rows(product, kept, datetime(2027, 3, 2, tzinfo=UTC)), "threats-decided", "TM203")


def test_a_harm_that_grew_lets_its_acceptance_lapse(product: Path, scan: RawArtifacts) -> None:
    path = "threat_models/harms.yaml"
    commit(product, {path: (product / path).read_text().replace("privacy: S3", "privacy: S4")})
    blocks(rows(product, evidence(product, scan)), "threats-decided", "TM208")


def blocks(found: dict[str, RuleDecision], row: str, rule: str) -> None:
    """The row is blocked by that rule with a place and a fix; what else is found follows from it."""
    assert found[row].state is State.BLOCKED, found[row]
    (other,) = {"threats-decided", "surface-claimed"} - {row}
    assert found[other].state is State.HOLDS, found[other]
    findings = {finding.rule: finding for finding in found[row].findings}
    assert rule in findings, found[row]
    # What follows: a threat is open again; a greater harm makes a written level wrong, and its acceptance incomplete.
    assert set(findings) - {rule} <= {"TM201", "TM112", "TM202"}, found[row]
    assert findings[rule].place is not None
    assert findings[rule].place.line > 0
    assert findings[rule].fix.endswith(".")
