"""`sdlc fuzz merge`: what several jobs kept becomes one corpus, and inputs that reach nothing more leave it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import click

from sdlc.commands.harnesses import path_option
from sdlc.commands.judges import configure
from sdlc.disk import replace_file
from sdlc.errors import ExitCode, SdlcError, UsageError
from sdlc.formats.terminal import printable
from sdlc.fuzzing.listing import declared
from sdlc.gates import build, fuzz
from sdlc.model.digest import sha256
from sdlc.session import Session
from sdlc.workspace import Workspace, open_workspace

LONGEST = 65536
MOST = 2000
"""Inputs of one harness that are looked at, the smallest first."""


@click.command(name="merge")
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path, exists=True, file_okay=False))
@path_option
@click.pass_obj
def merge(session: Session, folders: tuple[Path, ...], path: Path) -> None:
    """Bring FOLDERS (one folder of inputs in each for every harness) into `fuzz/corpus`, and prune that.

    Kept are the smallest inputs that together reach every line that all reach; a file is named after its content.
    Inputs of `fuzz/regressions` stay as they are. Without FOLDERS the corpus is pruned. Ends with 1 when one crashed.
    """
    workspace = open_workspace(path, session.tools)
    settings = configure(workspace).settings
    names = dict(_harnesses(workspace, settings["fuzz"].folder))
    build.run(workspace, session.tools, settings["build"], {})
    crashed = failed = False
    with tempfile.TemporaryDirectory(prefix="sdlc-fuzz-") as scratch:
        campaign = fuzz.campaign(workspace, session.tools, settings["fuzz"], Path(scratch))
        for name, file in names.items():
            corpus = workspace.root / settings["fuzz"].folder / "corpus" / name
            if not corpus.resolve().is_relative_to(workspace.root):
                raise UsageError(f"{corpus} is behind a link that leaves the product", hint="remove the link")
            old = list(_files(corpus))
            found = {one.read_bytes() for one in [*old, *(new for folder in folders for new in _files(folder / name))]}
            inputs = sorted(found, key=lambda data: (len(data), data))[:MOST]
            if not inputs:
                continue
            try:
                kept, crashes = campaign.prune(Path(file), name, inputs)
            except SdlcError as error:
                failed = True
                click.echo(printable(f"{name:<28} stays as it is: {error.message}"))
                continue
            for data in kept:
                replace_file(session.disk, corpus / f"{sha256(data)[:16]}.bin", data)
            wanted = {f"{sha256(data)[:16]}.bin" for data in kept}
            for one in old:
                if one.name not in wanted:
                    one.unlink()
            click.echo(f"{name:<28} {len(found):>6} inputs, {len(kept):>5} kept, {len(crashes)} crashes")
            for crash in crashes:
                crashed = True
                click.echo(printable(f"  {crash['key']}: {crash['message']}"))
    code = ExitCode.INCOMPLETE if failed else ExitCode.BLOCKED if crashed else ExitCode.ALLOWED
    click.get_current_context().exit(code)


def _harnesses(workspace: Workspace, folder: str) -> Iterator[tuple[str, str]]:
    for file in workspace.matching(f"{folder}/fuzz_*.py"):
        try:
            found = declared(workspace.read(file))
        except (SyntaxError, ValueError, RecursionError) as error:
            raise UsageError(f"{file} cannot be read: {printable(str(error))}", hint="mend the file") from None
        yield from ((one.name, file) for one in found)


def _files(folder: Path) -> Iterator[Path]:
    """Plain files of at most LONGEST bytes; a job that ran the code of a change may have left anything."""
    for one in sorted(folder.iterdir()) if folder.is_dir() else ():
        if one.is_file() and not one.is_symlink() and one.stat().st_size <= LONGEST:
            yield one
