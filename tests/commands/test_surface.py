"""`sdlc surface` in a real repository: what is there, what differs, which ports, and the pages."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest
from conftest import commit

from sdlc.cli import main
from sdlc.disk import LocalDisk
from sdlc.errors import ExitCode
from sdlc.session import Session
from sdlc.tools import LocalTools

Make = Callable[..., Path]
Cli = Callable[..., subprocess.CompletedProcess[str]]
SESSION = Session(datetime.now(UTC), dict(os.environ), LocalDisk(), LocalTools(dict(os.environ)))
APP = """
from flask import Flask
app = Flask(__name__)

@app.get("/patients/<int:number>")
def shown(number):
    return str(number)

app.run(port=8001)
"""
MODEL = """
schema: sdlc.threat-model/1
system: {id: box, title: "Box <script>alert(1)</script>", owner: us}
trust_zones:
  lan: {title: The LAN, trust: semi}
  inside: {title: "In|side\\"]", trust: high}
trust_boundaries:
  door: {between: [lan, inside]}
actors:
  person: {title: Somebody, trust_zone: lan}
components:
  web:
    title: Pages
    trust_zone: inside
    code: ["src/*"]
    surface:
      - {claim: "http:GET /patients/{}", auth: none}
      - {claim: "listen:tcp/8001"}
data_flows:
  browsing: {from: person, to: web, boundary: door, protocol: http, port: 8001}
threats:
  somebody-else: {on: [web], stride: spoofing, statement: A stranger reads.}
  nobody-looks: {on: [web], stride: repudiation, statement: Nobody looks.}
controls:
  sign-in:
    title: Sign in
    mitigates: [somebody-else]
    status: implemented
    code: ["src/app.py::shown"]
    evidence: [{kind: test, id: "tests/test_app.py::test_it"}, {kind: sast, rule: path-traversal, over: "src/*"}]
"""
FILES: dict[str, str | bytes] = {
    "src/app.py": APP,
    "threat_models/box.yaml": MODEL,
    "sdlc.toml": 'schema = "sdlc/1"\n[product]\nname = "box"\nversion = "1"\n',
    "tests/test_app.py": "def test_it(): pass\n",
    ".gitignore": ".sdlc/\n",
}


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cli:
    """The command in this process: many calls, each of which would start Python anew."""

    def run(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        monkeypatch.chdir(cwd)
        capsys.readouterr()
        code = main(list(words), SESSION)
        said = capsys.readouterr()
        return subprocess.CompletedProcess(words, code, said.out, said.err)

    return run


@pytest.fixture
def root(repository: Make) -> Path:
    return repository(FILES)


def test_show(root: Path, cli: Cli) -> None:
    text = cli("surface", "show", cwd=root)
    assert text.returncode == ExitCode.ALLOWED
    assert "http:GET /patients/{}  [guard none]  src/app.py:5" in text.stdout
    document = json.loads(cli("surface", "show", "--format", "json", cwd=root).stdout)
    assert document["schema"] == "sdlc.surface/1"


def test_diff_to_a_commit_a_file_and_a_check(root: Path, cli: Cli, tmp_path: Path) -> None:
    old = tmp_path / "old.json"
    old.write_text(cli("surface", "show", "--format", "json", cwd=root).stdout)
    cli("check", "--gate", "attack-surface", "--out", str(tmp_path / "out"), cwd=root)
    moved = APP.replace("def shown", "def other").replace("return", "    return").replace("        return", "  return")
    commit(root, {"src/pages.py": moved, "src/app.py": ""})
    assert cli("surface", "diff", "--since", "HEAD~1", cwd=root).stdout == "0 new, 0 gone, 0 changed\n"
    new = APP.replace("8001", "8001, host='0.0.0.0'").replace("@app.get", "@app.post('/more')\n@app.get")
    commit(root, {"src/pages.py": "", "src/app.py": new, "src/gone.py": "import pickle\npickle.load(x)\n"})
    expected = [
        "+ deser:pickle  [-]  src/gone.py:2",
        "+ http:POST /more  [guard none]  src/app.py:5",
        "~ listen:tcp/8001  bound to 127.0.0.1, TLS off -> bound to 0.0.0.0, TLS off  src/app.py:10",
        "2 new, 0 gone, 1 changed",
    ]
    for words in (["--since", "HEAD~1"], ["--against", str(old)], ["--against", str(tmp_path / "out")]):
        done = cli("surface", "diff", *words, cwd=root)
        assert (done.returncode, done.stdout.splitlines()) == (ExitCode.BLOCKED, expected)


def test_ports_are_written_and_compared(root: Path, cli: Cli) -> None:
    table = root / "PORTS.md"
    assert cli("surface", "ports", "--write", str(table), cwd=root).returncode == ExitCode.ALLOWED
    assert "| 8001 | tcp | listeners | 127\\.0\\.0\\.1 | this machine | off | web | browsing |" in table.read_text()
    assert cli("surface", "ports", "--compare", str(table), cwd=root).returncode == ExitCode.ALLOWED
    (root / "src" / "app.py").write_text(APP.replace("8001", "8002"))
    done = cli("surface", "ports", "--compare", str(table), cwd=root)
    assert done.returncode == ExitCode.BLOCKED
    assert "says something else than the code" in done.stdout


def test_the_page_in_every_form(root: Path, cli: Cli) -> None:
    page = cli("surface", "view", "--since", "HEAD", cwd=root).stdout
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page
    for said in (
        "Nothing differs.",
        "Put another person&#39;s identifier into the path.",
        "not checked yet",
        "no control",
        "sast path-traversal over src/*",
    ):
        assert said in page
    text = cli("surface", "view", "--format", "markdown", cwd=root).stdout
    assert "```mermaid" in text
    assert "<script" not in text
    svg = ElementTree.fromstring(cli("surface", "view", "--format", "svg", cwd=root).stdout)
    assert svg.tag.endswith("svg")
    mermaid = cli("surface", "view", "--format", "mermaid", cwd=root).stdout
    assert 'n0 ==>|"http:8001"| n1' in mermaid
    assert "[" not in mermaid.split("subgraph z1", 1)[1].split("\n")[0].replace('["', "", 1)
    assert (
        '"person" -> "web" [label="http:8001", penwidth=2];'
        in cli("surface", "view", "--format", "dot", cwd=root).stdout
    )


def test_the_states_are_those_of_a_check_of_this_commit(root: Path, cli: Cli) -> None:
    cli("check", "--gate", "threat-model", cwd=root)
    page = cli("surface", "view", "--format", "markdown", cwd=root).stdout
    assert "not verified TM303" in page
    commit(root, {"more.txt": "x"})
    assert "not checked yet" in cli("surface", "view", "--format", "markdown", cwd=root).stdout


def test_mistakes_are_sentences(root: Path, cli: Cli, tmp_path: Path) -> None:
    broken = tmp_path / "x.json"
    broken.write_text("{")
    for words, code, said in [
        (("diff",), ExitCode.USAGE, "--since REF or --against FILE"),
        (("diff", "--against", str(tmp_path / "none")), ExitCode.USAGE, "cannot be read"),
        (("diff", "--against", str(broken)), ExitCode.INCOMPLETE, "surface.json"),
        (("diff", "--since", "HEAD", "--against", str(broken)), ExitCode.USAGE, "two things"),
        (("ports", "--compare", str(tmp_path / "none.md")), ExitCode.USAGE, "cannot be read"),
    ]:
        done = cli("surface", *words, cwd=root)
        assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr
        assert said in done.stderr
    commit(root, {"src/bad.py": "def (:\n"})
    done = cli("surface", "show", cwd=root)
    assert done.returncode == ExitCode.INCOMPLETE
    assert "not read: src/bad.py: line 1" in done.stderr
    commit(root, {"threat_models/box.yaml": "a: [", "src/bad.py": ""})
    done = cli("surface", "view", cwd=root)
    assert (done.returncode, "threat_models/box.yaml:" in done.stderr) == (ExitCode.INCOMPLETE, True)
    (root / "threat_models" / "box.yaml").unlink()
    done = cli("surface", "view", "--format", "svg", cwd=root)
    assert (done.returncode, "no threat model to draw" in done.stderr) == (ExitCode.USAGE, True)
