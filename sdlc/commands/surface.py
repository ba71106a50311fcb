"""`sdlc surface`: what the outside can reach, how that differs, on which ports, and the pages that show it."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from sdlc.commands.judges import judges_of
from sdlc.disk import replace_file
from sdlc.errors import ExitCode, IncompleteError, UnreadableError, UsageError
from sdlc.evidence.store import Store
from sdlc.formats import strict_json
from sdlc.formats.check_json import load_check
from sdlc.formats.terminal import printable
from sdlc.formats.test_records import load_records
from sdlc.gates import attack_surface, threat_model
from sdlc.hardening.firewall import FORMS
from sdlc.hardening.listening import declared_by
from sdlc.model.result import RawArtifacts
from sdlc.readings.attack_surface import components_of
from sdlc.reports import diagram, surface_facts, surface_page
from sdlc.session import Session
from sdlc.surface.claim import Component
from sdlc.surface.delta import Delta, compare, seen
from sdlc.surface.item import Surface, dump_surface, load_surface
from sdlc.threats.evidence import ControlState, Proofs, judge_controls
from sdlc.threats.load import LoadedModel, ModelError, load_model
from sdlc.threats.pointers import load_pointers
from sdlc.workspace import Workspace, extract_base, open_workspace

PATH = click.argument("path", type=click.Path(path_type=Path), default=".")
SINCE = click.option("--since", default="", metavar="REF", help="Compare with this commit.")
AGAINST = click.option("--against", type=click.Path(path_type=Path), metavar="FILE",
                       help="Compare with this surface.json, or with the last check in this folder.")  # fmt: skip
GATE = attack_surface.ID


@click.group(name="surface")
def command() -> None:
    """The attack surface: what the code lets in and can do, read from its syntax trees; nothing of it is executed."""


@command.command(name="show")
@PATH
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_obj
def show(session: Session, path: Path, form: str) -> None:
    """List every entry point and capability of PATH with what was seen of its guard, address and TLS."""
    surface = _Seen(session, path).surface
    if form == "json":
        click.echo(strict_json.pretty(strict_json.loads(dump_surface(surface), what="surface.json")).decode(), nl=False)
    else:
        for item in surface.items:
            spot = item.places[0]
            why = f"  unresolved: {item.unresolved}" if item.unresolved else ""
            click.echo(printable(f"{item.key}  [{seen(item)}]  {spot.path}:{spot.line}{why}"))
        click.echo(f"{len(surface.items)} in {surface.files} files, {sum(surface.excluded.values())} left out")
    _say_unparsed(surface)


@command.command(name="diff")
@PATH
@SINCE
@AGAINST
@click.pass_obj
def diff(session: Session, path: Path, since: str, against: Path | None) -> None:
    """What is new, gone and changed in the surface of PATH; ends with 1 when something differs."""
    found = _Seen(session, path, since)
    delta = found.delta(against)
    if delta is None:
        raise UsageError("nothing says what to compare with", hint="give --since REF or --against FILE")
    for item in delta.added:
        click.echo(printable(f"+ {item.key}  [{seen(item)}]  {item.places[0].path}:{item.places[0].line}"))
    for item in delta.removed:
        click.echo(printable(f"- {item.key}  [{seen(item)}]"))
    for item, was, now in delta.changed:
        click.echo(printable(f"~ {item.key}  {was} -> {now}  {item.places[0].path}:{item.places[0].line}"))
    click.echo(f"{len(delta.added)} new, {len(delta.removed)} gone, {len(delta.changed)} changed")
    _say_unparsed(found.surface)
    click.get_current_context().exit(ExitCode.ALLOWED if delta.is_empty else ExitCode.BLOCKED)


@command.command(name="ports")
@PATH
@click.option("--write", type=click.Path(path_type=Path), help="Write the table to this file.")
@click.option("--compare", "kept", type=click.Path(path_type=Path), help="End with 1 when this file says otherwise.")
@click.option("--firewall", type=click.Choice(list(FORMS)), help="Rules that let in what the model declares, alone.")
@click.pass_obj
def ports(session: Session, path: Path, write: Path | None, kept: Path | None, firewall: str | None) -> None:
    """The table of ports and protocols, made from the code, the deployment and the model."""
    found = _Seen(session, path)
    if firewall is not None:
        text = _firewall(found, firewall)
    else:
        lines = surface_page.table_lines(surface_facts.ports_table(found.surface, found.components))
        text = "\n".join(lines).replace("## ", "# ", 1) + "\n"
    source = "model" if firewall else "code"
    if kept is not None:
        if _bytes(kept) != text.encode():
            again = f"sdlc surface ports{f' --firewall {firewall}' if firewall else ''} --write {kept}"
            click.echo(f"{kept} says something else than the {source}; write it again: {again}")
            click.get_current_context().exit(ExitCode.BLOCKED)
        click.echo(f"{kept} says what the {source} says")
    elif write is not None:
        replace_file(session.disk, write, text.encode())
        click.echo(f"wrote {write}")
    else:
        click.echo(text, nl=False)


@command.command(name="view")
@PATH
@SINCE
@AGAINST
@click.option("--format", "form", type=click.Choice(["html", "markdown", "mermaid", "dot", "svg"]), default="html")
@click.option("--out", type=click.Path(path_type=Path), help="The last check: states of controls.")
@click.option("--write", type=click.Path(path_type=Path), help="The file to write; default: print it.")
@click.pass_obj
def view(
    session: Session, path: Path, since: str, against: Path | None, form: str, out: Path | None, write: Path | None
) -> None:
    """A page: inventory, what differs, what an attacker would try, threats and their proofs, ports, data flows.

    mermaid, dot and svg are the data-flow diagram of the threat model alone.
    """
    found = _Seen(session, path, since)
    if form in ("mermaid", "dot", "svg"):
        if not found.models:
            raise UsageError(f"there is no threat model to draw in {found.folder}/", hint="sdlc init starts one")
        draw = {"mermaid": diagram.mermaid, "dot": diagram.dot, "svg": diagram.svg}[form]
        text = "\n".join(draw(loaded.model).rstrip("\n") for loaded in found.models) + "\n"
    else:
        said = since or (str(against) if against is not None else "")
        states = found.states(out or found.workspace.root / ".sdlc" / "out")
        page = surface_facts.gather(
            found.product, found.surface, found.components, found.models, states, found.delta(against), said
        )
        text = surface_page.html(page) if form == "html" else surface_page.markdown(page)
    if write is None:
        click.echo(text, nl=False)
    else:
        replace_file(session.disk, write, text.encode())
        click.echo(f"wrote {write}")


def _firewall(found: _Seen, form: str) -> str:
    """The rules; UsageError when nothing is declared, because such rules would only shut everything."""
    declared = declared_by(found.components)
    if not declared:
        said = f"no component in {found.folder}/ declares a port"
        raise UsageError(said, hint="claim one in the threat model: listen:tcp/8080")
    return FORMS[form](found.product, declared)


class _Seen:
    """The surface of a work tree and the threat models beside it."""

    def __init__(self, session: Session, path: Path, since: str = "") -> None:
        self._session, self._since = session, since
        self.workspace = open_workspace(path, session.tools, since=since)
        store = Store(self.workspace.root / ".sdlc" / "out" / "objects", session.disk)
        config = judges_of(self.workspace, session.tools, store, "pr").config
        self.product = config.product.name
        self._settings: Any = config.settings[GATE]
        self.folder: str = self._settings.folder
        raw = self._run(self.workspace)
        self.surface = load_surface(raw["surface.json"])
        self.models = tuple(self._models(raw))
        self.components: list[Component] = [one for loaded in self.models for one in components_of(loaded)]

    def _run(self, workspace: Workspace) -> RawArtifacts:
        return attack_surface.run(workspace, self._session.tools, self._settings, {})

    def _models(self, raw: RawArtifacts) -> list[LoadedModel]:
        found = []
        for name in sorted(name for name in raw if name.startswith("models/")):
            path = f"{self.folder}/{name.removeprefix('models/')}"
            try:
                found.append(load_model(raw[name], path=path))
            except ModelError as error:
                place = error.problems[0].place
                said = f"{place.path}:{place.line}:{place.column}: {error.problems[0].message}"
                raise UnreadableError(said, hint="mend that entry, then run: sdlc check --gate threat-model") from None
        return found

    def delta(self, against: Path | None) -> Delta | None:
        """What differs from the base, or from a file; None when there is nothing to compare with."""
        if against is not None and self._since:
            raise UsageError("--since and --against are two things to compare with", hint="give one of them")
        if against is not None:
            return compare(_stored(against, self._session), self.surface)
        if not self._since:
            return None
        with tempfile.TemporaryDirectory(prefix="sdlc-base-") as name:
            base = extract_base(self.workspace, self._session.tools, Path(name))
            return compare(load_surface(self._run(base)["surface.json"]), self.surface)

    def states(self, out: Path) -> Mapping[str, Mapping[str, ControlState]]:
        """The controls as the check in `out` proved them; nothing where there is none, or of another commit."""
        if not (out / "check.json").is_file():
            return {}
        record = load_check(_bytes(out / "check.json"), what=str(out / "check.json"))
        results = {result.gate: result for result in record.results}
        if record.commit != self.workspace.commit or threat_model.ID not in results:
            return {}
        store = Store(out / "objects", self._session.disk)
        pointers = load_pointers(store.get(results[threat_model.ID].raw["pointers.json"]))
        tests = results.get("tests")
        has = tests is not None and "records.jsonl" in tests.raw
        records = load_records(store.get(tests.raw["records.jsonl"])) if has and tests is not None else None
        proofs = Proofs(pointers=pointers, tests=records, fuzz=None)
        return {loaded.model.system.id: judge_controls(loaded, proofs) for loaded in self.models}


def _stored(path: Path, session: Session) -> Surface:
    """The surface in a file, or in the last check of a folder."""
    if not path.is_dir():
        return load_surface(_bytes(path))
    record = load_check(_bytes(path / "check.json"), what=str(path / "check.json"))
    for result in record.results:
        if result.gate == GATE and "surface.json" in result.raw:
            return load_surface(Store(path / "objects", session.disk).get(result.raw["surface.json"]))
    raise IncompleteError(f"the check in {path} has no surface", hint=f"run it again: sdlc check --gate {GATE}")


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        raise UsageError(f"{path} cannot be read: {said}", hint="name a file that is there") from None


def _say_unparsed(surface: Surface) -> None:
    for name, reason in sorted(surface.unparsed.items()):
        click.echo(printable(f"not read: {name}: {reason}"), err=True)
    if surface.unparsed:
        click.get_current_context().exit(ExitCode.INCOMPLETE)
