"""Makes a crashing input smaller by delta debugging: what is left fails in the same way, by the same key."""

from __future__ import annotations

import time
from collections.abc import Callable

from sdlc.harness.oracle import Crash

TRIES = 600
CPU_SECONDS = 10.0
HANG_SECONDS = 3.0
SLOW = ("Timeout ", "MemoryError ")
"""Each try of these costs a second or more, and the search behind them must go on."""


def shrink(
    judge: Callable[[bytes], Crash | None], data: bytes, key: str, *, tries: int = TRIES, seconds: float = CPU_SECONDS
) -> bytes:
    """The smallest of `data` that was found: pieces are removed, large ones first, until none can be spared.

    Bounded by `tries` executions and `seconds` of CPU, whichever is spent first.
    """
    ends = time.process_time() + (min(seconds, HANG_SECONDS) if key.startswith(SLOW) else seconds)
    size = max(1, len(data) // 2)
    changed = False
    while data:
        position = 0
        while position < len(data):
            if tries <= 0 or time.process_time() > ends:
                return data
            tries -= 1
            candidate = data[:position] + data[position + size :]
            crash = judge(candidate)
            if crash is not None and crash.key == key:
                data, changed = candidate, True
            else:
                position += size
        if size == 1 and not changed:
            return data
        size, changed = (size // 2, changed) if size > 1 else (1, False)
    return data
