"""
The hash of a line by which GitHub code scanning knows an alert again: `primaryLocationLineHash`.

Read off the service's documentation of SARIF and held against known values; used in SARIF alone, never to decide.
"""

from __future__ import annotations

import struct
from collections import Counter

WINDOW = 100
BASE = 37
END = 65535
_LINE_FEED = 10
_MASK = 2**64 - 1


def line_hashes(text: str) -> tuple[str, ...]:
    """One `hash:n` per line of `text`, the n-th of equal ones; what follows the last line feed is a line, too.

    Over the UTF-16 code units without tabs and spaces, all line ends being line feeds: the polynomial of base 37,
    modulo 2^64, of the 100 units that begin with the line's first (zeros behind the end), in hexadecimal.
    """
    kept = text.replace("\r\n", "\n").replace("\r", "\n").replace(" ", "").replace("\t", "")
    data = kept.encode("utf-16-le", "surrogatepass")
    units = [*struct.unpack(f"<{len(data) // 2}H", data), END]
    starts = [0, *(index + 1 for index, unit in enumerate(units) if unit == _LINE_FEED)]
    seen: Counter[int] = Counter()
    hashes = []
    for start in starts:
        window = units[start : start + WINDOW]
        value = 0
        for unit in window:
            value = (value * BASE + unit) & _MASK
        value = value * pow(BASE, WINDOW - len(window), 2**64) & _MASK
        seen[value] += 1
        hashes.append(f"{value:x}:{seen[value]}")
    return tuple(hashes)
