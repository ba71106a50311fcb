"""
What counts as a crash: an exception that was not declared, a recursion without end, or more CPU time than allowed.

CPU time, never wall time: a busy machine must not turn an innocent input into a finding.
"""

from __future__ import annotations

import re
import signal
import traceback
from collections.abc import Iterable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from sdlc.harness.fuzz import Harness
from sdlc.harness.guard import Guard
from sdlc.harness.sight import Sight

SHORT = 8
"""Bytes of a deadly or hanging input that is looked for inside of others."""

STILL_TRIED = 100
"""Of so many inputs that hold a hanging one, one is tried all the same."""

PER_SITE = 3
"""Messages that may differ at one place before the place counts as known: some messages hold the input itself."""

VOLATILE = re.compile(r"""b?'[^']*'|b?"[^"]*"|0x[0-9a-fA-F]+|\d+|[^\x20-\x7e]+""")
NO_MESSAGE = ("RecursionError", "Timeout", "MemoryError")
"""Their place and words depend on how full the stack was, or on when the timer rang."""


class TookTooLong(BaseException):
    """Not an Exception, so that a blanket `except Exception` of the product cannot swallow it."""


@dataclass(frozen=True)
class Crash:
    """One way to fail: `key` (type, innermost own function, what is fixed of the message) tells two crashes apart."""

    exception: str
    message: str
    path: str
    line: int
    function: str

    @property
    def site(self) -> str:
        """Type and function, stable under changes of line numbers."""
        return f"{self.exception} in {self.path.rsplit('/', 1)[-1]}:{self.function}"

    @property
    def key(self) -> str:
        """The site with the message, in which numbers and quoted text do not count."""
        words = "" if self.exception in NO_MESSAGE else normalized(self.message)
        return f"{self.site}: {words}" if words else self.site


@dataclass
class Oracle:
    """Runs one harness on one value at a time; `folders` hold the product's own code; `known` maps keys to sites.

    `guard`, where there is one, is told what is judged.
    """

    harness: Harness
    folders: tuple[str, ...]
    executions: int = 0
    known: dict[str, str] = field(default_factory=dict)
    guard: Guard | None = None
    deadly: tuple[bytes, ...] = ()
    """Inputs that ended an earlier process: what holds a short one is not tried again on purpose."""
    hanging: list[bytes] = field(default_factory=list)
    """Short inputs that took too long: what holds one mostly does so too, and costs a hundred others."""
    left_at: object = None
    """Where the last input was refused: file and line, of the raise and of its caller; None when it was taken."""

    def __post_init__(self) -> None:
        self._held = 0
        signal.signal(signal.SIGVTALRM, raise_took_too_long)
        self.sight = Sight(self.folders, self.harness.target)

    def avoids(self, data: bytes) -> bool:
        """Whether `data` is expected to end the process, or to hang as another input does."""
        if any(data == one or (len(one) <= SHORT and one in data) for one in self.deadly):
            return True
        if any(one in data for one in self.hanging):
            self._held += 1
            return self._held % STILL_TRIED != 0
        return False

    def judge(self, value: Any) -> Crash | None:
        """None when the harness returned or raised what it declares."""
        self.executions += 1
        hung = any(key.startswith("Timeout ") for key in self.known)
        # Behind a known hang every further one would cost the whole allowance: it is cut short when it is the same.
        if hung and (crash := self._once(value, self.harness.seconds / 10)) is not None:
            if crash.exception != "Timeout" or self.knows(crash):
                return crash
        elif hung:
            return None
        return self._once(value, self.harness.seconds)

    def knows(self, crash: Crash) -> bool:
        """True for a crash that was found before, and for a place that crashes with ever new messages."""
        return crash.key in self.known or list(self.known.values()).count(crash.site) >= PER_SITE

    def _once(self, value: Any, seconds: float) -> Crash | None:
        if self.guard is not None:
            self.guard.begin(value)
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
        self.left_at = None
        try:
            self.sight.watch(self.harness.function, value)
        except self.harness.raises as error:
            self.left_at = leaving(error.__traceback__)
            self.sight.left(self.left_at)
            return None
        except BaseException as error:  # KeyboardInterrupt too: no keyboard is near
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            if type(error).__module__.startswith("hypothesis."):
                raise  # how Hypothesis ends an example; not the product's doing
            if isinstance(error, TookTooLong) and self.sight.hurry():
                return self._once(value, seconds)
            return self._describe(error)
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        return None

    def _describe(self, error: BaseException) -> Crash:
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if frame.filename.startswith(self.folders)]
        harness_file = self.harness.function.__code__.co_filename
        at = own[-1] if own else next((f for f in reversed(frames) if f.filename == harness_file), frames[-1])
        if isinstance(error, RecursionError | TookTooLong) and own:
            at = own[0]  # where it began: the innermost frame differs from run to run
        name = "Timeout" if isinstance(error, TookTooLong) else type(error).__name__
        message = f"more than {self.harness.seconds:g} s of CPU" if name == "Timeout" else _text(error)
        message += self.guard.refused(error) if self.guard is not None else ""
        return Crash(name, message[:300], at.filename, at.lineno or 0, at.name)


def normalized(message: str) -> str:
    """What of `message` does not depend on the input: numbers, addresses, quoted and foreign text are taken out."""
    return " ".join(VOLATILE.sub("#", message).split())[:80]


def leaving(traceback: TracebackType | None) -> tuple[tuple[str, int], ...]:
    """File and line of the two innermost frames."""
    places: list[tuple[str, int]] = []
    while traceback is not None:
        places.append((traceback.tb_frame.f_code.co_filename, traceback.tb_lineno))
        traceback = traceback.tb_next
    return tuple(places[-2:])


def own_folders(packages: Iterable[str]) -> tuple[str, ...]:
    """The folders of importable `packages`."""
    import importlib.util

    folders: list[str] = []
    for package in packages:
        spec = importlib.util.find_spec(package)
        if spec is not None:
            folders += list(spec.submodule_search_locations or ([spec.origin] if spec.origin else []))
    return tuple(folders)


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as second:  # an exception of the product may fail at its own text
        return f"(its text raises {type(second).__name__})"


def raise_took_too_long(_signal: int, _frame: object) -> None:
    """What the virtual timer does when it rings."""
    raise TookTooLong
