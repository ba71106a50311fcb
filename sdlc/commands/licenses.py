"""`sdlc licenses`: what the last check knows of licenses, and the notices that go along with a release."""

from __future__ import annotations

from pathlib import Path

import click

from sdlc.commands.inputs import OUT, PATH, any_check
from sdlc.disk import replace_file
from sdlc.errors import UsageError
from sdlc.evidence.store import Store
from sdlc.formats.terminal import printable
from sdlc.licenses.rules import load_rules
from sdlc.model.result import RawArtifacts
from sdlc.readings import READINGS
from sdlc.readings.licenses import Settings, Survey, survey_of
from sdlc.readings.replay import settings_from_json
from sdlc.session import Session

GATE = "licenses"


@click.group(name="licenses")
def command() -> None:
    """Licenses of what is shipped, as the last check saw them."""


@command.command(name="list")
@PATH
@OUT
@click.pass_obj
def list_(session: Session, path: Path, out: Path | None) -> None:
    """One line for each component: its license, and how it is known."""
    raw, settings = _evidence(out or path / ".sdlc" / "out", session)
    for row in _survey(raw, settings).rows:
        license = row.known.expression or row.known.way.value
        click.echo(printable(f"{row.title:<32} {license:<28} {row.known.way}: {row.known.how}"))


@command.command(name="notices")
@PATH
@OUT
@click.option("--file", type=click.Path(path_type=Path), default=Path("NOTICES.txt"), show_default=True)
@click.pass_obj
def notices(session: Session, path: Path, out: Path | None, file: Path) -> None:
    """Write the license texts of everything that is shipped into one file."""
    raw, settings = _evidence(out or path / ".sdlc" / "out", session)
    replace_file(session.disk, file, raw["NOTICES.txt"])
    survey = _survey(raw, settings)
    lacking = [row.title for row in survey.rows if not row.files]
    click.echo(f"wrote     {printable(str(file))}: {len(survey.rows)} components, {len(raw['NOTICES.txt'])} bytes")
    if lacking:
        click.echo(printable(f"without   {', '.join(lacking)}: no license text was found"))


def _evidence(folder: Path, session: Session) -> tuple[RawArtifacts, Settings]:
    """What the gate kept, with what it read of others."""
    record = any_check(folder)
    store = Store(folder / "objects", session.disk)
    by_gate = {result.gate: result for result in record.results}
    result = by_gate.get(GATE)
    if result is None or "NOTICES.txt" not in result.raw:
        said = result.reading.sentence if result is not None else "it did not run"
        raise UsageError(f"the last check has no answer of the gate {GATE}: {said}", hint=f"sdlc check --gate {GATE}")
    raw = {name: store.get(digest) for name, digest in result.raw.items()}
    for need in READINGS[GATE].NEEDS:
        if need in by_gate:
            raw |= {f"{need}/{name}": store.get(digest) for name, digest in by_gate[need].raw.items()}
    settings: Settings = settings_from_json(READINGS[GATE], result.settings)
    return raw, settings


def _survey(raw: RawArtifacts, settings: Settings) -> Survey:
    return survey_of(raw, settings, load_rules(raw["licenses.toml"]))
