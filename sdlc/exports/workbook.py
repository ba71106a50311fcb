"""
All tables as one workbook (XLSX), a sheet each; needs the extra `secure-sdlc[export]`.

Every text is stored as a text and marked to stay one, so no spreadsheet runs it as a formula. The library writes the
time of saving into the file; here it is the time of the signature, and equal facts give equal bytes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

from sdlc.errors import UsageError
from sdlc.exports.tables import Cell, Table, tables_of
from sdlc.formats.spreadsheet_text import harmless
from sdlc.formats.terminal import printable
from sdlc.release.verified import Verified
from sdlc.standards.coverage import Coverage

MAX_CELL = 32_767
"""Characters; a longer cell makes the whole file unreadable to spreadsheets."""

MAX_ROWS = 1_048_575
_WIDTHS = {"text": 60, "why": 50, "message": 60, "fix": 50, "value": 80, "looked at": 60, "sha256": 66, "place": 40}


def export(release: Verified, coverages: Sequence[Coverage]) -> bytes:
    """The workbook. Raises UsageError when openpyxl is missing, or a table has more rows than a sheet holds."""
    try:
        from openpyxl import Workbook
        from openpyxl.packaging.core import DocumentProperties
    except ImportError:
        raise UsageError("a workbook needs openpyxl", hint="pip install 'secure-sdlc[export]'") from None
    book = Workbook()
    book.remove(book.active)
    for table in tables_of(release, coverages):
        if len(table.rows) > MAX_ROWS:
            raise UsageError(f"{len(table.rows)} rows of {table.name}, more than a sheet holds", hint="--format json")
        _fill(book.create_sheet(table.name), table)
    signed = release.manifest.created.replace(tzinfo=None)
    title = printable(f"{release.manifest.product} {release.manifest.version}")
    book.properties = DocumentProperties(creator="secure-sdlc", title=title, created=signed, modified=signed)
    saved = io.BytesIO()
    book.save(saved)
    # Saving has put the clock into `modified` again.
    book.properties.modified = signed
    return _settled(saved.getvalue(), book.properties.to_tree())


def _fill(sheet: object, table: Table) -> None:
    from openpyxl.cell.cell import Cell as SheetCell
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.worksheet import Worksheet

    assert isinstance(sheet, Worksheet)  # noqa: S101 - openpyxl has no types of its own
    for number, name in enumerate(table.columns, start=1):
        cell = sheet.cell(1, number, name)
        cell.font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(number)].width = _WIDTHS.get(name, 18)
    top = Alignment(vertical="top", wrap_text=True)
    for row, values in enumerate(table.rows, start=2):
        for number, value in enumerate(values, start=1):
            cell = SheetCell(sheet, row=row, column=number)
            cell.value = _short(value)
            cell.alignment = top
            if isinstance(value, str):
                cell.data_type = "s"
                cell.quotePrefix = harmless(value) != value
            sheet._cells[row, number] = cell
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions


def _short(value: Cell) -> Cell:
    if isinstance(value, str) and len(value) > MAX_CELL:
        end = " … cut: the sheets evidence and findings have all"
        return value[: MAX_CELL - len(end)] + end
    return value


def _settled(data: bytes, properties: object) -> bytes:
    """The same workbook, with the times of its members and of its saving taken out."""
    from openpyxl.xml.functions import tostring

    settled = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(settled, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = tostring(properties) if name == "docProps/core.xml" else source.read(name)
            target.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return settled.getvalue()
