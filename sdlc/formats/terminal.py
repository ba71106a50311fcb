"""Foreign text made safe to print: scanned files may hold terminal escapes and bidirectional tricks."""

from __future__ import annotations

import unicodedata

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
