"""The table: every component, and no formula."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

from fakes.boms import rich_bom

from sdlc.formats.spreadsheet_text import STARTS
from sdlc.inventory.rows import Inventory, load_inventory
from sdlc.inventory.spreadsheet import COLUMNS, to_csv

BOM = load_inventory(rich_bom(), what="bom")


def table(inventory: Inventory) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(to_csv(inventory).decode("utf-8-sig"))))


def test_a_row_for_every_component() -> None:
    rows = {row["name"]: row for row in table(BOM)}
    assert tuple(rows["box"]) == COLUMNS
    assert len(table(BOM)) == 1 + len(BOM.items)
    assert rows["h11"]["requires"] == "idna 3.10"
    assert rows["libtiff"]["carried by"] == "h11 0.16.0"
    assert "filename" in rows["libtiff"]["found by"]
    assert "license-concluded: no person has concluded one" in rows["idna"]["unknown"]
    assert (rows["h11"]["parts inside known"], rows["idna"]["requirements known"]) == ("incomplete", "unknown")


def test_no_cell_runs_in_a_spreadsheet() -> None:
    evil = replace(BOM.root, name='=HYPERLINK("https://evil.example")', producer="@SUM(1)", license="-1+1")
    [row, *_] = table(replace(BOM, root=evil))
    assert not any(value.startswith(STARTS) for value in row.values())
    assert row["name"] == '\'=HYPERLINK("https://evil.example")'
