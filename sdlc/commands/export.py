"""`sdlc export`: a verified evidence bundle in the forms that spreadsheets and assessors' tools read."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from sdlc.commands.inputs import TRUST, read_file
from sdlc.commands.verified import OWN_STANDARDS, all_standards, open_verified, verify_options
from sdlc.disk import replace_file
from sdlc.errors import UsageError
from sdlc.exports import EXPORTS, export
from sdlc.exports.submission import folders
from sdlc.formats.terminal import printable
from sdlc.release.bundle import read_bundle
from sdlc.session import Session
from sdlc.standards.coverage import cover
from sdlc.standards.documents import load_documents, with_documents

FOLDER = "fda"


@click.command(name="export")
@click.argument("bundle", type=click.Path(path_type=Path))
@TRUST
@click.option("--format", "form", type=click.Choice(sorted((*EXPORTS, FOLDER))), required=True)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The file to write; for fda a new folder.")
@click.option("--standard", "wanted", multiple=True, metavar="ID", help="Only this standard; may be repeated.")
@click.option("--documents", type=click.Path(path_type=Path), help="Your own document numbers, by control (TOML).")
@OWN_STANDARDS
@verify_options
@click.pass_obj
def command(
    session: Session,
    bundle: Path,
    trust_file: Path,
    form: str,
    out: Path,
    wanted: tuple[str, ...],
    documents: Path | None,
    own: Path | None,
    at: datetime | None,
    allow_redacted: bool,
) -> None:
    """Verify BUNDLE, then write its trace matrix: control, gate, outcome, evidence, findings.

    csv holds the matrix, clauses one row for each control, xlsx and json everything, oscal the assessment results, fda
    a folder with the evidence for each row of a premarket submission. Equal bundles give equal bytes.
    """
    standards = all_standards(own)
    if documents is not None:
        numbers = load_documents(read_file(documents), str(documents))
        standards = with_documents(standards, numbers, str(documents))
    unknown = sorted(set(wanted) - {standard.id for standard in standards})
    if unknown:
        raise UsageError(f"there is no standard {unknown[0]!r}", hint="sdlc standards list")
    release = open_verified(session, bundle, trust_file, at=at, allow_redacted=allow_redacted)
    shown = release.producers
    coverages = [cover(standard, shown) for standard in standards if not wanted or standard.id in wanted]
    if form == FOLDER:
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise UsageError(f"{out} is there already", hint="name a new folder: old files must not look like new ones")
        for path, data in folders(release, coverages, read_bundle(read_file(bundle))).items():
            replace_file(session.disk, out / path, data)
    else:
        replace_file(session.disk, out, export(form, release, coverages))
    controls = sum(len(coverage.controls) for coverage in coverages)
    name = f"{release.manifest.product} {release.manifest.version}"
    click.echo(printable(f"{out}: {name}, verified; {controls} controls of {len(coverages)} standards"))
