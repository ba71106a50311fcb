"""`sdlc check` as people meet it: a foreign repository, a wrong configuration, files and tools that misbehave."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest
from conftest import REPOSITORY, SDLC, commit, git
from fakes.disk import FailingDisk, PowerCut
from fakes.tools import SabotagedTools

from sdlc.cli import main
from sdlc.disk import LocalDisk
from sdlc.errors import ExitCode
from sdlc.formats.check_json import load_check
from sdlc.session import Session
from sdlc.tools import LocalTools, Tools

NOW = datetime(2026, 6, 1, tzinfo=UTC)
ENVIRONMENT = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}
CLEAN = "def double(x: int) -> int:\n    return 2 * x\n"
INJECTION = """\
import subprocess

from flask import request


def listing():
    return subprocess.run("ls " + request.args["folder"], shell=True)
"""
Cli = Callable[..., subprocess.CompletedProcess[str]]
Make = Callable[..., Path]


def check(root: Path, *words: str, tools: Tools | None = None, disk: LocalDisk | None = None) -> ExitCode:
    """The command in this process, with a tool or the disk exchanged."""
    session = Session(NOW, ENVIRONMENT, disk or LocalDisk(), tools or LocalTools(ENVIRONMENT))
    return main(["check", str(root), *words], session)


def test_a_foreign_repository_gets_an_answer_in_one_screen(repository: Make, cli: Cli) -> None:
    done = cli("check", str(repository({"app.py": INJECTION, "README": "hello\n"})))
    assert done.returncode == ExitCode.BLOCKED
    lines = done.stdout.splitlines()
    assert lines[0].startswith("BLOCKED · product 0 · profile pr")
    assert lines[0].endswith("BOOTSTRAP")
    assert len(lines) <= 25
    assert any("app.py:7" in line and "command-injection" in line for line in lines)
    assert any(line.strip().startswith("fix: ") for line in lines)
    for gate in ("build", "tests", "sbom", "vulnerabilities", "fuzz", "threat-model"):
        (line,) = [line for line in lines if f" {gate} " in line]
        assert "not-applicable" in line
        assert len(line.split("  ")[-1]) > 20, "it says why"


def test_a_clean_foreign_repository_is_allowed(repository: Make, cli: Cli) -> None:
    done = cli("check", cwd=repository({"app.py": CLEAN}))
    assert done.returncode == ExitCode.ALLOWED, done.stdout + done.stderr
    assert "BOOTSTRAP" in done.stdout


def test_nothing_to_look_at_is_not_passed(repository: Make, cli: Cli) -> None:
    done = cli("check", cwd=repository({"README": "no code\n"}))
    assert done.returncode == ExitCode.INCOMPLETE
    assert done.stdout.startswith("INCOMPLETE")


def test_secrets_alone_carry_no_verdict_unless_they_alone_were_asked_for(repository: Make, cli: Cli) -> None:
    root = repository({"README": "no code\n"})
    assert cli("check", cwd=root).returncode == ExitCode.INCOMPLETE
    assert cli("check", "--gate", "secrets", cwd=root).returncode == ExitCode.ALLOWED


def test_json_is_one_document(repository: Make, cli: Cli) -> None:
    done = cli("check", str(repository({"app.py": INJECTION})), "--format", "json")
    document = json.loads(done.stdout)
    schema = json.loads((REPOSITORY / "docs" / "schemas" / "check.schema.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(document)
    assert document["schema"] == "sdlc.check/1"
    assert document["verdict"]["answer"] == "blocked"
    gates = {gate["id"]: gate for gate in document["gates"]}
    assert gates["static-analysis"]["outcome"] == "failed"
    assert gates["static-analysis"]["counters"]["files"] == 1
    assert gates["static-analysis"]["findings"][0]["rule"] == "command-injection"
    assert gates["build"]["outcome"] == "not-applicable"


def test_only_what_is_new_since_the_base_blocks(repository: Make, cli: Cli) -> None:
    root = repository({"app.py": INJECTION})
    commit(root, {"other.py": CLEAN})
    assert cli("check", "--since", "HEAD~1", cwd=root).returncode == ExitCode.ALLOWED
    commit(root, {"moved.py": f"# moved\n\n\n{INJECTION}"})
    git(root, "rm", "-q", "app.py")
    git(root, "commit", "-qm", "move")
    assert cli("check", "--since", "HEAD~2", cwd=root).returncode == ExitCode.ALLOWED
    commit(root, {"second.py": INJECTION})
    done = cli("check", "--since", "HEAD~1", cwd=root)
    assert done.returncode == ExitCode.BLOCKED
    assert "command-injection" in done.stdout


def test_a_folder_that_is_not_git(tmp_path: Path, cli: Cli) -> None:
    done = cli("check", str(tmp_path))
    assert done.returncode == ExitCode.USAGE
    assert "is not in a git repository" in done.stderr
    assert "git init" in done.stderr


def test_a_repository_without_a_commit(tmp_path: Path, cli: Cli) -> None:
    git(tmp_path, "init", "-q")
    done = cli("check", cwd=tmp_path)
    assert done.returncode == ExitCode.INCOMPLETE
    assert "has no commit yet" in done.stderr


def test_a_base_that_is_not_there(repository: Make, cli: Cli) -> None:
    done = cli("check", "--since", "0123456789abcdef", cwd=repository({"app.py": CLEAN}))
    assert done.returncode == ExitCode.INCOMPLETE
    assert "fetch-depth: 0" in done.stderr


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"name = '\xe9'\n", "app.py"), (b"def broken(:\n", "app.py"), (b"x = 1\n\x00", "app.py")],
    ids=["not UTF-8", "syntax error", "NUL"],
)
def test_a_file_that_cannot_be_parsed(repository: Make, cli: Cli, content: bytes, said: str) -> None:
    done = cli("check", cwd=repository({"app.py": content, "good.py": CLEAN}))
    assert done.returncode == ExitCode.INCOMPLETE, done.stdout
    assert said in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_a_loop_of_links_and_a_huge_file_do_no_harm(repository: Make, cli: Cli) -> None:
    root = repository({"app.py": CLEAN})
    (root / "round").symlink_to("about")
    (root / "about").symlink_to("round")
    with (root / "huge.bin").open("wb") as stream:
        stream.truncate(200 * 1024 * 1024)
    done = cli("check", cwd=root)
    assert done.returncode == ExitCode.ALLOWED, done.stdout + done.stderr


def test_a_huge_source_or_one_in_a_loop_is_not_parsed(repository: Make, cli: Cli) -> None:
    root = repository({"app.py": CLEAN})
    (root / "round.py").symlink_to("round.py")
    with (root / "huge.py").open("wb") as stream:
        stream.truncate(200 * 1024 * 1024)
    done = cli("check", "-v", cwd=root)
    assert done.returncode == ExitCode.INCOMPLETE
    assert "huge.py" in done.stdout
    assert "round.py" in done.stdout


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('schema = "sdlc/1"\n[gates.fuzz]\nsecond = 3\n', "gates.fuzz.second: there is no such key"),
        ('schema = "sdlc/1"\n[gates.fuzz]\nseconds = "3"\n', "gates.fuzz.seconds"),
        ('schema = "sdlc/1"\n[gates.fuz]\n', "gates.fuz: there is no such gate"),
        ('schema = "sdlc/1"\n[gates\n', "line 2"),
        ("[product]\n", "schema"),
    ],
    ids=["misspelt", "wrong type", "no such gate", "no TOML", "no schema"],
)
def test_a_wrong_configuration(repository: Make, cli: Cli, text: str, said: str) -> None:
    done = cli("check", cwd=repository({"app.py": CLEAN, "sdlc.toml": text}))
    assert done.returncode == ExitCode.USAGE
    assert "sdlc.toml" in done.stderr
    assert said in done.stderr
    assert "→" in done.stderr, "there is a next step"
    assert done.stdout == ""


def test_a_gate_that_does_not_exist(repository: Make, cli: Cli) -> None:
    done = cli("check", "--gate", "karma", cwd=repository({"app.py": CLEAN}))
    assert done.returncode == ExitCode.USAGE
    assert "known gates: build" in done.stderr


@pytest.mark.parametrize("program", ["semgrep", "bandit"])
@pytest.mark.parametrize(
    ("script", "said"),
    [
        (None, "is not installed"),
        ("sleep 60", "did not end within 2 s"),
        ("kill -SEGV $$", "was killed by signal 11"),
        ("echo boom >&2; exit 7", "exited with 7: boom"),
        ("echo '{\"results\": ['", "not JSON"),
        ("true", "not JSON"),
        ('echo \'{"results": [], "errors": []}\'', ""),
    ],
    ids=["missing", "hanging", "crashing", "failing", "half", "silent", "lying"],
)
def test_a_tool_that_misbehaves(
    repository: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str], program: str, script: str | None, said: str
) -> None:
    root = repository({"app.py": CLEAN, "sdlc.toml": 'schema = "sdlc/1"\n[gates.static-analysis]\ntimeout = 2\n'})
    replacement = tmp_path / program
    if script is not None:
        replacement.write_text(f"#!/bin/sh\n{script}\n")
        replacement.chmod(0o755)
    tools = SabotagedTools(ENVIRONMENT, program, replacement)
    assert check(root, "--gate", "static-analysis", tools=tools) == ExitCode.INCOMPLETE
    assert said in capsys.readouterr().out


@pytest.mark.parametrize("full", [False, True], ids=["killed", "full disk"])
def test_a_cut_at_every_write_leaves_no_half_record(repository: Make, full: bool) -> None:
    root = repository({"README": "no code\n"})
    record = root / ".sdlc" / "out" / "check.json"
    check(root)
    cuts = 0
    for good in range(60):
        disk = FailingDisk(good, full=full)
        try:
            code = check(root, disk=disk)
        except PowerCut:
            code = None
        if record.exists():
            load_check(record.read_bytes())
        if disk.left >= 0:
            break
        assert code in (None, ExitCode.BUG)
        cuts += 1
        shutil.rmtree(root / ".sdlc" / "out" / "objects")
    assert cuts >= 6
    assert check(root) == ExitCode.INCOMPLETE
    assert load_check(record.read_bytes())
    assert not list(root.rglob("*.partial"))


def test_a_file_size_limit_is_a_full_disk(repository: Make) -> None:
    root = repository({"README": "no code\n"})
    command = f"ulimit -f 0; exec {SDLC} check {root}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == ExitCode.BUG
    assert "file too large" in done.stderr
    assert "free some space" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (root / ".sdlc" / "out" / "check.json").exists()


def test_an_interrupt_ends_with_130_and_no_record(repository: Make, tmp_path: Path) -> None:
    root = repository({"app.py": CLEAN})
    # A git that stops at `status` says when the run has come that far.
    slow = tmp_path / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text(
        f'#!/bin/sh\ncase "$*" in *status*) touch {tmp_path}/there; sleep 60;; esac\nexec {shutil.which("git")} "$@"\n'
    )
    slow.chmod(0o755)
    environment = {**os.environ, "PATH": f"{slow.parent}:{os.environ['PATH']}"}
    process = subprocess.Popen(
        [sys.executable, "-m", "sdlc.cli", "check"],
        cwd=root,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        # Tests that run in the background inherit an ignored SIGINT.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    deadline = time.monotonic() + 30
    while not (tmp_path / "there").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == ExitCode.INTERRUPTED
    assert "interrupted" in said
    assert "Traceback" not in said
    assert not (root / ".sdlc" / "out" / "check.json").exists()
