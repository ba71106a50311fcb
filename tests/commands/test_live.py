"""The page of a running fuzz run: what reports say, on a terminal and nowhere else."""

from __future__ import annotations

import io
import json
import time
from pathlib import Path

from rich.console import Console

from sdlc.commands.live import EVERY, Progress, progress, shown


def report(scratch: Path, name: str, text: str) -> None:
    (scratch / name / "corpus").mkdir(parents=True)
    (scratch / name / "corpus" / "a").touch()
    (scratch / name / "report.json").write_text(text)


def test_what_is_odd_is_left_out(tmp_path: Path) -> None:
    report(tmp_path, "fuzz_box-fuzz_box-words", json.dumps({"executions": 10, "seconds": 2.0, "crashes": [{}]}))
    report(tmp_path, "fuzz_box-fuzz_bad-words", "{")
    report(tmp_path, "fuzz_box-fuzz_odd-words", json.dumps({"executions": "many"}))
    (tmp_path / "fuzz_box-fuzz_link-words").mkdir()
    (tmp_path / "fuzz_box-fuzz_link-words" / "report.json").symlink_to("/etc/passwd")
    assert progress(tmp_path) == [Progress("fuzz_box-fuzz_box-words", 10, 2.0, 1, 1)]


def test_on_a_terminal_and_nowhere_else(tmp_path: Path) -> None:
    report(tmp_path, "fuzz_box-fuzz_box-words", json.dumps({"executions": 12345, "seconds": 2.0, "crashes": []}))
    said = {}
    for terminal in (True, False):
        stream = io.StringIO()
        with shown(tmp_path, 60.0, Console(file=stream, force_terminal=terminal, width=100)):
            time.sleep(EVERY * 1.6 if terminal else 0)
        said[terminal] = stream.getvalue()
    assert "12,345" in said[True]
    assert said[False] == ""
