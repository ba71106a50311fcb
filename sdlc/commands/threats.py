"""`sdlc threats`: look at threat models, mend what drifted, and write them in their one form."""

from __future__ import annotations

import difflib
import stat
from collections.abc import Iterator
from pathlib import Path

import click

from sdlc.commands.inputs import read_file
from sdlc.commands.judges import configure
from sdlc.config import Config
from sdlc.disk import replace_file
from sdlc.errors import ExitCode, UsageError
from sdlc.formats import strict_json
from sdlc.formats.context_json import load_context
from sdlc.formats.terminal import printable
from sdlc.gates import attack_surface, threat_model
from sdlc.model.deadline import ending, overdue
from sdlc.model.finding import Finding, Severity
from sdlc.model.result import Outcome, RawArtifacts, Reading
from sdlc.readings import attack_surface as surface_reading
from sdlc.readings import threat_model as model_reading
from sdlc.readings.model_gaps import needs_of
from sdlc.scanning.rules import rules_folder
from sdlc.session import Session
from sdlc.surface.item import load_surface
from sdlc.threats.importing import import_model
from sdlc.threats.library import adopt, load_rules, propose
from sdlc.threats.load import BESIDE, LoadedModel, is_model, load_acceptances, load_harms, load_model
from sdlc.threats.mending import mend
from sdlc.threats.rules import DAYS
from sdlc.threats.tm_bom import export_tm_bom
from sdlc.threats.writing import formatted, written
from sdlc.workspace import Workspace, open_workspace

PATH = click.argument("path", type=click.Path(path_type=Path), default=".")


@click.group(name="threats")
def command() -> None:
    """Look at the threat models of a product; mend, format, import and export them. docs/threat-models.md tells how."""


@command.command(name="check")
@PATH
@click.pass_obj
def check(session: Session, path: Path) -> None:
    """A quick look, without running anything: is the model in order, and does it say what the code lets in?

    Tests, harnesses and scans are taken as if they had passed; `sdlc check` runs them.
    """
    workspace, config = _open(session, path)
    model, surface = _readings(session, workspace, config)
    today = session.now.date()
    found = (*model.findings, *overdue(model.details, today, DAYS), *surface.findings)
    for finding in sorted(found, key=lambda one: (-one.severity.rank, one.rule, str(one.place))):
        for line in _lines(finding):
            click.echo(printable(line))
    for said in ending(model.details, today, DAYS):
        click.echo(printable(f" ! {said}"))
    click.echo(printable(f" threat-model    {model.sentence}"))
    click.echo(printable(f" attack-surface  {surface.sentence}"))
    for reading in (model, surface):
        if reading.outcome not in (Outcome.PASSED, Outcome.FAILED):
            raise UsageError(reading.sentence, hint=reading.hint)
    serious = sum(finding.severity.rank >= Severity.MEDIUM.rank for finding in found)
    if serious:
        click.echo(
            f" {serious} of {len(found)} findings have to be decided; what a program can write: sdlc threats fix"
        )
    click.get_current_context().exit(ExitCode.BLOCKED if serious else ExitCode.ALLOWED)


@command.command(name="fix")
@PATH
@click.option("--write", is_flag=True, help="Change the files; without it, only print a patch for `git apply`.")
@click.pass_obj
def fix(session: Session, path: Path, write: bool) -> None:
    """What the models lack, as a patch: claims, components, boundaries, controls that the code or the model asks for.

    Each has a TODO that is a finding itself, so that the gate stays red until a person decides. Comments stay.
    """
    workspace, config = _open(session, path)
    surface = load_surface(_surface(session, workspace, config)["surface.json"])
    folder = config.settings[threat_model.ID].folder
    loaded = _models(workspace, folder)
    needs = needs_of(surface, loaded, _accepted(workspace, folder))
    changed = 0
    for one in loaded:
        name = one.positions.path
        before = workspace.read(name)
        after = mend(one, before, needs[name])
        changed += _put(session, workspace, name, before, after, write=write)
    verb = "mended" if write else "can be mended: sdlc threats fix --write"
    click.echo(f"{changed} of {len(loaded)} models {verb}; every TODO is for a person to replace", err=True)


@command.command(name="fmt")
@PATH
@click.option("--check", "only", is_flag=True, help="Change nothing; exit 1 when a file is in another form.")
@click.pass_obj
def fmt(session: Session, path: Path, only: bool) -> None:
    """Write models, acceptances, harms and policy in their one form; comments and order stay as they are."""
    workspace, config = _open(session, path)
    folder = config.settings[threat_model.ID].folder
    names = [
        *_names(workspace, folder),
        *(f"{folder}/{name}" for name in BESIDE if workspace.exists(f"{folder}/{name}")),
    ]
    changed = 0
    for name in names:
        before = workspace.read(name)
        changed += _put(session, workspace, name, before, formatted(before, path=name), write=not only)
    click.echo(f"{len(names)} files, {changed} {'in another form' if only else 'formatted'}", err=True)
    click.get_current_context().exit(ExitCode.BLOCKED if only and changed else ExitCode.ALLOWED)


@command.command(name="propose")
@PATH
@click.option("--adopt", "wanted", multiple=True, metavar="ID", help="Write this proposal into its model; repeatable.")
@click.pass_obj
def propose_(session: Session, path: Path, wanted: tuple[str, ...]) -> None:
    """Threats that usually come with what the models draw, each with its reason; none is a finding until adopted.

    An adopted one is an open threat: the gate asks for a control, an acceptance, or why it does not apply.
    """
    workspace, config = _open(session, path)
    folder = config.settings[threat_model.ID].folder
    rules = load_rules((pack.name, pack.read_bytes()) for pack in sorted((rules_folder() / "threats").glob("*.yaml")))
    models = _models(workspace, folder)
    found = {one.id: (loaded, one) for loaded in models for one in propose(loaded, rules)}
    for name in wanted:
        if name not in found:
            raise UsageError(f"there is no proposal {name}", hint="sdlc threats propose lists them")
    for loaded in models:
        chosen = [one for of, one in found.values() if of is loaded and one.id in wanted]
        before = workspace.read(loaded.positions.path)
        after = adopt(loaded, before, chosen)
        _put(session, workspace, loaded.positions.path, before, after, write=True)
    if wanted:
        return
    for loaded, one in found.values():
        kinds = ", ".join((str(one.entry["stride"]), *one.entry.get("linddun", ())))
        click.echo(printable(f" {one.id}  ({kinds})"))
        click.echo(printable(f"     {one.entry['statement']}"))
        click.echo(printable(f"     because {one.because}  [{loaded.model.system.id}, {one.rule}]"))
    click.echo(f" {len(found)} proposals of {len(rules)} rules; none is a finding. sdlc threats propose --adopt ID")


@command.command(name="import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Where to write the model; else it is shown."
)
@click.pass_obj
def import_(session: Session, file: Path, out: Path | None) -> None:
    """A model of another tool in our form: TM-BOM, Open Threat Model, Threat Dragon 1 and 2.

    What is lost, or had to be guessed, is said; look at it, then let `sdlc threats check` look.
    """
    kind, imported = import_model(read_file(file), path=str(file))
    text = f"# From {printable(file.name)} ({kind}).\n" + written(imported.document)
    for loss in imported.losses:
        click.echo(printable(f" ! {loss}"), err=True)
    if out is None:
        click.echo(text, nl=False)
    elif out.exists():
        raise UsageError(f"{out} is there already", hint="name another file, or remove it first")
    else:
        replace_file(session.disk, out, text.encode())
        click.echo(printable(f"wrote {out}"), err=True)


@command.command(name="export")
@PATH
@click.option("--format", "form", type=click.Choice(["tm-bom"]), required=True, help="tm-bom: TM-BOM 1.0.2, JSON.")
@click.option("--system", default="", help="The id of the system, where there are several models.")
@click.pass_obj
def export(session: Session, path: Path, form: str, system: str) -> None:
    """A model of ours for another tool, with all that only we know under `extensions`."""
    del form
    workspace, config = _open(session, path)
    folder = config.settings[threat_model.ID].folder
    models = [one for one in _models(workspace, folder) if system in ("", one.model.system.id)]
    if len(models) != 1:
        names = ", ".join(one.model.system.id for one in _models(workspace, folder))
        raise UsageError(f"{len(models)} models fit", hint=f"name one with --system: {names}")
    table = f"{folder}/harms.yaml"
    harms = load_harms(workspace.read(table), path=table).harms if workspace.exists(table) else {}
    ours = models[0].model.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    document, made_up = export_tm_bom(ours, harms)
    for said in made_up:
        click.echo(printable(f" ! {said}"), err=True)
    click.echo(strict_json.pretty(document, in_order=True), nl=False)


def _open(session: Session, path: Path) -> tuple[Workspace, Config]:
    workspace = open_workspace(path, session.tools)
    return workspace, configure(workspace)


def _readings(session: Session, workspace: Workspace, config: Config) -> tuple[Reading, Reading]:
    """What the two gates find without any evidence of a build."""
    settings = config.settings[threat_model.ID]
    reason = threat_model.not_applicable(workspace, settings)
    if reason is not None:
        raise UsageError(reason, hint="sdlc init drafts a model from the code")
    raw = threat_model.run(workspace, session.tools, settings, {})
    model = model_reading.look(raw, settings, load_context(raw["context.json"]))
    raw = _surface(session, workspace, config)
    found = surface_reading.read(raw, config.settings[attack_surface.ID], load_context(raw["context.json"]))
    return model, found


def _surface(session: Session, workspace: Workspace, config: Config) -> RawArtifacts:
    return attack_surface.run(workspace, session.tools, config.settings[attack_surface.ID], {})


def _names(workspace: Workspace, folder: str) -> list[str]:
    found = workspace.matching(f"{folder}/*.yaml", f"{folder}/*.yml")
    return [path for path in found if is_model(path, folder)]


def _models(workspace: Workspace, folder: str) -> list[LoadedModel]:
    """The models of the work tree, with the errors of the first that is none."""
    names = _names(workspace, folder)
    if not names:
        raise UsageError(f"there is no {folder}/*.yaml", hint="sdlc init drafts a model from the code")
    return [load_model(workspace.read(name), path=name) for name in names]


def _accepted(workspace: Workspace, folder: str) -> frozenset[str]:
    path = f"{folder}/acceptances.yaml"
    if not workspace.exists(path):
        return frozenset()
    found = load_acceptances(workspace.read(path), path=path).file.acceptances
    return frozenset(acceptance.threat for acceptance in found.values())


def _put(session: Session, workspace: Workspace, name: str, before: bytes, after: bytes, *, write: bool) -> bool:
    """Write `after`, or print the patch that would; False when there is nothing to change."""
    if after == before:
        return False
    if write:
        target = (workspace.root / name).resolve()
        replace_file(session.disk, target, after, mode=stat.S_IMODE(target.stat().st_mode))
        click.echo(printable(f"wrote {name}"))
        return True
    for line in _patch(before.decode("utf-8"), after.decode("utf-8"), workspace.prefix + name):
        click.echo(printable(line))
    return True


def _patch(before: str, after: str, name: str) -> Iterator[str]:
    """A patch that `git apply` takes, also of a file whose last line has no end."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    for line in difflib.unified_diff(old, new, f"a/{name}", f"b/{name}"):
        yield line.rstrip("\n")
        if not line.endswith("\n"):
            yield "\\ No newline at end of file"


def _lines(finding: Finding) -> Iterator[str]:
    yield f" {finding.rule} {finding.severity.value:<8} {finding.place}  {finding.message}"
    yield f"       fix: {finding.fix}"
