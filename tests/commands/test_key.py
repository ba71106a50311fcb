"""`sdlc key`: what a person types to get a signing key, and what is refused."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sdlc.cli import main
from sdlc.disk import LocalDisk
from sdlc.errors import ExitCode
from sdlc.session import Session
from sdlc.signers.opening import open_signer
from sdlc.tools import LocalTools

SECRET = b"correct horse battery"
TOOLS = LocalTools({})


@pytest.fixture
def session(tmp_path: Path) -> Session:
    (tmp_path / "secret").write_bytes(SECRET + b"\n")
    return Session(datetime(2026, 6, 1, tzinfo=UTC), {}, LocalDisk(), LocalTools({}))


def _new(session: Session, folder: Path, *words: str) -> ExitCode:
    secret = words or ("--passphrase-file", str(folder / "secret"))
    return main(["key", "new", str(folder / "me.pem"), *secret], session)


def test_a_new_key_is_encrypted_and_private(
    session: Session, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _new(session, tmp_path) == ExitCode.ALLOWED
    said = capsys.readouterr().out
    signer = open_signer(str(tmp_path / "me.pem"), lambda: SECRET, TOOLS, {})
    assert f"key {signer.key_id}" in said
    assert stat.S_IMODE((tmp_path / "me.pem").stat().st_mode) == 0o600
    assert main(["key", "show", str(tmp_path / "me.pem.pub")], session) == ExitCode.ALLOWED
    assert signer.key_id in capsys.readouterr().out


def test_a_passphrase_comes_from_a_descriptor(session: Session, tmp_path: Path) -> None:
    descriptor = os.open(tmp_path / "secret", os.O_RDONLY)
    assert _new(session, tmp_path, "--passphrase-fd", str(descriptor)) == ExitCode.ALLOWED
    assert open_signer(str(tmp_path / "me.pem"), lambda: SECRET, TOOLS, {})


def test_a_key_is_never_written_over(session: Session, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _new(session, tmp_path) == ExitCode.ALLOWED
    before = (tmp_path / "me.pem").read_bytes()
    assert _new(session, tmp_path) == ExitCode.USAGE
    assert "never written over" in capsys.readouterr().err
    assert (tmp_path / "me.pem").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--passphrase-file", "{}/none"), "no such file"),
        (("--passphrase-fd", "987"), "bad file descriptor"),
        ((), "shorter than 12"),
    ],
)
def test_without_a_good_passphrase_there_is_no_key(
    session: Session, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    (tmp_path / "secret").write_bytes(b"short\n")
    assert _new(session, tmp_path, *(word.format(tmp_path) for word in words)) == ExitCode.USAGE
    assert said in capsys.readouterr().err
    assert not (tmp_path / "me.pem").exists()


def test_without_a_terminal_nobody_is_asked(
    session: Session, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["key", "new", str(tmp_path / "me.pem")], session) == ExitCode.USAGE
    assert "--passphrase-file FILE" in capsys.readouterr().err


def test_a_private_key_is_not_opened_to_be_shown(
    session: Session, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _new(session, tmp_path) == ExitCode.ALLOWED
    assert main(["key", "show", str(tmp_path / "me.pem")], session) == ExitCode.USAGE
    assert "me.pem.pub" in capsys.readouterr().err
