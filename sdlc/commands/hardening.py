"""`sdlc hardening`: the guide of the last check, and a quick look at files without running anything."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from sdlc.commands.inputs import OUT, PATH, any_check
from sdlc.commands.judges import configure
from sdlc.disk import replace_file
from sdlc.errors import UsageError
from sdlc.evidence.store import Store
from sdlc.formats.terminal import printable
from sdlc.gates.hardening import ID
from sdlc.hardening.report import PARTS, Tables, guide, load_tables
from sdlc.session import Session
from sdlc.workspace import open_workspace

WIDTHS = 60


@click.group(name=ID)
def command() -> None:
    """What the product carries, opens, ships as defaults and runs in. docs/hardening.md tells how it is judged."""


@command.command(name="guide")
@PATH
@OUT
@click.option("--write", type=click.Path(path_type=Path), help="Write it to this file; default: print it.")
@click.pass_obj
def show_guide(session: Session, path: Path, out: Path | None, write: Path | None) -> None:
    """The hardening guide of the last check, as Markdown: what is to do, and the tables of all parts."""
    product = configure(open_workspace(path, session.tools)).product.name
    text = guide(product, _tables(out or path / ".sdlc" / "out", session))
    if write is None:
        click.echo(text, nl=False)
    else:
        replace_file(session.disk, write, text.encode())
        click.echo(f"wrote     {printable(str(write))}")


@command.command(name="show")
@PATH
@OUT
@click.option("--part", type=click.Choice(list(PARTS)), default="to-do", show_default=True)
@click.pass_obj
def show(session: Session, path: Path, out: Path | None, part: str) -> None:
    """One table of the last check: footprint, ports, defaults, system, accepted, or what is to do."""
    for line in _lines(_tables(out or path / ".sdlc" / "out", session), part):
        click.echo(printable(line))


def _lines(tables: Tables, part: str) -> Iterator[str]:
    _, columns, nothing = PARTS[part]
    rows = [list(columns), *tables[part]]
    if len(rows) == 1:
        yield nothing
        return
    widths = [min(WIDTHS, max(len(row[index]) for row in rows)) for index in range(len(columns))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _tables(folder: Path, session: Session) -> Tables:
    result = next((one for one in any_check(folder).results if one.gate == ID), None)
    if result is None or "report.json" not in result.raw:
        said = result.reading.sentence if result is not None else "it did not run"
        raise UsageError(f"the last check has no answer of the gate {ID}: {said}", hint=f"run: sdlc check --gate {ID}")
    return load_tables(Store(folder / "objects", session.disk).get(result.raw["report.json"]))
