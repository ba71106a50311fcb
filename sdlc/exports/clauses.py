"""The clause table as CSV: one row for each control, with the number under which your house files its document."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from sdlc.exports.tables import evidence_of
from sdlc.formats.spreadsheet_text import harmless
from sdlc.formats.terminal import printable
from sdlc.release.verified import Verified
from sdlc.standards.coverage import Coverage

COLUMNS = ("standard", "version", "review", "clause", "text", "document", "coverage", "shown by", "evidence", "people")


def export(release: Verified, coverages: Sequence[Coverage]) -> bytes:
    """The table of all `coverages`."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([harmless(printable(cell)) for cell in row] for row in _rows(release, coverages))
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8")


def _rows(release: Verified, coverages: Sequence[Coverage]) -> Iterator[tuple[str, ...]]:
    evidence = evidence_of(release)
    for coverage in coverages:
        standard = coverage.standard
        for one in coverage.controls:
            shown = [f"{producer.name} ({producer.shown.value})" for producer in one.producers]
            digests = [digest for producer in one.producers for digest in evidence.get(producer.name, {}).values()]
            yield (
                *(standard.id, standard.version, standard.review, one.control.id, one.control.text),
                *(one.control.document, one.word.value, "; ".join(shown), " ".join(digests), one.control.people),
            )
