"""`sdlc sbom`: look at an SBOM, compare two, write one in another form."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from sdlc.commands.inputs import time_option
from sdlc.commands.inventories import TRUST, open_sbom
from sdlc.errors import BlockedError
from sdlc.formats import strict_json
from sdlc.formats.terminal import printable
from sdlc.inventory.difference import Change, differences, to_json
from sdlc.inventory.tree import tree
from sdlc.session import Session

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
    inventory, _ = open_sbom(session, place, trust_file, at=at)
    for line in tree(inventory, depth=depth):
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
    before, _ = open_sbom(session, old, trust_file, at=at)
    after, _ = open_sbom(session, new, trust_file, at=at)
    changes = differences(before, after)
    if as_json:
        click.echo(strict_json.pretty(to_json(before, after, changes)).decode(), nl=False)
    else:
        for change in changes:
            click.echo(printable(_line(change)))
        click.echo(_summary(changes))
    if fail and changes:
        raise BlockedError("sbom-differs", f"{len(changes)} differences")


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
