"""A release that is signed: recalled, redacted, drawn again, and judged by a policy of one's own."""

from __future__ import annotations

import html
import re
import zipfile

import pytest
from fakes.release_desk import Desk, released
from fakes.releases import POLICY, records

from sdlc.errors import ExitCode
from sdlc.model.digest import sha256


def test_a_release_is_recalled(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    released(desk)
    notice = desk.side / "recall.json"
    words = ("release", "recall", str(desk.bundle), "--reason", "It mirrors images.", "--out", str(notice))
    assert desk.sdlc(*words, key="runner") == ExitCode.BLOCKED
    assert "[signer-wrong-role]" in capsys.readouterr().err
    assert not notice.exists()
    assert desk.sdlc(*words, key="signer") == ExitCode.ALLOWED
    assert desk.verify("--purpose", "install") == ExitCode.ALLOWED, "nobody told it"
    assert desk.verify("--purpose", "install", "--revoked", str(notice)) == ExitCode.BLOCKED
    assert "[recalled]" in capsys.readouterr().out
    assert desk.verify("--revoked", str(notice)) == ExitCode.ALLOWED
    assert "It mirrors images." in capsys.readouterr().out
    notice.write_text(notice.read_text().replace("payload", "paylaod"))
    assert desk.verify("--revoked", str(notice)) == ExitCode.INCOMPLETE, "what cannot be read is not passed over"


def test_a_copy_for_an_audience_still_verifies(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    released(desk)
    copy = desk.side / "copy.zip"
    words = ("release", "redact", str(desk.bundle), "--audience", "hospitals", "--out", str(copy), "--without")
    assert desk.sdlc(*words, "nonsense", key="signer") == ExitCode.USAGE
    assert "gates: build, tests" in capsys.readouterr().err
    assert desk.sdlc(*words, "tests", key="runner") == ExitCode.BLOCKED
    assert desk.sdlc(*words, "tests", key="signer") == ExitCode.ALLOWED
    assert records() in desk.bundle.read_bytes()
    assert records() not in copy.read_bytes()
    assert desk.sdlc("verify", str(copy)) == ExitCode.BLOCKED
    assert "[bundle-redacted]" in capsys.readouterr().out
    assert desk.sdlc("verify", str(copy), "--allow-redacted") == ExitCode.ALLOWED
    said = capsys.readouterr().out
    assert "REDACTED, 1 piece of evidence withheld for: hospitals" in said
    assert "tests was not read again: its evidence is withheld" in said
    page = desk.side / "redacted.html"
    assert desk.sdlc("verify", str(copy), "--allow-redacted", "--html", str(page)) == ExitCode.ALLOWED
    assert "The evidence of tests: its signer withheld it from this copy." in page.read_text()
    matrix = desk.side / "redacted.csv"
    words = ("export", str(copy), "--format", "csv", "--out", str(matrix))
    assert desk.sdlc(*words) == ExitCode.BLOCKED
    assert not matrix.exists()
    assert desk.sdlc(*words, "--allow-redacted") == ExitCode.ALLOWED
    assert sha256(records()) not in matrix.read_text()


def test_the_page_is_drawn_again(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    released(desk)
    capsys.readouterr()
    page = desk.side / "page.html"
    assert desk.verify("--html", str(page), "--at", "2026-06-02") == ExitCode.ALLOWED
    assert "the page shows the same" in capsys.readouterr().out
    with zipfile.ZipFile(desk.bundle) as archive:
        signed, drawn = archive.read("report.html").decode(), page.read_text()
    parts = re.compile(r'<section id="(\w[\w-]*)".*?</section>', re.S)
    inside = {part[1]: part[0] for part in parts.finditer(signed)}
    again = {part[1]: part[0] for part in parts.finditer(drawn)}
    # What a verification adds: its steps, the manifest, and whether anybody is missing. All else is the same.
    assert list(inside) == list(again)
    assert {name for name in again if again[name] != inside[name]} <= {
        "manager",
        "auditor",
        "times",
        "check",
        "missing",
    }
    assert "11 steps" in drawn
    assert "11 steps" not in signed
    first = page.read_bytes()
    assert desk.verify("--html", str(page), "--at", "2026-06-02") == ExitCode.ALLOWED
    assert page.read_bytes() == first


def test_the_release_managers_page_says_who_is_missing(desk: Desk) -> None:
    assert desk.prepare() == ExitCode.ALLOWED
    page = desk.side / "manager.html"
    status = ("release", "status", str(desk.root), "--html", str(page))
    assert desk.sdlc(*status) == ExitCode.ALLOWED
    assert "0 of 2 approvals by different persons" in page.read_text()
    assert "May still decide: Ada Lovelace, Grace Hopper, Alan Turing" in page.read_text()
    assert desk.approve("ada") == ExitCode.ALLOWED
    assert desk.approve("grace") == ExitCode.ALLOWED
    assert desk.sdlc(*status) == ExitCode.ALLOWED
    assert "2 of 2 approvals" in page.read_text()
    assert "May still decide" not in page.read_text()


def test_the_lines_that_the_page_says_to_expect_are_those_that_come(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    released(desk)
    page = desk.side / "page.html"
    capsys.readouterr()
    assert desk.verify("--html", str(page)) == ExitCode.ALLOWED
    came = capsys.readouterr().out.splitlines()
    expected = re.search(r'<pre id="expected">(.*?)</pre>', page.read_text(), re.S)
    assert expected
    lines = html.unescape(expected[1]).replace("BUNDLE", desk.bundle.name).splitlines()
    assert len(lines) == 5
    for line, real in zip(lines, came, strict=False):
        assert real.startswith(line.removesuffix("…")), line


def test_a_policy_of_ones_own_must_be_one(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    released(desk)
    own = desk.side / "own.toml"
    own.write_text("rules = 3\n")
    assert desk.verify("--policy", str(own)) == ExitCode.USAGE
    own.write_bytes(POLICY)
    assert desk.verify("--policy", str(own)) == ExitCode.ALLOWED
    assert "3 rules of the given policy hold as well" in capsys.readouterr().out
