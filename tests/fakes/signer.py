"""The one fake of the `Signer` seam: a key that is made from a number and kept in memory."""

from __future__ import annotations

import hashlib

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from sdlc.signing.dsse import PAYLOAD_TYPE, Envelope, Signature, pae
from sdlc.signing.keyed import hint, key_id


class MemorySigner:
    """Signs like the real one (ECDSA P-256, RFC 6979); equal names give equal keys."""

    def __init__(self, name: str) -> None:
        number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:31], "big")
        self._key = ec.derive_private_key(number, ec.SECP256R1())
        public = self._key.public_key()
        self._spki = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        self.pem = public.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        ).decode()

    @property
    def key_id(self):
        return key_id(self._spki)

    def sign(self, payload: bytes) -> Envelope:
        algorithm = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
        signature = self._key.sign(pae(PAYLOAD_TYPE, payload), algorithm)
        return Envelope(PAYLOAD_TYPE, payload, (Signature(hint(self._spki), signature),))
