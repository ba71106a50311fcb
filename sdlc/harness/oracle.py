"""
What counts as a crash: an exception that was not declared, a recursion without end, or more CPU time than allowed.

CPU time, never wall time: a busy machine must not turn an innocent input into a finding.
"""

from __future__ import annotations

import signal
import traceback
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sdlc.harness.fuzz import Harness


class TookTooLong(BaseException):
    """Not an Exception, so that a blanket `except Exception` of the product cannot swallow it."""


@dataclass(frozen=True)
class Crash:
    """One way to fail: `key` (type and innermost own function) tells two crashes apart."""

    exception: str
    message: str
    path: str
    line: int
    function: str

    @property
    def key(self) -> str:
        """Stable under changes of line numbers."""
        return f"{self.exception} in {self.path.rsplit('/', 1)[-1]}:{self.function}"


@dataclass
class Oracle:
    """Runs one harness on one value at a time; `folders` hold the product's own code."""

    harness: Harness
    folders: tuple[str, ...]
    executions: int = 0
    known: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        signal.signal(signal.SIGVTALRM, _raise_took_too_long)

    def judge(self, value: Any) -> Crash | None:
        """None when the harness returned or raised what it declares."""
        self.executions += 1
        signal.setitimer(signal.ITIMER_VIRTUAL, self.harness.seconds)
        try:
            self.harness.function(value)
        except self.harness.raises:
            return None
        except (Exception, TookTooLong) as error:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            return self._describe(error)
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        return None

    def _describe(self, error: BaseException) -> Crash:
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if frame.filename.startswith(self.folders)]
        harness_file = self.harness.function.__code__.co_filename
        at = own[-1] if own else next((f for f in reversed(frames) if f.filename == harness_file), frames[-1])
        if isinstance(error, RecursionError) and own:
            at = own[0]  # where the recursion began: the innermost frame differs from run to run
        name = "Timeout" if isinstance(error, TookTooLong) else type(error).__name__
        message = f"more than {self.harness.seconds:g} s of CPU" if name == "Timeout" else str(error)
        return Crash(name, message[:300], at.filename, at.lineno or 0, at.name)


def shrink(oracle: Oracle, data: bytes, key: str, *, tries: int = 400) -> bytes:
    """A smaller input that still crashes in the same way: chunks are removed, large ones first."""
    size = max(1, len(data) // 2)
    while size and tries > 0:
        position = 0
        while position < len(data) and tries > 0:
            candidate = data[:position] + data[position + size :]
            tries -= 1
            crash = oracle.judge(candidate)
            if crash is not None and crash.key == key:
                data = candidate
            else:
                position += size
        size //= 2
    return data


def own_folders(packages: Iterable[str]) -> tuple[str, ...]:
    """The folders of importable `packages`."""
    import importlib.util

    folders: list[str] = []
    for package in packages:
        spec = importlib.util.find_spec(package)
        if spec is not None:
            folders += list(spec.submodule_search_locations or ([spec.origin] if spec.origin else []))
    return tuple(folders)


def _raise_took_too_long(_signal: int, _frame: object) -> None:
    raise TookTooLong
