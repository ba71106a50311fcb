"""`sdlc check`: run the gates on a work tree and decide."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import click

from sdlc import pipeline
from sdlc.commands import fuzzed
from sdlc.commands.changes import compare
from sdlc.commands.judges import judges_of, proposed_by
from sdlc.commands.verdicts import UNDECIDED, announced, decided
from sdlc.disk import replace_file
from sdlc.errors import ExitCode, StorageError
from sdlc.evidence.store import Store
from sdlc.formats.check_json import CheckRecord, dump_check
from sdlc.formats.terminal import printable
from sdlc.model.result import GateResult
from sdlc.model.verdict import Answer
from sdlc.policy.schema import Policy, Profile
from sdlc.reports import REPORTS, render
from sdlc.reports.github import tell
from sdlc.session import Session
from sdlc.tools import LocalTools
from sdlc.workspace import commit_time, open_workspace

EXIT_CODES = {
    Answer.ALLOWED: ExitCode.ALLOWED,
    Answer.BLOCKED: ExitCode.BLOCKED,
    Answer.INCOMPLETE: ExitCode.INCOMPLETE,
}


@click.command(name="check")
@click.argument("path", type=click.Path(path_type=Path), default=".")
@click.option("--since", default="", metavar="REF", help="Only what is new since this commit blocks.")
@click.option("--gate", "gates", multiple=True, metavar="ID", help="Run only this gate and what it needs.")
@click.option(
    "--profile",
    type=click.Choice(["pr", "release", "nightly"]),
    default="pr",
    show_default=True,
    help="Which rules of the policy apply.",
)
@click.option("--format", "format_", type=click.Choice(sorted(REPORTS)), default="console", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), default=None, help="Results; default PATH/.sdlc/out.")
@click.option("--jobs", type=click.IntRange(1, 64), default=None, help="Gates at once; default: one per core.")
@click.option("--verbose", "-v", is_flag=True, help="Every finding, every rule.")
@click.pass_obj
def command(
    session: Session,
    path: Path,
    since: str,
    gates: tuple[str, ...],
    profile: Profile,
    format_: str,
    out: Path | None,
    jobs: int | None,
    verbose: bool,
) -> None:
    """Run the gates on the work tree at PATH and say whether it may pass.

    The policy comes from the base commit (HEAD, or the commit of --since), never from the work tree.
    """
    planned = pipeline.plan(gates)
    workspace = open_workspace(path, session.tools, since=since, whole_history=profile != "pr")
    out = out or workspace.root / ".sdlc" / "out"
    store = Store(out / "objects", session.disk)
    judges = judges_of(workspace, session.tools, store, profile)
    fuzzed.keep(out, session.disk)
    _forget_last_record(out)

    jobs = jobs or os.cpu_count() or 1
    interrupt = session.tools.stop if isinstance(session.tools, LocalTools) else lambda: None
    progress = _progress(session) if format_ == "console" else None
    results = pipeline.run(
        planned,
        workspace,
        session.tools,
        judges.config.settings,
        store,
        jobs=jobs,
        progress=progress,
        interrupt=interrupt,
    )
    base, weaker = None, None
    if since:
        base, weaker = compare(workspace, session.tools, judges, planned, results, store, jobs=jobs)
    committed = commit_time(workspace, session.tools)
    record = CheckRecord(
        product=judges.config.product.name,
        version=judges.config.product.version,
        profile=profile,
        repository=workspace.prefix or ".",
        commit=workspace.commit,
        tree=workspace.tree,
        dirty=workspace.dirty,
        created=session.now.isoformat(timespec="seconds"),
        policy=judges.policy_digest,
        bootstrap=judges.bootstrap,
        results=results,
        verdict=UNDECIDED,
        committed=committed,
        waivers=judges.waivers_digest,
        since=workspace.base if since else "",
        base=base or {},
    )
    policy = _only(judges.policy, gates, planned)
    record = decided(record, policy, judges.waivers, session.now, weaker, blob=store.get)
    if not gates:
        proposed = proposed_by(workspace, session.tools, store)
        record = announced(record, policy, judges.waivers, proposed, store.get, session.now)
    replace_file(session.disk, out / "check.json", dump_check(record))
    click.echo(render(format_, record, verbose=verbose), nl=False)
    if format_ == "github":
        tell(session.environment, record)
    click.get_current_context().exit(exit_code(record, judges.policy))


def _only(policy: Policy, wanted: tuple[str, ...], planned: Mapping[str, tuple[str, ...]]) -> Policy:
    """With --gate, the rules about gates that were planned: the answer is about those alone."""
    if not wanted:
        return policy
    return replace(policy, rules=tuple(rule for rule in policy.rules if rule.gate in planned))


def _forget_last_record(out: Path) -> None:
    """A run that is cut off must not leave an older record that could be taken for its own."""
    try:
        (out / "check.json").unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(f"cannot replace {out / 'check.json'}: {error.strerror}") from error


def exit_code(record: CheckRecord, policy: Policy) -> ExitCode:
    """What the process answers; mode `observe` only shows its verdict, but never a release's."""
    if policy.mode == "observe" and record.profile != "release":
        return ExitCode.ALLOWED
    return EXIT_CODES[record.verdict.answer]


def _progress(session: Session) -> pipeline.Progress | None:
    if not session.interactive:
        return None

    def started(gate: str) -> None:
        click.echo(click.style(f"  … {gate}", dim=True), err=True)

    def ended(result: GateResult) -> None:
        line = f"  {result.gate:<16} {result.reading.outcome.value:<14} {result.seconds:5.1f} s"
        click.echo(click.style(printable(line), dim=True), err=True)

    return pipeline.Progress(started, ended)
