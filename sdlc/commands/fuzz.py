"""`sdlc fuzz`: list the harnesses, run them without a check, replay what crashed and keep it as a test."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from sdlc.commands.corpus import merge
from sdlc.commands.fuzzed import RUN, evidence
from sdlc.commands.harnesses import gaps, generate
from sdlc.commands.judges import configure
from sdlc.commands.live import shown
from sdlc.disk import replace_file
from sdlc.errors import ExitCode, IncompleteError, UnreadableError, UsageError
from sdlc.evidence.store import Store
from sdlc.formats import strict_json
from sdlc.formats.fuzz_report import FuzzCrash, FuzzReport, HarnessRun, load_report
from sdlc.formats.terminal import printable
from sdlc.fuzzing.campaign import KEPT, Wanted
from sdlc.fuzzing.listing import declared
from sdlc.fuzzing.regression_test import FOLDER, crash_id, regression_test, stored_input
from sdlc.gates import build, fuzz
from sdlc.readings.fuzz import in_tree, is_blind
from sdlc.reports.fuzz_page import fuzz_page
from sdlc.session import Session
from sdlc.workspace import Workspace, open_workspace

RUNS = "fuzz-runs.jsonl"
HISTORY = 200

path_option = click.option(
    "--path", type=click.Path(path_type=Path), default=".", help="The product; default: the folder you are in."
)


@dataclass(frozen=True)
class _Kept:
    """A crash of the last check or run, with its input."""

    run: HarnessRun
    crash: FuzzCrash
    data: bytes

    @property
    def id(self) -> str:
        return crash_id(self.run.name, self.crash.key)


@click.group(name="fuzz")
def command() -> None:
    """List fuzz harnesses, propose new ones, run them, replay what crashed. `docs/fuzzing.md` tells more."""


command.add_command(generate)
command.add_command(gaps)
command.add_command(merge)


@command.command(name="list")
@path_option
@click.pass_obj
def list_harnesses(session: Session, path: Path) -> None:
    """Every harness, with what it takes. Nothing of the product is executed."""
    workspace = open_workspace(path, session.tools)
    files = _files(workspace, configure(workspace).settings["fuzz"])
    for file in files:
        try:
            harnesses = declared(workspace.read(file))
        except (SyntaxError, ValueError, RecursionError) as error:
            raise UsageError(f"{file} cannot be read: {printable(str(error))}", hint="mend the file") from None
        for harness in harnesses:
            takes = "typed" if harness.typed else "bytes"
            line = f"{harness.name:<28} {takes:<6} {file}:{harness.line}  {harness.says}"
            click.echo(printable(line).rstrip())


@command.command(name="run")
@click.argument("harness", default="")
@click.option("--seconds", type=click.IntRange(1, 86400), default=30, show_default=True, help="For all together.")
@click.option("--shard", default="1/1", show_default=True, metavar="K/N", help="Every Nth harness, from the Kth on.")
@click.option("--corpus", type=click.Path(path_type=Path), help="Folder for what was kept, for `sdlc fuzz merge`.")
@path_option
@click.pass_obj
def run(session: Session, harness: str, seconds: int, shard: str, corpus: Path | None, path: Path) -> None:
    """Build the product and fuzz HARNESS (default: all of them); nothing is decided, crashes are kept for replay."""
    workspace = open_workspace(path, session.tools)
    settings = configure(workspace).settings
    files = _files(workspace, settings["fuzz"])
    if harness and harness not in _names(workspace, files):
        raise UsageError(f"there is no harness {harness!r:.60}", hint="`sdlc fuzz list` shows them")
    only = (harness,) if harness else _part(sorted(_names(workspace, files)), shard)
    built = build.run(workspace, session.tools, settings["build"], {})
    wanted = Wanted(only, corpus is not None, lambda scratch: shown(scratch, seconds, Console(stderr=True)))
    budget = replace(settings["fuzz"], seconds=seconds)
    raw = dict(fuzz.run(workspace, session.tools, budget, {"build": built}, wanted=wanted))
    for name in [name for name in raw if name.startswith(f"{KEPT}/")]:
        data = raw.pop(name)
        if corpus is not None:
            replace_file(session.disk, corpus / name.removeprefix(f"{KEPT}/"), data)
    out = workspace.root / ".sdlc" / "out"
    store = Store(out / "objects", session.disk)
    digests = {name: store.put(data) for name, data in raw.items()}
    replace_file(session.disk, out / RUN, strict_json.dumps(digests))
    report = load_report(raw["fuzz.json"])
    _remember(session, out, report)
    for row in report.harnesses:
        state = "ERROR" if row.problems else f"{len(row.crashes)} crashes"
        click.echo(f"{row.name or row.file:<28} {row.executions:>9} executions  {row.edges:>6} edges  {state}")
        for problem in row.problems:
            click.echo(f"  {printable(problem)}")
        if is_blind(row):
            click.echo(f"  blind: none of {row.looked} inputs entered the package under test; the gate is an error")
        for crash in row.crashes:
            _show(_Kept(row, crash, raw[crash.input]), crash.exception, crash.message, _place(crash, workspace))
    crashed = any(row.crashes for row in report.harnesses)
    if crashed:
        click.echo("keep them as tests: sdlc fuzz replay --save")
    failed = any(row.problems for row in report.harnesses)
    code = ExitCode.INCOMPLETE if failed else ExitCode.BLOCKED if crashed else ExitCode.ALLOWED
    click.get_current_context().exit(code)


@command.command(name="replay")
@click.argument("crash", default="")
@click.option("--save", is_flag=True, help=f"Write {FOLDER}/test_<id>.py and the input of what still crashes.")
@path_option
@click.pass_obj
def replay(session: Session, crash: str, save: bool, path: Path) -> None:
    """Build the product as it is now and give it again what crashed in the last check or `sdlc fuzz run`.

    CRASH is an id or its beginning (default: all). Ends with 1 while one still crashes.
    """
    workspace = open_workspace(path, session.tools)
    settings = configure(workspace).settings
    stored = list(_kept(workspace, session))
    kept = [one for one in stored if one.id.startswith(crash)]
    if stored and not kept:
        ids = ", ".join(one.id for one in stored[:8])
        raise UsageError(f"no stored crash begins with {crash!r:.40}", hint=f"stored are: {ids}")
    if not kept:
        click.echo("no crash is stored")
        return
    build.run(workspace, session.tools, settings["build"], {})
    still = False
    with tempfile.TemporaryDirectory(prefix="sdlc-fuzz-") as folder:
        campaign = fuzz.campaign(workspace, session.tools, settings["fuzz"], Path(folder))
        for one in kept:
            found: list[dict[str, Any]] = campaign.replay(Path(one.run.file), one.run.name, one.data)
            if not found:
                click.echo(f"{one.id}  {one.run.name}: no longer crashes")
                continue
            still = True
            again = found[0]
            place = f"{in_tree(str(again['path']), workspace.python_files)}:{int(again['line'])}"
            _show(one, str(again["exception"]), str(again["message"]), place)
            if save:
                for written in _save(one, workspace, settings["fuzz"].folder, session):
                    click.echo(f"  wrote {written}")
    click.get_current_context().exit(ExitCode.BLOCKED if still else ExitCode.ALLOWED)


def _files(workspace: Workspace, settings: fuzz.Settings) -> tuple[str, ...]:
    files = workspace.matching(f"{settings.folder}/fuzz_*.py")
    if not files:
        raise UsageError(f"there is no {settings.folder}/fuzz_*.py", hint="docs/fuzzing.md shows a first harness")
    return files


@command.command(name="page")
@click.option("--html", type=click.Path(path_type=Path), default=Path("fuzz.html"), show_default=True)
@path_option
@click.pass_obj
def page(session: Session, html: Path, path: Path) -> None:
    """Draw the last run as a page: what each harness reached, what blocks it, crashes, history."""
    workspace = open_workspace(path, session.tools)
    out = workspace.root / ".sdlc" / "out"
    answers = list(evidence(out))
    if not answers:
        raise IncompleteError(f"there is no evidence of fuzzing in {out}", hint="run `sdlc fuzz run` first")
    report = load_report(Store(out / "objects", session.disk).get(answers[-1]["fuzz.json"]))
    replace_file(session.disk, html, fuzz_page(report, _history(out), workspace.python_files))
    click.echo(f"wrote {printable(str(html))}")


def _remember(session: Session, out: Path, report: FuzzReport) -> None:
    """One line more in the history of runs."""
    row: dict[str, object] = {
        "when": session.now.strftime("%Y-%m-%d %H:%M"),
        "executions": sum(run.executions for run in report.harnesses),
        "edges": sum(max(run.edges, run.reached) for run in report.harnesses),
        "crashes": sum(len(run.crashes) for run in report.harnesses),
    }
    text = "".join(strict_json.dumps(one).decode() + "\n" for one in [*_history(out)[-HISTORY:], row])
    replace_file(session.disk, out / RUNS, text.encode())


def _history(out: Path) -> list[Mapping[str, float | str]]:
    """The runs before; a line that is none of ours is left out."""
    found: list[Mapping[str, float | str]] = []
    try:
        rows = (out / RUNS).read_text("utf-8", "replace").splitlines()
    except OSError:
        return []
    for text in rows:
        try:
            row = strict_json.loads_object(text.encode(), what=RUNS)
            numbers = {word: float(row[word]) for word in ("executions", "edges", "crashes")}
        except (UnreadableError, KeyError, TypeError, ValueError):
            continue
        found.append({"when": str(row.get("when", "")), **numbers})
    return found


def _part(names: list[str], shard: str) -> tuple[str, ...]:
    """Every harness of one shard; all of them when there is one."""
    first, _, of = shard.partition("/")
    if not (first.isdigit() and of.isdigit() and 1 <= int(first) <= int(of)):
        raise UsageError(f"{shard!r:.20} is no shard", hint="write --shard 2/4: the second of four")
    return () if int(of) == 1 else tuple(names[int(first) - 1 :: int(of)]) or ("",)


def _names(workspace: Workspace, files: tuple[str, ...]) -> set[str]:
    names: set[str] = set()
    for file in files:
        try:
            names.update(harness.name for harness in declared(workspace.read(file)))
        except (SyntaxError, ValueError, RecursionError) as error:
            raise UsageError(f"{file} cannot be read: {printable(str(error))}", hint="mend the file") from None
    return names


def _kept(workspace: Workspace, session: Session) -> Iterator[_Kept]:
    """The crashes of the last check and of the last run, each id once."""
    out = workspace.root / ".sdlc" / "out"
    store = Store(out / "objects", session.disk)
    seen = set()
    answers = list(evidence(out))
    if not answers:
        raise IncompleteError(
            f"there is no evidence of fuzzing in {out}", hint="run `sdlc check --gate fuzz` or `sdlc fuzz run` first"
        )
    for digests in answers:
        report = load_report(store.get(digests["fuzz.json"]))
        for run in report.harnesses:
            for crash in run.crashes:
                one = _Kept(run, crash, store.get(digests[crash.input]))
                if one.id not in seen and run.name.isidentifier() and workspace.exists(run.file):
                    seen.add(one.id)
                    yield one


def _place(crash: FuzzCrash, workspace: Workspace) -> str:
    return f"{in_tree(crash.path, workspace.python_files)}:{crash.line}"


def _show(one: _Kept, exception: str, message: str, place: str) -> None:
    click.echo(printable(f"{one.id}  {one.run.name}: {exception} at {place}: {message}"))
    click.echo(printable(f"  input ({len(one.data)} bytes): {one.data[:80]!r}"))


def _save(one: _Kept, workspace: Workspace, folder: str, session: Session) -> Iterator[str]:
    """Write the test and its input; refuses to follow a link out of the product."""
    what = f"{one.crash.exception} in {one.crash.function}(): {one.crash.message}"
    texts = {
        f"{FOLDER}/test_{one.id}.py": regression_test(one.run.file, one.run.name, one.id, what, one.data),
        stored_input(folder, one.run.name, one.id): one.data,
    }
    for name, data in texts.items():
        target = workspace.root / name
        if not target.parent.resolve().is_relative_to(workspace.root):
            raise UsageError(f"{name} is behind a link that leaves the product", hint="remove the link")
        replace_file(session.disk, target, data)
        yield name
