"""Keys: one algorithm, an id that is computed, and no signature by accident."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from fakes.signer import MemorySigner

from sdlc.errors import UnreadableError
from sdlc.signing.dsse import PAYLOAD_TYPE, pae
from sdlc.signing.keyed import key_id, load_public_key, verify

SIGNER = MemorySigner("somebody")
SPKI = load_public_key(SIGNER.pem.encode())


def _pem(public_key: object) -> bytes:
    return public_key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def test_the_id_is_the_digest_of_the_key_itself() -> None:
    assert key_id(SPKI) == hashlib.sha256(SPKI).hexdigest() == SIGNER.key_id


def test_a_signature_counts_for_its_message_and_key() -> None:
    sig = SIGNER.sign(b"payload").signatures[0].sig
    other = load_public_key(MemorySigner("another").pem.encode())
    assert verify(SPKI, pae(PAYLOAD_TYPE, b"payload"), sig)
    assert not verify(SPKI, pae(PAYLOAD_TYPE, b"payloae"), sig)
    assert not verify(other, pae(PAYLOAD_TYPE, b"payload"), sig)


@pytest.mark.parametrize("sig", [b"", b"\x00" * 64, b"\x30\x00", b"\x30\x06\x02\x01\x00\x02\x01\x00", b"\xff" * 200])
def test_attack_blank_or_malformed_signatures_count_for_nothing(sig: bytes) -> None:
    assert not verify(SPKI, b"message", sig)


@pytest.mark.parametrize(
    "pem",
    [
        _pem(ec.generate_private_key(ec.SECP384R1()).public_key()),
        _pem(ed25519.Ed25519PrivateKey.generate().public_key()),
        _pem(rsa.generate_private_key(65537, 2048).public_key()),
        b"",
        b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
        SIGNER.pem.encode().replace(b"PUBLIC", b"SECRET"),
    ],
    ids=["p384", "ed25519", "rsa", "empty", "garbage", "label"],
)
def test_attack_another_algorithm_is_no_key(pem: bytes) -> None:
    with pytest.raises(UnreadableError):
        load_public_key(pem)
