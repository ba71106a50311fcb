"""`sdlc vex` without a check of minutes: drafts of what is not reached, and what a person gets wrong."""

from __future__ import annotations

import dataclasses
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from fakes.checks import finding, record, result
from fakes.releases import trust_root

from sdlc.errors import ExitCode
from sdlc.evidence.vex import load_draft
from sdlc.formats.check_json import dump_check
from sdlc.model.finding import Finding
from sdlc.model.result import Outcome
from sdlc.signing.trust_json import dump_trust

Cli = Callable[..., subprocess.CompletedProcess[str]]


def known(number: int, **properties: str) -> Finding:
    return finding(
        number,
        rule=f"DEMO-{number}",
        place=None,
        subject=f"pkg:pypi/h{number}@1.0",
        properties={"aliases": f"DEMO-{number}", "modified": "2026-04-01T00:00:00+00:00", **properties},
    )


def checked(folder: Path, *findings: Finding) -> Path:
    out = folder / ".sdlc" / "out"
    out.mkdir(parents=True)
    made = dataclasses.replace(record(), results=(result("vulnerabilities", Outcome.FAILED, *findings),))
    (out / "check.json").write_bytes(dump_check(made))
    return folder


def test_a_draft_is_made_of_what_is_not_reached_beyond_doubt_and_of_nothing_else(tmp_path: Path, cli: Cli) -> None:
    root = checked(
        tmp_path,
        known(1, reach="not-imported"),
        known(2, reach="not-imported", **{"reach-doubts": "src/a.py:2 loads plug-ins"}),
        known(3, reach="not-called"),
        known(4, reach="called", **{"reach-path": "src/a.py:1 main"}),
        known(5, reach="imported"),
        known(6, reach="unknown", **{"reach-doubts": "it is not installed"}),
        known(7),
    )
    done = cli("vex", "draft", str(root))
    assert done.returncode == 0, done.stderr
    drafts = sorted((root / ".sdlc/vex/drafts").iterdir())
    assert [path.name for path in drafts] == ["DEMO-1-h1.json", "DEMO-3-h3.json"]
    said, grounds = load_draft(drafts[0].read_bytes(), what="draft")
    assert (said.status, said.component, said.versions) == ("under_investigation", "pkg:pypi/h1", "==1.0")
    assert "syntax trees of cccccccccccc" in grounds
    assert "no draft  DEMO-2 pkg:pypi/h2: not-imported; src/a.py:2 loads plug-ins" in done.stdout
    assert "2 drafts; a person decides" in done.stdout
    assert "there is no decision" in cli("vex", "list", str(root)).stdout


def test_an_unsigned_file_in_the_folder_is_named(tmp_path: Path, cli: Cli) -> None:
    root = checked(tmp_path, known(1, reach="not-imported"))
    cli("vex", "draft", str(root))
    (root / ".sdlc/vex/drafts/DEMO-1-h1.json").rename(root / ".sdlc/vex/mine.json")
    listed = cli("vex", "list", str(root))
    assert "refused   mine.json [vex-draft]" in listed.stdout
    exported = cli("vex", "export", str(root), "--file", str(tmp_path / "x"))
    assert exported.returncode == ExitCode.USAGE
    assert "counts today" in exported.stderr
    (tmp_path / "foreign.json").write_text(json.dumps({"bomFormat": "CycloneDX"}))
    assert cli("vex", "import", str(tmp_path / "foreign.json"), str(root)).returncode == ExitCode.INCOMPLETE
    assert cli("vex", "list", str(tmp_path / "nowhere")).returncode == ExitCode.USAGE


def test_without_a_check_it_says_which_command_makes_one(tmp_path: Path, cli: Cli) -> None:
    for words in (("vex", "list"), ("vex", "draft"), ("licenses", "list"), ("licenses", "notices")):
        answer = cli(*words, cwd=tmp_path)
        assert answer.returncode == 2
        assert "there is no check at" in answer.stderr
        assert "run: sdlc check" in answer.stderr


FOREIGN = """{"@context": "https://openvex.dev/ns/v0.2.0", "statements": [{
"vulnerability": {"name": "DEMO-1"}, "status": "not_affected", "impact_statement": "Never called.",
"justification": "vulnerable_code_not_in_execute_path",
"products": [{"@id": "pkg:generic/%s", "subcomponents": [{"@id": "pkg:pypi/h1@%s"}]}]}]}"""


@pytest.mark.parametrize(
    ("product", "version", "said"),
    [
        ("jar@1.0", "1.0", "is about jar ==1.0, this is box 1.0"),
        ("box@0.9", "1.0", "is about box ==0.9, this is box 1.0"),
        ("box@1.0", "0.9", "is about pkg:pypi/h1 ==0.9, this is 1.0"),
    ],
)
def test_what_was_found_out_about_something_else_is_not_signed_for_this(
    tmp_path: Path, cli: Cli, product: str, version: str, said: str
) -> None:
    root = checked(tmp_path, known(1))
    (tmp_path / "foreign.json").write_text(FOREIGN % (product, version))
    assert cli("vex", "import", str(tmp_path / "foreign.json"), str(root)).returncode == ExitCode.ALLOWED
    [draft] = (root / ".sdlc/vex/drafts").iterdir()
    (tmp_path / "trust.json").write_bytes(dump_trust(dataclasses.replace(trust_root(), product="box")))
    words = ("--as", "ada", "--key", "no.pem", "--trust", str(tmp_path / "trust.json"), "--draft", str(draft))
    answer = cli("vex", "write", known(1).fingerprint, str(root), *words)
    assert answer.returncode == ExitCode.USAGE
    assert said in answer.stderr
    assert "decide without --draft" in answer.stderr


def test_a_version_that_is_none_is_lost_by_name_and_a_folder_is_passed_over(tmp_path: Path, cli: Cli) -> None:
    root = checked(tmp_path, known(1))
    (tmp_path / "foreign.json").write_text(FOREIGN % ("box@1.0", "1.0\\u0000"))
    answer = cli("vex", "import", str(tmp_path / "foreign.json"), str(root))
    assert "is no range of versions" in answer.stderr
    assert answer.stdout.startswith("0 statements")
    (root / ".sdlc/vex/folder.json").mkdir(parents=True)
    assert "there is no decision" in cli("vex", "list", str(root)).stdout


def test_a_link_is_refused_by_name_and_the_folder_may_be_one(tmp_path: Path, cli: Cli) -> None:
    root = checked(tmp_path / "product", known(1))
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "one.json").write_text(FOREIGN % ("box@1.0", "1.0"))
    (root / ".sdlc/vex").symlink_to(tmp_path / "elsewhere")
    assert "[vex-link]" in cli("vex", "list", str(root)).stdout
    (root / ".sdlc/vex").unlink()
    (root / ".sdlc/vex").mkdir()
    (root / ".sdlc/vex/link.json").symlink_to(tmp_path / "elsewhere" / "one.json")
    said = cli("vex", "list", str(root)).stdout
    assert ".sdlc/vex/link.json is a symbolic link to " in said
    assert "commit the file itself there" in said


def test_a_check_without_the_gate_is_not_said_to_have_no_finding(tmp_path: Path, cli: Cli) -> None:
    root = checked(tmp_path)
    (root / ".sdlc/out/check.json").write_bytes(dump_check(record()))
    (tmp_path / "trust.json").write_bytes(dump_trust(trust_root()))
    words = ("--as", "ada", "--key", "no.pem", "--trust", str(tmp_path / "trust.json"))
    answer = cli("vex", "write", "0a1b2c3d", str(root), *words)
    assert answer.returncode == ExitCode.USAGE
    assert "the last check has no answer of the gate vulnerabilities" in answer.stderr
