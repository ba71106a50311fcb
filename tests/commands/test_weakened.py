"""A pull request cannot talk the check out of it: named attempts, each blocked by its name."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import commit, git
from fakes.credentials import Mint

from sdlc.errors import ExitCode

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
CONFIG = 'schema = "sdlc/1"\n[gates.static-analysis]\nexclude = ["tests/*"]\n'
PRODUCT = {
    "app.py": "x = 1\n",
    "old.py": "import os\n\n\ndef run(x):\n    os.system(x)  # nosec B605: checked by hand\n",
    "fuzz/fuzz_app.py": "from sdlc.harness import fuzz\n",
    ".sdlc/policy.toml": POLICY,
    "sdlc.toml": CONFIG,
    ".gitignore": ".sdlc/out/\n",
}
WAIVER = """\
schema = "sdlc.waivers/1"
[[waivers]]
id = "W-1"
gate = "static-analysis"
rule = "command-injection"
component = "click"
versions = "<9"
owner = "mallory"
approver = "ada"
reason = "I would rather not mend it."
created = 2026-01-01
expires = 2026-02-01
"""
TOKEN = Mint(5).crc("gh" + "p")
REVOKED = """\
schema = "sdlc.revoked-secrets/1"
[[revoked]]
fingerprint = "f1:0123456789abcdef0123456789abcdef"
who = "mallory"
when = 2026-01-01
how = "believe me, it is dead"
"""


@pytest.mark.parametrize(
    ("files", "rule", "path"),
    [
        ({".sdlc/policy.toml": POLICY.replace("medium", "critical")}, "WEAKER-POLICY", ".sdlc/policy.toml"),
        ({".sdlc/policy.toml": POLICY.replace('gate = "static', 'gate = "fuzz" # "static')}, "WEAKER-POLICY", ""),
        ({".sdlc/policy.toml": "no TOML ["}, "WEAKER-POLICY", ".sdlc/policy.toml"),
        ({".sdlc/waivers.toml": WAIVER}, "WEAKER-WAIVER", ".sdlc/waivers.toml"),
        ({".sdlc/revoked-secrets.toml": REVOKED}, "WEAKER-REVOCATION", ".sdlc/revoked-secrets.toml"),
        ({"sdlc.toml": CONFIG + '[gates.secrets]\nexclude = ["app.py"]\n'}, "WEAKER-SETTING", "sdlc.toml"),
        ({"sdlc.toml": CONFIG.replace('"tests/*"', '"tests/*", "app.py"')}, "WEAKER-SETTING", "sdlc.toml"),
        ({"app.py": "import os\nos.system(input())  # nosec B605: it is fine\n"}, "WEAKER-SUPPRESSION", "app.py"),
        ({"fuzz/fuzz_app.py": None}, "WEAKER-PROOF", "fuzz/fuzz_app.py"),
        ({".sdlc/policy.toml": None}, "WEAKER-POLICY", ".sdlc/policy.toml"),
    ],
)
def test_an_attempt_is_blocked_by_its_name(
    repository: Make, cli: Cli, files: dict[str, str | None], rule: str, path: str
) -> None:
    root = repository(PRODUCT)
    for name, text in files.items():
        (root / name).unlink(missing_ok=True)
        if text is not None:
            (root / name).write_text(text)
    commit(root, {})
    answer = cli("check", str(root), "--since", "HEAD~1", "--gate", "static-analysis", "--format", "json")
    assert answer.returncode == ExitCode.BLOCKED, answer.stdout + answer.stderr
    rows = {row["rule"]: row for row in json.loads(answer.stdout)["verdict"]["rules"]}
    [found] = rows["weakening"]["findings"]
    assert found["rule"] == rule
    assert found["place"]["path"].startswith(path)
    assert found["fix"]


def test_a_comment_on_a_credential_is_a_weakening(repository: Make, cli: Cli) -> None:
    root = repository(PRODUCT)
    commit(root, {"app.py": f"x = '{TOKEN}'  # nosec github-token -- believe me\n"})
    answer = cli("check", "--since", "HEAD~1", "--gate", "secrets", "--format", "json", cwd=root)
    assert answer.returncode == ExitCode.BLOCKED
    [row] = [rule for rule in json.loads(answer.stdout)["verdict"]["rules"] if rule["rule"] == "weakening"]
    [found] = row["findings"]
    assert (found["rule"], found["place"]["path"]) == ("WEAKER-SUPPRESSION", "app.py")
    assert TOKEN not in answer.stdout


def test_a_credential_whose_revocation_is_in_the_base_weakens_nothing(repository: Make, cli: Cli) -> None:
    rule = '[[rules]]\nid = "no-secrets"\ntype = "required"\ngate = "secrets"\n'
    root = repository(PRODUCT | {"app.py": f"x = '{TOKEN}'\n", ".sdlc/policy.toml": POLICY + rule})
    cli("check", "--gate", "secrets", cwd=root)
    check = json.loads((root / ".sdlc" / "out" / "check.json").read_text())
    [finding] = check["gates"][0]["findings"]
    entry = REVOKED.replace("f1:0123456789abcdef0123456789abcdef", finding["fingerprint"])
    commit(root, {".sdlc/revoked-secrets.toml": entry})
    commit(root, {"more.py": "y = 1\n"})
    answer = cli("check", "--since", "HEAD~1", "--gate", "secrets", cwd=root)
    assert answer.returncode == ExitCode.ALLOWED, answer.stdout


def test_a_harmless_change_weakens_nothing(repository: Make, cli: Cli) -> None:
    root = repository(PRODUCT)
    commit(root, {"app.py": "x = 2\n", ".sdlc/policy.toml": POLICY.replace("medium", "low")})
    answer = cli("check", str(root), "--since", "HEAD~1", "--gate", "static-analysis", "-v")
    assert answer.returncode == ExitCode.ALLOWED, answer.stdout
    assert "✓ weakening: nothing that judges this change is made weaker by it" in answer.stdout


def test_the_base_may_say_that_weakenings_are_only_shown(repository: Make, cli: Cli) -> None:
    root = repository({**PRODUCT, ".sdlc/policy.toml": f"{POLICY}[weakening]\nblocks = false\n"})
    commit(root, {".sdlc/policy.toml": f"{POLICY.replace('medium', 'high')}[weakening]\nblocks = false\n"})
    answer = cli("check", str(root), "--since", "HEAD~1", "--gate", "static-analysis", "-v")
    assert answer.returncode == ExitCode.ALLOWED, answer.stdout
    assert "~ weakening: 1 weakening of what has to hold" in answer.stdout


def test_the_change_of_the_rule_does_not_apply_to_itself(repository: Make, cli: Cli) -> None:
    root = repository(PRODUCT)
    weak = "import subprocess\n\ndef run(request):\n    subprocess.run(f\"ls {request.args['x']}\", shell=True)\n"
    commit(root, {"app.py": weak, ".sdlc/policy.toml": POLICY.replace("medium", "critical")})
    git(root, "tag", "head")
    answer = cli("check", str(root), "--since", "HEAD~1", "--gate", "static-analysis", "--format", "json")
    rows = {row["rule"]: row["state"] for row in json.loads(answer.stdout)["verdict"]["rules"]}
    assert rows == {"no-weakness": "blocked", "weakening": "blocked"}
