"""`sdlc fix`: mend the findings of static analysis for which there is one right thing to write."""

from __future__ import annotations

import difflib
import stat
from collections import defaultdict
from pathlib import Path

import click

from sdlc import pipeline
from sdlc.commands.judges import judges_of
from sdlc.disk import replace_file
from sdlc.errors import ExitCode, IncompleteError
from sdlc.evidence.store import Store
from sdlc.formats.rule_catalogue import load_rules
from sdlc.formats.terminal import printable
from sdlc.model.finding import Finding
from sdlc.model.result import Outcome
from sdlc.scanning.mending import mend
from sdlc.scanning.rules import own_packs, with_own
from sdlc.session import Session
from sdlc.workspace import Workspace, open_workspace

GATE = "static-analysis"


@click.command(name="fix")
@click.argument("path", type=click.Path(path_type=Path), default=".")
@click.option("--write", is_flag=True, help="Change the files; without it, only show what would change.")
@click.pass_obj
def command(session: Session, path: Path, write: bool) -> None:
    """Show, or with --write make, the edits for findings that have one right answer, such as verify=True.

    Only rules with edits of their own take part; a suppressed finding is left alone. Look at the result and run the
    tests: what is right for security can be wrong for a test server with a certificate of its own.
    """
    workspace = open_workspace(path, session.tools)
    store = Store(workspace.root / ".sdlc" / "out" / "objects", session.disk)
    settings = judges_of(workspace, session.tools, store, "pr").config.settings
    [result] = pipeline.run(pipeline.plan([GATE]), workspace, session.tools, settings, store, jobs=1)
    if result.reading.outcome not in (Outcome.PASSED, Outcome.FAILED):
        raise IncompleteError(f"{GATE}: {result.reading.sentence}", hint=result.reading.hint)
    rules = load_rules(with_own(own_packs(workspace, session.tools).items()))
    edits = {rule.id: rule.edits for rule in rules if rule.edits}
    by_file: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in result.reading.findings:
        if finding.place is not None and finding.rule in edits and not finding.suppressed:
            by_file[finding.place.path].append(finding)
    mended = sum(
        _mend(workspace, file, findings, edits, session if write else None) for file, findings in by_file.items()
    )
    others = sum(not finding.suppressed for finding in result.reading.findings) - mended
    verb = "mended" if write else "can be mended: sdlc fix --write"
    click.echo(f" {mended} {verb}; {others} left to a person: sdlc check --gate {GATE} -v")
    click.get_current_context().exit(ExitCode.ALLOWED)


def _mend(
    workspace: Workspace,
    file: str,
    findings: list[Finding],
    edits: dict[str, tuple[tuple[str, str], ...]],
    session: Session | None,
) -> int:
    """Show the edits of one file, and make them with a `session`; how many findings they mend."""
    try:
        text = workspace.read(file).decode("utf-8")
    except UnicodeDecodeError:
        click.echo(printable(f" ! {file} is not UTF-8 and is left as it is: mend it by hand"))
        return 0
    places = [
        (finding.rule, finding.place.line, max(finding.place.line, finding.place.end_line))
        for finding in findings
        if finding.place is not None
    ]
    after, done = mend(text, places, edits)
    for line in difflib.unified_diff(text.splitlines(), after.splitlines(), f"a/{file}", f"b/{file}", lineterm="", n=1):
        click.echo(printable(line))
    if session is not None and done:
        target = (workspace.root / file).resolve()
        replace_file(session.disk, target, after.encode("utf-8"), mode=stat.S_IMODE(target.stat().st_mode))
    return len(done)
