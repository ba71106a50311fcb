"""
The only writer of files: a file is either the old one or the new one, whatever happens in between.

`Disk` is the seam at which tests inject a kill or a full disk before any single write, rename or fsync.
"""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from sdlc.errors import StorageError


class Disk(Protocol):
    """The primitive operations; each may fail, and each may be the last one before the power goes."""

    def write(self, path: Path, data: bytes, mode: int) -> None:
        """Create `path` (which does not exist) with `data` and flush it to the device."""

    def rename(self, source: Path, target: Path) -> None:
        """Put `source` in the place of `target`, atomically."""

    def sync(self, folder: Path) -> None:
        """Flush the entries of `folder` to the device."""


class LocalDisk:
    """The real disk."""

    def write(self, path: Path, data: bytes, mode: int) -> None:
        """Create `path` (which does not exist) with `data` and flush it to the device."""
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())

    def rename(self, source: Path, target: Path) -> None:
        """Put `source` in the place of `target`, atomically."""
        os.replace(source, target)

    def sync(self, folder: Path) -> None:
        """Flush the entries of `folder` to the device, where the system has a way to."""
        if not hasattr(os, "O_DIRECTORY"):
            return
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def replace_file(disk: Disk, path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Make `path` hold `data`: afterwards, and after a kill at any moment, it is the old file or the new one.

    Raises StorageError when the disk is full or refuses.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.unlink(missing_ok=True)
        disk.write(partial, data, mode)
        disk.rename(partial, path)
        disk.sync(path.parent)
    except OSError as error:
        with suppress(OSError):  # a disk that may only be read refuses this as well
            partial.unlink(missing_ok=True)
        raise storage_error(path, error) from error


def append_text(path: Path, text: str) -> None:
    """Add `text` to a file that somebody else keeps, such as a job's summary. Raises StorageError."""
    try:
        with path.open("a", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        raise storage_error(path, error) from error


def storage_error(path: Path, error: OSError) -> StorageError:
    """`error` of the system, said in a sentence with the next step."""
    reason = (error.strerror or str(error)).lower()
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        hint = "free some space and run the same command again; nothing half-written was left behind"
    else:
        hint = "check that the folder exists and may be written, then run the same command again"
    return StorageError(f"cannot write {path}: {reason}", hint=hint)
