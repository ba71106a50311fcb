"""A pull request is judged by the replay of what crashed on base and head, in real repositories and real builds."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import commit, git
from fakes.products import CONFIGURATION, PRODUCT, TOOLS

from sdlc.cli import main
from sdlc.disk import LocalDisk
from sdlc.errors import ExitCode
from sdlc.formats.check_json import CheckRecord, load_check
from sdlc.model.finding import Finding
from sdlc.session import Session

Repository = Callable[..., Path]
POLICY = 'schema = "sdlc.policy/1"\nid = "box"\nrules = [{id = "fuzz", type = "required", gate = "fuzz"}]\n'
SOUND = '''"""Boxes."""


def parse(text):
    if text.startswith("box:"):
        return inner(text)
    return text


def inner(text):
    return text


def other():
    return 1
'''
BROKEN = SOUND.replace(
    """def inner(text):
""",
    """def inner(text):
    if "[" in text:
        return {}["hinge"]
""",
)
HARNESS = """
from box import parse
from sdlc.harness import fuzz


@fuzz(raises=(ValueError,))
def fuzz_box(data: bytes) -> None:
    parse(data.decode("utf-8", "replace"))
"""
STORED = b"box:[x"
FILES: dict[str, str | bytes] = {
    **PRODUCT,
    "sdlc.toml": CONFIGURATION + "[gates.fuzz]\nseconds = 2\n",
    ".sdlc/policy.toml": POLICY,
    "src/box/__init__.py": SOUND,
    "tests/test_box.py": "def test_nothing():\n    pass\n",
    "fuzz/fuzz_box.py": HARNESS,
    "fuzz/corpus/fuzz_box/seed.bin": STORED,
}


def check(root: Path, *words: str) -> tuple[ExitCode, CheckRecord]:
    """The exit code of `sdlc check --gate fuzz`, and the record that it left."""
    session = Session(datetime(2026, 6, 1, tzinfo=UTC), dict(os.environ), LocalDisk(), TOOLS)
    code = main(("check", str(root), "--gate", "fuzz", "-v", *words), session)
    return code, load_check((root / ".sdlc/out/check.json").read_bytes(), what="check.json")


def findings(record: CheckRecord) -> tuple[Finding, ...]:
    return next(result for result in record.results if result.gate == "fuzz").reading.findings


def test_an_old_crash_does_not_block_a_change_of_something_else(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    root = repository({**FILES, "src/box/__init__.py": BROKEN})
    commit(root, {"src/box/__init__.py": BROKEN.replace("return 1", "return 2")})
    code, record = check(root, "--since", "HEAD~1")
    said = capsys.readouterr().out
    assert code is ExitCode.ALLOWED, said
    [finding] = findings(record)
    assert finding.properties["base"] == "crashes"
    assert record.base["fuzz"] == (finding.fingerprint,)
    assert "1 of them not of this change" in said
    assert "the base commit crashes too: not of this change" in said
    assert check(root)[0] is ExitCode.BLOCKED, "without a base to compare with, every crash blocks"


def test_a_crash_that_the_change_brings_blocks_with_its_lines(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    root = repository(FILES)
    commit(root, {"src/box/__init__.py": BROKEN})
    code, record = check(root, "--since", "HEAD~1")
    said = capsys.readouterr().out
    assert code is ExitCode.BLOCKED, said
    [finding] = findings(record)
    assert finding.properties["base"] == "survives"
    assert finding.properties["changed"] == "src/box/__init__.py:11-12"
    assert "the base commit survives it; this change wrote src/box/__init__.py:11-12" in said
    assert record.base["fuzz"] == ()


@pytest.mark.slow
def test_ten_repeats_give_ten_equal_verdicts(repository: Repository) -> None:
    root = repository(FILES)
    commit(root, {"src/box/__init__.py": BROKEN})
    seen = set()
    for _ in range(10):
        code, record = check(root, "--since", "HEAD~1")
        [finding] = findings(record)
        seen.add((code, record.verdict.answer, finding.fingerprint, finding.fix))
    assert len(seen) == 1


def test_a_harness_that_is_new_does_not_blame_the_change_for_an_old_crash(repository: Repository) -> None:
    files = {path: text for path, text in FILES.items() if not path.startswith("fuzz/")}
    root = repository({**files, "src/box/__init__.py": BROKEN})
    commit(root, {path: text for path, text in FILES.items() if path.startswith("fuzz/")})
    code, record = check(root, "--since", "HEAD~1")
    assert code is ExitCode.ALLOWED
    assert findings(record)[0].properties["base"] == "crashes"


def test_a_base_that_cannot_be_built_excuses_nothing(repository: Repository) -> None:
    root = repository({**FILES, "src/box/__init__.py": BROKEN, "pyproject.toml": "[project\n"})
    commit(root, {"pyproject.toml": PRODUCT["pyproject.toml"]})
    code, record = check(root, "--since", "HEAD~1")
    assert code is ExitCode.BLOCKED
    [finding] = findings(record)
    assert finding.properties["base"] == "unknown"
    assert "the base commit could not be asked" in finding.fix


def test_a_release_is_blocked_by_old_crashes_too(repository: Repository) -> None:
    root = repository({**FILES, "src/box/__init__.py": BROKEN})
    commit(root, {"src/box/__init__.py": BROKEN.replace("return 1", "return 2")})
    assert check(root, "--since", "HEAD~1", "--profile", "release")[0] is ExitCode.BLOCKED


def test_uncommitted_lines_count_as_the_changes_own(repository: Repository) -> None:
    root = repository(FILES)
    (root / "src/box/__init__.py").write_text(BROKEN)
    code, record = check(root, "--since", "HEAD")
    assert code is ExitCode.BLOCKED
    assert findings(record)[0].properties["changed"] == "src/box/__init__.py:11-12"
    assert git(root, "status", "--porcelain").strip() == "M src/box/__init__.py"
