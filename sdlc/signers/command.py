"""
A program that signs: the way to tokens, hardware and key services (docs/signers.md has the protocol).

``PROGRAM public-key`` prints the public key in PEM; ``PROGRAM sign`` reads the bytes to sign and prints the signature
(ECDSA P-256 over their SHA-256, DER). The program is asked nothing else, and each signature is verified at once: one
that lies, or whose key was exchanged meanwhile, signs nothing.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

from sdlc.errors import ToolError, UnreadableError, UsageError
from sdlc.model.digest import Digest
from sdlc.signing.dsse import PAYLOAD_TYPE, Envelope, Signature, pae
from sdlc.signing.keyed import hint, key_id, load_public_key, verify
from sdlc.tools import Tools

SECONDS = 120.0
"""Somebody may have to touch a token."""

MAX_ANSWER = 64 * 1024


class CommandSigner:
    """The `Signer` behind a program; `environment` is the user's own, which holds the program's credentials."""

    def __init__(self, words: list[str], tools: Tools, environment: Mapping[str, str]) -> None:
        self._words, self._tools, self._environment = words, tools, environment
        pem = self._ask("public-key", b"")
        self._spki = load_public_key(pem, what=f"{words[0]} public-key")

    @property
    def key_id(self) -> Digest:
        """The id of the public key, as the trust root names it."""
        return key_id(self._spki)

    def sign(self, payload: bytes) -> Envelope:
        """An envelope around `payload` with one signature; raises ToolError when it does not fit the key."""
        message = pae(PAYLOAD_TYPE, payload)
        signature = self._ask("sign", message)
        if not verify(self._spki, message, signature):
            raise ToolError(
                f"{self._words[0]} sign: what it printed is no signature of its own public key over these bytes",
                hint="docs/signers.md: ECDSA P-256 over the SHA-256 of standard input, in DER, nothing else",
            )
        return Envelope(PAYLOAD_TYPE, payload, (Signature(hint(self._spki), signature),))

    def _ask(self, word: str, stdin: bytes) -> bytes:
        return self._tools.run(
            *self._words,
            word,
            cwd=Path.cwd(),
            timeout=SECONDS,
            stdin=stdin,
            env=self._environment,
            network=True,
            max_output=MAX_ANSWER,
        ).stdout


def open_command(text: str, tools: Tools, environment: Mapping[str, str]) -> CommandSigner:
    """The signer of a command line, split as a shell would, and never given to one. Raises UsageError, ToolError."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise UsageError(f"command:{text:.80}: {error}") from None
    if not words:
        raise UsageError("command: names no program", hint="--key 'command:/usr/local/bin/my-signer --slot 9c'")
    try:
        return CommandSigner(words, tools, environment)
    except UnreadableError as error:
        raise ToolError(error.message, hint="docs/signers.md says what the program has to print") from None
