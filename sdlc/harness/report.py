"""What one phase of one harness came to, in a file that is there even when an engine ends the process."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sdlc.harness.guard import stored
from sdlc.harness.oracle import Crash, Oracle

MAX_CRASHES = 20


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
        self.growth: list[dict[str, Any]] = []

    def add(self, crash: Crash, value: Any, found: int = 0) -> None:
        """Remember `crash` with the smallest input; `found` is the size of the first one, 0 if it was not shrunk."""
        self._oracle.known[crash.key] = crash.site
        if len(self._crashes) < MAX_CRASHES:
            encoded = base64.b64encode(stored(value)[: 1 << 20]).decode()
            self._crashes.append({**vars(crash), "key": crash.key, "input": encoded, "found_bytes": found})
        self.write()

    def write(self, *, finished: bool = False) -> None:
        """Replace the file by the present state; `finished` is said once, so that a phase cut short shows."""
        seconds = round(time.monotonic() - self._started, 3)
        document = {"executions": self._oracle.executions, "seconds": seconds, "crashes": self._crashes}
        document |= {"early": self._early, "growth": self.growth}
        document |= {"forked": self._oracle.guard.forked if self._oracle.guard else 0}
        document |= {"finished": finished, "sight": self._oracle.sight.score()}
        partial = self._path.with_suffix(".partial")
        partial.write_text(json.dumps(document))
        partial.replace(self._path)
