"""A verified release in the forms that other people's tools read; each is a function of this shape, by format."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Protocol

from sdlc.release.verified import Verified
from sdlc.standards.coverage import Coverage


class Export(Protocol):
    """Equal facts give equal bytes: an export reads no clock, and names nothing by chance."""

    def __call__(self, release: Verified, coverages: Sequence[Coverage]) -> bytes: ...


EXPORTS = {
    "clauses": "sdlc.exports.clauses",
    "csv": "sdlc.exports.comma_separated",
    "json": "sdlc.exports.document",
    "oscal": "sdlc.exports.oscal",
    "xlsx": "sdlc.exports.workbook",
}
"""Format → module with a function `export`; each is imported when it is asked for."""


def export(form: str, release: Verified, coverages: Sequence[Coverage]) -> bytes:
    """`release` as `form`, with what it shows of the standards. Raises UsageError where an extra is missing."""
    made: Export = import_module(EXPORTS[form]).export
    return made(release, coverages)
