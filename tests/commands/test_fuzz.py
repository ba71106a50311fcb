"""`sdlc fuzz` on a tiny product in a real repository: first run, replay, a test that fails until the fix is there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes.products import CONFIGURATION, PRODUCT, TOOLS

from sdlc.cli import main
from sdlc.disk import LocalDisk
from sdlc.errors import ExitCode
from sdlc.session import Session

Repository = Callable[..., Path]
BROKEN = """
def parse(text):
    if text.startswith("box:") and "[" in text:
        return {}["hinge"]
    return text
"""
FIXED = BROKEN.replace('{}["hinge"]', "None")
HARNESS = """
from box import parse
from sdlc.harness import fuzz


@fuzz(raises=(ValueError,))
def fuzz_box(data: bytes) -> None:
    \"\"\"Any text.\"\"\"
    parse(data.decode("utf-8", "replace"))


@fuzz()
def fuzz_other(data: bytes) -> None:
    parse("other")
"""
FILES: dict[str, str | bytes] = {
    **PRODUCT,
    "sdlc.toml": CONFIGURATION,
    "src/box/__init__.py": BROKEN,
    "tests/test_box.py": "def test_nothing():\n    pass\n",
    "fuzz/fuzz_box.py": HARNESS,
}


def sdlc(root: Path, *words: str) -> ExitCode:
    session = Session(datetime(2026, 6, 1, tzinfo=UTC), dict(os.environ), LocalDisk(), TOOLS)
    return main(("fuzz", *words, "--path", str(root)), session)


def run_test(root: Path, test: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(root / "src")}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(root), str(test)]
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)


def test_the_list_executes_nothing(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    root = repository({**FILES, "fuzz/fuzz_box.py": HARNESS + "\nraise SystemExit(9)\n"})
    assert sdlc(root, "list") is ExitCode.ALLOWED
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:3] for line in lines] == [
        ["fuzz_box", "bytes", "fuzz/fuzz_box.py:7"],
        ["fuzz_other", "bytes", "fuzz/fuzz_box.py:13"],
    ]
    assert lines[0].endswith("Any text.")


@pytest.mark.slow
def test_found_saved_failing_fixed_passing(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    root = repository(FILES)
    assert sdlc(root, "run", "fuzz_box", "--seconds", "5") is ExitCode.BLOCKED
    said = capsys.readouterr().out
    assert "fuzz_other" not in said
    assert "KeyError at src/box/__init__.py:4: 'hinge'" in said
    assert "input (5 bytes): b'box:['" in said

    assert sdlc(root, "replay", "--save") is ExitCode.BLOCKED
    said = capsys.readouterr().out
    assert "KeyError at src/box/__init__.py:4: 'hinge'" in said
    [test] = (root / "tests/regressions").glob("test_*.py")
    [name] = re.findall(r"wrote tests/regressions/test_(\w+)\.py", said)
    assert test.stem == f"test_{name}"
    assert (root / f"fuzz/regressions/fuzz_box/{name}.bin").read_bytes() == b"box:["

    assert sdlc(root, "replay", "zz") is ExitCode.USAGE
    assert f"stored are: {name}" in capsys.readouterr().err

    before = run_test(root, test)
    assert before.returncode == 1, before.stdout + before.stderr
    assert "KeyError: 'hinge'" in before.stdout
    (root / "src/box/__init__.py").write_text(FIXED)
    after = run_test(root, test)
    assert after.returncode == 0, after.stdout + after.stderr
    assert "1 passed" in after.stdout

    assert sdlc(root, "replay") is ExitCode.ALLOWED
    assert "no longer crashes" in capsys.readouterr().out


def test_where_nothing_was_fuzzed(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    root = repository(FILES)
    assert sdlc(root, "replay") is ExitCode.INCOMPLETE
    assert "there is no evidence of fuzzing" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("files", "words", "said"),
    [
        ({}, ("run", "fuzz_nothing"), "there is no harness 'fuzz_nothing'"),
        ({"fuzz/fuzz_box.py": "def broken(:\n"}, ("list",), "fuzz/fuzz_box.py cannot be read"),
        ({"fuzz/fuzz_box.py": "def broken(:\n"}, ("run", "fuzz_box"), "fuzz/fuzz_box.py cannot be read"),
    ],
)
def test_what_cannot_be_done_is_a_usage_error(
    repository: Repository, capsys: pytest.CaptureFixture[str], files: dict[str, str], words: tuple[str, ...], said: str
) -> None:
    assert sdlc(repository({**FILES, **files}), *words) is ExitCode.USAGE
    assert said in capsys.readouterr().err


def test_a_product_without_harnesses(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    assert sdlc(repository(PRODUCT), "list") is ExitCode.USAGE
    assert "there is no fuzz/fuzz_*.py" in capsys.readouterr().err
