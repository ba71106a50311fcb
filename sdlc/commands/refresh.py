"""`sdlc release refresh`: run one gate of the last check again, and those that read it, without redoing the others."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import click

from sdlc import pipeline
from sdlc.commands.check import EXIT_CODES
from sdlc.commands.inputs import OUT, PATH, last_check
from sdlc.commands.judges import configure
from sdlc.commands.verdicts import decided
from sdlc.disk import replace_file
from sdlc.errors import BlockedError, UsageError
from sdlc.evidence.store import Store
from sdlc.formats.check_json import CheckRecord, dump_check
from sdlc.model.result import GateResult, Outcome, Refreshed
from sdlc.policy.schema import load_policy
from sdlc.policy.waivers import load_waivers
from sdlc.readings.replay import settings_to_json
from sdlc.release.recompute import compare, read_again
from sdlc.reports import render
from sdlc.session import Session
from sdlc.workspace import open_workspace


@click.command(name="refresh")
@PATH
@OUT
@click.option("--gate", required=True, metavar="ID", help="What to run again, for example vulnerabilities.")
@click.pass_obj
def command(session: Session, path: Path, out: Path | None, gate: str) -> None:
    """Run a gate of the last check of PATH again: same commit, artifacts, tools, settings and policy.

    The record lists what ran again and when. Whatever was decided about an older candidate is void afterwards.
    """
    again = pipeline.downstream(gate)
    workspace = open_workspace(path, session.tools, whole_history=True)
    out = out or workspace.root / ".sdlc" / "out"
    record = last_check(out, workspace)
    store = Store(out / "objects", session.disk)
    old = {result.gate: result for result in record.results}
    if gate not in old:
        raise UsageError(f"the last check did not run {gate}", hint="sdlc check --profile release")
    compare(record.results, read_again(record.results, store.get))
    config = configure(workspace)
    chosen = [name for name in again if name in old]
    for name in chosen:
        if settings_to_json(config.settings[name]) != old[name].settings:
            raise _differs(name, "its settings are")
    planned = {name: needs for name, needs in pipeline.plan(chosen).items() if name in chosen}
    kept = {
        name: {part: store.get(digest) for part, digest in result.raw.items()}
        for name, result in old.items()
        if name not in chosen and result.reading.outcome in (Outcome.PASSED, Outcome.FAILED)
    }
    jobs = os.cpu_count() or 1
    new = pipeline.run(planned, workspace, session.tools, config.settings, store, jobs=jobs, kept=kept)
    for result in new:
        _demand_same_tools(old[result.gate], result)
    merged = {**old, **{result.gate: result for result in new}}
    record = _decided(record, tuple(merged.values()), store, session, tuple(result.gate for result in new))
    replace_file(session.disk, out / "check.json", dump_check(record))
    click.echo(render("console", record, verbose=False), nl=False)
    click.echo(f"ran again: {', '.join(chosen)}; next: sdlc release prepare")
    click.get_current_context().exit(EXIT_CODES[record.verdict.answer])


def _demand_same_tools(old: GateResult, new: GateResult) -> None:
    """Attack: the scanner is exchanged for a blind one between check and refresh."""
    if new.reading.outcome in (Outcome.PASSED, Outcome.FAILED) and old.tools and old.tools != new.tools:
        raise _differs(new.gate, "its tools are")


def _differs(gate: str, what: str) -> BlockedError:
    return BlockedError(
        "refresh-differs",
        f"{gate} cannot be refreshed: {what} not those of the check",
        hint="run all of it again: sdlc check --profile release",
    )


def _decided(
    record: CheckRecord, results: tuple[GateResult, ...], store: Store, session: Session, again: tuple[str, ...]
) -> CheckRecord:
    now = session.now.replace(microsecond=0)
    earlier = tuple(one for one in record.refreshed if one.gate not in again)
    refreshed = (*earlier, *(Refreshed(gate, now) for gate in again))
    merged = replace(record, results=results, refreshed=refreshed)
    waivers = load_waivers(store.get(record.waivers)) if record.waivers else ()
    return decided(merged, load_policy(store.get(record.policy)), waivers, session.now, blob=store.get)
