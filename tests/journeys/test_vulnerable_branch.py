"""A branch of the example with a hole is shown place, fix and reference; the branch that mends it is silent."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from conftest import REPOSITORY, commit, git, run_sdlc

from sdlc.errors import ExitCode

EXAMPLES = REPOSITORY / "examples"
WEB = "src/image_router/web.py"
SINCE = ("check", "--since", "main", "--gate", "static-analysis")


def branch(folder: Path) -> Path:
    """The example in a repository of its own, and a branch with the seeded defects."""
    product = folder / "product"
    shutil.copytree(EXAMPLES / "image-router", product, ignore=shutil.ignore_patterns("__pycache__", "out", "env"))
    git(product, "init", "-q", "-b", "main")
    commit(product, {})
    git(product, "switch", "-qc", "preview")
    subprocess.run([sys.executable, EXAMPLES / "seed_defects.py", product], check=True, capture_output=True)
    commit(product, {})
    return product


def test_a_finding_has_place_fix_and_reference_until_it_is_mended(tmp_path: Path) -> None:
    product = branch(tmp_path)
    text = (product / WEB).read_text()
    line = text[: text.index("shell=True")].count("\n") + 1

    done = run_sdlc(*SINCE, cwd=product)
    assert done.returncode == ExitCode.BLOCKED, done.stdout + done.stderr
    assert f" ✗ {WEB}:{line}  command-injection (critical, CWE-78, CWE-77): A value from outside" in done.stdout
    assert "     fix: Pass a list of arguments without a shell, or quote the value with shlex.quote.\n" in done.stdout
    assert (
        "     again: sdlc check --gate static-analysis   see: https://cwe.mitre.org/data/definitions/78" in done.stdout
    )
    assert done.stdout.count(" ✗ src/") == 1

    mended = text.replace('f"dcmdump {name}", shell=True', '["dcmdump", "--", name]')
    assert mended != text
    commit(product, {WEB: mended})
    done = run_sdlc(*SINCE, cwd=product)
    assert done.returncode == ExitCode.ALLOWED, done.stdout + done.stderr
    assert "✗" not in done.stdout
    assert "fix:" not in done.stdout
