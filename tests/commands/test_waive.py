"""From a finding to a waiver to a check that tolerates it, as a person types it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

from conftest import commit, git
from fakes.credentials import Mint
from fakes.products import WEAK

from sdlc.errors import ExitCode
from sdlc.policy.waivers import load_waivers

Make = Callable[..., Path]
Cli = Callable[..., subprocess.CompletedProcess[str]]
POLICY = """\
schema = "sdlc.policy/1"
id = "p"
[[rules]]
id = "no-weakness"
type = "required"
gate = "static-analysis"
severity = "medium"
"""
WHO = ("--owner", "dana", "--approver", "ada", "--reason", "Only administrators reach this.")


def weak_product(repository: Make) -> Path:
    return repository({"app.py": WEAK, ".sdlc/policy.toml": POLICY, ".gitignore": ".sdlc/out/\n"})


def check(cli: Cli, root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return cli("check", str(root), "--gate", "static-analysis", *words)


def test_a_finding_is_waived_once_the_waiver_is_in_the_base(repository: Make, cli: Cli) -> None:
    root = weak_product(repository)
    blocked = check(cli, root, "-v")
    assert blocked.returncode == ExitCode.BLOCKED
    fingerprint = blocked.stdout.split("sdlc waive ")[1].split()[0]

    written = cli("waive", fingerprint, str(root), *WHO)
    assert written.returncode == 0, written.stderr
    assert "waives app.py:4 command-injection until" in written.stdout
    assert check(cli, root).returncode == ExitCode.BLOCKED, "the work tree's file does not count"

    commit(root, {}, "Accept it")
    allowed = check(cli, root, "--format", "json")
    assert allowed.returncode == ExitCode.ALLOWED, allowed.stdout
    document = json.loads(allowed.stdout)
    assert document["verdict"]["labels"] == ["1 waived"]
    assert document["verdict"]["waived"][0]["owner"] == "dana"

    text = check(cli, root, "-v").stdout
    assert "1 WAIVED" in text.splitlines()[0]
    assert " ~ static-analysis" in text
    assert "command-injection is waived: W-" in text


def test_it_survives_a_move_and_lapses_when_the_function_changes(repository: Make, cli: Cli) -> None:
    root = weak_product(repository)
    check(cli, root)
    [finding] = json.loads((root / ".sdlc/out/check.json").read_text())["verdict"]["rules"][0]["findings"]
    assert cli("waive", finding["fingerprint"], str(root), *WHO).returncode == 0
    commit(root, {"app.py": f"# moved\n\n\n{WEAK}"})
    assert check(cli, root).returncode == ExitCode.ALLOWED
    commit(root, {"app.py": WEAK.replace("def run(request):\n", "def run(request):\n    request.check = False\n")})
    lapsed = check(cli, root)
    assert lapsed.returncode == ExitCode.BLOCKED
    assert "[waiver-orphaned]" in lapsed.stdout


def test_a_waiver_of_the_change_itself_does_not_count(repository: Make, cli: Cli) -> None:
    root = repository({"app.py": "x = 1\n", ".sdlc/policy.toml": POLICY, ".gitignore": ".sdlc/out/\n"})
    base = git(root, "rev-parse", "HEAD").strip()
    commit(root, {"app.py": WEAK})
    check(cli, root, "--since", base)
    [finding] = json.loads((root / ".sdlc/out/check.json").read_text())["verdict"]["rules"][0]["findings"]
    assert cli("waive", finding["fingerprint"], str(root), *WHO).returncode == 0
    commit(root, {}, "Waive my own defect")
    assert check(cli, root, "--since", base).returncode == ExitCode.BLOCKED


def test_mistakes_are_sentences(repository: Make, cli: Cli) -> None:
    root = weak_product(repository)
    early = cli("waive", "f1:00000000", str(root), *WHO)
    assert (early.returncode, "check.json" in early.stderr) == (ExitCode.USAGE, True)
    check(cli, root)
    for fingerprint, said in (("f1:00", "shorter than 8 digits"), ("f1:00000000", "has no finding")):
        answer = cli("waive", fingerprint, str(root), *WHO)
        assert (answer.returncode, said in answer.stderr) == (ExitCode.USAGE, True), answer.stderr
    assert not (root / ".sdlc" / "waivers.toml").exists()
    [finding] = json.loads((root / ".sdlc/out/check.json").read_text())["verdict"]["rules"][0]["findings"]
    short = cli("waive", finding["fingerprint"], str(root), *WHO[:-1], "because")
    assert (short.returncode, "reason" in short.stderr) == (ExitCode.USAGE, True)
    assert not (root / ".sdlc" / "waivers.toml").exists()


def test_a_second_waiver_is_added_and_the_file_stays_readable(repository: Make, cli: Cli) -> None:
    other = WEAK.replace("def run", "def again").replace("'x'", "'y'")
    root = repository({"app.py": WEAK, "b.py": other, ".sdlc/policy.toml": POLICY, ".gitignore": ".sdlc/out/\n"})
    check(cli, root)
    findings = json.loads((root / ".sdlc/out/check.json").read_text())["verdict"]["rules"][0]["findings"]
    for finding in findings:
        strange = 'It says "no" \\ and\ttabs, ümläuts.'
        assert cli("waive", finding["fingerprint"], str(root), *WHO[:-1], strange).returncode == 0
    waivers = load_waivers((root / ".sdlc" / "waivers.toml").read_bytes())
    assert [waiver.id[-3:] for waiver in waivers] == ["001", "002"]
    assert waivers[0].reason == 'It says "no" \\ and tabs, ümläuts.'
    commit(root, {}, "Accept both")
    assert check(cli, root).returncode == ExitCode.ALLOWED


def test_the_waiver_of_a_test_key_covers_that_key_at_that_place(repository: Make, cli: Cli) -> None:
    mint = Mint(9)
    key, other = mint.pem("pkcs8"), mint.pem("pkcs8")
    policy = POLICY + '[[rules]]\nid = "no-secrets"\ntype = "required"\ngate = "secrets"\n'
    root = repository({"tests/server.key": key, ".sdlc/policy.toml": policy, ".gitignore": ".sdlc/out/\n"})
    assert cli("check", str(root), "--gate", "secrets").returncode == ExitCode.BLOCKED
    record = json.loads((root / ".sdlc" / "out" / "check.json").read_text())
    [finding] = record["gates"][0]["findings"]
    waived = cli("waive", finding["fingerprint"], str(root), *WHO)
    assert waived.returncode == ExitCode.ALLOWED, waived.stderr
    commit(root, {})
    answer = cli("check", str(root), "--gate", "secrets")
    assert answer.returncode == ExitCode.ALLOWED, answer.stdout
    assert "1 WAIVED" in answer.stdout
    for path, text in (("src/server.key", key), ("tests/server.key", other)):
        before = (root / path).read_text() if (root / path).exists() else None
        commit(root, {path: text})
        assert cli("check", str(root), "--gate", "secrets").returncode == ExitCode.BLOCKED, path
        (root / path).unlink() if before is None else (root / path).write_text(before)
