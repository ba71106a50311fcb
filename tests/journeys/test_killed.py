"""SIGKILL at random moments of every command that writes: the old state or the new one, and running again succeeds."""

from __future__ import annotations

import json
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from conftest import SDLC, run_sdlc
from fakes.desk import ReleaseDesk

from sdlc.formats.check_json import load_check
from sdlc.model.verdict import Answer

KILLS = {"check": 14, "prepare": 12, "ada": 12, "sign": 12}
"""Fifty in all."""


def kill(words: list[str], after: float) -> bool:
    """Start the command in a session of its own and kill all of it `after` seconds; False when it ended before."""
    process = subprocess.Popen(
        [str(SDLC), *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    return process.returncode == -signal.SIGKILL


def seconds_of(words: list[str]) -> float:
    started = time.monotonic()
    answer = run_sdlc(*words)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return time.monotonic() - started


def assert_old_or_new(desk: ReleaseDesk, step: str) -> None:
    """Every file that a later command would read is whole."""
    if step == "check" and (desk.out / "check.json").exists():
        assert load_check((desk.out / "check.json").read_bytes()).verdict.answer is Answer.ALLOWED
    for path in (desk.out / "release").rglob("*.json"):
        json.loads(path.read_bytes())
    if desk.bundle.exists():
        seconds_of(desk.command("verify"))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_fifty_kills(release_desk: ReleaseDesk, tmp_path: Path) -> None:
    desk = release_desk
    moments = random.Random(20260601)
    killed = 0
    for step in ("check", "prepare", "ada", "grace", "sign"):
        words = desk.command(step)
        before = tmp_path / f"before-{step}"
        keep(desk, before)
        usual = seconds_of(words)
        for _ in range(KILLS.get(step, 0)):
            bring_back(desk, before)
            killed += kill(words, moments.uniform(0.02, usual))
            assert_old_or_new(desk, step)
            seconds_of(words)
    seconds_of(desk.command("verify"))
    assert killed >= 35


def keep(desk: ReleaseDesk, before: Path) -> None:
    """Remember what the commands so far have written."""
    if desk.out.exists():
        shutil.copytree(desk.out, before)


def bring_back(desk: ReleaseDesk, before: Path) -> None:
    """The state that was kept."""
    shutil.rmtree(desk.out, ignore_errors=True)
    desk.bundle.unlink(missing_ok=True)
    if before.exists():
        shutil.copytree(before, desk.out)
