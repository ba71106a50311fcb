"""Who can sign: a key in a file today; a token, a key service or a person's login are further files here."""

from __future__ import annotations

from typing import Protocol

from sdlc.model.digest import Digest
from sdlc.signing.dsse import Envelope


class Signer(Protocol):
    """Something that holds a private key and never shows it."""

    @property
    def key_id(self) -> Digest:
        """The id of the public key, as the trust root names it."""

    def sign(self, payload: bytes) -> Envelope:
        """An envelope of type `dsse.PAYLOAD_TYPE` around `payload`, with one signature."""
