"""SHA-256 digests of bytes: 64 lower-case hex digits, and nothing else is one."""

from __future__ import annotations

import hashlib
import re
from typing import NewType

Digest = NewType("Digest", str)

_HEX = re.compile(r"[0-9a-f]{64}\Z")


def sha256(data: bytes) -> Digest:
    """The digest of `data`."""
    return Digest(hashlib.sha256(data).hexdigest())


def parse_digest(text: object) -> Digest:
    """`text` as a digest; raises ValueError for upper case, white space, other lengths and other types."""
    if not isinstance(text, str) or not _HEX.match(text):
        raise ValueError(f"not a SHA-256 digest (64 lower-case hex digits): {text!r:.80}")
    return Digest(text)
