"""A program of somebody else signs, here openssl behind a few lines of shell; one that lies signs nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import REPOSITORY

from sdlc.errors import ToolError, UsageError
from sdlc.signers.opening import open_signer
from sdlc.signing.dsse import PAYLOAD_TYPE, pae
from sdlc.signing.keyed import key_id, load_public_key, verify
from sdlc.tools import LocalTools

OPENSSL = shutil.which("openssl")
ENVIRONMENT = {"PATH": os.environ["PATH"], "SIGNER_SLOT": "9c"}
TOOLS = LocalTools(ENVIRONMENT)
pytestmark = pytest.mark.skipif(OPENSSL is None, reason="openssl is not installed")


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "key.pem"
    words = [str(OPENSSL), "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", str(path)]
    subprocess.run(words, check=True, capture_output=True)
    return path


def program(folder: Path, public: str, sign: str) -> str:
    """A signer of two shell commands, as the URI that a user types."""
    path = folder / "my signer"
    path.write_text(f'#!/bin/sh\ncase "$1" in public-key) {public};; sign) {sign};; *) exit 64;; esac\n')
    path.chmod(0o755)
    return f"command:'{path}'"


def honest(folder: Path, key: Path) -> str:
    return program(folder, f"openssl ec -in {key} -pubout", f"openssl dgst -sha256 -sign {key}")


def open_it(uri: str):  # type: ignore[no-untyped-def]
    return open_signer(uri, lambda: b"", TOOLS, ENVIRONMENT)


def test_it_signs(tmp_path: Path, key: Path) -> None:
    signer = open_it(honest(tmp_path, key))
    pem = subprocess.run([str(OPENSSL), "ec", "-in", str(key), "-pubout"], check=True, capture_output=True).stdout
    spki = load_public_key(pem)
    envelope = signer.sign(b"payload")
    assert signer.key_id == key_id(spki)
    assert verify(spki, pae(PAYLOAD_TYPE, b"payload"), envelope.signatures[0].sig)


def test_it_gets_the_users_environment(tmp_path: Path, key: Path) -> None:
    sign = f'test "$SIGNER_SLOT" = 9c && openssl dgst -sha256 -sign {key}'
    assert open_it(program(tmp_path, f"openssl ec -in {key} -pubout", sign)).sign(b"payload")


@pytest.mark.parametrize(
    ("public", "sign", "said"),
    [
        ("openssl ec -in KEY -pubout", "echo nonsense", "no signature of its own public key"),
        ("openssl ec -in KEY -pubout", "head -c 10000000 /dev/zero", "more than 65536 bytes"),
        ("openssl ec -in KEY -pubout", "exit 3", "exited with 3"),
        ("openssl ec -in KEY -pubout", "printf x | openssl dgst -sha256 -sign KEY", "no signature of its own"),
        ("echo nonsense", "true", "not a public key in PEM"),
        ("exit 1", "true", "exited with 1"),
        ("openssl genpkey -algorithm ed25519 | openssl pkey -pubout", "true", "only ECDSA keys on P-256"),
    ],
)
def test_one_that_lies_or_fails_signs_nothing(tmp_path: Path, key: Path, public: str, sign: str, said: str) -> None:
    uri = program(tmp_path, public.replace("KEY", str(key)), sign.replace("KEY", str(key)))
    with pytest.raises(ToolError, match=said):
        open_it(uri).sign(b"payload")


def test_one_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="nowhere"):
        open_it("command:nowhere --slot 9c")


@pytest.mark.parametrize("uri", ["command:", "command:'open"])
def test_words_that_are_none(uri: str) -> None:
    with pytest.raises(UsageError):
        open_it(uri)


def test_no_shell_sees_the_words(tmp_path: Path) -> None:
    with pytest.raises(ToolError):
        open_it(f"command:/bin/false; touch {tmp_path / 'ran'}")
    assert not (tmp_path / "ran").exists()


MODULES = [path for path in Path("/usr/lib").rglob("libsofthsm2.so") if path.is_file()]


@pytest.mark.skipif(
    not (MODULES and shutil.which("softhsm2-util") and shutil.which("pkcs11-tool")),
    reason="SoftHSM2 and OpenSC are not installed",
)
def test_a_token_signs_through_pkcs11(tmp_path: Path) -> None:
    """The program of docs/signers.md, with a software token in the place of a real one."""
    page = (REPOSITORY / "docs" / "signers.md").read_text()
    script = tmp_path / "token-signer"
    body = page.split("```sh\n")[1].split("```")[0]
    script.write_text(body.replace("pkcs11-tool", f"pkcs11-tool --module {MODULES[0]}"))
    script.chmod(0o755)
    (tmp_path / "tokens").mkdir()
    (tmp_path / "softhsm2.conf").write_text(f"directories.tokendir = {tmp_path / 'tokens'}\n")
    environment = {**ENVIRONMENT, "SOFTHSM2_CONF": str(tmp_path / "softhsm2.conf"), "TOKEN_PIN": "1234"}
    token = "softhsm2-util --init-token --free --label box --pin 1234 --so-pin 5678"
    pair = f"pkcs11-tool --module {MODULES[0]} --login --pin 1234 --keypairgen --key-type EC:prime256v1 --id 01"
    for command in (token, pair):
        subprocess.run(command.split(), check=True, capture_output=True, env=environment)
    signer = open_signer(f"command:{script}", lambda: b"", LocalTools(environment), environment)
    assert signer.sign(b"payload").signatures[0].sig
