"""
The first process of a process namespace: starts the program, watches what it writes, and ends with it.

Standard library only, loaded by the launcher from its file. When the warden ends, the kernel kills whatever is left in
the namespace, however well it hid.
"""

from __future__ import annotations

import os
import signal
import struct
from collections.abc import Callable, Sequence

EVERY = 0.25
"""Seconds between two looks at the disk."""

TOO_MUCH = 125
"""Exit code of a program that was stopped because of what it wrote."""


def watched(start: Callable[[], None], folders: Sequence[str], most: int) -> int:
    """Run `start`, which becomes the program, in a child of a child; its wait status. `most` in bytes on the disk."""
    reading, writing = os.pipe()
    warden = os.fork()
    if warden == 0:
        os.close(reading)
        os.write(writing, struct.pack("=i", _guard(start, folders, most, writing)))
        os._exit(0)
    os.close(writing)
    said = os.read(reading, 4)
    os.waitpid(warden, 0)
    return struct.unpack("=i", said)[0] if len(said) == 4 else signal.SIGKILL


def end_as(status: int) -> None:
    """End this process as the one ended whose wait status this is."""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number not in (signal.SIGKILL, signal.SIGSTOP):
            signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
    os._exit(os.WEXITSTATUS(status))


def _guard(start: Callable[[], None], folders: Sequence[str], most: int, writing: int) -> int:
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
    program = os.fork()
    if program == 0:
        os.close(writing)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
        start()
        os._exit(126)
    while True:
        signal.sigtimedwait([signal.SIGCHLD], EVERY)
        while True:  # orphans of the namespace come here as well
            try:
                ended, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                break
            if ended == program:
                return status
            if ended == 0:
                break
        if size(folders, most) > most:
            os.kill(program, signal.SIGKILL)
            os.waitpid(program, 0)
            os.write(2, f"sandbox: more than {most} bytes were written\n".encode())
            return TOO_MUCH << 8


def size(folders: Sequence[str], enough: int) -> int:
    """Bytes on the disk below `folders`, counted until it is more than `enough`; what vanishes meanwhile is nothing."""
    total = 0
    queue = list(folders)
    while queue and total <= enough:
        try:
            with os.scandir(queue.pop()) as entries:
                for entry in entries:
                    about = entry.stat(follow_symlinks=False)
                    total += about.st_blocks * 512
                    if entry.is_dir(follow_symlinks=False):
                        queue.append(entry.path)
        except OSError:
            continue
    return total
