"""Foreign text made safe to print: scanned files may hold terminal escapes and bidirectional tricks."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

_UNSAFE = {"Cc", "Cf", "Cn", "Cs", "Co", "Zl", "Zp"}


def printable(text: str) -> str:
    """`text` on one line, with control, format and surrogate characters as visible escapes."""
    if text.isprintable():  # knows of no such character either, and is fast
        return text
    return "".join(
        character if unicodedata.category(character) not in _UNSAFE else _escape(character) for character in text
    )


def _escape(character: str) -> str:
    if character in "\n\t\r":
        return " "
    number = ord(character)
    return f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}" if number < 65536 else f"\\U{number:08x}"


SCREEN = 25
"""So many lines a person reads at once."""


def fitted(blocks: Sequence[Sequence[str]], more: str, most: int = SCREEN) -> list[str]:
    """The lines of all `blocks`, at most `most` where that is possible.

    The first block is kept whole. Of the others the longest loses lines from its end, and says how many; `more` is the
    way to all of them, and stands once in the end.
    """
    kept = [len(block) for block in blocks]
    cut = sum(kept) > most
    while sum(kept) + cut > most and max(kept[1:], default=0) > 1:
        longest = max(range(1, len(kept)), key=lambda at: (kept[at], at))
        kept[longest] -= 1
    lines: list[str] = []
    for block, number in zip(blocks, kept, strict=True):
        if number == len(block):
            lines += block
        else:
            left_out = len(block) - number + 1
            lines += [*block[: number - 1], f"  … and {left_out} more line{'' if left_out == 1 else 's'}"]
    return [*lines, more] if cut else lines
