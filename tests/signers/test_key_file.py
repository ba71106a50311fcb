"""Keys in files: encrypted, private to their owner, deterministic."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from sdlc.errors import UsageError
from sdlc.signers.key_file import new_key, open_key_file
from sdlc.signers.opening import open_signer
from sdlc.signing.dsse import PAYLOAD_TYPE, pae
from sdlc.signing.keyed import key_id, load_public_key, verify
from sdlc.tools import LocalTools

SECRET = b"correct horse battery"
TOOLS = LocalTools({})
PRIVATE, PUBLIC = new_key(SECRET)


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "key.pem"
    path.write_bytes(PRIVATE)
    path.chmod(0o600)
    return path


def test_a_key_signs_what_its_public_half_verifies(key: Path) -> None:
    signer = open_signer(f"file:{key}", lambda: SECRET, TOOLS, {})
    envelope = signer.sign(b"payload")
    spki = load_public_key(PUBLIC)
    assert signer.key_id == key_id(spki)
    assert verify(spki, pae(PAYLOAD_TYPE, b"payload"), envelope.signatures[0].sig)


def test_equal_payloads_give_equal_bytes(key: Path) -> None:
    one, two = (open_signer(str(key), lambda: SECRET, TOOLS, {}).sign(b"payload") for _ in range(2))
    assert one == two


@pytest.mark.skipif(os.name != "posix", reason="file modes are a POSIX thing")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_that_others_may_read_is_refused(key: Path, mode: int) -> None:
    key.chmod(mode)
    with pytest.raises(UsageError, match="may be read by others") as caught:
        open_key_file(key, lambda: SECRET)
    assert f"chmod 600 {key}" in caught.value.hint


def test_a_wrong_passphrase_is_a_sentence(key: Path) -> None:
    with pytest.raises(UsageError, match="wrong passphrase"):
        open_key_file(key, lambda: b"another one entirely")


def _plain(private: object) -> bytes:
    return private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _encrypted(private: object) -> bytes:
    return private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(SECRET),
    )


@pytest.mark.parametrize(
    ("pem", "said"),
    [
        (_plain(ec.generate_private_key(ec.SECP256R1())), "not an encrypted private key"),
        (PUBLIC, "not an encrypted private key"),
        (_encrypted(ed25519.Ed25519PrivateKey.generate()), "not ECDSA on P-256"),
        (_encrypted(ec.generate_private_key(ec.SECP384R1())), "not ECDSA on P-256"),
        (PRIVATE[:100], "does not open"),
    ],
    ids=["plain", "public", "ed25519", "p384", "cut"],
)
def test_another_kind_of_key_is_refused(key: Path, pem: bytes, said: str) -> None:
    key.write_bytes(pem)
    with pytest.raises(UsageError, match=said):
        open_key_file(key, lambda: SECRET)


def test_a_missing_file_and_an_unknown_scheme_are_sentences(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        open_signer(str(tmp_path / "none.pem"), lambda: SECRET, TOOLS, {})
    with pytest.raises(UsageError, match="no signer for 'azurekms'"):
        open_signer("azurekms://key", lambda: SECRET, TOOLS, {})
