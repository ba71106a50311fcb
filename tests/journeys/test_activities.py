"""What people did, recorded with the installed command, from the check to a bundle that somebody else verifies."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import commit, run_sdlc
from fakes.desk import ReleaseDesk, open_desk

from sdlc.activities.record import TOPICS
from sdlc.errors import ExitCode

POLICY = """\
schema = "sdlc.policy/1"
id = "box"
[[rules]]
id = "builds"
type = "required"
gate = "build"
[[rules]]
id = "people-did-their-part"
type = "required"
gate = "activities"
"""
SETTINGS = '\n[gates.activities]\nrequired = ["penetration-test", "training", "code-review"]\n'
FORM = """\
tester: Eve Adams
organization: Breakers Ltd
independence: external
scope: All of it.
began: 2026-05-04
ended: TODAY
version: "1.0"
builds: ["DIGEST"]
findings:
  - {id: P-1, title: Old TLS, severity: medium, disposition: fixed, reference: issue 12}
"""
TODAY = datetime.now(UTC)


def record(desk: ReleaseDesk, kind: str, person: str, *words: str, key: str = "") -> subprocess.CompletedProcess[str]:
    signing = ["--as", person, "--key", str(desk.side / f"{key or person}.pem")]
    signing += ["--passphrase-file", str(desk.side / "passphrase"), "--trust", str(desk.trust)]
    return run_sdlc("record", kind, str(desk.product), *words, *signing)


@pytest.mark.slow
def test_recorded_checked_released_and_verified_by_somebody_else(tmp_path: Path) -> None:
    desk = open_desk(tmp_path)
    commit(
        desk.product, {".sdlc/policy.toml": POLICY, "sdlc.toml": (desk.product / "sdlc.toml").read_text() + SETTINGS}
    )
    done = run_sdlc("trust", "add-policy", str(desk.trust), str(desk.product / ".sdlc/policy.toml"))
    assert done.returncode == 0, done.stderr
    commit(desk.product, {".sdlc/trust.json": desk.trust.read_bytes()})

    form, report, topics = tmp_path / "form.yaml", tmp_path / "report.pdf", tmp_path / "topics.yaml"
    form.write_text(FORM.replace("TODAY", f"{TODAY:%Y-%m-%d}").replace("DIGEST", "6" * 64))
    report.write_bytes(b"the report")
    topics.write_text("".join(f"{topic}: nothing found\n" for topic in TOPICS))
    tested = ("--from", str(form), "--report", str(report))
    refused = record(desk, "penetration-test", "ada", *tested, key="runner")
    assert (refused.returncode, "signer-wrong-role" in refused.stderr) == (ExitCode.BLOCKED, True), refused.stderr
    assert not (desk.product / ".sdlc/records").exists()
    dates = ("--course", "Secure code", "--completed", "2026-01-01", "--valid-until", f"{TODAY.year + 1}-12-31")
    own = record(desk, "training", "ada", "--person", "ada", *dates)
    assert (own.returncode, "nobody records their own course" in own.stderr) == (ExitCode.USAGE, True)
    for done in (
        record(desk, "penetration-test", "ada", *tested),
        record(desk, "code-review", "grace", "--topics", str(topics)),
        *(record(desk, "training", "grace", "--person", one, *dates) for one in ("ada", "author")),
        record(desk, "training", "ada", "--person", "grace", *dates),
    ):
        assert done.returncode == 0, done.stderr
        assert "it counts once it is in the base commit" in done.stdout
    commit(desk.product, {})
    listed = run_sdlc("record", "list", str(desk.product))
    assert listed.returncode == 0, listed.stdout + listed.stderr
    assert listed.stdout.count("counts    training") == 3
    checked = run_sdlc("check", str(desk.product), "--profile", "release", "--gate", "build", "--gate", "activities")
    assert checked.returncode == 0, checked.stdout

    for step in ("prepare", "ada", "grace", "sign"):
        done = run_sdlc(*desk.command(step))
        assert done.returncode == 0, (step, done.stderr, done.stdout)
    assert run_sdlc(*desk.command("verify")).returncode == 0

    # Whoever trusts another person than Grace to record, decides again, and refuses the release.
    trust = json.loads(desk.trust.read_bytes())
    next(key for key in trust["keys"] if key["person"] == "grace")["roles"] = ["root"]
    other = tmp_path / "other.json"
    other.write_bytes(json.dumps(trust).encode())
    again = run_sdlc("verify", str(desk.bundle), "--trust", str(other))
    assert again.returncode == ExitCode.BLOCKED
    assert "verdict-not-allowed" in again.stdout, again.stdout
