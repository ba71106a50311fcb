"""`sdlc sbom export --documents`: the SBOM and the documents that point into it, in one folder."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from sdlc.commands.inputs import read_file
from sdlc.commands.inventories import MEMBER, Named
from sdlc.disk import replace_file
from sdlc.errors import IncompleteError, UsageError
from sdlc.formats.terminal import printable
from sdlc.model.finding import Finding
from sdlc.model.result import Outcome
from sdlc.session import Session

SUPPORT = "support.toml"
FEED = ("feed", "feed-date", "feed-digest")


def write_documents(session: Session, named: Named, folder: Path, support_file: Path | None, place: Path) -> None:
    """Write the three documents; none of them when one cannot be made. Raises UsageError and IncompleteError."""
    from sdlc.inventory.linked import support_status, vulnerability_report
    from sdlc.inventory.support import load_support

    findings, feed, created = _answer(named)
    support = None
    own = place / SUPPORT
    if support_file is not None or (place.is_dir() and own.is_file()):
        path = support_file or own
        support = load_support(read_file(path), what=str(path))
    report = vulnerability_report(named.inventory, named.data, findings, feed, created)
    status, counts = support_status(named.inventory, named.data, support, created)
    known = {"vulnerabilities.cdx.json": report, "support.cdx.json": status}
    for name, data in {MEMBER: named.data, **known}.items():
        replace_file(session.disk, folder / name, data)
    standing = sum(not finding.suppressed for finding in findings)
    root = named.inventory.root
    lines = (
        f"{MEMBER}: {root.name} {root.version}, {len(named.inventory.items)} components",
        f"vulnerabilities.cdx.json: {standing} known, by {feed['feed']} of {feed['feed-date'][:10]}",
        "support.cdx.json: {known} components known, {unknown} unknown, {ended} past their end".format(**counts),
    )
    for line in lines:
        click.echo(printable(f"{folder}/{line}"))


def _answer(named: Named) -> tuple[tuple[Finding, ...], dict[str, str], datetime]:
    """What the check found about this very SBOM; without an answer there is no report, never an empty one."""
    if named.created is None:
        raise UsageError(
            f"{named.what} is a file, and nobody says what is known of it",
            hint="name the folder of a check or an evidence bundle",
        )
    result = next((one for one in named.results if one.gate == "vulnerabilities"), None)
    if result is None or result.reading.outcome not in (Outcome.PASSED, Outcome.FAILED):
        why = result.reading.sentence if result is not None else "the gate vulnerabilities did not run"
        raise IncompleteError(
            f"there is no report of vulnerabilities: {why}", hint="sdlc check --gate vulnerabilities -v"
        )
    return result.reading.findings, {key: result.reading.details[key] for key in FEED}, named.created
