"""`sdlc sbom`: look at an SBOM, compare two, write one in another form."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from sdlc.commands.inputs import time_option
from sdlc.commands.inventories import TRUST, Named, open_sbom
from sdlc.commands.linked_documents import SUPPORT, write_documents
from sdlc.disk import replace_file
from sdlc.errors import BlockedError, UsageError
from sdlc.formats import strict_json
from sdlc.formats.terminal import printable
from sdlc.inventory.difference import Change, differences, to_json
from sdlc.inventory.tree import tree
from sdlc.session import Session

FORMS = ("cyclonedx-1.6", "cyclonedx-1.7", "spdx-2.3", "csv", "html")
PLACE = click.Path(path_type=Path)
AT = click.option("--at", callback=time_option, metavar="TIME", help="Verify a bundle as of this time; default: now.")
SIGNS = {"added": "+", "removed": "-", "version": "~", "hashes": "#", "license": "§"}


@click.group(name="sbom")
def command() -> None:
    """Look at an SBOM: a CycloneDX file, an evidence bundle, or a folder, of which the last check's is taken."""


@command.command(name="tree")
@click.argument("place", type=PLACE, default=".", metavar="[PATH|FILE|BUNDLE]")
@click.option("--depth", type=click.IntRange(0), help="Show so many levels; default: all.")
@TRUST
@AT
@click.pass_obj
def show_tree(session: Session, place: Path, depth: int | None, trust_file: Path | None, at: datetime | None) -> None:
    """What requires what, and what each component carries inside."""
    for line in tree(open_sbom(session, place, trust_file, at=at).inventory, depth=depth):
        click.echo(printable(str(line)))


@command.command(name="diff")
@click.argument("old", type=PLACE)
@click.argument("new", type=PLACE)
@click.option("--json", "as_json", is_flag=True, help="One JSON document, schema sdlc.sbom-diff/1.")
@click.option("--fail", is_flag=True, help="Exit with 1 when anything differs.")
@TRUST
@AT
@click.pass_obj
def show_differences(
    session: Session, old: Path, new: Path, as_json: bool, fail: bool, trust_file: Path | None, at: datetime | None
) -> None:
    """Which components came, went, changed their version, or are other files or under another license."""
    before = open_sbom(session, old, trust_file, at=at).inventory
    after = open_sbom(session, new, trust_file, at=at).inventory
    changes = differences(before, after)
    if as_json:
        click.echo(strict_json.pretty(to_json(before, after, changes)).decode(), nl=False)
    else:
        for change in changes:
            click.echo(printable(_line(change)))
        click.echo(_summary(changes))
    if fail and changes:
        raise BlockedError("sbom-differs", f"{len(changes)} differences")


@command.command(name="export")
@click.argument("place", type=PLACE, default=".", metavar="[PATH|FILE|BUNDLE]")
@click.option("--format", "form", type=click.Choice(FORMS), help="The form to write.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="The file to write; default: print it.")
@click.option(
    "--documents",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write the SBOM, the report of known vulnerabilities and the status of support into this folder, linked.",
)
@click.option(
    "--support",
    "support_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help=f"Who supports what until when, for --documents; default: PATH/{SUPPORT}.",
)
@TRUST
@AT
@click.pass_obj
def export(
    session: Session,
    place: Path,
    form: str | None,
    out: Path | None,
    documents: Path | None,
    support_file: Path | None,
    trust_file: Path | None,
    at: datetime | None,
) -> None:
    """Write an SBOM in another form; what that form cannot say is told, item by item.

    spdx-2.3 demands a time: that of the SBOM, else that of SOURCE_DATE_EPOCH, else the time of the export.
    """
    if (form is None) == (documents is None):
        raise UsageError("say either --format or --documents", hint="sdlc sbom export --help")
    named = open_sbom(session, place, trust_file, at=at)
    if documents is not None:
        write_documents(session, named, documents, support_file, place)
        return
    made, losses = _exported(session, form or "", named)
    if out is None:
        click.get_binary_stream("stdout").write(made)
    else:
        replace_file(session.disk, out, made)
    for loss in losses:
        click.echo(printable(f"lost in {form}: {loss}"), err=True)


def _exported(session: Session, form: str, named: Named) -> tuple[bytes, tuple[str, ...]]:
    """The document, and what it cannot say; the heavy modules are imported where they are needed."""
    if form.startswith("cyclonedx-"):
        from sdlc.inventory.cyclonedx import recast

        return recast(named.data, form.removeprefix("cyclonedx-"), what=named.what)
    if form == "spdx-2.3":
        from sdlc.inventory.spdx import to_spdx

        return to_spdx(named.inventory, created=_created(session))
    if form == "csv":
        from sdlc.inventory.spreadsheet import to_csv

        return to_csv(named.inventory), ("the serial number, the tools and the unknown fields of the document itself",)
    from sdlc.inventory.page import to_page

    return to_page(named.inventory), ()


def _created(session: Session) -> str:
    """When a document is made: SOURCE_DATE_EPOCH, so that the same input gives the same bytes, else now."""
    said = session.environment.get("SOURCE_DATE_EPOCH", "")
    try:
        moment = datetime.fromtimestamp(int(said), UTC) if said else session.now
    except (ValueError, OverflowError, OSError):
        raise UsageError(f"SOURCE_DATE_EPOCH is {said!r:.40}", hint="write seconds since 1970-01-01") from None
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _line(change: Change) -> str:
    old, new = change.values
    text = {
        "added": new or "(no version)",
        "removed": old or "(no version)",
        "version": f"{old or '(no version)'} → {new or '(no version)'}",
        "hashes": f"other files: {len(change.old.hashes) if change.old else 0} hashes before, "
        f"{len(change.new.hashes) if change.new else 0} now",
        "license": f"license {old or '(unknown)'} → {new or '(unknown)'}",
    }[change.word]
    return f" {SIGNS[change.word]} {change.name}  {text}"


def _summary(changes: tuple[Change, ...]) -> str:
    if not changes:
        return "no component differs"
    counts = {word: sum(change.word == word for change in changes) for word in SIGNS}
    said = {"version": "with another version", "hashes": "with other files", "license": "under another license"}
    return ", ".join(f"{number} {said.get(word, word)}" for word, number in counts.items() if number)
