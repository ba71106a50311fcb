"""An SBOM as a table for spreadsheets: one row per component, the parts inside of others as well."""

from __future__ import annotations

from collections.abc import Iterator

from sdlc.formats.spreadsheet_text import dump_csv
from sdlc.inventory.rows import Inventory, Item

COLUMNS = (
    *("name", "version", "kind", "carried by", "purl", "license declared", "license concluded", "producer", "email"),
    *(
        "source code",
        "hashes",
        "requires",
        "only if",
        "locked from",
        "found by",
        "confidence",
        "unexplained",
        "unknown",
    ),
    *("parts inside known", "requirements known"),
)


def to_csv(inventory: Inventory) -> bytes:
    """The table, the product first; cells that begin as a formula are made harmless."""
    return dump_csv(COLUMNS, _rows(inventory))


def _rows(inventory: Inventory) -> Iterator[tuple[str, ...]]:
    by_ref = inventory.by_ref()
    for item in inventory.every:
        yield (
            *(item.name, item.version, item.kind),
            _named(by_ref[item.carrier]) if item.carrier else "",
            *(item.purl, item.license, item.concluded, item.producer, item.email, item.source),
            " ".join(item.hashes),
            ", ".join(sorted(_named(by_ref[ref]) for ref in item.requires)),
            " or ".join(item.markers),
            " ".join(item.sources),
            "\n".join(item.evidence),
            "" if item.confidence is None else f"{item.confidence:g}",
            "\n".join(item.unexplained),
            "\n".join(f"{field}: {reason}" for field, reason in item.unknown),
            *(item.inside_known, item.requires_known),
        )


def _named(item: Item) -> str:
    return f"{item.name} {item.version}".strip()
