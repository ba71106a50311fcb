"""From the URI of a key, as a user writes it, to its signer."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from sdlc.errors import UsageError
from sdlc.signers import Signer
from sdlc.signers.key_file import Passphrase, open_key_file

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]+):")

SIGNERS: dict[str, Callable[[Path, Passphrase], Signer]] = {"file": open_key_file}


def open_signer(uri: str, passphrase: Passphrase) -> Signer:
    """The signer of `uri` (`file:PATH`, or a bare path); `passphrase` is asked only when it is needed."""
    match = _SCHEME.match(uri)
    if match is None:
        return open_key_file(Path(uri), passphrase)
    if match[1] not in SIGNERS:
        raise UsageError(
            f"{uri:.80}: there is no signer for {match[1]!r}", hint=f"known: {', '.join(SIGNERS)}, or a bare path"
        )
    return SIGNERS[match[1]](Path(uri[match.end() :]), passphrase)
