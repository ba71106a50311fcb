"""`sdlc check`: run the gates on a work tree and decide."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import click

from sdlc import pipeline
from sdlc.commands.changes import weakenings
from sdlc.config import FILE, Config, load_config
from sdlc.disk import append_text, replace_file
from sdlc.errors import ExitCode, StorageError, UsageError
from sdlc.evidence.store import Store
from sdlc.formats.check_json import CheckRecord, dump_check
from sdlc.formats.terminal import printable
from sdlc.model.result import GateResult
from sdlc.model.verdict import Answer
from sdlc.policy.decide import decide
from sdlc.policy.facts import Facts
from sdlc.policy.schema import BUILT_IN, Policy, Profile, load_policy
from sdlc.policy.waivers import load_waivers
from sdlc.reports import REPORTS, github, render
from sdlc.session import Session
from sdlc.tools import LocalTools, Tools
from sdlc.workspace import Workspace, extract_base, open_workspace, protected

POLICY = ".sdlc/policy.toml"
WAIVERS = ".sdlc/waivers.toml"
COMPARED = ("static-analysis", "secrets", "sbom", "vulnerabilities")
"""Gates whose findings `--since` compares with the base commit; none of them executes the base's code."""

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
    config = _configure(workspace)
    policy_text, policy, bootstrap = _policy(workspace, session.tools, profile)
    out = out or workspace.root / ".sdlc" / "out"
    store = Store(out / "objects", session.disk)
    policy_digest = store.put(policy_text)
    waivers_text = protected(workspace, session.tools, WAIVERS)
    waivers = load_waivers(waivers_text, f"{WAIVERS} of {workspace.base[:12]}") if waivers_text is not None else ()
    waivers_digest = store.put(waivers_text) if waivers_text is not None else None
    _forget_last_record(out)

    jobs = jobs or os.cpu_count() or 1
    interrupt = session.tools.stop if isinstance(session.tools, LocalTools) else lambda: None
    progress = _progress(session) if format_ == "console" else None
    results = pipeline.run(
        planned,
        workspace,
        session.tools,
        config.settings,
        store,
        jobs=jobs,
        progress=progress,
        interrupt=interrupt,
    )
    base, weaker = None, None
    if since:
        with tempfile.TemporaryDirectory(prefix="sdlc-base-") as folder:
            tree = extract_base(workspace, session.tools, Path(folder))
            chosen = {gate: needs for gate, needs in planned.items() if gate in COMPARED}
            before = pipeline.run(chosen, tree, session.tools, config.settings, store, jobs=jobs)
        base = {result.gate: _fingerprints(result) for result in before}
        judges = None if bootstrap else policy
        paths = (POLICY, WAIVERS)
        weaker = weakenings(workspace, tree, session.tools, config, judges, waivers, results, before, paths)

    facts = Facts(
        results={result.gate: result for result in results},
        profile=profile,
        at=session.now,
        product=config.product.name,
        version=config.product.version,
        bootstrap=bootstrap,
        base=None if base is None else {gate: Counter(prints) for gate, prints in base.items()},
        waivers=waivers,
        weakenings=weaker,
    )
    record = CheckRecord(
        product=config.product.name,
        version=config.product.version,
        profile=profile,
        repository=workspace.prefix or ".",
        commit=workspace.commit,
        tree=workspace.tree,
        dirty=workspace.dirty,
        created=session.now.isoformat(timespec="seconds"),
        policy=policy_digest,
        bootstrap=bootstrap,
        results=results,
        verdict=decide(_only(policy, gates, planned), facts),
        waivers=waivers_digest,
        since=workspace.base if since else "",
        base=base or {},
    )
    replace_file(session.disk, out / "check.json", dump_check(record))
    click.echo(render(format_, record, verbose=verbose), nl=False)
    if format_ == "github":
        _tell_github(session, record)
    click.get_current_context().exit(_exit_code(record, policy))


def _configure(workspace: Workspace) -> Config:
    data = workspace.read(FILE) if workspace.exists(FILE) else None
    pyproject = workspace.read("pyproject.toml") if workspace.exists("pyproject.toml") else None
    return load_config(data, pyproject=pyproject, folder=workspace.root.name)


def _policy(workspace: Workspace, tools: Tools, profile: Profile) -> tuple[bytes, Policy, bool]:
    text = protected(workspace, tools, POLICY)
    if text is not None:
        return text, load_policy(text, f"{POLICY} of {workspace.base[:12]}"), False
    if profile == "release":
        raise UsageError(
            f"{POLICY} is not in the base commit {workspace.base[:12]}; a release needs a policy of its own",
            hint=f"commit a {POLICY} (docs/policy.md), then run the same command again",
        )
    return BUILT_IN, load_policy(BUILT_IN, "built-in policy"), True


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


def _fingerprints(result: GateResult) -> tuple[str, ...]:
    return tuple(sorted(f.fingerprint for f in result.reading.findings if not f.suppressed))


def _tell_github(session: Session, record: CheckRecord) -> None:
    """Add summary and outputs to the files that a job names in its environment; outside of one there are none."""
    for variable, text in (("GITHUB_STEP_SUMMARY", github.summary(record)), ("GITHUB_OUTPUT", github.outputs(record))):
        if name := session.environment.get(variable):
            append_text(Path(name), text)


def _exit_code(record: CheckRecord, policy: Policy) -> ExitCode:
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
