"""`sdlc hardening`, the firewall of `sdlc surface ports`, and what weak settings mean for a pull request."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conftest import commit
from fakes.weak_settings import COMPOSE, UNIT, instead, without

from sdlc.cli import main
from sdlc.disk import LocalDisk
from sdlc.errors import ExitCode
from sdlc.gates.hardening import Settings
from sdlc.policy.weakening import of_settings
from sdlc.session import Session
from sdlc.tools import LocalTools

Make = Callable[..., Path]
Cli = Callable[..., subprocess.CompletedProcess[str]]
NOW = datetime.now(UTC)
POLICY = """\
schema = "sdlc.policy/1"
id = "box"
[[rules]]
id = "hardened"
type = "required"
gate = "hardening"
severity = "medium"
"""
MODEL = """\
schema: sdlc.threat-model/1
system: {id: box, title: A box, owner: us}
trust_zones:
  inside: {title: Inside, trust: high}
components:
  web:
    title: Pages
    trust_zone: inside
    code: ["src/*"]
    surface:
      - {claim: "listen:tcp/8001"}
      - {claim: "listen:tcp/8443", bind: any}
threats:
  reached: {statement: Somebody reaches it., stride: spoofing, on: [web]}
"""
CONFIGURATION = """\
schema = "sdlc/1"
[product]
name = "box"
version = "1"
[gates.hardening]
defaults = ["box.toml"]
"""
FILES: dict[str, str | bytes] = {
    "sdlc.toml": CONFIGURATION,
    ".sdlc/policy.toml": POLICY,
    ".gitignore": ".sdlc/out/\n",
    "box.toml": "debug = false\n",
    "deploy/box.service": UNIT,
    "src/app.py": "x = 1\n",
}


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cli:
    """The command in this process: many calls, each of which would start Python anew."""

    def run(*words: str, cwd: Path, at: datetime = NOW) -> subprocess.CompletedProcess[str]:
        monkeypatch.chdir(cwd)
        capsys.readouterr()
        code = main(list(words), Session(at, dict(os.environ), LocalDisk(), LocalTools(dict(os.environ))))
        said = capsys.readouterr()
        return subprocess.CompletedProcess(words, code, said.out, said.err)

    return run


def check(cli: Cli, root: Path, *more: str, at: datetime = NOW) -> subprocess.CompletedProcess[str]:
    return cli("check", "--gate", "hardening", *more, cwd=root, at=at)


def test_debug_on_blocks_with_the_requirement_and_the_guide_says_what_to_do(repository: Make, cli: Cli) -> None:
    root = repository(FILES)
    assert check(cli, root).returncode == ExitCode.ALLOWED
    assert "Nothing is weak." in cli("hardening", "guide", cwd=root).stdout
    commit(root, {"box.toml": "debug = true\nname = '<b>|x'\n"})
    done = check(cli, root)
    assert done.returncode == ExitCode.BLOCKED
    assert "HARD-DEBUG" in done.stdout
    assert "V13.4.2" in done.stdout
    guide = cli("hardening", "guide", cwd=root).stdout
    assert "| HARD\\-DEBUG | box\\.toml\\:1 |" in guide
    assert "Set debug to false" in guide
    assert "<b>" not in guide
    assert cli("hardening", "guide", "--write", "GUIDE.md", cwd=root).stdout == "wrote     GUIDE.md\n"
    assert (root / "GUIDE.md").read_text() == guide
    shown = cli("hardening", "show", "--part", "defaults", cwd=root).stdout
    assert "box.toml:1" in shown
    assert "HARD-DEBUG" in shown
    assert cli("hardening", "show", "--part", "ports", cwd=root).stdout == "no port was judged\n"


def test_without_a_check_there_is_no_guide(repository: Make, cli: Cli) -> None:
    root = repository(
        {**FILES, "sdlc.toml": CONFIGURATION.partition("[gates")[0], "deploy/box.service": "", "box.toml": ""}
    )
    done = cli("hardening", "guide", cwd=root)
    assert (done.returncode, "there is no check" in done.stderr) == (ExitCode.USAGE, True), done.stderr
    cli("check", "--gate", "secrets", cwd=root)
    done = cli("hardening", "guide", cwd=root)
    assert (done.returncode, "has no answer of the gate hardening" in done.stderr) == (ExitCode.USAGE, True), (
        done.stderr
    )


def test_in_a_pull_request_only_what_is_new_blocks(repository: Make, cli: Cli) -> None:
    root = repository({**FILES, "deploy/box.service": without(UNIT, "PrivateTmp")})
    commit(root, {"README.md": "x"})
    done = check(cli, root, "--since", "HEAD~1")
    assert done.returncode == ExitCode.ALLOWED, done.stdout
    commit(root, {"deploy/box.service": instead(without(UNIT, "PrivateTmp"), "ProtectHome=yes", "ProtectHome=no")})
    done = check(cli, root, "--since", "HEAD~1")
    assert done.returncode == ExitCode.BLOCKED
    assert "ProtectHome is no" in done.stdout


def test_what_is_accepted_holds_until_its_day_and_never_by_its_own_change(repository: Make, cli: Cli) -> None:
    root = repository({**FILES, "compose.yaml": instead(COMPOSE, "read_only: true", "user: root")})
    accept = f"""\
schema = "sdlc.hardening/1"
[[accept]]
rule = "HARD-CONTAINER-ROOT"
path = "compose.yaml"
setting = "web:user"
reason = "the image drops its rights itself"
owner = "team"
expires = {(NOW + timedelta(days=10)).date()}
"""
    (root / ".sdlc" / "hardening.toml").write_text(accept)
    assert check(cli, root).returncode == ExitCode.BLOCKED
    commit(root, {})
    done = check(cli, root)
    assert done.returncode == ExitCode.ALLOWED, done.stdout
    assert check(cli, root, at=NOW + timedelta(days=12)).returncode == ExitCode.BLOCKED


def test_a_firewall_for_what_is_declared(repository: Make, cli: Cli) -> None:
    root = repository({**FILES, "threat_models/box.yaml": MODEL})
    done = cli("surface", "ports", "--firewall", "nftables", "--write", "box.nft", cwd=root)
    assert done.stdout == "wrote box.nft\n"
    rules = (root / "box.nft").read_text()
    assert "tcp dport 8443 accept" in rules
    assert "dport 8001" not in rules
    assert cli("surface", "ports", "--firewall", "nftables", "--compare", "box.nft", cwd=root).returncode == 0
    (root / "threat_models" / "box.yaml").write_text(MODEL.replace("8443", "9443"))
    done = cli("surface", "ports", "--firewall", "nftables", "--compare", "box.nft", cwd=root)
    assert done.returncode == ExitCode.BLOCKED
    assert "sdlc surface ports --firewall nftables --write box.nft" in done.stdout
    assert "localport=9443" in cli("surface", "ports", "--firewall", "netsh", cwd=root).stdout
    (root / "threat_models" / "box.yaml").unlink()
    done = cli("surface", "ports", "--firewall", "netsh", cwd=root)
    assert (done.returncode, "no component" in done.stderr) == (ExitCode.USAGE, True)


def test_a_rule_is_explained(cli: Cli, tmp_path: Path) -> None:
    said = cli("explain", "HARD-DEBUG", cwd=tmp_path).stdout
    assert "HARD-DEBUG: debug mode on, a rule about hardening (docs/hardening.md)" in said


def test_every_format_of_a_check_takes_its_findings(repository: Make, cli: Cli) -> None:
    root = repository({**FILES, "box.toml": "debug = true\n"})
    sarif = json.loads(check(cli, root, "--format", "sarif").stdout)
    (result,) = sarif["runs"][0]["results"]
    assert result["ruleId"] == "hardening/HARD-DEBUG"
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "box.toml"
    for form in ("json", "markdown", "github", "gitlab", "junit"):
        assert "HARD-DEBUG" in check(cli, root, "--format", form).stdout.replace("\\", ""), form


@pytest.mark.parametrize(
    ("old", "new", "weaker"),
    [
        ({"defaults": ("a.toml", "b.toml")}, {"defaults": ("a.toml",)}, True),
        ({"defaults": ("a.toml",)}, {"defaults": ("a.toml", "b.toml")}, False),
        ({}, {"allow_unused": ("x: y",)}, True),
        ({}, {"start": ("python", "-m", "x")}, False),
        ({"start": ("python", "-m", "x")}, {}, True),
        ({"start": ("python", "-m", "x")}, {"start": ("true",)}, True),
        ({"start_seconds": 10}, {"start_seconds": 1}, True),
        ({}, {"exclude": ("*",)}, True),
    ],
)
def test_looking_at_less_is_a_weakening(old: dict[str, object], new: dict[str, object], weaker: bool) -> None:
    before, after = Settings(**old), Settings(**new)  # type: ignore[arg-type]
    assert bool(of_settings({"hardening": before}, {"hardening": after}, "sdlc.toml")) is weaker
