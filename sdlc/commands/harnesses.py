"""`sdlc fuzz generate` and `sdlc fuzz gaps`: what reads input of others, and has no harness yet."""

from __future__ import annotations

import ast
from pathlib import Path

import click

from sdlc.commands.judges import configure
from sdlc.disk import replace_file
from sdlc.errors import UsageError
from sdlc.formats.terminal import printable
from sdlc.fuzzing.campaign import discover_packages
from sdlc.fuzzing.proposing import Proposal, harness, proposals, without_harness
from sdlc.gates import fuzz
from sdlc.session import Session
from sdlc.surface.extract import extract
from sdlc.workspace import Workspace, open_workspace

path_option = click.option(
    "--path", type=click.Path(path_type=Path), default=".", help="The product; default: the folder you are in."
)


@click.command(name="generate")
@click.argument("function", default="")
@click.option("--write", is_flag=True, help="Write the files; one that is there stays as it is.")
@path_option
@click.pass_obj
def generate(session: Session, function: str, write: bool, path: Path) -> None:
    """Propose a harness for every function that reads text or bytes, or those whose name begins with FUNCTION."""
    workspace = open_workspace(path, session.tools)
    settings = configure(workspace).settings["fuzz"]
    open_ones = [one for one in _open(workspace, settings) if f"{one.module}.{one.function}".find(function) >= 0]
    if not open_ones:
        click.echo("nothing to propose: no function reads text or bytes without a harness")
        return
    for one in open_ones:
        name = f"{settings.folder}/{one.name}.py"
        target = workspace.root / name
        if not write:
            for line in (f"# {name}", *harness(one).decode().splitlines(), ""):
                click.echo(printable(line))
        elif target.exists() or target.is_symlink():
            click.echo(printable(f"{name} is there already"))
        elif not target.parent.resolve().is_relative_to(workspace.root):
            raise UsageError(f"{name} is behind a link that leaves the product", hint="remove the link")
        else:
            replace_file(session.disk, target, harness(one))
            click.echo(printable(f"wrote {name}"))
    click.echo("try one: sdlc fuzz run NAME" if write else "write them: sdlc fuzz generate --write")


@click.command(name="gaps")
@path_option
@click.pass_obj
def gaps(session: Session, path: Path) -> None:
    """Entry points of the attack surface that no harness comes near, and readers of text or bytes that none calls."""
    workspace = open_workspace(path, session.tools)
    configured = configure(workspace).settings
    settings = configured["fuzz"]
    files = _sources(workspace)
    found = extract({**files, **_project(workspace)}, frozenset(workspace.paths), configured["attack-surface"].exclude)
    entries = {item.key: [spot.path for spot in item.places] for item in found.surface.items if item.is_entry}
    harnesses = [name for name in workspace.matching(f"{settings.folder}/fuzz_*.py") if name in files]
    lost = without_harness(files, harnesses, entries)
    for key, place in lost.items():
        click.echo(printable(f"{key:<40} {place}"))
    open_ones = _open(workspace, settings)
    for one in open_ones:
        click.echo(printable(f"{one.module}.{one.function:<30} takes {one.takes:<5} {one.path}:{one.line}"))
    click.echo(
        f"{len(lost)} of {len(entries)} entry points are not near a harness, "
        f"{len(open_ones)} functions that read text or bytes have none"
    )


def _open(workspace: Workspace, settings: fuzz.Settings) -> list[Proposal]:
    """What could be proposed and is called in no harness."""
    files = _sources(workspace)
    called: set[str] = set()
    for name in workspace.matching(f"{settings.folder}/fuzz_*.py"):
        try:
            tree = ast.parse(files.get(name, b""))
        except (SyntaxError, ValueError, RecursionError):
            continue
        called |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        called |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    packages = settings.packages or discover_packages(workspace.python_files)
    return [one for one in proposals(files, packages) if one.function not in called]


def _sources(workspace: Workspace) -> dict[str, bytes]:
    return {path: workspace.read(path) for path in workspace.python_files}


def _project(workspace: Workspace) -> dict[str, bytes]:
    return {name: workspace.read(name) for name in ("pyproject.toml",) if workspace.exists(name)}
