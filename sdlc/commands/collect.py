"""`sdlc collect`: bring the shares of all jobs together, read them again, and decide."""

from __future__ import annotations

from pathlib import Path

import click

from sdlc.commands.changes import replayed
from sdlc.commands.inputs import read_file
from sdlc.commands.judges import Proposed
from sdlc.commands.plan import FILE as PLAN_FILE
from sdlc.commands.share import FILE, PLAN, SHARES, checked, named
from sdlc.commands.verdicts import UNDECIDED, announced, decided
from sdlc.disk import replace_file
from sdlc.errors import IncompleteError
from sdlc.evidence.shares import AGAIN, Plan, Share, check_shares, load_plan
from sdlc.evidence.store import Store
from sdlc.formats.check_json import CheckRecord, dump_check
from sdlc.gates import GATES
from sdlc.model.digest import Digest
from sdlc.model.finding import Finding
from sdlc.policy.schema import load_policy
from sdlc.policy.waivers import load_waivers
from sdlc.release.recompute import compare, read_again
from sdlc.reports import REPORTS, render
from sdlc.reports.github import tell
from sdlc.session import Session


@click.command(name="collect")
@PLAN
@SHARES
@click.option("--format", "format_", type=click.Choice(sorted(REPORTS)), default="console", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder of the results, as of a check.")
@click.option("--verbose", "-v", is_flag=True, help="Every finding, every rule.")
@click.pass_obj
def command(
    session: Session, plan_folder: str, shares: tuple[str, ...], format_: str, out: Path, verbose: bool
) -> None:
    """Hold the shares of all jobs against the plan, read their bytes again, and say whether the change may pass.

    Needs no checkout and executes nothing. A share that is missing, doubled, changed or of another plan is an error.
    """
    from sdlc.commands.check import exit_code

    folder, plan_digest = named(plan_folder)
    plan = load_plan(checked(folder / PLAN_FILE, plan_digest), what=str(folder / PLAN_FILE))
    given = [named(text) for text in shares]
    found = check_shares(plan, [(digest, read_file(path / FILE)) for path, digest in given], plan_digest)
    stores = [Store(path / "objects", session.disk) for path in (folder, *(path for path, _ in given))]
    kept = Store(out / "objects", session.disk)

    def blob(digest: Digest) -> bytes:
        store = next((store for store in stores if store.has(digest)), None)
        if store is None:
            raise IncompleteError(f"[share-incomplete] the evidence {digest[:16]} is in no share", hint=AGAIN)
        data = store.get(digest)
        kept.put(data)
        return data

    by_gate = {result.gate: result for share in found for result in share.results}
    results = tuple(by_gate[gate] for gate in GATES if gate in by_gate)
    again = read_again(results, blob)
    compare(results, again)
    policy = load_policy(blob(plan.policy), "the base's policy")
    waivers = load_waivers(blob(plan.waivers), "the base's waivers") if plan.waivers else ()
    record = CheckRecord(
        product=plan.product,
        version=plan.version,
        profile=plan.profile,
        repository=plan.repository,
        commit=plan.commit,
        tree=plan.tree,
        dirty=plan.dirty,
        created=session.now.isoformat(timespec="seconds"),
        policy=plan.policy,
        bootstrap=plan.bootstrap,
        results=again,
        verdict=UNDECIDED,
        committed=plan.committed,
        waivers=plan.waivers,
        since=plan.base,
        base={gate: prints for share in found for gate, prints in share.base.items()}
        | (replayed(again) if plan.base else {}),
    )
    record = decided(record, policy, waivers, session.now, _weakenings(plan, found), blob=blob)
    proposed = Proposed(plan.proposed_policy, plan.proposed_waivers)
    record = announced(record, policy, waivers, proposed, blob, session.now)
    replace_file(session.disk, out / "check.json", dump_check(record))
    click.echo(render(format_, record, verbose=verbose), nl=False)
    if format_ == "github":
        tell(session.environment, record)
    click.get_current_context().exit(exit_code(record, policy))


def _weakenings(plan: Plan, shares: tuple[Share, ...]) -> tuple[Finding, ...] | None:
    """What the job that executes nothing saw; a plan with a base demands that it looked."""
    if not plan.base:
        return None
    looked = [share.weakenings for share in shares if share.weakenings is not None]
    if not looked:
        raise IncompleteError("[share-incomplete] nobody looked for weakenings of the rules", hint=AGAIN)
    return tuple(finding for found in looked for finding in found)
