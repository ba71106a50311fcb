"""A foreign repository begins: everything is written once, read by its gates, and nothing old is in the way."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import commit, git
from ruamel.yaml import YAML

from sdlc.cli import main
from sdlc.disk import LocalDisk
from sdlc.errors import ExitCode
from sdlc.formats.check_json import load_check
from sdlc.model.result import Outcome
from sdlc.policy.schema import load_policy
from sdlc.session import Session
from sdlc.tools import LocalTools

FOREIGN = {
    "pyproject.toml": '[project]\nname = "Their Box"\nversion = "2.1"\ndependencies = ["flask"]\n',
    "box/__init__.py": "",
    "box/web.py": "import subprocess\nimport flask\n\ndef run():\n"
    "    subprocess.run(f\"ls {flask.request.args['x']}\", shell=True)\n",
    "tests/test_box.py": "def test_it():\n    assert True\n",
}
LOCK = "flask==3.0.3 --hash=sha256:" + "a" * 64 + "\n"


def sdlc(*words: str) -> ExitCode:
    now = datetime.now(UTC)
    return main([*words], Session(now, dict(os.environ), LocalDisk(), LocalTools(dict(os.environ))))


@pytest.fixture
def root(repository: Callable[..., Path]) -> Path:
    return repository(FOREIGN)


def test_the_first_check_is_useful_and_not_red(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sdlc("init", str(root)) == ExitCode.ALLOWED
    git(root, "add", "-A")
    git(root, "commit", "-qm", "adopt")
    capsys.readouterr()
    assert sdlc("check", str(root)) == ExitCode.ALLOWED
    said = capsys.readouterr().out
    assert "ALLOWED · Their Box 2.1" in said
    assert "ADOPTING" in said
    assert sdlc("check", str(root), "-v") == ExitCode.ALLOWED
    said = capsys.readouterr().out
    assert "command-injection" in said, "what is old is shown"
    assert "announced, from" in said, "and so is what will be asked for"


def test_what_is_new_blocks_from_the_first_day_on(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sdlc("init", str(root)) == ExitCode.ALLOWED
    git(root, "add", "-A")
    git(root, "commit", "-qm", "adopt")
    commit(root, {"box/more.py": FOREIGN["box/web.py"].replace("ls ", "stat ")})
    assert sdlc("check", str(root), "--since", "HEAD~1") == ExitCode.BLOCKED
    assert "box/more.py" in capsys.readouterr().out


def test_the_surface_cannot_grow_unnoticed_from_the_first_day_on(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sdlc("init", str(root)) == ExitCode.ALLOWED
    git(root, "add", "-A")
    git(root, "commit", "-qm", "adopt")
    route = "\n\napp = flask.Flask(__name__)\n\n@app.post('/reset')\ndef reset():\n    return 'done'\n"
    commit(root, {"box/web.py": FOREIGN["box/web.py"] + route})
    capsys.readouterr()
    assert sdlc("check", str(root), "--since", "HEAD~1") == ExitCode.BLOCKED
    said = capsys.readouterr().out
    assert said.count("TM401") == 1, said
    assert "http:POST /reset" in said


def test_nothing_is_written_over(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commit(root, {"sdlc.toml": 'schema = "sdlc/1"\n', ".gitignore": "build/"})
    (root / ".sdlc").mkdir()
    (root / ".sdlc" / "waivers.toml").symlink_to("/nonexistent")
    assert sdlc("init", str(root)) == ExitCode.ALLOWED
    assert (root / "sdlc.toml").read_text() == 'schema = "sdlc/1"\n'
    assert (root / ".sdlc" / "waivers.toml").is_symlink()
    assert (root / ".gitignore").read_text() == "build/\n.sdlc/out/\n.sdlc/env/\n"
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file() and ".git/" not in str(path)}
    capsys.readouterr()
    assert sdlc("init", str(root)) == ExitCode.ALLOWED
    assert "wrote" not in capsys.readouterr().out
    assert before == {path: path.read_bytes() for path in before}


def test_a_lock_that_is_there_is_used(root: Path) -> None:
    commit(root, {"requirements/runtime.txt": LOCK, "requirements.txt": "flask\n"})
    assert sdlc("init", str(root)) == ExitCode.ALLOWED
    settings = (root / "sdlc.toml").read_text()
    assert 'requirements = ["requirements/runtime.txt"]' in settings
    policy = load_policy((root / ".sdlc" / "policy.toml").read_bytes())
    assert [rule.id for rule in policy.rules if rule.effective_on] == ["threat-model"]


def test_what_only_builds_or_tests_is_not_said_to_be_shipped(root: Path) -> None:
    commit(root, {"requirements/runtime.txt": LOCK, "requirements/test.txt": LOCK, "requirements/build.txt": LOCK})
    assert sdlc("init", str(root)) == ExitCode.ALLOWED
    settings = tomllib.loads((root / "sdlc.toml").read_text())["gates"]
    assert settings["sbom"]["requirements"] == ["requirements/runtime.txt"]
    assert len(settings["build"]["requirements"]) == 3


def test_the_drafted_model_claims_the_surface_that_is_there(root: Path) -> None:
    app = "import flask\napp = flask.Flask('x')\n@app.get('/a/<b>')\ndef a(b): return b\n@app.post('/c')\n"
    app += "@login_required\ndef c(): return 1\nif __name__ == '__main__': app.run(host='0.0.0.0', port=81)\n"
    commit(root, {"box/app.py": app, "box/hidden.py": "import os\nos.getenv('A')\nos.system('b')\n"})
    assert sdlc("init", str(root)) == ExitCode.ALLOWED
    (path,) = (root / "threat_models").glob("*.yaml")
    components = YAML(typ="safe").load(path)["components"]
    assert components["rest"]["code"] == ["box/hidden.py"]
    assert components["rest"]["surface"] == [{"claim": "env:*"}, {"claim": "exec:shell"}]
    claims = {one.pop("claim"): one for one in components["web"]["surface"]}
    assert claims["http:GET /a/{}"] == {"auth": "none"}
    assert claims["http:POST /c"] == {"auth": "login_required"}
    assert claims["listen:tcp/81"] == {"bind": "0.0.0.0"}


WEB = "import flask\napp = flask.Flask('x')\n@app.get('/a')\ndef a(): return 'b'\n"
SERVER = "import socket\nserver = socket.create_server(('0.0.0.0', 9000))\n"


@pytest.mark.parametrize(
    ("files", "home"),
    [
        ({"box/app.py": WEB, "Dockerfile": "FROM scratch\nEXPOSE 8000 8443\n"}, "web"),
        ({"box/app.py": "x = 1\n", "Dockerfile": "FROM scratch\nEXPOSE 104\n"}, "deployment"),
        ({"box/app.py": SERVER, "Dockerfile": "FROM scratch\nEXPOSE 9000\n"}, "deployment"),
        (
            {"box/app.py": WEB, "compose.yaml": "services:\n  box:\n    ports: ['80:8000']\n    privileged: true\n"},
            "web",
        ),
        ({"box/app.py": WEB, "deploy/box.socket": "[Socket]\nListenStream=8000\n"}, "web"),
    ],
)
def test_what_is_deployed_is_claimed_so_that_the_first_check_is_quiet(
    repository: Callable[..., Path], capsys: pytest.CaptureFixture[str], files: dict[str, str], home: str
) -> None:
    root = repository({"pyproject.toml": FOREIGN["pyproject.toml"], **files})
    assert sdlc("init", str(root)) == ExitCode.ALLOWED
    (path,) = (root / "threat_models").glob("*.yaml")
    component = YAML(typ="safe").load(path)["components"][home]
    assert next(name for name in files if not name.endswith(".py")) in component["code"]
    assert any(one["claim"].startswith("listen:tcp/") for one in component["surface"])
    git(root, "add", "-A")
    git(root, "commit", "-qm", "adopt")
    capsys.readouterr()
    assert sdlc("check", str(root), "--gate", "attack-surface", "--format", "json") == ExitCode.ALLOWED
    [gate] = load_check(capsys.readouterr().out.encode()).results
    assert (gate.reading.outcome, gate.reading.findings) == (Outcome.PASSED, ())


def test_the_drafted_model_is_in_the_form_of_fmt(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sdlc("init", str(root)) == ExitCode.ALLOWED
    monkeypatch.chdir(root)
    assert sdlc("threats", "fmt", "--check") == ExitCode.ALLOWED


def test_the_workflow_is_written_for_an_address(root: Path) -> None:
    pin = "a" * 40
    assert sdlc("init", str(root), "--action", f"owner/secure-sdlc@{pin}") == ExitCode.ALLOWED
    workflow = YAML(typ="safe").load(root / ".github" / "workflows" / "sdlc.yml")
    assert workflow["jobs"]["sdlc"]["uses"] == f"owner/secure-sdlc/.github/workflows/pr.yml@{pin}"
    assert workflow["permissions"] == {}


@pytest.mark.parametrize("action", ["owner/repo", "owner/repo@main", "owner/repo@" + "a" * 39, "x\n@" + "a" * 40])
def test_an_address_without_a_commit_is_refused(root: Path, capsys: pytest.CaptureFixture[str], action: str) -> None:
    assert sdlc("init", str(root), "--action", action) == ExitCode.USAGE
    assert "40 hexadecimal" in capsys.readouterr().err
    assert not (root / "sdlc.toml").exists()


@pytest.mark.parametrize("name", ['a"b', "$(touch x)", "ü ß", "../up", "-"])
def test_whatever_the_product_is_called(repository: Callable[..., Path], name: str) -> None:
    root = repository({"pyproject.toml": f"[project]\nname = {name!r}\nversion = '1'\n", "a.py": "x = 1\n"})
    assert sdlc("init", str(root)) == ExitCode.ALLOWED
    git(root, "add", "-A")
    git(root, "commit", "-qm", "adopt")
    assert sdlc("check", str(root), "--gate", "threat-model") == ExitCode.ALLOWED


def test_outside_of_a_repository(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sdlc("init", str(tmp_path)) == ExitCode.USAGE
    assert "not in a git repository" in capsys.readouterr().err
