"""
Texts as a spreadsheet shows them and never runs them, and rows of them as CSV.

Attack: a foreign text is `=HYPERLINK(…)`, and a spreadsheet that opens the file runs it. A text that begins as a
formula gets an apostrophe in front, which spreadsheets show as text.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import TypeVar

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")
"""What some spreadsheet takes for the beginning of a formula, or of a command (DDE)."""

Cell = TypeVar("Cell")


def harmless(cell: Cell) -> Cell | str:
    """`cell` as a spreadsheet shows it and never runs it."""
    if isinstance(cell, str) and cell.lstrip().startswith(STARTS):
        return f"'{cell}"
    return cell


def dump_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """RFC 4180 in UTF-8, with a byte-order mark, so that spreadsheets take the right letters."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8")
