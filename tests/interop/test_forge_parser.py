"""Our workflows as the forge's own parser reads them, and our evaluator of expressions against the forge's own."""

from __future__ import annotations

import json
import random
import subprocess
from pathlib import Path
from typing import Any

import pytest
from conftest import REPOSITORY
from runner.expressions import evaluate, shown

FOLDER = REPOSITORY / ".interop" / "node"
PROGRAM = FOLDER / "forge_parser.cjs"
VALIDATOR = FOLDER / "node_modules" / ".bin" / "action-validator"
WORKFLOWS = sorted((REPOSITORY / ".github" / "workflows").glob("*.yml"))
ACTIONS = [REPOSITORY / "action.yml", *sorted((REPOSITORY / ".github" / "actions").glob("*/action.yml"))]
BAD = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n    - run: ${{ foo.bar }}\n      bogus: 1\n"
CONTEXTS = {
    "needs": {"plan": {"result": "success", "outputs": {"digest": "ab", "none": ""}}, "x": {"result": "skipped"}},
    "inputs": {"path": ".", "yes": True, "no": False},
    "github": {"event": {"number": 7}},
}
pytestmark = [
    pytest.mark.interop,
    pytest.mark.skipif(not PROGRAM.exists(), reason="the forge's parser is not installed: make interop installs it"),
]


Files = list[tuple[str, str]]


def ask(workflows: Files | None = None, actions: Files | None = None, texts: list[str] | None = None) -> dict[str, Any]:
    def files(pairs: Files | None) -> list[dict[str, str]]:
        return [{"name": name, "content": text} for name, text in pairs or ()]

    document = {
        "workflows": files(workflows),
        "actions": files(actions),
        "expressions": [{"text": text, "contexts": CONTEXTS} for text in texts or ()],
    }
    done = subprocess.run(
        ["node", str(PROGRAM)], input=json.dumps(document), capture_output=True, text=True, check=True
    )
    return dict(json.loads(done.stdout))


def read(paths: list[Path]) -> list[tuple[str, str]]:
    return [(path.name, path.read_text()) for path in paths]


def test_the_forge_reads_every_file_without_an_error() -> None:
    said = ask([*read(WORKFLOWS), ("bad.yml", BAD)], read(ACTIONS))
    assert said["workflows"][:-1] == [[]] * len(WORKFLOWS)
    assert len(said["workflows"][-1]) == 2, "the parser can say no"
    assert said["actions"] == [[]] * len(ACTIONS)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_validator_of_others_says_nothing(path: Path) -> None:
    done = subprocess.run([str(VALIDATOR), str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def expression(chance: random.Random, depth: int = 0) -> str:
    """An expression of the part of the language that our workflows use."""
    if depth > 3 or chance.random() < 0.35:
        return chance.choice(
            (
                "needs.plan.result", "needs.x.result", "needs.y.result", "needs.plan.outputs.digest", "inputs.path",
                "needs.plan.outputs.none", "inputs.yes", "inputs.no", "inputs.gone", "github.event.number",
                "github.event.pull_request.base.sha", "'success'", "'SUCCESS'", "''", "'it''s'", "true", "false",
                "null", "7", "0",
            )
        )  # fmt: skip
    left, right = expression(chance, depth + 1), expression(chance, depth + 1)
    operator = chance.choice(("==", "!=", "&&", "||", "!"))
    return f"!{left}" if operator == "!" else f"({left} {operator} {right})"


def test_expressions_mean_what_they_mean_to_the_forge() -> None:
    chance = random.Random(20260101)
    texts = sorted({expression(chance) for _ in range(3000)})
    values = ask(texts=texts)["values"]
    differ = []
    for text, theirs in zip(texts, values, strict=True):
        ours = shown(evaluate(text, CONTEXTS))
        if theirs.get("value") != ours:
            differ.append((text, ours, theirs))
    assert not differ, differ[:5]
    assert len(texts) > 1000
