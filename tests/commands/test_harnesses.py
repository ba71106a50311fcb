"""`sdlc fuzz generate` and `sdlc fuzz gaps` in a real repository."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes.products import CONFIGURATION, PRODUCT, TOOLS

from sdlc.cli import main
from sdlc.disk import LocalDisk
from sdlc.errors import ExitCode
from sdlc.session import Session

Repository = Callable[..., Path]
FILES: dict[str, str | bytes] = {
    **PRODUCT,
    "sdlc.toml": CONFIGURATION,
    "src/box/__init__.py": "def parse(text: str) -> str:\n    return text\n",
    "src/box/app.py": """\
from flask import Flask
app = Flask(__name__)

@app.get("/lids")
def lids():
    return ""
""",
}


def sdlc(root: Path, *words: str) -> ExitCode:
    session = Session(datetime(2026, 6, 1, tzinfo=UTC), dict(os.environ), LocalDisk(), TOOLS)
    return main(("fuzz", *words, "--path", str(root)), session)


def test_what_has_no_harness_is_named_proposed_written_and_then_done(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    root = repository(FILES)
    assert sdlc(root, "gaps") is ExitCode.ALLOWED
    said = capsys.readouterr().out
    assert "src/box/app.py" in said
    assert "1 of 1 entry points are not near a harness, 1 functions that read text or bytes have none" in said
    assert sdlc(root, "generate") is ExitCode.ALLOWED
    assert '@fuzz(target="parse")' in capsys.readouterr().out
    assert not (root / "fuzz").exists()
    assert sdlc(root, "generate", "box.parse", "--write") is ExitCode.ALLOWED
    assert "wrote fuzz/fuzz_box_parse.py" in capsys.readouterr().out
    assert sdlc(root, "generate") is ExitCode.ALLOWED
    assert "nothing to propose" in capsys.readouterr().out


def test_a_link_is_not_followed(repository: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = repository(FILES)
    (tmp_path / "elsewhere").mkdir()
    (root / "fuzz").symlink_to(tmp_path / "elsewhere")
    assert sdlc(root, "generate", "--write") is ExitCode.USAGE
    assert "behind a link" in capsys.readouterr().err
    assert list((tmp_path / "elsewhere").iterdir()) == []
