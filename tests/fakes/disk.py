"""The one fake of the `Disk` seam: a real disk that is pulled, or full, at the n-th operation."""

from __future__ import annotations

import errno
from pathlib import Path

from sdlc.disk import LocalDisk


class PowerCut(BaseException):
    """Not an Exception: nothing may catch it and tidy up, as nothing tidies up after SIGKILL."""


class FailingDisk(LocalDisk):
    """Does `good` operations, then fails: `full=False` like a kill, `full=True` with ENOSPC for ever after.

    A cut during a write leaves half of the bytes, as a real one may.
    """

    def __init__(self, good: int, *, full: bool = False) -> None:
        self.left = good
        self.full = full
        self.operations = 0

    def write(self, path: Path, data: bytes, mode: int) -> None:
        if self._fails():
            path.write_bytes(data[: len(data) // 2])
            self._fail(path)
        super().write(path, data, mode)

    def rename(self, source: Path, target: Path) -> None:
        if self._fails():
            self._fail(target)
        super().rename(source, target)

    def sync(self, folder: Path) -> None:
        if self._fails():
            self._fail(folder)
        super().sync(folder)

    def _fails(self) -> bool:
        self.operations += 1
        self.left -= 1
        return self.left < 0

    def _fail(self, path: Path) -> None:
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        raise PowerCut
