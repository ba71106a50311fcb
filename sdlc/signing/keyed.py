"""
Keys named by what they are: ECDSA P-256 with SHA-256, identified by the digest of the public key itself.

Sources: FIPS 186-5 (ECDSA), RFC 5480 (SubjectPublicKeyInfo). The algorithm is bound to the key, never read from what
is signed; a name that somebody may choose identifies nothing.
"""

from __future__ import annotations

import base64

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from sdlc.errors import UnreadableError
from sdlc.model.digest import Digest, sha256

ALGORITHM = "ecdsa-p256-sha256"


def key_id(spki: bytes) -> Digest:
    """The id of the key whose SubjectPublicKeyInfo is `spki` (DER): its SHA-256."""
    return sha256(spki)


def hint(spki: bytes) -> str:
    """The same id in the form in which Sigstore bundles carry it: Base64 of the 32 bytes."""
    return base64.b64encode(bytes.fromhex(key_id(spki))).decode("ascii")


def load_public_key(pem: bytes, *, what: str = "public key") -> bytes:
    """The SubjectPublicKeyInfo (DER) of the public key in `pem`; raises UnreadableError for anything but P-256."""
    try:
        key = serialization.load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        raise UnreadableError(
            f"{what}: not a public key in PEM", hint="`sdlc key new FILE` writes it to FILE.pub"
        ) from None
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise UnreadableError(f"{what}: only ECDSA keys on P-256 are accepted", hint="make one: sdlc key new FILE")
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def verify(spki: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` (DER) is one of the key `spki` over `message`; a malformed one is none."""
    key = serialization.load_der_public_key(spki)
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        return False
    try:
        key.verify(signature, message, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True
