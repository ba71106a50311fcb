"""What one phase of one harness came to, in a file that is there even when an engine ends the process."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sdlc.harness.guard import stored
from sdlc.harness.oracle import SHORT, Crash, Oracle

MAX_CRASHES = 40
OTHERS = 3
"""Further inputs that are kept of one crash, as they were: a product that remembers earlier inputs crashes with what
crashes in no fresh process, and what was made smaller then may be nothing at all."""


class Report:
    """What one phase came to; written again after every change, because an engine may end the process.

    `early` are modules of the package under test that no engine could instrument.
    """

    def __init__(self, path: Path, oracle: Oracle, early: Sequence[str] = ()) -> None:
        self._path = path
        self._oracle = oracle
        self._early = list(early)[:20]
        self._started = time.monotonic()
        self._crashes: list[dict[str, Any]] = []
        self._others: dict[str, list[str]] = {}
        self.growth: list[dict[str, Any]] = []
        self.reached: list[list[Any]] = []
        self.keeps: list[int] = []
        self.way = ""
        self.lines = 0

    def add(self, crash: Crash, value: Any, first: Any = None) -> None:
        """Remember `crash` with the smallest input; `first` is what crashed, when it was made smaller."""
        self._oracle.known[crash.key] = crash.site
        if crash.exception == "Timeout" and isinstance(value, bytes) and 0 < len(value) <= SHORT:
            self._oracle.hanging.append(value)
        found = 0 if first is None else len(stored(first))
        if len(self._crashes) < MAX_CRASHES:
            others = self._others.setdefault(crash.key, [])
            if first is not None and first != value:
                others.append(_text(first))
            row = {**vars(crash), "key": crash.key, "input": _text(value), "found_bytes": found, "others": others}
            self._crashes.append(row)
        self.write()

    def again(self, crash: Crash, value: Any) -> None:
        """A known crash with another input."""
        others = self._others.get(crash.key)
        if others is not None and len(others) < OTHERS:
            others.append(_text(value))

    def write(self, *, finished: bool = False) -> None:
        """Replace the file by the present state; `finished` is said once, so that a phase cut short shows."""
        seconds = round(time.monotonic() - self._started, 3)
        document = {"executions": self._oracle.executions, "seconds": seconds, "crashes": self._crashes}
        document |= {"early": self._early, "growth": self.growth}
        document |= {"refused": self._oracle.sight.refused()}
        document |= {"keeps": self.keeps} if self.keeps else {}
        document |= {"way": self.way, "lines": self.lines} if self.way else {}
        document |= {"reached": self.reached} if self.reached else {}
        document |= {"forked": self._oracle.guard.forked if self._oracle.guard else 0}
        document |= {"finished": finished, "sight": self._oracle.sight.score()}
        partial = self._path.with_suffix(".partial")
        partial.write_text(json.dumps(document))
        partial.replace(self._path)


def _text(value: Any) -> str:
    return base64.b64encode(stored(value)[: 1 << 20]).decode()
