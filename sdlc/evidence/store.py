"""Evidence by digest: put once, never changed, hashed again at every read."""

from __future__ import annotations

from pathlib import Path

from sdlc.disk import Disk, replace_file
from sdlc.errors import IncompleteError, UnreadableError
from sdlc.model.digest import Digest, sha256


class Store:
    """A folder of bytes, each named by its SHA-256: `objects/ab/cdef…`."""

    def __init__(self, root: Path, disk: Disk) -> None:
        self._root = root
        self._disk = disk

    def put(self, data: bytes) -> Digest:
        """Keep `data` and return its digest; atomic and idempotent. Raises StorageError."""
        digest = sha256(data)
        path = self._path(digest)
        if not self._holds(path, digest):
            replace_file(self._disk, path, data)
        return digest

    def get(self, digest: Digest) -> bytes:
        """The bytes of `digest`; raises IncompleteError when they are gone, UnreadableError when they changed."""
        try:
            data = self._path(digest).read_bytes()
        except OSError:
            raise IncompleteError(
                f"the evidence {digest} is not in {self._root}",
                hint="run `sdlc check` again; it stores it anew",
            ) from None
        if sha256(data) != digest:
            raise UnreadableError(
                f"the evidence {digest} was changed after it was stored", hint="run `sdlc check` again"
            )
        return data

    def has(self, digest: Digest) -> bool:
        """True when the bytes of `digest` are here and unchanged."""
        return self._holds(self._path(digest), digest)

    def _path(self, digest: Digest) -> Path:
        return self._root / digest[:2] / digest[2:]

    @staticmethod
    def _holds(path: Path, digest: Digest) -> bool:
        try:
            return sha256(path.read_bytes()) == digest
        except OSError:
            return False
