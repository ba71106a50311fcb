"""One gate of a check runs again: the others stay as they are, what depends on it does not, and it is listed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conftest import commit

from sdlc.cli import main
from sdlc.disk import LocalDisk
from sdlc.errors import ExitCode
from sdlc.pipeline import downstream
from sdlc.session import Session
from sdlc.tools import LocalTools

POLICY = """\
schema = "sdlc.policy/1"
id = "box"
rules = [{id = "known", type = "required", gate = "vulnerabilities", severity = "high"},
         {id = "listed", type = "required", gate = "sbom", severity = "critical"}]
"""
LOCK = "h11==0.14.0 --hash=sha256:" + "a" * 64 + "\n"
ADVISORY = {
    "id": "DEMO-1",
    "modified": "2026-04-01T00:00:00Z",
    "summary": "It leaks.",
    "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "h11"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "0.16.0"}]}],
        }
    ],
}


@dataclass
class Desk:
    root: Path
    feed: Path
    now: datetime

    def sdlc(self, *words: str) -> ExitCode:
        self.now += timedelta(hours=1)
        return main([*words], Session(self.now, dict(os.environ), LocalDisk(), LocalTools(dict(os.environ))))

    def record(self) -> dict[str, object]:
        loaded: dict[str, object] = json.loads((self.root / ".sdlc" / "out" / "check.json").read_text())
        return loaded

    def outcomes(self) -> dict[str, str]:
        return {gate["id"]: gate["outcome"] for gate in self.record()["gates"]}  # type: ignore[attr-defined]


@pytest.fixture
def desk(repository: Callable[..., Path], tmp_path: Path) -> Desk:
    feed = tmp_path / "feed"
    feed.mkdir()
    today = datetime.now(UTC)
    info = {"schema": "sdlc.feed/1", "name": "test feed", "published": today.isoformat(timespec="seconds")}
    (feed / "feed.json").write_text(json.dumps(info))
    other = {**ADVISORY, "id": "DEMO-0", "affected": [{**ADVISORY["affected"][0], "package": {"ecosystem": "PyPI", "name": "else"}}]}  # type: ignore[index]  # noqa: E501  # fmt: skip
    (feed / "DEMO-0.json").write_text(json.dumps(other))
    settings = (
        f'schema = "sdlc/1"\n[product]\nname = "box"\nversion = "1.0"\n[gates.vulnerabilities]\nfeed = "{feed}"\n'
    )
    root = repository(
        {
            "requirements.txt": LOCK,
            ".gitignore": ".sdlc/out/\n",
            ".sdlc/policy.toml": POLICY,
            "sdlc.toml": settings,
        }
    )
    made = Desk(root, feed, today)
    assert made.sdlc("check", str(root), "--profile", "release", "--gate", "vulnerabilities") == ExitCode.ALLOWED
    return made


def test_a_new_advisory_blocks_after_the_refresh(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    before = desk.record()
    (desk.feed / "DEMO-1.json").write_text(json.dumps(ADVISORY))
    assert desk.sdlc("release", "refresh", str(desk.root), "--gate", "vulnerabilities") == ExitCode.BLOCKED
    said = capsys.readouterr().out
    assert "BLOCKED" in said
    assert "ran again: vulnerabilities" in said
    after = desk.record()
    assert desk.outcomes() == {"build": "not-applicable", "sbom": "failed", "vulnerabilities": "failed"}
    assert [one["gate"] for one in after["refreshed"]] == ["vulnerabilities"]  # type: ignore[attr-defined]
    assert after["created"] == before["created"], "the others are as old as they were"
    assert [action["do"] for action in after["verdict"]["actions"]] == ["Upgrade h11 to 0.16.0 or later."]  # type: ignore[index]


def test_what_reads_a_gate_runs_again_with_it(desk: Desk) -> None:
    assert desk.sdlc("release", "refresh", str(desk.root), "--gate", "sbom") == ExitCode.ALLOWED
    assert [one["gate"] for one in desk.record()["refreshed"]] == ["sbom", "vulnerabilities"]  # type: ignore[attr-defined]
    assert set(downstream("build")) >= {"build", "tests", "sbom", "fuzz", "vulnerabilities", "threat-model"}


def test_a_gate_that_cannot_answer_now_is_not_passed(desk: Desk) -> None:
    for file in desk.feed.iterdir():
        file.unlink()
    assert desk.sdlc("release", "refresh", str(desk.root), "--gate", "vulnerabilities") == ExitCode.INCOMPLETE
    assert desk.outcomes()["vulnerabilities"] == "error"
    assert desk.record()["verdict"]["answer"] == "incomplete"  # type: ignore[index]


@pytest.mark.parametrize(
    ("gate", "said"),
    [("nonsense", "there is no gate 'nonsense'"), ("tests", "the last check did not run tests")],
)
def test_a_gate_that_did_not_run_cannot_run_again(
    desk: Desk, capsys: pytest.CaptureFixture[str], gate: str, said: str
) -> None:
    assert desk.sdlc("release", "refresh", str(desk.root), "--gate", gate) == ExitCode.USAGE
    assert said in capsys.readouterr().err


def test_another_commit_is_refused(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    commit(desk.root, {"requirements.txt": LOCK.replace("0.14.0", "0.16.0")})
    assert desk.sdlc("release", "refresh", str(desk.root), "--gate", "vulnerabilities") == ExitCode.USAGE
    assert "the last check was of" in capsys.readouterr().err


def test_evidence_that_was_changed_meanwhile_is_refused(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    path = desk.root / ".sdlc" / "out" / "check.json"
    path.write_text(path.read_text().replace('"components": 1', '"components": 2'))
    assert desk.sdlc("release", "refresh", str(desk.root), "--gate", "vulnerabilities") == ExitCode.BLOCKED
    assert "[reading-differs]" in capsys.readouterr().err
