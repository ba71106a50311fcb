"""What outlives the process that judged an input, and what a refusal of the sandbox is called."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sdlc.harness.guard import ROOM, current, stored

BEGIN = """
import os, sys
from pathlib import Path
from sdlc.harness.guard import Guard
guard = Guard(Path(sys.argv[1]), traceback=True)
for value in (b"first", [1, "two"], b"last" * int(sys.argv[2])):
    guard.begin(value)
"""


SOCKET = "import socket; socket.socket()"


def run(code: str, report: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", BEGIN + code, str(report), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("end", ["os._exit(3)", "os.abort()", "os.kill(os.getpid(), 9)", "pass"])
def test_the_last_input_outlives_the_process(tmp_path: Path, end: str) -> None:
    run(end, tmp_path / "report.json", "1")
    assert current(tmp_path / "report.json") == (b"last", 3)


def test_of_a_long_input_the_beginning_is_kept(tmp_path: Path) -> None:
    run("", tmp_path / "report.json", str(ROOM))
    kept = current(tmp_path / "report.json")
    assert kept is not None
    assert kept[0] == b"last" * (ROOM // 4)


@pytest.mark.parametrize("data", [None, b"", b"short", b"\xff" * 16, b"\x00" * 8 + b"\x7f" * 8])
def test_what_is_no_such_file_says_nothing_or_an_empty_input(tmp_path: Path, data: bytes | None) -> None:
    if data is not None:
        (tmp_path / "report.current").write_bytes(data)
    kept = current(tmp_path / "report.json")
    assert kept is None or kept[0] == b""


def test_a_fatal_signal_leaves_the_frames(tmp_path: Path) -> None:
    run("import ctypes\ndef inner():\n    ctypes.string_at(0)\ninner()", tmp_path / "report.json", "1")
    assert "in inner" in (tmp_path / "report.death").read_text()


def test_a_forked_copy_ends_at_once_and_is_counted(tmp_path: Path) -> None:
    code = "pid = os.fork()\nprint('parent' if pid else 'child', guard.forked)\nos.waitpid(pid, 0)"
    assert run(code, tmp_path / "report.json", "1").stdout == "parent 1\n"


@pytest.mark.parametrize(
    ("act", "error", "words"),
    [
        (SOCKET, "OSError(1, 'x')", " (the harness opened a socket, which a fuzz target must not)"),
        (SOCKET, "OSError(2, 'x')", ""),
        (SOCKET, "ValueError('x')", ""),
        ("", "OSError(1, 'x')", ""),
    ],
)
def test_a_refusal_says_what_was_refused(tmp_path: Path, act: str, error: str, words: str) -> None:
    done = run(f"{act}\nprint(guard.refused({error}), end='')", tmp_path / "report.json", "1")
    assert done.stdout == words


def test_how_a_value_is_kept() -> None:
    assert stored(b"\xff") == b"\xff"
    assert stored(["\ud800"]) == b"['\\ud800']"
