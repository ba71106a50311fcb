"""`sdlc standards`: which outside standards are known, and what one release shows of them, control by control."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click

from sdlc.commands.verified import OWN_STANDARDS, all_standards, open_verified, verify_options
from sdlc.errors import UsageError
from sdlc.formats import strict_json
from sdlc.formats.terminal import printable
from sdlc.session import Session
from sdlc.standards.catalog import Standard
from sdlc.standards.coverage import Coverage, Word, cover

FORMAT = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)


@click.group(name="standards")
def command() -> None:
    """Outside standards: what the gates can answer of them, and what a release does answer."""


@command.command(name="list")
@OWN_STANDARDS
@FORMAT
def list_standards(own: Path | None, form: str) -> None:
    """Every standard, with its version, and whether somebody reviewed our reading of it."""
    standards = all_standards(own)
    if form == "json":
        rows = [_head(standard) | {"controls": len(standard.controls)} for standard in standards]
        click.echo(strict_json.pretty(rows).decode(), nl=False)
        return
    width = max(len(standard.id) for standard in standards)
    for standard in standards:
        number = f"{len(standard.controls)} controls"
        draft = ", draft" if standard.status == "draft" else ""
        row = f"{standard.id:<{width}}  {number:>12}  {standard.title}, {standard.version}{draft} ({standard.review})"
        click.echo(printable(row))


@command.command(name="show")
@click.argument("standard_id", metavar="ID")
@click.option("--bundle", type=click.Path(path_type=Path), help="An evidence bundle: what does this release show?")
@click.option("--trust", "trust_file", type=click.Path(path_type=Path), help="The trust root to verify it with.")
@verify_options
@OWN_STANDARDS
@FORMAT
@click.pass_obj
def show(
    session: Session,
    standard_id: str,
    bundle: Path | None,
    trust_file: Path | None,
    at: datetime | None,
    allow_redacted: bool,
    own: Path | None,
    form: str,
) -> None:
    """The controls of the standard ID, and what answers each; with a bundle, what of it this release shows."""
    standards = {standard.id: standard for standard in all_standards(own)}
    if standard_id not in standards:
        raise UsageError(f"there is no standard {standard_id!r}", hint="sdlc standards list")
    if (bundle is None) != (trust_file is None):
        raise UsageError("a bundle is verified before it is believed", hint="give --bundle and --trust, or neither")
    standard = standards[standard_id]
    if bundle is None or trust_file is None:
        shown = _controls(standard)
        lines = _plain(standard)
    else:
        release = open_verified(session, bundle, trust_file, at=at, allow_redacted=allow_redacted)
        coverage = cover(standard, release.producers)
        shown = coverage_rows(coverage)
        name = f"{release.manifest.product} {release.manifest.version}"
        lines = _covered(coverage, name)
    if form == "json":
        click.echo(strict_json.pretty(_head(standard) | {"controls": shown}).decode(), nl=False)
    else:
        click.echo("".join(f"{printable(line)}\n" for line in lines), nl=False)


def coverage_rows(coverage: Coverage) -> list[dict[str, object]]:
    """Each control with its word and all that could answer it, for machines."""
    return [
        {
            "id": one.control.id,
            "text": one.control.text,
            "coverage": one.word.value,
            "people": one.control.people,
            "producers": [{"name": p.name, "shown": p.shown.value, "why": p.sentence} for p in one.producers],
        }
        for one in coverage.controls
    ]


def _head(standard: Standard) -> dict[str, object]:
    keys = ("id", "title", "version", "status", "reviewer", "scope", "attribution")
    return {key: getattr(standard, key) for key in keys}


def _controls(standard: Standard) -> list[dict[str, object]]:
    return [
        {"id": one.id, "text": one.text, "full": one.full, "partial": one.partial, "people": one.people}
        for one in standard.controls
    ]


def _title(standard: Standard) -> Iterator[str]:
    yield f"{standard.title}, {standard.version}{' (draft)' if standard.status == 'draft' else ''}: {standard.review}"
    if standard.scope:
        yield standard.scope


def _plain(standard: Standard) -> Iterator[str]:
    yield from _title(standard)
    yield ""
    for one in standard.controls:
        yield f"{one.id}  {one.text}"
        yield from (
            f"    {word}: {', '.join(names)}" for word, names in (("full", one.full), ("partial", one.partial)) if names
        )
        if one.people:
            yield f"    by people: {one.people}"


def _covered(coverage: Coverage, release: str) -> Iterator[str]:
    yield from _title(coverage.standard)
    counted = ", ".join(f"{number} {word}" for word, number in coverage.counts.items())
    yield f"{release} shows of {len(coverage.controls)} controls: {counted}"
    yield ""
    for one in coverage.controls:
        yield f"{one.word:<12} {one.control.id}  {one.control.text}"
        yield from (f"    {p.name}: {p.sentence}" for p in one.producers)
        if one.word in (Word.PEOPLE, Word.PARTIAL) and one.control.people:
            yield f"    people: {one.control.people}"
