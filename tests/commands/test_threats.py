"""`sdlc threats` in real repositories: a look, a patch that applies and stays red, one form."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import commit, git

from sdlc.cli import main
from sdlc.disk import LocalDisk
from sdlc.errors import ExitCode
from sdlc.network import Network
from sdlc.session import Session
from sdlc.threats.load import load_model
from sdlc.threats.model import risk_digest
from sdlc.tools import LocalTools

SAMPLE = Path(__file__).parents[1] / "samples" / "attack-surface" / "rules" / "clean" / "all"
APP = (SAMPLE / "src" / "app.py").read_text()
NAME = "threat_models/mailbox.yaml"
MODEL = "# Who may read letters.\n" + (SAMPLE / NAME).read_text().replace("components:", "components:  # one, so far")
PRODUCT: dict[str, str | bytes] = {"src/app.py": APP, NAME: MODEL}
MAIN = "\n\nif __name__"
ROUTE = '\n\n@app.post("/export/<name>")\ndef export(name):\n    return name\n'
Make = Callable[..., Path]


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


Cli = Callable[..., Done]


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cli:
    """The command in this process, which is started often here: the real one, without the time to start it."""
    now = datetime(2026, 6, 1, tzinfo=UTC)
    environment = dict(os.environ)
    session = Session(now, environment, LocalDisk(), LocalTools(environment), Network(environment))

    def run(*arguments: str, cwd: Path) -> Done:
        monkeypatch.chdir(cwd)
        capsys.readouterr()
        code = main(arguments, session)
        return Done(code, *capsys.readouterr())

    return run


def test_a_quick_look_at_a_model_that_is_in_order(repository: Make, cli: Cli) -> None:
    done = cli("threats", "check", cwd=repository(PRODUCT))
    assert (done.returncode, done.stderr) == (ExitCode.ALLOWED, "")
    assert "verified if their evidence holds" in done.stdout


def test_one_new_unguarded_route_is_one_finding_and_its_patch_applies_and_stays_red(repository: Make, cli: Cli) -> None:
    root = repository(PRODUCT)
    commit(root, {"src/app.py": APP.replace(MAIN, ROUTE + MAIN)})
    looked = cli("threats", "check", cwd=root)
    assert looked.returncode == ExitCode.BLOCKED
    assert [line.split()[0] for line in looked.stdout.splitlines() if line.startswith(" TM")] == ["TM401"]
    patch = cli("threats", "fix", cwd=root)
    assert (patch.returncode, git(root, "status", "--porcelain")) == (ExitCode.ALLOWED, "")
    (root / "fix.patch").write_text(patch.stdout)
    git(root, "apply", "fix.patch")
    text = (root / NAME).read_text()
    assert '- {claim: "http:POST /export/{}", auth: TODO, why: "TODO; guard seen: none"}' in text
    assert "http-post-export-open:" in text
    assert set(MODEL.splitlines()) <= set(text.splitlines())
    # Red until a person decides: the claim with a TODO claims nothing, and each TODO is a finding.
    looked = cli("threats", "check", cwd=root)
    assert looked.returncode == ExitCode.BLOCKED
    assert {line.split()[0] for line in looked.stdout.splitlines() if line.startswith(" TM")} == {
        "TM401",
        "TM106",
        "TM201",
    }
    assert cli("threats", "fix", cwd=root).stdout == ""
    decided = text.replace('auth: TODO, why: "TODO; guard seen: none"', "auth: session")
    (root / NAME).write_text(decided[: decided.index("  http-post-export-open:")])
    guarded = ROUTE.replace("def export", "@signed_in\ndef export")
    (root / "src" / "app.py").write_text(APP.replace(MAIN, guarded + MAIN))
    assert cli("threats", "check", cwd=root).returncode == ExitCode.ALLOWED


def test_a_stale_claim_goes_and_its_comments_stay(repository: Make, cli: Cli) -> None:
    gone = APP.replace('@app.get("/health")\ndef health():\n    return "ok"\n\n\n', "")
    root = repository(PRODUCT | {"src/app.py": gone})
    assert cli("threats", "fix", "--write", cwd=root).returncode == ExitCode.ALLOWED
    assert (root / NAME).read_text() == MODEL.replace('      - {claim: "http:GET /health", auth: none}\n', "")
    assert cli("threats", "check", cwd=root).returncode == ExitCode.ALLOWED


def test_a_file_of_no_component_gets_one_with_questions(repository: Make, cli: Cli) -> None:
    listener = 'import socket\n\ns = socket.socket()\ns.bind(("0.0.0.0", 9999))\ns.listen()\n'
    root = repository(PRODUCT | {"tool/listen.py": listener})
    first = cli("threats", "fix", "--write", cwd=root)
    assert first.stderr.startswith("1 of 1 models mended")
    text = (root / NAME).read_text()
    assert 'title: "TODO: what is tool/listen.py"' in text
    assert "to-tool-listen: {from: todo, to: tool-listen, boundary: todo}" in text
    assert cli("threats", "fix", "--write", cwd=root).stderr.startswith("0 of 1")
    assert (root / NAME).read_text() == text
    found = cli("threats", "check", cwd=root).stdout
    assert "data_flows.to-tool-listen.from names todo" in found


def test_what_the_model_itself_lacks_is_drafted(repository: Make, cli: Cli) -> None:
    model = MODEL.replace(", boundary: front-door", "").replace(
        "    status: transferred\n    rationale: The operator limits the disk, as the manual asks.\n", ""
    )
    model += "\ncontrols:\n  lock:\n    title: A lock\n    mitigates: [flood]\n    status: implemented\n"
    model = model.replace("threats:\n", "threats:\n  theft: {on: [box], stride: tampering, statement: It is gone.}\n")
    root = repository(PRODUCT | {NAME: model})
    assert cli("threats", "fix", "--write", cwd=root).returncode == ExitCode.ALLOWED
    text = (root / NAME).read_text()
    assert "boundary: front-door" in text  # the declared one between these zones, and none is made up
    assert 'against-theft: {title: "TODO: what is done against theft", mitigates: [theft], status: planned}' in text
    assert "tests/test_todo.py::test_todo" in text
    assert cli("threats", "fix", "--write", cwd=root).stderr.startswith("0 of 1")
    assert cli("threats", "check", cwd=root).returncode == ExitCode.BLOCKED


def test_one_form_with_comments(repository: Make, cli: Cli) -> None:
    loose = MODEL.replace("{title: The box", "{title:   The box").replace("  outside: {", "  outside:   {")
    root = repository(PRODUCT | {NAME: loose})
    asked = cli("threats", "fmt", "--check", cwd=root)
    assert (asked.returncode, (root / NAME).read_text()) == (ExitCode.BLOCKED, loose)
    assert cli("threats", "fmt", cwd=root).returncode == ExitCode.ALLOWED
    text = (root / NAME).read_text()
    assert "# Who may read letters." in text
    assert "components:  # one, so far" in text
    assert cli("threats", "fmt", "--check", cwd=root).returncode == ExitCode.ALLOWED


@pytest.mark.parametrize("word", ["check", "fix", "fmt"])
def test_a_model_that_cannot_be_read_is_said_with_its_place(word: str, repository: Make, cli: Cli) -> None:
    done = cli("threats", word, cwd=repository(PRODUCT | {NAME: MODEL + "threats: {}\n"}))
    assert done.returncode not in (ExitCode.ALLOWED, ExitCode.BUG)
    assert f"{NAME}:" in done.stdout + done.stderr
    assert "stands twice" in done.stdout + done.stderr


def test_without_a_model_the_next_step_is_said(repository: Make, cli: Cli) -> None:
    done = cli("threats", "fix", cwd=repository({"src/app.py": APP}))
    assert (done.returncode, "sdlc init" in done.stderr) == (ExitCode.USAGE, True)


def test_a_model_goes_out_and_comes_back(repository: Make, cli: Cli, tmp_path: Path) -> None:
    root = repository(PRODUCT)
    out = cli("threats", "export", "--format", "tm-bom", cwd=root)
    assert (out.returncode, "scope.tier" in out.stderr) == (ExitCode.ALLOWED, True)
    (tmp_path / "model.json").write_text(out.stdout)
    back = cli("threats", "import", str(tmp_path / "model.json"), "--out", str(tmp_path / "back.yaml"), cwd=root)
    assert (back.returncode, back.stdout) == (ExitCode.ALLOWED, "")
    text = (tmp_path / "back.yaml").read_bytes()
    assert load_model(text, path="b").model == load_model(MODEL.encode(), path="a").model
    again = cli("threats", "import", str(tmp_path / "model.json"), "--out", str(tmp_path / "back.yaml"), cwd=root)
    assert (again.returncode, (tmp_path / "back.yaml").read_bytes()) == (ExitCode.USAGE, text)


def test_a_model_of_another_tool_is_shown_with_what_it_lost(cli: Cli, tmp_path: Path) -> None:
    samples = Path(__file__).parents[1] / "samples" / "threat-formats"
    done = cli("threats", "import", str(samples / "threat-dragon-2.json"), cwd=tmp_path)
    assert done.returncode == ExitCode.ALLOWED
    assert done.stdout.startswith("# From threat-dragon-2.json (threat-dragon).\n")
    assert load_model(done.stdout.encode(), path="m").model.components["gate"].trust_zone == "garden"
    assert " ! the boundary 'Hedge' is a curve" in done.stderr
    (tmp_path / "bad.json").write_text('{"otmVersion": "0.2.0"}')
    done = cli("threats", "import", "bad.json", cwd=tmp_path)
    assert done.returncode not in (ExitCode.ALLOWED, ExitCode.BUG)
    assert "bad.json:1:1: project.id: a text is expected" in done.stderr
    assert "→ mend that entry" in done.stderr


def test_a_proposal_is_no_finding_until_it_is_adopted(repository: Make, cli: Cli) -> None:
    root = repository(PRODUCT)
    listed = cli("threats", "propose", cwd=root)
    assert listed.returncode == ExitCode.ALLOWED
    assert "because letter comes from a zone that is trusted less" in listed.stdout
    assert cli("threats", "check", cwd=root).returncode == ExitCode.ALLOWED
    done = cli("threats", "propose", "--adopt", "false-peer-letter", cwd=root)
    assert done.returncode == ExitCode.ALLOWED
    text = (root / NAME).read_text()
    assert "  false-peer-letter:\n    on: [letter]\n    stride: spoofing\n    cwe: [287]\n" in text
    assert set(MODEL.splitlines()) <= set(text.splitlines())
    looked = cli("threats", "check", cwd=root)
    assert looked.returncode == ExitCode.BLOCKED
    assert "TM201" in looked.stdout
    assert "false-peer-letter" not in cli("threats", "propose", cwd=root).stdout
    assert cli("threats", "propose", "--adopt", "nothing", cwd=root).returncode == ExitCode.USAGE


@pytest.mark.parametrize(
    ("expires", "code", "said"),
    [
        ("", ExitCode.BLOCKED, "An acceptance would name risk: DIGEST."),
        ("2026-05-31", ExitCode.BLOCKED, "threat_models/acceptances.yaml:10  acceptances/flood ended on 2026-05-31"),
        ("2026-06-10", ExitCode.ALLOWED, "TM204: acceptances/flood ends on 2026-06-10, in 9 days"),
        ("2026-08-10", ExitCode.ALLOWED, "1 accepted"),
    ],
)
def test_the_quick_look_knows_the_day(expires: str, code: int, said: str, repository: Make, cli: Cli) -> None:
    # The clock of `cli` stands at 2026-06-01.
    opened = MODEL.replace("    status: transferred\n", "").replace("    rationale: The operator", "    # The operator")
    digest = risk_digest(load_model(opened.encode(), path=NAME).model.threats["flood"], {})
    accepted = (
        "schema: sdlc.threat-acceptances/1\nacceptances:\n  flood:\n    threat: mailbox/flood\n"
        f'    risk: "{digest}"\n    owner: o\n    approver: a\n    rationale: r\n'
        f"    accepted: 2026-05-01\n    expires: {expires}\n"
    )
    beside: dict[str, str | bytes] = {"threat_models/acceptances.yaml": accepted} if expires else {}
    done = cli("threats", "check", cwd=repository({**PRODUCT, NAME: opened, **beside}))
    assert (done.returncode, said.replace("DIGEST", digest) in done.stdout) == (code, True), done
