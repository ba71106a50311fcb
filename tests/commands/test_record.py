"""`sdlc record` refuses in a sentence what the gate would not count."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import commit
from fakes.releases import NOW, trust_root

from sdlc.cli import main
from sdlc.disk import LocalDisk
from sdlc.errors import ExitCode
from sdlc.session import Session
from sdlc.signing.trust_json import dump_trust
from sdlc.tools import LocalTools


def test_what_is_wrong_is_said_before_anything_is_signed(
    repository: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    session = Session(NOW, {}, LocalDisk(), LocalTools(dict(os.environ)))

    def run(*words: str) -> tuple[ExitCode, str, str]:
        return main(["record", *words], session), *capsys.readouterr()

    root = repository({"router.py": "x = 1\n", "sdlc.toml": 'schema = "sdlc/1"\n[product]\nname = "router"\n'})
    trust, form = root.parent / "trust.json", root.parent / "form.yaml"
    trust.write_bytes(dump_trust(trust_root()))
    form.write_text("tester: Eve\nscope: 'all'\n")
    signing = ("--as", "ada", "--key", "none.pem", "--trust", str(trust))
    dates = ("--course", "c", "--completed", "2026-01-01", "--valid-until")
    for words, said in (
        (("penetration-test", "--from", str(form), "--report", str(form)), "organization: field required"),
        (("training", "--person", "ada", *dates, "2027-01-01"), "nobody records their own course"),
        (("training", "--person", "eve", *dates, "2027-01-01"), "the trust root has no person 'eve'"),
        (("training", "--person", "alan", *dates, "2025-01-01"), "valid_until: not after it was completed"),
        (("bridge-note", "--report", "gone.pdf", "--reason", "r", "--valid-until", "2027-01-01"), "gone.pdf cannot be"),
        (("code-review", "--topics", str(form)), "topics.tester"),
    ):
        code, _, printed = run(words[0], str(root), *words[1:], *signing)
        assert (code, said in printed) == (ExitCode.USAGE, True), printed
    (root / "router.py").write_text("x = 2\n")
    assert "changes that are in no commit: router.py" in run("code-review", str(root), *signing)[2]
    assert not (root / ".sdlc").exists()
    commit(root, {".sdlc/records/x.json": "{}"})
    code, printed, _ = run("list", str(root))
    assert code == ExitCode.BLOCKED
    assert printed.startswith("against   ACT-UNREADABLE .sdlc/records/x.json:1: ")
