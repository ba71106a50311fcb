"""A change of the policy or the waivers judges nothing yet, and the check says what it would be after the merge."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import commit, git, run_sdlc

from sdlc.errors import ExitCode

POLICY = """\
schema = "sdlc.policy/1"
id = "p"
[[rules]]
id = "no-weakness"
type = "required"
gate = "static-analysis"
severity = "medium"
"""
WEAK = "import subprocess\n\ndef run(request):\n    subprocess.run(f\"ls {request.args['x']}\", shell=True)\n"
PRODUCT = {"app.py": "x = 1\n", ".sdlc/policy.toml": POLICY, ".gitignore": ".sdlc/out/\n"}
FLOOR = '[[rules]]\nid = "many"\ntype = "floor"\ngate = "static-analysis"\ncounter = "files"\nat_least = 99\n'
STRICTER = POLICY + FLOOR


@pytest.fixture
def product(repository: Callable[..., Path]) -> Path:
    return repository(PRODUCT)


def check(product: Path, *words: str) -> tuple[int, list[str]]:
    done = run_sdlc("check", str(product), "--format", "json", *words)
    document: dict[str, Any] = json.loads(done.stdout)
    return done.returncode, document["verdict"]["notes"]


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        ({"app.py": WEAK, ".sdlc/policy.toml": POLICY.replace("medium", "critical")}, 1, "policy would count"),
        ({".sdlc/policy.toml": STRICTER}, 0, "this check would be blocked (1 rule not met)"),
        ({".sdlc/policy.toml": "not a policy"}, 1, "policy cannot be read"),
        ({".sdlc/waivers.toml": 'schema = "sdlc.waivers/1"\n'}, 0, "waivers would count after the merge"),
    ],
    ids=["loosened", "tightened", "unreadable", "waivers"],
)
def test_a_changed_judge_is_announced(product: Path, change: dict[str, str | bytes], code: int, said: str) -> None:
    commit(product, change)
    answer, notes = check(product, "--since", "HEAD~1")
    assert answer == code
    assert [note for note in notes if said in note]


def test_before_the_commit_it_is_announced_as_well(product: Path) -> None:
    (product / ".sdlc" / "policy.toml").write_text(STRICTER)
    assert [note for note in check(product)[1] if "would be blocked" in note]


def test_without_a_change_nothing_is_said(product: Path) -> None:
    commit(product, {"app.py": "x = 2\n"})
    assert check(product, "--since", "HEAD~1") == (0, [])


def test_a_removed_policy_means_the_built_in_one(product: Path) -> None:
    git(product, "rm", "-q", ".sdlc/policy.toml")
    git(product, "commit", "-qm", "away")
    assert [note for note in check(product, "--since", "HEAD~1")[1] if "the changed policy would count" in note]


def test_the_hook_blocks_what_is_staged_and_new(product: Path) -> None:
    from conftest import REPOSITORY
    from ruamel.yaml import YAML

    hooks = {hook["id"]: hook for hook in YAML(typ="safe").load(REPOSITORY / ".pre-commit-hooks.yaml")}
    for identifier, gate in (("secure-sdlc", "static-analysis"), ("secure-sdlc-secrets", "secrets")):
        hook = hooks[identifier]
        assert (hook["language"], hook["pass_filenames"], hook["additional_dependencies"]) == (
            "python",
            False,
            [".[gates]"],
        )
        assert gate in hook["entry"].split()
    words = hooks["secure-sdlc"]["entry"].split()[1:]
    assert words[0] == "check"
    assert run_hook(product, words).returncode == ExitCode.ALLOWED
    (product / "app.py").write_text(WEAK)
    git(product, "add", "app.py")
    blocked = run_hook(product, words)
    assert blocked.returncode == ExitCode.BLOCKED
    assert "app.py:4" in blocked.stdout


def run_hook(product: Path, words: list[str]) -> subprocess.CompletedProcess[str]:
    return run_sdlc(*words, cwd=product)
