"""From the URI of a key, as a user writes it, to its signer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from sdlc.errors import UsageError
from sdlc.signers import Signer
from sdlc.signers.command import open_command
from sdlc.signers.key_file import Passphrase, open_key_file
from sdlc.signers.keyless import open_keyless
from sdlc.tools import Tools

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]+):")

KNOWN = ("file", "command", "keyless")


def open_signer(uri: str, passphrase: Passphrase, tools: Tools, environment: Mapping[str, str]) -> Signer:
    """The signer of `uri`: `file:PATH` or a bare path, whose `passphrase` is asked when needed, `command:WORDS`,
    or `keyless:` with an optional file that describes the instance.
    """
    match = _SCHEME.match(uri)
    if match is None:
        return open_key_file(Path(uri), passphrase)
    rest = uri[match.end() :]
    match match[1]:
        case "file":
            return open_key_file(Path(rest), passphrase)
        case "command":
            return open_command(rest, tools, environment)
        case "keyless":
            return open_keyless(rest, environment)
        case other:
            raise UsageError(
                f"{uri:.80}: there is no signer for {other!r}", hint=f"known: {', '.join(KNOWN)}, or a bare path"
            )
