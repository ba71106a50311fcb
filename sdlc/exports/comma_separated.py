"""The trace matrix as CSV."""

from __future__ import annotations

from collections.abc import Sequence

from sdlc.exports.tables import tables_of
from sdlc.formats.spreadsheet_text import dump_csv
from sdlc.release.verified import Verified
from sdlc.standards.coverage import Coverage


def export(release: Verified, coverages: Sequence[Coverage]) -> bytes:
    """The matrix; the tables behind it are in `xlsx` and `json`."""
    trace = tables_of(release, coverages)[0]
    return dump_csv(trace.columns, trace.rows)
