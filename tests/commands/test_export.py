"""`sdlc export` from the outside: verified first, then written, and the same tomorrow."""

from __future__ import annotations

import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from fakes import releases
from fakes.releases import SIGNED, WHEEL, trust_root

from sdlc.cli import main
from sdlc.disk import LocalDisk
from sdlc.errors import ExitCode
from sdlc.exports import EXPORTS
from sdlc.session import Session
from sdlc.signing.trust_json import dump_trust
from sdlc.tools import LocalTools


@pytest.fixture
def case(tmp_path: Path) -> Path:
    (tmp_path / "bundle.zip").write_bytes(releases.good_bundle(tmp_path / "store"))
    (tmp_path / "trust.json").write_bytes(dump_trust(trust_root()))
    return tmp_path


def run(case: Path, *words: object, days: int = 1) -> ExitCode:
    session = Session(SIGNED + timedelta(days=days), {}, LocalDisk(), LocalTools({}))
    bundle = ("export", case / "bundle.zip", "--trust", case / "trust.json")
    return main([*map(str, (*bundle, *words))], session)


@pytest.mark.parametrize("form", EXPORTS)
def test_the_same_bundle_is_the_same_file_on_another_day(form: str, case: Path) -> None:
    assert run(case, "--format", form, "--out", case / "one") == ExitCode.ALLOWED
    time.sleep(2.1)  # a zip holds times in steps of two seconds
    assert run(case, "--format", form, "--out", case / "two", days=9) == ExitCode.ALLOWED
    assert (case / "one").read_bytes() == (case / "two").read_bytes()


def test_only_the_standards_that_were_asked_for(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("--standard", "slsa-1.2", "--standard", "nist-ssdf-1.1")
    assert run(case, "--format", "csv", "--out", case / "x.csv", *asked) == ExitCode.ALLOWED
    assert "router 1.0, verified; 50 controls of 2 standards" in capsys.readouterr().out
    assert "owasp" not in (case / "x.csv").read_text()
    assert run(case, "--format", "csv", "--out", case / "y.csv", "--standard", "iso-9") == ExitCode.USAGE
    assert not (case / "y.csv").exists()


def test_of_a_forged_bundle_nothing_is_written(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = bytearray((case / "bundle.zip").read_bytes())
    data[data.index(WHEEL) + 3] ^= 1
    (case / "bundle.zip").write_bytes(data)
    assert run(case, "--format", "oscal", "--out", case / "x.json") == ExitCode.BLOCKED
    assert "[member-damaged]" in capsys.readouterr().err
    assert not (case / "x.json").exists()


def test_without_the_extra_a_workbook_is_a_sentence(
    case: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    assert run(case, "--format", "xlsx", "--out", case / "x.xlsx") == ExitCode.USAGE
    assert "pip install 'secure-sdlc[export]'" in capsys.readouterr().err
    assert not (case / "x.xlsx").exists()
    assert run(case, "--format", "csv", "--out", case / "x.csv") == ExitCode.ALLOWED
