"""`sdlc verify` from the outside: exit codes, words, the document for machines."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest
from conftest import REPOSITORY
from fakes import releases
from fakes.releases import SIGNED, WHEEL, WHEEL_NAME, trust_root

from sdlc.cli import main
from sdlc.disk import LocalDisk
from sdlc.errors import ExitCode
from sdlc.release.bundle import write_bundle
from sdlc.session import Session
from sdlc.signing.trust_json import dump_trust
from sdlc.tools import LocalTools

SCHEMA = jsonschema.Draft202012Validator(
    json.loads((REPOSITORY / "docs" / "schemas" / "verification.schema.json").read_text())
)


@pytest.fixture
def case(tmp_path: Path) -> Path:
    (tmp_path / "bundle.zip").write_bytes(releases.good_bundle(tmp_path / "store"))
    (tmp_path / "trust.json").write_bytes(dump_trust(trust_root()))
    return tmp_path


def run(case: Path, *words: str, bundle: str = "bundle.zip") -> ExitCode:
    session = Session(SIGNED + timedelta(days=1), {}, LocalDisk(), LocalTools({}))
    return main(["verify", str(case / bundle), "--trust", str(case / "trust.json"), *words], session)


def test_verified(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(case) == ExitCode.ALLOWED
    said = capsys.readouterr().out
    assert said.startswith("VERIFIED  bundle.zip\n")
    assert len(said.splitlines()) <= 25
    assert "\n  passed, attested: build\n  passed, replayed: tests\n" in said
    assert "Not shown by this bundle: 8 things" in said
    assert run(case, "--verbose") == ExitCode.ALLOWED
    said = capsys.readouterr().out
    assert "tests            passed          replayed" in said
    assert "- What became known after this release" in said


def test_one_flipped_byte(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = bytearray((case / "bundle.zip").read_bytes())
    data[data.index(WHEEL) + 3] ^= 1
    (case / "bundle.zip").write_bytes(data)
    assert run(case) == ExitCode.BLOCKED
    assert capsys.readouterr().out.startswith("REFUSED  bundle.zip [member-damaged]\n")


def test_json(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    members = releases.good_members(case / "store")
    members["extra.txt"] = b"?"
    (case / "bundle.zip").write_bytes(write_bundle(members))
    assert run(case, "--json") == ExitCode.BLOCKED
    document = json.loads(capsys.readouterr().out)
    SCHEMA.validate(document)
    assert (document["schema"], document["ok"], document["reason"]) == (
        "sdlc.verification/1",
        False,
        "member-unlisted",
    )
    assert [step["ok"] for step in document["steps"]] == [True, True, True, False]


def test_an_artifact_from_elsewhere(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wheel = case / WHEEL_NAME
    wheel.write_bytes(WHEEL)
    assert run(case, "--artifact", str(wheel)) == ExitCode.ALLOWED
    wheel.write_bytes(WHEEL + b"\n")
    assert run(case, "--artifact", str(wheel)) == ExitCode.BLOCKED
    assert "[artifact-differs]" in capsys.readouterr().out


def test_as_of_another_time(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(case, "--at", "2027-12-01") == ExitCode.ALLOWED
    assert "note: was valid when signed" in capsys.readouterr().out
    assert run(case, "--at", "2027-12-01", "--purpose", "install") == ExitCode.BLOCKED
    assert run(case, "--at", "2026-05-01") == ExitCode.BLOCKED
    assert run(case, "--at", "yesterday") == ExitCode.USAGE


def test_files_that_are_not_there_or_not_what_they_claim(case: Path) -> None:
    assert run(case, bundle="none.zip") == ExitCode.USAGE
    (case / "trust.json").write_bytes(b"{")
    assert run(case) == ExitCode.INCOMPLETE


def test_the_document_has_its_schema_whatever_came_out(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(case, "--json") == ExitCode.ALLOWED
    SCHEMA.validate(json.loads(capsys.readouterr().out))
    (case / "bundle.zip").write_bytes(b"no zip")
    assert run(case, "--json") == ExitCode.BLOCKED
    SCHEMA.validate(json.loads(capsys.readouterr().out))


def test_a_memory_of_what_was_seen(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = case / "seen.json"
    assert run(case, "--state", str(state)) == ExitCode.ALLOWED
    assert run(case, "--state", str(state)) == ExitCode.ALLOWED
    state.write_text(state.read_text().replace('"sequence": 1', '"sequence": 2'))
    before = state.read_bytes()
    assert run(case, "--state", str(state)) == ExitCode.BLOCKED
    assert "[rollback]" in capsys.readouterr().out
    assert state.read_bytes() == before
    state.write_text("{")
    assert run(case, "--state", str(state)) == ExitCode.INCOMPLETE


def test_the_page_is_drawn_with_standards_of_ones_own(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = case / "own"
    own.mkdir()
    head = 'schema = "sdlc.standard/1"\nid = "house"\ntitle = "House rules"\nversion = "3"\nstatus = "final"\n'
    control = '[[controls]]\nid = "HR-1"\ntext = "Tested"\nfull = ["tests"]\n'
    (own / "house.toml").write_text(f'{head}reviewer = "Maria Weber"\n{control}')
    page = case / "page.html"
    assert run(case, "--html", str(page), "--own", str(own)) == ExitCode.ALLOWED
    assert "House rules" in page.read_text()
    assert "reviewed by Maria Weber" in page.read_text()
    (own / "house.toml").write_text(head)
    assert run(case, "--html", str(case / "none.html"), "--own", str(own)) == ExitCode.USAGE
    assert "house.toml:1: reviewer is missing" in capsys.readouterr().err
    assert not (case / "none.html").exists()
