"""
A signing key in a file: ECDSA P-256, PKCS#8 encrypted under a passphrase, readable by its owner alone.

Signatures are deterministic (RFC 6979), so that no bad random number ever gives the key away.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from sdlc.errors import UsageError
from sdlc.model.digest import Digest
from sdlc.signing.dsse import PAYLOAD_TYPE, Envelope, Signature, pae
from sdlc.signing.keyed import hint, key_id

Passphrase = Callable[[], bytes]


class KeyFile:
    """The `Signer` of an opened key file."""

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        self._key = key
        self._spki = key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    @property
    def key_id(self) -> Digest:
        """The id of the public key, as the trust root names it."""
        return key_id(self._spki)

    def sign(self, payload: bytes) -> Envelope:
        """An envelope around `payload` with one signature; equal payloads give equal bytes."""
        algorithm = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
        signature = self._key.sign(pae(PAYLOAD_TYPE, payload), algorithm)
        return Envelope(PAYLOAD_TYPE, payload, (Signature(hint(self._spki), signature),))


def new_key(passphrase: bytes) -> tuple[bytes, bytes]:
    """A new key pair as PEM: the private key encrypted under `passphrase`, and the public one."""
    key = ec.generate_private_key(ec.SECP256R1())
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(passphrase),
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private, public


def open_key_file(path: Path, passphrase: Passphrase) -> KeyFile:
    """The signer of the key in `path`; raises UsageError for a file that others may read or a wrong passphrase."""
    try:
        pem = path.read_bytes()
        mode = path.stat().st_mode
    except OSError as error:
        raise UsageError(f"cannot read the key {path}: {(error.strerror or str(error)).lower()}") from None
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise UsageError(
            f"the key {path} may be read by others (mode {stat.S_IMODE(mode):04o})",
            hint=f"chmod 600 {path}; if others had access to this machine, make a new key instead",
        )
    if b"BEGIN ENCRYPTED PRIVATE KEY" not in pem:
        raise UsageError(
            f"{path} is not an encrypted private key (PKCS#8, PEM)", hint="make one with: sdlc key new FILE"
        )
    try:
        key = serialization.load_pem_private_key(pem, passphrase())
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise UsageError(f"the key {path} does not open: wrong passphrase, or a damaged file") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise UsageError(f"the key {path} is not ECDSA on P-256", hint="make one with: sdlc key new FILE")
    return KeyFile(key)
