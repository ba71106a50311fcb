"""The files of the work tree as documents; what is no file to read is counted by name, never left out in silence."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

from sdlc.errors import IncompleteError
from sdlc.searching.documents import Document
from sdlc.workspace import MAX_FILE, Workspace

HEAD = 8192
"""A file with a NUL in its first bytes is no text; git says so too."""


@dataclass
class Tree:
    """Yields one document for every file that is not excluded; afterwards it knows what it met."""

    workspace: Workspace
    exclude: tuple[str, ...] = ()
    files: list[str] = field(default_factory=list)
    links: int = 0
    excluded: int = 0
    large: int = 0
    """Binary files over the limit, such as images: they are counted and not read."""
    problems: list[tuple[str, str]] = field(default_factory=list)
    objects: set[tuple[str, str]] = field(default_factory=set)
    """Git's name for the bytes, and the path, of what was read."""

    def documents(self) -> Iterator[Document]:
        """The files, in order."""
        for path in self.workspace.paths:
            shown = printable_path(path)
            if is_excluded(shown, self.exclude):
                self.excluded += 1
            elif (self.workspace.root / path).is_symlink():
                self.links += 1  # where it leads is a file of its own, or is not in the repository
            else:
                yield from self._read(path, shown)

    def _read(self, path: str, shown: str) -> Iterator[Document]:
        try:
            if (large := self._large_binary(self.workspace.root / path)) is not None:
                self.large += 1
                self.objects.add((large, shown))
                return
            data = self.workspace.read(path)
        except IncompleteError as error:
            self.problems.append((shown, error.message.removeprefix(path).strip() or "cannot be read"))
            return
        except OSError as error:  # of a large file, while it was read
            self.problems.append((shown, (error.strerror or "cannot be read").lower()))
            return
        self.files.append(shown)
        name = self._hash(len(data))
        name.update(data)
        self.objects.add((name.hexdigest(), shown))
        yield Document(shown, data)

    def _large_binary(self, file: Path) -> str | None:
        """Git's name for a file that is too large to be read and no text, else None."""
        if not file.is_file() or (size := file.stat().st_size) <= MAX_FILE:
            return None
        with file.open("rb") as stream:
            name = self._hash(size)
            name.update(head := stream.read(HEAD))
            if b"\0" not in head:
                return None
            while chunk := stream.read(2**20):
                name.update(chunk)
        return name.hexdigest()

    def _hash(self, size: int) -> hashlib._Hash:
        algorithm = hashlib.sha256 if len(self.workspace.commit) == 64 else hashlib.sha1
        return algorithm(b"blob %d\0" % size, usedforsecurity=False)


def is_excluded(path: str, patterns: tuple[str, ...]) -> bool:
    """True when `path` matches one of the globs."""
    return any(fnmatch(path, pattern) for pattern in patterns)


def printable_path(path: str) -> str:
    """`path` with the bytes that are no UTF-8 written as escapes."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
