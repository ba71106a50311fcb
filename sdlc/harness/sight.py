"""
Does the harness see anything? Counts which inputs enter the package under test, and how much of it they reach.

The first thousand inputs are watched, by calls only and on this thread; as long as none entered, every hundredth after
them. Of the first thousand some are watched line by line, for at most a second of CPU, so that a harness shows whether
its inputs reach more than its first did. Afterwards a harness that sees is watched no longer, at hardly any cost.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

FIRST = 1000
THEN = 100
CLOSELY = 300
"""Inputs that are all watched line by line; after them every tenth."""

CLOSE_SECONDS = 1.0


class Sight:
    """`folders` hold the package under test; without any, nothing can be said and nothing is watched."""

    def __init__(self, folders: tuple[str, ...], target: str = "") -> None:
        self._folders = folders
        self._target = target
        self.hit = False
        self._own: dict[CodeType, bool] = {}
        self._entered = False
        self._inputs = 0
        self._leaving: Counter[tuple[tuple[str, int], ...]] = Counter()
        self._lines: set[tuple[CodeType, int]] = set()
        self._first_lines = 0
        self._close = 0
        self._spent = 0.0
        self.looked = 0
        self.entered = 0

    def watch(self, function: Callable[[Any], object], value: Any) -> None:
        """Call `function` on `value`, watched when its turn has come."""
        self._inputs += 1
        number = self._inputs
        if not self._folders or not (number <= FIRST or (not self.entered and number % THEN == 0)):
            function(value)
            return
        self.looked += 1
        self._entered = False
        closely = self.closely(number)
        before = sys.gettrace()
        began = time.process_time()
        sys.settrace(self._call_closely if closely else self._call)
        try:
            function(value)
        finally:
            sys.settrace(before)
            self.entered += self._entered
            if closely:
                self._spent += time.process_time() - began
                self._close += 1
                self._first_lines = self._first_lines or len(self._lines)

    @property
    def watching(self) -> bool:
        """Will the next input be watched? Then nobody else can trace it."""
        return bool(self._folders) and (self._inputs < FIRST or (not self.entered and (self._inputs + 1) % THEN == 0))

    @property
    def done(self) -> bool:
        """True when nothing will be watched any longer."""
        return not self._folders or (self._inputs >= FIRST and self.entered > 0)

    def closely(self, number: int) -> bool:
        """Is that input watched line by line?"""
        return self._spent < CLOSE_SECONDS and (number <= CLOSELY or (number <= FIRST and number % 10 == 0))

    def hurry(self) -> bool:
        """Watch no more lines; True when the last input was slowed down by that, so that its time says nothing."""
        slowed = self._folders != () and self.closely(self._inputs)
        self._spent = CLOSE_SECONDS
        return slowed

    def left(self, place: tuple[tuple[str, int], ...]) -> None:
        """A declared exception came out; where from is counted for the first thousand inputs, with the caller."""
        if self._inputs <= FIRST:
            self._leaving[place] += 1

    def refused(self) -> list[list[Any]]:
        """The three places where most of the first inputs were refused: file, line, how many."""
        return [[*place[-1], count] for place, count in self._leaving.most_common(3) if place]

    def score(self) -> dict[str, int]:
        """Inputs that were watched, those that entered the package, and those that left by the commonest raise.

        `close` were watched line by line; the first that entered reached `first_lines` of the package, all of them
        `lines`. `hit`: one of them came into the function that the harness is there for.
        """
        first_raise = self._leaving.most_common(1)[0][1] if self._leaving else 0
        lines = {"close": self._close, "first_lines": self._first_lines, "lines": len(self._lines)}
        return {
            "looked": self.looked,
            "entered": self.entered,
            "first_raise": first_raise,
            **lines,
            "hit": int(self.hit),
        }

    def _is_own(self, code: CodeType) -> bool:
        own = self._own.get(code)
        if own is None:
            own = self._own[code] = code.co_filename.startswith(self._folders)
        return own

    def _call(self, frame: FrameType, _event: str, _argument: object) -> None:
        if self._is_own(frame.f_code):
            self._entered = True
            sys.settrace(None)  # one entry is enough; the rest of this input runs at full speed

    def _call_closely(self, frame: FrameType, _event: str, _argument: object) -> Any:
        if not self._is_own(frame.f_code):
            return None
        self._entered = True
        self.hit = self.hit or frame.f_code.co_qualname == self._target
        return self._line

    def _line(self, frame: FrameType, _event: str, _argument: object) -> Any:
        self._lines.add((frame.f_code, frame.f_lineno))
        return self._line
