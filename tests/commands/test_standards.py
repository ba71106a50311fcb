"""`sdlc standards` from the outside."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from fakes import releases
from fakes.releases import SIGNED, WHEEL, trust_root

from sdlc.cli import main
from sdlc.disk import LocalDisk
from sdlc.errors import ExitCode
from sdlc.session import Session
from sdlc.signing.trust_json import dump_trust
from sdlc.tools import LocalTools

OWN = """\
schema = "sdlc.standard/1"
id = "house-rules"
title = "House \\u001b[31mrules"
version = "3"
status = "final"
reviewer = "Maria Weber"
[[controls]]
id = "HR-1"
text = "Tested"
full = ["tests"]
[[controls]]
id = "HR-2"
text = "Fuzzed and built"
full = ["fuzz", "build"]
[[controls]]
id = "HR-3"
text = "Read again"
full = ["activities/code-review"]
[[controls]]
id = "HR-4"
text = "Updated"
full = ["update-bundle"]
"""


@pytest.fixture
def case(tmp_path: Path) -> Path:
    (tmp_path / "bundle.zip").write_bytes(releases.good_bundle(tmp_path / "store"))
    (tmp_path / "trust.json").write_bytes(dump_trust(trust_root()))
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "house.toml").write_text(OWN)
    return tmp_path


def run(*words: object) -> ExitCode:
    session = Session(SIGNED + timedelta(days=1), {}, LocalDisk(), LocalTools({}))
    return main(["standards", *map(str, words)], session)


def test_the_list(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("list") == ExitCode.ALLOWED
    said = capsys.readouterr().out
    assert "nist-ssdf-1.2" in said
    assert "initial public draft of December 2025, draft (mapping not reviewed)" in said
    assert run("list", "--own", case / "own", "--format", "json") == ExitCode.ALLOWED
    rows = {row["id"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["house-rules"]["reviewer"] == "Maria Weber"
    assert rows["house-rules"]["controls"] == 4


def test_a_bundle_gets_four_words(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bundle = ("--bundle", case / "bundle.zip", "--trust", case / "trust.json")
    assert run("show", "house-rules", "--own", case / "own", *bundle) == ExitCode.ALLOWED
    said = capsys.readouterr().out
    assert "router 1.0 shows of 4 controls: 1 full, 1 partial, 1 by people, 1 not claimed" in said
    assert "full         HR-1  Tested" in said
    assert "fuzz: not part of this release" in said
    assert "\x1b" not in said
    assert run("show", "house-rules", "--own", case / "own", *bundle, "--format", "json") == ExitCode.ALLOWED
    words = [row["coverage"] for row in json.loads(capsys.readouterr().out)["controls"]]
    assert words == ["full", "partial", "by people", "not claimed"]


def test_a_forged_bundle_covers_nothing(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = bytearray((case / "bundle.zip").read_bytes())
    data[data.index(WHEEL) + 3] ^= 1
    (case / "bundle.zip").write_bytes(data)
    shown = run("show", "slsa-1.2", "--bundle", case / "bundle.zip", "--trust", case / "trust.json")
    assert shown == ExitCode.BLOCKED
    caught = capsys.readouterr()
    assert caught.out == ""
    assert "was not verified, so nothing is made of it" in caught.err


def test_without_a_bundle_it_says_what_can_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("show", "slsa-1.2") == ExitCode.ALLOWED
    assert "Build L1  Provenance exists" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "iso-9999"), "there is no standard 'iso-9999'"),
        (("show", "slsa-1.2", "--bundle", "b.zip"), "give --bundle and --trust, or neither"),
        (("list", "--own", "nowhere"), "nowhere holds no standard"),
    ],
)
def test_mistakes_are_said(words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*words) == ExitCode.USAGE
    assert said in capsys.readouterr().err


def test_a_wrong_file_of_ones_own_is_named_with_its_line(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (case / "own" / "house.toml").write_text(OWN.replace('"tests"', '"test"'))
    assert run("list", "--own", case / "own") == ExitCode.USAGE
    assert "house.toml:7: HR-1: full: nothing is called 'test'" in capsys.readouterr().err
