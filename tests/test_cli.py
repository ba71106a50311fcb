"""argv to exit code: one error handler, lazy commands, no traceback."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import SDLC, run_sdlc

from sdlc import __version__, cli
from sdlc.disk import LocalDisk
from sdlc.errors import BlockedError, ExitCode, IncompleteError, StorageError, UsageError
from sdlc.session import Session
from sdlc.tools import LocalTools

SESSION = Session(datetime(2026, 6, 1, tzinfo=UTC), {}, LocalDisk(), LocalTools({}))


def test_version_and_help() -> None:
    assert __version__ in run_sdlc("--version").stdout
    text = run_sdlc("--help").stdout
    for name in cli.COMMANDS:
        assert f"\n  {name} " in text
    assert "4 incomplete" in text


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    answer = run_sdlc(name, "--help")
    assert answer.returncode == 0
    assert "Usage: sdlc" in answer.stdout


def test_a_command_that_does_not_exist() -> None:
    answer = run_sdlc("chek")
    assert answer.returncode == ExitCode.USAGE
    assert "chek" in answer.stderr


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (UsageError("sdlc.toml: x", hint="mend it"), ExitCode.USAGE, "sdlc: sdlc.toml: x\n  → mend it\n"),
        (BlockedError("rejected", "no"), ExitCode.BLOCKED, "sdlc: no [rejected]\n"),
        (IncompleteError("who knows"), ExitCode.INCOMPLETE, "sdlc: who knows\n"),
        (StorageError("full\x1b[31m"), ExitCode.BUG, "sdlc: full\\x1b[31m\n"),
        (KeyboardInterrupt(), ExitCode.INTERRUPTED, "interrupted"),
    ],
)
def test_an_error_is_a_sentence_and_an_exit_code(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    code: ExitCode,
    said: str,
) -> None:
    def fail(**_: object) -> None:
        raise error

    monkeypatch.setattr(cli.sdlc, "main", fail)
    assert cli.main(["check"], SESSION) is code
    assert said in capsys.readouterr().err


def test_a_bug_of_ours_leaves_a_log_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(**_: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(cli.sdlc, "main", fail)
    assert cli.main(["check"], SESSION) is ExitCode.BUG
    said = capsys.readouterr().err
    assert "a bug of ours: ZeroDivisionError" in said
    assert "Traceback" not in said
    log = Path(said.split("with the log ")[1].strip())
    assert "Traceback" in log.read_text()
    log.unlink()


def test_verify_imports_no_gate_and_no_heavy_tool() -> None:
    code = "import sys, sdlc.commands.verify; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    modules = set(done.stdout.split())
    heavy = {
        "cyclonedx",
        "jsonschema_rs",
        "semgrep",
        "bandit",
        "hypothesis",
        "sdlc.gates",
        "sdlc.pipeline",
    }
    assert modules & heavy == set()


def test_a_closed_pipe_is_no_traceback() -> None:
    done = subprocess.run(f"{SDLC} gates | true", shell=True, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
