"""
What a fuzz target must not do, noted by name: a refusal of the sandbox then says what was refused.

And the input that is being judged, in a file that outlives the process: what a signal ends cannot report it.
"""

from __future__ import annotations

import errno
import faulthandler
import mmap
import os
import struct
import sys
from pathlib import Path
from typing import Any

ACTS = {
    "socket.__new__": "opened a socket",
    "os.fork": "forked",
    "os.forkpty": "forked",
    "os.posix_spawn": "started a program",
    "os.exec": "started a program",
    "os.system": "started a program",
    "subprocess.Popen": "started a program",
}
ROOM = 1 << 20
"""Bytes of an input that are kept; of a longer one the rest is lost."""

HEAD = struct.Struct("=qq")
"""Size of the input, and how many were judged."""


class Guard:
    """Watches one phase, whose report is `report`; `forked` counts the processes that the harness made of its own."""

    def __init__(self, report: Path, *, traceback: bool) -> None:
        self.act = ""
        self.forked = 0
        with open(report.with_suffix(".current"), "w+b") as stream:
            stream.truncate(HEAD.size + ROOM)
            self._current = mmap.mmap(stream.fileno(), HEAD.size + ROOM)
        HEAD.pack_into(self._current, 0, -1, 0)
        self._judged = 0
        if traceback:  # libFuzzer has handlers of its own
            self._death = open(report.with_suffix(".death"), "w")  # noqa: SIM115 - as long as the process
            faulthandler.enable(self._death)
        sys.addaudithook(self._note)
        os.register_at_fork(after_in_child=_leave, after_in_parent=self._count)

    def begin(self, value: Any) -> None:
        """`value` is judged next."""
        data = value if type(value) is bytes else stored(value)
        size = len(data) if len(data) < ROOM else ROOM
        self._judged += 1
        HEAD.pack_into(self._current, 0, size, self._judged)
        self._current[16 : 16 + size] = data if size == len(data) else data[:size]

    def refused(self, error: BaseException) -> str:
        """What to add to the words of `error`, when it is the sandbox that refused something."""
        if isinstance(error, OSError) and error.errno == errno.EPERM and self.act:
            return f" (the harness {self.act}, which a fuzz target must not)"
        return ""

    def _note(self, event: str, _arguments: tuple[Any, ...]) -> None:
        if event in ACTS:
            self.act = ACTS[event]

    def _count(self) -> None:
        self.forked += 1


def stored(value: Any) -> bytes:
    """How a value is kept in a file: bytes as they are, of others the literal."""
    return value if isinstance(value, bytes) else repr(value).encode("utf-8", "backslashreplace")


def current(report: Path) -> tuple[bytes, int] | None:
    """The input that was judged last when the phase with this report ended, and how many were; None without any."""
    try:
        data = report.with_suffix(".current").read_bytes()
        size, judged = HEAD.unpack_from(data)
    except (OSError, struct.error):
        return None
    return (data[HEAD.size : HEAD.size + size], judged) if 0 <= size <= ROOM else None


def _leave() -> None:
    """A forked copy would search and report as if it were the harness."""
    os._exit(0)
