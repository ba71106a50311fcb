"""The harnesses for our own parsers can be imported as `make fuzz` imports them: from the tree."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent
FILES = sorted(path.name for path in (REPOSITORY / "fuzz").glob("fuzz_*.py"))


@pytest.mark.parametrize("name", FILES)
def test_it_declares_harnesses(name: str, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    command = [sys.executable, "-m", "sdlc.harness.drive", "--phase", "list", "--file", f"fuzz/{name}"]
    done = subprocess.run(
        [*command, "--report", str(report)], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    answer = json.loads(report.read_text())
    assert answer.get("problem") is None
    assert answer["harnesses"]
