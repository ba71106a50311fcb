"""`sdlc share`: one job's part of a plan."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import click

from sdlc import pipeline
from sdlc.commands.changes import compare
from sdlc.commands.inputs import read_file
from sdlc.commands.judges import judges_of
from sdlc.commands.plan import FILE as PLAN_FILE
from sdlc.disk import append_text, replace_file
from sdlc.errors import IncompleteError, UsageError
from sdlc.evidence.shares import AGAIN, Plan, Share, check_share, dump_share, load_plan, load_share
from sdlc.evidence.store import Store
from sdlc.model.digest import Digest, parse_digest, sha256
from sdlc.model.result import Outcome, RawArtifacts
from sdlc.policy.schema import Profile
from sdlc.session import Session
from sdlc.workspace import open_workspace

FILE = "share.json"
STATIC = "static"
SECRETS = "secrets"

SHARES = click.option(
    "--share",
    "shares",
    multiple=True,
    metavar="FOLDER=DIGEST",
    help="A share of another job, and the digest that the job put out.",
)
PLAN = click.option("--plan", "plan_folder", required=True, metavar="FOLDER=DIGEST", help="The plan, and its digest.")


@click.command(name="share")
@click.argument("name")
@click.argument("path", type=click.Path(path_type=Path), default=".")
@PLAN
@SHARES
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder of the share.")
@click.option("--jobs", type=click.IntRange(1, 64), default=None, help="Gates at once; default: one per core.")
@click.pass_obj
def command(
    session: Session, name: str, path: Path, plan_folder: str, shares: tuple[str, ...], out: Path, jobs: int | None
) -> None:
    """Run the gates that a plan gives to the job NAME, on the work tree at PATH, and put out the share's digest."""
    folder, plan_digest = named(plan_folder)
    plan = load_plan(checked(folder / PLAN_FILE, plan_digest), what=str(folder / PLAN_FILE))
    if name not in plan.after:
        raise UsageError(f"the plan has no share {name!r}", hint=f"it has: {', '.join(plan.after)}")
    workspace = open_workspace(path, session.tools, since=plan.base, whole_history=plan.profile != "pr")
    if (workspace.commit, workspace.tree, workspace.dirty) != (plan.commit, plan.tree, plan.dirty):
        raise IncompleteError(
            f"the plan is for {plan.commit[:12]}, the work tree is at {workspace.commit[:12]}", hint="check it out"
        )
    store = Store(out / "objects", session.disk)
    profile = next(one for one in get_args(Profile) if one == plan.profile)
    judges = judges_of(workspace, session.tools, store, profile)
    if (judges.policy_digest, judges.waivers_digest) != (plan.policy, plan.waivers):
        raise IncompleteError("the base's policy or waivers are not those of the plan", hint=AGAIN)
    own = plan.gates_of(name)
    gates = {gate: needs for gate, needs in pipeline.plan(own).items() if gate in own}
    kept = dict(_kept(plan, plan_digest, shares, session))
    jobs = jobs or os.cpu_count() or 1
    settings = judges.config.settings
    # What other jobs found to be secret is not known here, so it is searched for here as well, and not reported.
    silent = {SECRETS: ()} if SECRETS in plan.gates and SECRETS not in gates else {}
    runs = pipeline.run({**gates, **silent}, workspace, session.tools, settings, store, jobs=jobs, kept=kept)
    results = tuple(result for result in runs if result.gate in gates)
    base: dict[str, tuple[str, ...]] = {}
    weaker = None
    if plan.base and name != "execute":
        base, found = compare(workspace, session.tools, judges, gates, results, store, jobs=jobs)
        weaker = found if name == STATIC else None
    share = Share(plan_digest, name, results, base, weaker)
    check_share(plan, plan_digest, share)
    data = dump_share(share)
    replace_file(session.disk, out / FILE, data)
    click.echo(f"share     {name} {sha256(data)}")
    for result in results:
        click.echo(f"  {result.gate:<17}{result.reading.outcome.value}")
    if output := session.environment.get("GITHUB_OUTPUT"):
        append_text(Path(output), f"digest={sha256(data)}\n")


def named(text: str) -> tuple[Path, Digest]:
    """`FOLDER=DIGEST`, as both; raises UsageError."""
    folder, _, digest = text.rpartition("=")
    try:
        return Path(folder), parse_digest(digest)
    except ValueError:
        raise UsageError(
            f"{text:.120}: FOLDER=DIGEST is expected", hint="the digest is the output of the job that made it"
        ) from None


def checked(path: Path, digest: Digest) -> bytes:
    """The bytes of a file that another job made; raises IncompleteError unless they are those that it put out."""
    data = read_file(path)
    if sha256(data) != digest:
        raise IncompleteError(f"[share-changed] {path} is not what its job put out", hint=AGAIN)
    return data


def _kept(
    plan: Plan, plan_digest: Digest, shares: tuple[str, ...], session: Session
) -> Iterator[tuple[str, RawArtifacts]]:
    """What the gates of other jobs read, for the gates here that need it."""
    for text in shares:
        other, digest = named(text)
        store = Store(other / "objects", session.disk)
        share = load_share(checked(other / FILE, digest), what=str(other / FILE))
        check_share(plan, plan_digest, share)
        for result in share.results:
            if result.reading.outcome in (Outcome.PASSED, Outcome.FAILED):
                yield result.gate, {part: store.get(one) for part, one in result.raw.items()}
