"""`sdlc requirements`: what is asked of the product, and what shows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from sdlc.commands.inputs import OUT, PATH, any_check
from sdlc.commands.judges import configure
from sdlc.disk import replace_file
from sdlc.errors import ExitCode, UsageError
from sdlc.evidence.store import Store
from sdlc.formats.terminal import printable
from sdlc.gates.requirements import not_applicable
from sdlc.model.result import Outcome
from sdlc.readings import READINGS
from sdlc.readings.replay import gathered, settings_from_json
from sdlc.readings.requirements import TRACES, look, rows_of, tests_of
from sdlc.requirements.judge import Row
from sdlc.requirements.model import load_requirements
from sdlc.session import Session
from sdlc.threats.pointers import resolve
from sdlc.workspace import open_workspace

GATE = "requirements"
LINES = 25


@click.group(name=GATE)
def command() -> None:
    """Security requirements and roles: what is asked, and what shows it. docs/requirements.md tells how."""


@command.command(name="check")
@PATH
@click.pass_obj
def check(session: Session, path: Path) -> None:
    """A quick look, without running anything: is the file in order, and are the tests there that it names?

    Tests and controls are taken as if they had passed; `sdlc check` runs them.
    """
    workspace = open_workspace(path, session.tools)
    settings = configure(workspace).settings[GATE]
    absent = not_applicable(workspace, settings)
    if absent:
        raise UsageError(absent, hint="docs/requirements.md shows a whole file")
    data = workspace.read(settings.file)
    named = tests_of(load_requirements(data, path=settings.file))
    found = {test: resolve(test.partition("[")[0], workspace.paths, workspace.read) for test in named}
    missing = {test: f"{test} leads nowhere: {one.reason}" for test, one in found.items() if not one.resolves}
    reading = look(data, settings, missing)
    for one in sorted(reading.findings, key=lambda one: (-one.severity.rank, one.rule, str(one.place))):
        click.echo(printable(f" {one.rule} {one.severity.value:<8} {one.place}  {one.message}"))
        click.echo(printable(f"       fix: {one.fix}"))
    click.echo(printable(f" {GATE}    {reading.sentence}"))
    passed = reading.outcome is Outcome.PASSED
    click.get_current_context().exit(ExitCode.ALLOWED if passed else ExitCode.BLOCKED)


@command.command(name="trace")
@PATH
@OUT
@click.option("--csv", "table", type=click.Path(path_type=Path), help="Write the whole matrix as CSV.")
@click.option("--json", "document", type=click.Path(path_type=Path), help="Write the whole matrix as JSON.")
@click.option("-v", "--verbose", is_flag=True, help="Every line, not only one screen of them.")
@click.pass_obj
def trace(
    session: Session, path: Path, out: Path | None, table: Path | None, document: Path | None, verbose: bool
) -> None:
    """The trace matrix of the last check: each requirement, each cell of the roles, and what shows it."""
    rows = _rows(out or path / ".sdlc" / "out", session)
    for file, name in ((table, "trace.csv"), (document, "trace.json")):
        if file is not None:
            replace_file(session.disk, file, TRACES[name](rows))
            click.echo(f"wrote     {printable(str(file))}: {len(rows)} rows", err=True)
    lines = [line for row in sorted(rows, key=lambda row: row.verified) for line in _lines(row)]
    for line in lines if verbose else lines[: LINES - 2]:
        click.echo(printable(line))
    if not verbose and len(lines) > LINES - 2:
        click.echo(f" … {len(lines) - LINES + 2} more lines: sdlc requirements trace -v")
    shown = sum(row.verified for row in rows)
    click.echo(f" {shown} of {len(rows)} shown by the last check")
    click.get_current_context().exit(ExitCode.ALLOWED if shown == len(rows) else ExitCode.BLOCKED)


def _lines(row: Row) -> Iterator[str]:
    mark = "✓" if row.verified else "✗"
    shown = f"{row.proofs[0]}{f' and {len(row.proofs) - 1} more' if len(row.proofs) > 1 else ''}" if row.proofs else "—"
    name = f"{row.id} {row.category}" if row.kind == "role" else f"{row.id} {row.title}"
    yield f" {mark} {name[:58]:<58}  {shown if row.verified else ''}".rstrip()
    yield from (f"     {said}" for said in row.against)


def _rows(folder: Path, session: Session) -> Sequence[Row]:
    record = any_check(folder)
    store = Store(folder / "objects", session.disk)
    results = {result.gate: result for result in record.results}
    result = results.get(GATE)
    if result is None or "trace.json" not in result.raw:
        said = result.reading.sentence if result is not None else "it did not run"
        raise UsageError(f"the last check has no answer of the gate {GATE}: {said}", hint="run: sdlc check")
    answered = (Outcome.PASSED, Outcome.FAILED)
    others = {one.gate: one.raw for one in results.values() if one.reading.outcome in answered}
    raw = {name: store.get(digest) for name, digest in gathered(GATE, result.raw, others).items()}
    return rows_of(raw, settings_from_json(READINGS[GATE], result.settings))
