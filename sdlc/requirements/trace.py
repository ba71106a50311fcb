"""The trace matrix as files: from each requirement, and each cell of the roles, to what shows it in this build."""

from __future__ import annotations

from collections.abc import Sequence

from sdlc.formats import strict_json
from sdlc.formats.spreadsheet_text import dump_csv
from sdlc.requirements.judge import Row

SCHEMA = "sdlc.requirements-trace/1"
COLUMNS = ("kind", "id", "title", "category", "criterion", "source", "verified", "shown by", "stands against it", "at")


def trace_csv(rows: Sequence[Row]) -> bytes:
    """`rows` as CSV, one line each."""
    return dump_csv(
        COLUMNS,
        (
            (
                *(row.kind, row.id, row.title, row.category, row.criterion, row.source),
                "yes" if row.verified else "no",
                "\n".join(row.proofs),
                "\n".join(row.against),
                str(row.place),
            )
            for row in rows
        ),
    )


def trace_json(rows: Sequence[Row]) -> bytes:
    """`rows` as JSON."""
    return strict_json.dumps(
        {
            "schema": SCHEMA,
            "rows": [
                {
                    "kind": row.kind,
                    "id": row.id,
                    "title": row.title,
                    "category": row.category,
                    "criterion": row.criterion,
                    "source": row.source,
                    "verified": row.verified,
                    "proofs": list(row.proofs),
                    "against": list(row.against),
                    "place": str(row.place),
                }
                for row in rows
            ],
        }
    )
