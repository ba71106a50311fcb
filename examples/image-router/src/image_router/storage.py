"""
The archive on disk: `images/STUDY/SERIES/INSTANCE.dcm`, one file per image, whole or not at all.

Identifiers become names only after they were checked, and the path is checked again before it is written to.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from image_router.rules import Folder
from image_router.validation import Image, ImageError, check_uid


class TooLargeError(ValueError):
    """An image over the limit; nothing of it was written."""


class ConflictError(ValueError):
    """Another image with other bytes is already stored under the same identifiers."""


class Archive:
    """A folder of images; `limit` is the largest image in bytes."""

    def __init__(self, root: Path, limit: int) -> None:
        self._root = root.resolve()
        self._limit = limit

    def store(self, image: Image, data: bytes) -> Path:
        """Write `data` (a DICOM file) and return its path; storing the same bytes again changes nothing.

        Raises TooLargeError, ConflictError, ImageError, OSError.
        """
        if len(data) > self._limit:
            raise TooLargeError(f"{len(data)} bytes, {self._limit} are allowed")
        path = self.path_of(image)
        if path.exists():
            if path.read_bytes() != data:
                raise ConflictError("other bytes are stored under these identifiers")
            return path
        write_whole(path, data)
        return path

    def path_of(self, image: Image) -> Path:
        """Where `image` lies: always below the archive. Raises ImageError."""
        study, series = check_uid(image.study, "StudyInstanceUID"), check_uid(image.series, "SeriesInstanceUID")
        instance = check_uid(image.instance, "SOPInstanceUID")
        return self._inside("images", study, series, f"{instance}.dcm")

    def copy_to(self, folder: Folder, stored: Path) -> Path:
        """Let a stored image appear in a routed folder too."""
        path = self._inside("routed", folder.name, stored.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.hardlink_to(stored)
        return path

    def _inside(self, *parts: str) -> Path:
        path = self._root.joinpath(*parts).resolve()
        if not path.is_relative_to(self._root):
            raise ImageError("an identifier would leave the archive")
        return path


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it is there as a whole or not at all, also after a loss of power."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".partial-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
