"""A finding that a person closes with a signed decision, from the check to a bundle that somebody else verifies."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from conftest import commit, run_sdlc
from fakes.advisories import INFO, record
from fakes.desk import ReleaseDesk, open_desk

from sdlc.errors import ExitCode

LOCK = f"h11==0.14.0 --hash=sha256:{'a' * 64}\n"
POLICY = """\
schema = "sdlc.policy/1"
id = "box"
[[rules]]
id = "builds"
type = "required"
gate = "build"
[[rules]]
id = "components-known"
type = "required"
gate = "sbom"
severity = "critical"
[[rules]]
id = "no-known-vulnerability"
type = "required"
gate = "vulnerabilities"
severity = "medium"
"""
SETTINGS = """
[gates.sbom]
requirements = ["locks/runtime.txt"]
[gates.vulnerabilities]
feed = "advisories"
"""
WHY = "The parser of chunks is never called."


def check(desk: ReleaseDesk) -> dict[str, object]:
    words = ["check", str(desk.product), "--profile", "release", "--gate", "vulnerabilities", "--format", "json"]
    done = run_sdlc(*words)
    document = json.loads(done.stdout)
    document["exit"] = done.returncode
    return document


def decide(desk: ReleaseDesk, fingerprint: str, person: str, key: str = "", **more: str) -> object:
    said = {"status": "not_affected", "justification": "vulnerable_code_not_in_execute_path", "impact": WHY, **more}
    words = [word for name, value in said.items() for word in (f"--{name}", value)]
    signing = ["--as", person, "--key", str(desk.side / f"{key or person}.pem")]
    signing += ["--passphrase-file", str(desk.side / "passphrase"), "--trust", str(desk.trust)]
    return run_sdlc("vex", "write", fingerprint, str(desk.product), *words, *signing)


@pytest.mark.slow
def test_a_signed_decision_is_shown_with_who_and_why_and_verified_offline(tmp_path: Path) -> None:
    desk = open_desk(tmp_path)
    files = {
        ".sdlc/policy.toml": POLICY,
        "locks/runtime.txt": LOCK,
        "advisories/one.json": json.dumps(record(aliases=["CVE-2026-1"])),
        "advisories/feed.json": json.dumps(INFO),
        "sdlc.toml": (desk.product / "sdlc.toml").read_text() + SETTINGS,
    }
    commit(desk.product, files)
    done = run_sdlc("trust", "add-policy", str(desk.trust), str(desk.product / ".sdlc/policy.toml"))
    assert done.returncode == 0, done.stderr
    commit(desk.product, {".sdlc/trust.json": desk.trust.read_bytes()})
    blocked = check(desk)
    assert blocked["exit"] == ExitCode.BLOCKED, done
    [fingerprint] = [f["fingerprint"] for rule in blocked["verdict"]["rules"] for f in rule["findings"]]

    refused = decide(desk, fingerprint, "ada", key="runner")
    assert refused.returncode == ExitCode.BLOCKED
    assert "vex-not-signed-by-a-person" in refused.stderr
    assert decide(desk, fingerprint, "ada", impact="").returncode == ExitCode.USAGE
    assert not (desk.product / ".sdlc/vex").exists()
    written = decide(desk, fingerprint, "ada")
    assert written.returncode == 0, written.stderr
    assert check(desk)["exit"] == ExitCode.BLOCKED, "the work tree's decision does not count"
    commit(desk.product, {})
    allowed = check(desk)
    assert allowed["exit"] == ExitCode.ALLOWED, allowed["verdict"]
    [closed] = allowed["verdict"]["closed"]
    assert (closed["name"], closed["impact"]) == ("Ada", WHY)
    [rule] = [rule for rule in allowed["verdict"]["rules"] if rule["rule"] == "no-known-vulnerability"]
    assert rule["state"] == "tolerated"
    assert "closes" in run_sdlc("vex", "list", str(desk.product)).stdout
    for format_ in ("openvex", "cyclonedx"):
        target = tmp_path / f"{format_}.json"
        words = ("--format", format_, "--file", str(target))
        assert run_sdlc("vex", "export", str(desk.product), *words).returncode == 0
        taken = run_sdlc("vex", "import", str(target), str(desk.product))
        assert "drafted   .sdlc/vex/drafts/" in taken.stdout, taken.stderr
    shutil.rmtree(desk.product / ".sdlc/vex/drafts")

    for step in ("prepare", "ada", "grace", "sign"):
        done = run_sdlc(*desk.command(step))
        assert done.returncode == 0, (step, done.stderr, done.stdout)
    page = tmp_path / "page.html"
    verified = run_sdlc(*desk.command("verify"), "--html", str(page))
    assert verified.returncode == 0, verified.stdout
    assert "1 closed by signed VEX decisions" in verified.stdout
    assert WHY in page.read_text()
    assert "Ada" in page.read_text()

    trust = json.loads(desk.trust.read_bytes())
    ada = next(key for key in trust["keys"] if key["person"] == "ada")
    ada["roles"] = ["root"]
    other = tmp_path / "other.json"
    other.write_bytes(json.dumps(trust).encode())
    again = run_sdlc("verify", str(desk.bundle), "--trust", str(other))
    assert again.returncode == ExitCode.BLOCKED
    assert "verdict-not-allowed" in again.stdout
