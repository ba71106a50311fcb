"""
The name of a credential in evidence, waivers and records: slow to compute, and useless without the repository.

It is scrypt of the credential, salted with the first commit of the repository. Whoever has that commit has the
repository, where the credential stands; whoever has only the evidence bundle must guess both at once, at 16 MiB and a
twentieth of a second for each guess. See docs/adr/0013-fingerprints-of-secrets.md.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

COST = 2**14
MEMORY = 64 * 1024 * 1024


@dataclass
class Fingerprints:
    """Names for values; each is computed once."""

    first_commit: bytes = field(repr=False)
    _known: dict[str, str] = field(default_factory=dict, repr=False)

    def of(self, value: str) -> str:
        """``f1:`` and 32 hex digits; the same for the same value in every clone of the repository."""
        if value not in self._known:
            salt = b"sdlc.secrets/1\0" + self.first_commit
            data = value.encode("utf-8", "surrogatepass")
            name = hashlib.scrypt(data, salt=salt, n=COST, r=8, p=1, maxmem=MEMORY, dklen=16)
            self._known[value] = f"f1:{name.hex()}"
        return self._known[value]
