"""`sdlc diff`: what changed from one release to another, both verified first."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

from sdlc.commands.inputs import TRUST
from sdlc.commands.verified import open_verified, verify_options
from sdlc.errors import BlockedError, UsageError
from sdlc.formats import strict_json
from sdlc.formats.terminal import printable
from sdlc.formats.timestamp import time_to_text
from sdlc.release.changes import Section, changes
from sdlc.release.inventory import Table
from sdlc.release.verified import Verified
from sdlc.session import Session

WIDTH = 118


@click.command(name="diff")
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@TRUST
@click.option("--json", "as_json", is_flag=True, help="One JSON document, schema sdlc.diff/1.")
@verify_options
@click.pass_obj
def command(
    session: Session,
    old: Path,
    new: Path,
    trust_file: Path,
    as_json: bool,
    at: datetime | None,
    allow_redacted: bool,
) -> None:
    """Verify the evidence bundles OLD and NEW, then say what changed: findings, components, gates, policy and more.

    Ends with 0 when both are verified, whatever changed. NEW is refused when it follows OLD and says something else of
    OLD than OLD itself.
    """
    before, now = (
        open_verified(session, bundle, trust_file, at=at, allow_redacted=allow_redacted) for bundle in (old, new)
    )
    if before.manifest.product != now.manifest.product:
        raise UsageError(f"{old} is {before.manifest.product}, and {new} is {now.manifest.product}")
    follows = demand_same(before, now)
    sections = changes(before.as_before.inventory, now.as_before.inventory)
    if as_json:
        click.echo(strict_json.pretty(diff_to_json(before, now, sections)).decode(), nl=False)
    else:
        click.echo("".join(f"{printable(line)}\n" for line in lines_of(before, now, sections, follows)), nl=False)


def demand_same(before: Verified, now: Verified) -> bool:
    """Whether `now` follows `before`; raises BlockedError when it says something else of it than it is."""
    if now.candidate.previous != before.manifest_digest:
        return False
    said, itself = now.holdings.before, before.as_before
    if said is not None and "closed" not in said.inventory.tables:  # an earlier version did not say it
        kept = {name: table for name, table in itself.inventory.tables.items() if name != "closed"}
        itself = replace(itself, inventory=replace(itself.inventory, tables=kept))
    if said is not None and said != itself:
        raise BlockedError(
            "inventory-differs",
            f"{now.manifest.version} says something else of {before.manifest.version} than that release itself",
            hint="what its page shows as changed is not to be believed; ask who holds the runner's key",
        )
    return True


def lines_of(before: Verified, now: Verified, sections: tuple[Section, ...], follows: bool) -> list[str]:
    """What a person reads: at most two lines for each table, what did not change on one line together."""
    lines = [
        f"{now.manifest.product} {before.manifest.version} → {now.manifest.version}, both verified"
        + ("" if follows else "; the second does not directly follow the first"),
        *(
            f"  {word:<5}{time_to_text(one.manifest.created)}  {one.manifest.channel}, sequence "
            f"{one.manifest.sequence}, manifest {one.manifest_digest[:16]}"
            for word, one in (("old", before), ("new", now))
        ),
    ]
    for section in sections:
        if section.count:
            counts = f"+{len(section.added)} −{len(section.removed)} ~{len(section.changed)}"
            lines.append(f"  {section.name:<12}{counts:<16}{section.example}")
    lines = [line if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…" for line in lines]
    same = [section.name for section in sections if section.known and not section.count]
    unknown = [section.name for section in sections if not section.known]
    lines += [f"  as before   {', '.join(same)}"] if same else []
    lines += [f"  not known   {', '.join(unknown)}: one of both releases does not say"] if unknown else []
    return [*lines, "  (+ new, − gone, ~ different; every row: --json, or report.html of the new release)"]


def diff_to_json(before: Verified, now: Verified, sections: tuple[Section, ...]) -> dict[str, object]:
    """The document that `--json` prints, schema sdlc.diff/1."""
    return {
        "schema": "sdlc.diff/1",
        "old": _release(before),
        "new": _release(now),
        "follows": now.candidate.previous == before.manifest_digest,
        "sections": [
            {
                "name": section.name,
                "known": section.known,
                "added": _rows(section.added),
                "removed": _rows(section.removed),
                "changed": [
                    {"key": one.key, "fields": {name: {"old": o, "new": n} for name, (o, n) in one.fields.items()}}
                    for one in section.changed
                ],
            }
            for section in sections
        ],
    }


def _release(release: Verified) -> dict[str, object]:
    manifest = release.manifest
    return {
        "product": manifest.product,
        "version": manifest.version,
        "channel": manifest.channel,
        "sequence": manifest.sequence,
        "signed": time_to_text(manifest.created),
        "manifest": release.manifest_digest,
    }


def _rows(table: Table) -> list[dict[str, object]]:
    return [{"key": key, "fields": dict(fields)} for key, fields in table.items()]
