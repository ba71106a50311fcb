"""When a search is over: in seconds of the wall for a gate, in CPU seconds of the process where two are compared."""

from __future__ import annotations

import time
from collections.abc import Callable


class Deadline:
    """`seconds` from now on; with `cpu`, CPU seconds of the whole process, what it spent until now included.

    With `executions`, it is over as soon as `done` says as many, however many seconds are left.
    """

    def __init__(
        self, seconds: float, *, cpu: bool = False, executions: int = 0, done: Callable[[], int] = lambda: 0
    ) -> None:
        self._clock = time.process_time if cpu else time.monotonic
        self._seconds = seconds
        self._ends = seconds if cpu else self._clock() + seconds
        self._executions = executions
        self._done = done

    def begin(self) -> None:
        """The seconds of the wall begin now: what went before was preparation. Those of the CPU are what they are."""
        if self._clock is time.monotonic:
            self._ends = self._clock() + self._seconds

    def over(self) -> bool:
        """True when nothing is left."""
        return self._clock() > self._ends or 0 < self._executions <= self._done()

    def left(self) -> float:
        """Seconds that are left, below zero when it is over."""
        return self._ends - self._clock()

    def within(self, share: float) -> Deadline:
        """One that is over after that share of what is left, of seconds and of executions."""
        done = self._done()
        executions = done + max(1, int(share * (self._executions - done))) if self._executions else 0
        part = Deadline(0.0, cpu=self._clock is time.process_time, executions=executions, done=self._done)
        part._ends = self._clock() + share * max(0.0, self.left())
        return part
