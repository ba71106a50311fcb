"""
Does the harness see anything? Counts which of its inputs enter the package under test at all.

The first thousand inputs are watched, by calls only and on this thread; as long as none entered, every hundredth after
them. The watching ends with the first thousand for every harness that sees, so it costs the search next to nothing.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from types import CodeType, FrameType, TracebackType
from typing import Any

FIRST = 1000
THEN = 100


class Sight:
    """`folders` hold the package under test; without any, nothing can be said and nothing is watched."""

    def __init__(self, folders: tuple[str, ...]) -> None:
        self._folders = folders
        self._own: dict[CodeType, bool] = {}
        self._entered = False
        self._inputs = 0
        self._leaving: Counter[tuple[str, int]] = Counter()
        self.looked = 0
        self.entered = 0

    def watch(self, function: Callable[[Any], object], value: Any) -> None:
        """Call `function` on `value`, watched when its turn has come."""
        self._inputs += 1
        first = self._inputs <= FIRST
        if not self._folders or not (first or (not self.entered and self._inputs % THEN == 0)):
            function(value)
            return
        self.looked += 1
        self._entered = False
        before = sys.gettrace()
        sys.settrace(self._call)
        try:
            function(value)
        finally:
            sys.settrace(before)
            self.entered += self._entered

    def left(self, traceback: TracebackType | None) -> None:
        """A declared exception came out; where from is counted for the first thousand inputs."""
        if self._inputs > FIRST:
            return
        while traceback is not None and traceback.tb_next is not None:
            traceback = traceback.tb_next
        if traceback is not None:
            self._leaving[(traceback.tb_frame.f_code.co_filename, traceback.tb_lineno)] += 1

    def score(self) -> dict[str, int]:
        """Inputs that were watched, those that entered the package, and those that left by the commonest raise."""
        first_raise = self._leaving.most_common(1)[0][1] if self._leaving else 0
        return {"looked": self.looked, "entered": self.entered, "first_raise": first_raise}

    def _call(self, frame: FrameType, _event: str, _argument: object) -> None:
        code = frame.f_code
        own = self._own.get(code)
        if own is None:
            own = self._own[code] = code.co_filename.startswith(self._folders)
        if own:
            self._entered = True
            sys.settrace(None)  # one entry is enough; the rest of this input runs at full speed
