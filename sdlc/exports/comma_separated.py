"""
The trace matrix as CSV (RFC 4180, UTF-8 with a byte-order mark, so that spreadsheets take the right letters).

Attack: a finding's message is `=HYPERLINK(…)`, and a spreadsheet that opens the file runs it. A text that begins as a
formula gets an apostrophe in front, which spreadsheets show as text.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from sdlc.exports.tables import Cell, tables_of
from sdlc.release.verified import Verified
from sdlc.standards.coverage import Coverage

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")
"""What some spreadsheet takes for the beginning of a formula, or of a command (DDE)."""


def export(release: Verified, coverages: Sequence[Coverage]) -> bytes:
    """The matrix; the tables behind it are in `xlsx` and `json`."""
    trace = tables_of(release, coverages)[0]
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(trace.columns)
    writer.writerows([harmless(cell) for cell in row] for row in trace.rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8")


def harmless(cell: Cell) -> Cell:
    """`cell` as a spreadsheet shows it and never runs it."""
    if isinstance(cell, str) and cell.lstrip().startswith(STARTS):
        return f"'{cell}"
    return cell
