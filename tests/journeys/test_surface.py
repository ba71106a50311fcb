"""Pull requests against the attack surface, in a real repository: what is new is found, what only moves is not."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from conftest import commit, git

from sdlc.errors import ExitCode

SAMPLE = Path(__file__).parents[1] / "samples" / "attack-surface" / "rules" / "clean" / "all"
APP = (SAMPLE / "src" / "app.py").read_text()
MODEL = (SAMPLE / "threat_models" / "mailbox.yaml").read_text()
POLICY = """\
schema = "sdlc.policy/1"
id = "mailbox"
[[rules]]
id = "surface"
type = "required"
gate = "attack-surface"
severity = "medium"
"""
PRODUCT: dict[str, str | bytes] = {
    "src/app.py": APP,
    "threat_models/mailbox.yaml": MODEL,
    ".sdlc/policy.toml": POLICY,
    ".gitignore": ".sdlc/out/\n",
}
ROUTE = '\n\n@app.post("/export/<name>")\ndef export(name):\n    return name\n'
Make = Callable[..., Path]
Cli = Callable[..., subprocess.CompletedProcess[str]]

MOVED_APP = '''
"""The same mailbox, taken apart, renamed, and formatted by somebody else."""
from flask import Flask

from mail.letters import box
from mail import config


def build():
    application = Flask("mail")
    application.secret_key = config.key()
    application.register_blueprint( box,
        url_prefix = config.LETTERS )

    @application.route('/health', methods = ['GET'])
    def is_alive(): return "ok"

    return application


if __name__ == '__main__':
    build().run(config.HOST, config.PORT)
'''
MOVED_CONFIG = """
import os
HOST = "127.0.0.1"
PORT = 8000 + 25
LETTERS = "/" + "letters"
def key(): return os.environ['MAILBOX_KEY']
"""
MOVED_LETTERS = '''
from subprocess import run as start
from flask import Blueprint
from .guards import only_signed_in
box = Blueprint('box', __name__)
PROGRAM = "/usr/sbin/sendmail"

@box.route('/<int:id>')
@only_signed_in
def show_one(id): return f"{id}"

@box.route('', methods=["POST"])
@only_signed_in
def post():
    """Comments and docstrings change nothing."""
    start([PROGRAM, "-t"], check=True)
    return "sent"
'''
MOVED_GUARDS = """
import functools
from flask import abort, session
def only_signed_in(view):
    @functools.wraps(view)
    def inner(**words):
        return view(**words) if "user" in session else abort(401)
    return inner
"""


def check(cli: Cli, root: Path, *more: str) -> tuple[int, dict[str, Any], list[dict[str, Any]]]:
    """Exit code, the rows of the verdict by rule, and the findings that block."""
    answer = cli("check", "--since", "HEAD~1", "--gate", "attack-surface", "--format", "json", *more, cwd=root)
    assert answer.returncode in (ExitCode.ALLOWED, ExitCode.BLOCKED), answer.stdout + answer.stderr
    rows = {row["rule"]: row for row in json.loads(answer.stdout)["verdict"]["rules"]}
    return answer.returncode, rows, [finding for row in rows.values() for finding in row["findings"]]


def test_what_is_reformatted_renamed_moved_and_split_is_silent(repository: Make, cli: Cli) -> None:
    root = repository(PRODUCT)
    (root / "src" / "app.py").unlink()
    moved = {"app": MOVED_APP, "config": MOVED_CONFIG, "letters": MOVED_LETTERS, "guards": MOVED_GUARDS, "__init__": ""}
    commit(root, {f"src/mail/{name}.py": text for name, text in moved.items()})
    code, rows, findings = check(cli, root)
    assert (code, findings, rows["surface"]["state"]) == (ExitCode.ALLOWED, [], "holds")
    result = json.loads((root / ".sdlc" / "out" / "check.json").read_text())["gates"][0]
    assert (result["outcome"], result["findings"]) == ("passed", [])


def test_a_new_unguarded_route_is_one_finding_with_place_and_fix(repository: Make, cli: Cli) -> None:
    root = repository(PRODUCT)
    commit(root, {"src/app.py": APP.replace("\n\nif __name__", f"{ROUTE}\n\nif __name__")})
    code, _, findings = check(cli, root)
    assert code == ExitCode.BLOCKED
    (found,) = findings
    assert found["rule"] == "TM401"
    assert found["place"]["path"] == "src/app.py"
    lines = (root / "src" / "app.py").read_text().splitlines()
    assert lines[found["place"]["line"] - 1] == '@app.post("/export/<name>")'
    assert found["fix"].startswith('Add {claim: "http:POST /export/{}", auth: session} to components.box.surface')
    text = cli("check", "--since", "HEAD~1", "--gate", "attack-surface", cwd=root).stdout
    assert len(text.splitlines()) <= 25
    assert "guard seen: none" in text


def test_the_claim_of_the_fix_and_a_guard_let_it_through(repository: Make, cli: Cli) -> None:
    root = repository(PRODUCT)
    guarded = ROUTE.replace("def export", "@signed_in\ndef export")
    claim = '      - {claim: "http:POST /export/{}", auth: session}\n      - {claim: "listen'
    files = {
        "src/app.py": APP.replace("\n\nif __name__", f"{guarded}\n\nif __name__"),
        "threat_models/mailbox.yaml": MODEL.replace('      - {claim: "listen', claim),
    }
    commit(root, files)
    assert check(cli, root)[0] == ExitCode.ALLOWED


def test_another_address_blocks(repository: Make, cli: Cli) -> None:
    root = repository(PRODUCT)
    commit(root, {"src/app.py": APP.replace("app.run(port=8025)", 'app.run(host="0.0.0.0", port=8025)')})
    code, _, findings = check(cli, root)
    assert code == ExitCode.BLOCKED
    (found,) = findings
    assert found["rule"] == "TM403"
    assert "bound to 0.0.0.0" in found["message"]


def test_a_lost_guard_blocks(repository: Make, cli: Cli) -> None:
    root = repository(PRODUCT)
    commit(root, {"src/app.py": APP.replace("@signed_in\ndef send", "def send")})
    code, _, findings = check(cli, root)
    assert (code, [found["rule"] for found in findings]) == (ExitCode.BLOCKED, ["TM403"])


def test_what_nobody_claimed_before_is_shown_and_what_is_new_beside_it_blocks(repository: Make, cli: Cli) -> None:
    old = APP.replace(
        "\n\nif __name__", f"{ROUTE.replace('def export', '@signed_in' + chr(10) + 'def export')}\n\nif __name__"
    )
    root = repository(PRODUCT | {"src/app.py": old})
    commit(root, {"src/app.py": "# a comment\n" + old})
    code, rows, _ = check(cli, root)
    assert (code, rows["surface"]["state"]) == (ExitCode.ALLOWED, "tolerated")
    commit(root, {"src/app.py": old.replace("@signed_in\ndef export", "def export")})
    code, _, findings = check(cli, root)
    assert (code, [found["rule"] for found in findings]) == (ExitCode.BLOCKED, ["TM401"])


def test_a_removed_route_leaves_a_claim_that_has_to_go(repository: Make, cli: Cli) -> None:
    root = repository(PRODUCT)
    gone = APP.replace('@app.get("/health")\ndef health():\n    return "ok"\n\n\n', "")
    commit(root, {"src/app.py": gone})
    code, _, findings = check(cli, root)
    assert (code, [found["rule"] for found in findings]) == (ExitCode.BLOCKED, ["TM402"])
    assert findings[0]["place"]["path"] == "threat_models/mailbox.yaml"
    claim = '      - {claim: "http:GET /health", auth: none}\n'
    commit(root, {"threat_models/mailbox.yaml": MODEL.replace(claim, "")})
    assert check(cli, root)[0] == ExitCode.ALLOWED


def test_a_claim_that_is_loosened_with_its_guard_blocks(repository: Make, cli: Cli) -> None:
    root = repository(PRODUCT)
    model = MODEL.replace("auth: session}", "auth: none}")
    commit(root, {"src/app.py": APP.replace("@signed_in\ndef send", "def send"), "threat_models/mailbox.yaml": model})
    code, rows, _ = check(cli, root)
    assert code == ExitCode.BLOCKED
    assert {found["rule"] for found in rows["weakening"]["findings"]} == {"TM406"}
    assert any("http:POST /letters" in found["message"] for found in rows["weakening"]["findings"])


def test_what_is_beside_the_product_is_counted_and_brings_nothing(repository: Make, cli: Cli) -> None:
    root = repository(PRODUCT)
    stub = APP.replace("/letters", "/stub")
    commit(root, {f"{folder}/stub.py": stub for folder in ("tests", "src/migrations", "src/vendor")})
    code, rows, findings = check(cli, root)
    assert (code, findings) == (ExitCode.ALLOWED, [])
    assert "3 left out" in rows["surface"]["sentence"]


def test_the_repository_is_as_it_was(repository: Make, cli: Cli) -> None:
    root = repository(PRODUCT)
    commit(root, {"README.md": "Letters.\n"})
    assert check(cli, root)[0] == ExitCode.ALLOWED
    assert git(root, "status", "--porcelain") == ""
