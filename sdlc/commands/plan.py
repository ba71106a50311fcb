"""`sdlc plan`: split the gates over jobs, by what may execute the code of the change."""

from __future__ import annotations

import secrets
from pathlib import Path

import click

from sdlc import pipeline
from sdlc.commands.judges import judges_of, proposed_by
from sdlc.disk import replace_file
from sdlc.evidence.shares import Plan, PlannedGate, dump_plan
from sdlc.evidence.store import Store
from sdlc.formats import strict_json
from sdlc.gates import EXECUTING, GATES
from sdlc.model.digest import sha256
from sdlc.policy.schema import Profile
from sdlc.readings.replay import settings_to_json
from sdlc.session import Session
from sdlc.workspace import commit_time, open_workspace

FILE = "plan.json"
SHARES = {"execute": (), "static": (), "join": ("execute",)}
"""A job that executes code of the change; one that only reads it; one that reads it and what was executed."""


@click.command(name="plan")
@click.argument("path", type=click.Path(path_type=Path), default=".")
@click.option("--since", default="", metavar="REF", help="Only what is new since this commit blocks.")
@click.option("--gate", "gates", multiple=True, metavar="ID", help="Plan only this gate and what it needs.")
@click.option("--profile", type=click.Choice(["pr", "release", "nightly"]), default="pr", show_default=True)
@click.option("--run", default="", help="What the forge calls this run; kept in the plan.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder of the plan.")
@click.option("--matrix", is_flag=True, help="Print the shares as a job matrix.")
@click.pass_obj
def command(
    session: Session,
    path: Path,
    since: str,
    gates: tuple[str, ...],
    profile: Profile,
    run: str,
    out: Path,
    matrix: bool,
) -> None:
    """Plan which job runs which gate of the work tree at PATH; executes nothing of it.

    The plan holds what applies, the settings, and the base's policy and waivers: no later job may say otherwise.
    """
    planned = pipeline.plan(gates)
    workspace = open_workspace(path, session.tools, since=since, whole_history=profile != "pr")
    judges = judges_of(workspace, session.tools, Store(out / "objects", session.disk), profile)
    settings = judges.config.settings
    proposed = proposed_by(workspace, session.tools, Store(out / "objects", session.disk))
    plan = Plan(
        run=run,
        nonce=secrets.token_hex(16),
        product=judges.config.product.name,
        version=judges.config.product.version,
        profile=profile,
        repository=workspace.prefix or ".",
        commit=workspace.commit,
        tree=workspace.tree,
        base=workspace.base if since else "",
        dirty=workspace.dirty,
        committed=commit_time(workspace, session.tools).replace(microsecond=0),
        policy=judges.policy_digest,
        bootstrap=judges.bootstrap,
        waivers=judges.waivers_digest,
        proposed_policy=proposed.policy,
        proposed_waivers=proposed.waivers,
        gates={
            gate: PlannedGate(
                share_of(gate),
                settings_to_json(settings[gate]),
                GATES[gate].not_applicable(workspace, settings[gate]) or "",
            )
            for gate in planned
        },
        after=SHARES,
    )
    data = dump_plan(plan)
    replace_file(session.disk, out / FILE, data)
    if matrix:
        rows = [{"share": name} for name in plan.after if plan.gates_of(name)]
        click.echo(strict_json.dumps({"include": rows}).decode())
    else:
        click.echo(f"plan      {sha256(data)}")
        for name in plan.after:
            click.echo(f"  {name:<8}{', '.join(plan.gates_of(name)) or 'nothing'}")


def share_of(gate: str) -> str:
    """Which job runs `gate`: by whether it executes code of the change, or reads what was executed."""
    if gate in EXECUTING:
        return "execute"
    return "join" if _reads_executed(gate) else "static"


def _reads_executed(gate: str) -> bool:
    return any(need in EXECUTING or _reads_executed(need) for need in GATES[gate].NEEDS)
