"""Real programs that are missing, hang, crash, print too much or leave children behind."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from sdlc.errors import ToolError
from sdlc.tools import LocalTools, within

TOOLS = LocalTools({"PATH": os.environ["PATH"], "SECRET_TOKEN": "hunter2", "UV_CACHE_DIR": "/cache"})


def python(code: str, cwd: Path, **options: object):
    return TOOLS.run(sys.executable, "-c", code, cwd=cwd, **{"timeout": 20, **options})


def test_both_pipes_and_standard_input(tmp_path: Path) -> None:
    done = python("import sys; print(sys.stdin.read()); print('e', file=sys.stderr)", tmp_path, stdin=b"in")
    assert (done.stdout, done.stderr, done.exit_code) == (b"in\n", b"e\n", 0)


def test_a_missing_program_names_itself_and_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="no-such-program is not installed") as caught:
        TOOLS.run("no-such-program", cwd=tmp_path, timeout=5)
    assert "sdlc doctor" in caught.value.hint


def test_a_hanging_program_is_stopped_with_its_children(tmp_path: Path) -> None:
    child = f"import time, pathlib; time.sleep(3); pathlib.Path({str(tmp_path / 'alive')!r}).touch()"
    code = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {child!r}]); time.sleep(60)"
    started = time.monotonic()
    with pytest.raises(ToolError, match="did not end within 1 s"):
        python(code, tmp_path, timeout=1)
    assert time.monotonic() - started < 20
    time.sleep(3.5)
    assert not (tmp_path / "alive").exists()


def test_an_exit_code_that_is_not_fine_is_an_error_with_the_last_words(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="exited with 3: gone wrong"):
        python("import sys; print('gone wrong', file=sys.stderr); sys.exit(3)", tmp_path)


def test_a_killed_program_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="killed by signal 11"):
        python("import os; os.kill(os.getpid(), 11)", tmp_path)


def test_a_program_that_prints_without_end_is_stopped(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="more than 1000000 bytes"):
        python("while True: print('x' * 100000)", tmp_path, max_output=1_000_000)


def test_the_environment_is_clean(tmp_path: Path) -> None:
    code = "import os; print(sorted(os.environ))"
    assert b"SECRET_TOKEN" not in python(code, tmp_path, network=True).stdout
    assert b"UV_CACHE_DIR" not in python(code, tmp_path).stdout
    assert b"UV_CACHE_DIR" in python(code, tmp_path, network=True).stdout


def test_terminal_escapes_of_a_crash_are_not_passed_on(tmp_path: Path) -> None:
    with pytest.raises(ToolError) as caught:
        python(r"import sys; sys.exit('\x1b[2J::error::owned')", tmp_path)
    assert "\x1b" not in caught.value.message


def test_a_common_deadline_bounds_every_run(tmp_path: Path) -> None:
    bounded = within(TOOLS, 1)
    with pytest.raises(ToolError, match="did not end within"):
        bounded.run(sys.executable, "-c", "import time; time.sleep(30)", cwd=tmp_path, timeout=60)
    with pytest.raises(ToolError, match="time is used up"):
        bounded.run(sys.executable, "-c", "pass", cwd=tmp_path, timeout=60)


def test_identify_states_version_and_digest() -> None:
    version = TOOLS.identify("pytest")
    assert version.version[0].isdigit()
    assert len(version.digest or "") == 64
