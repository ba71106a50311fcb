"""`sdlc release`: prepare a candidate from a check, show where it stands, sign what was approved."""

from __future__ import annotations

from pathlib import Path

import click

from sdlc.commands import recall, redact, refresh
from sdlc.commands.inputs import (
    KEY,
    OUT,
    PATH,
    TRUST,
    last_check,
    open_key,
    passphrase_options,
    read_artifact,
    read_file,
    read_trust,
)
from sdlc.commands.standing import summary
from sdlc.disk import append_text, replace_file
from sdlc.errors import BlockedError, ExitCode, IncompleteError, UsageError
from sdlc.evidence.store import Store
from sdlc.model.digest import sha256
from sdlc.model.verdict import Answer
from sdlc.release import assemble
from sdlc.release.assemble import Proposal
from sdlc.release.decisions import quorum
from sdlc.release.page_facts import Beyond, Standing
from sdlc.release.verified import Verified, demand_verified
from sdlc.release.verify import verify
from sdlc.release.viewer import draw
from sdlc.session import Session
from sdlc.signers.time_stamp import stamp
from sdlc.signing.trust import TrustRoot
from sdlc.workspace import Workspace, open_workspace

EXIT_CODES = {Answer.BLOCKED: ExitCode.BLOCKED, Answer.INCOMPLETE: ExitCode.INCOMPLETE}
GIT_SECONDS = 120.0
AUTHORS = "--format=%ae%n%ce%n%(trailers:key=Co-authored-by,valueonly)"


@click.group(name="release")
def command() -> None:
    """Prepare, inspect and sign a release."""


@command.command()
@PATH
@KEY
@TRUST
@OUT
@passphrase_options
@click.option("--channel", default="stable", show_default=True, help="What this release is a release of.")
@click.option("--first", is_flag=True, help="There is no release before this one.")
@click.option("--previous", type=click.Path(path_type=Path), help="The evidence bundle of the release before.")
@click.option("--artifact", "artifacts", multiple=True, type=click.Path(path_type=Path), help="Default: the build's.")
@click.option("--days", type=click.IntRange(1, 365), default=30, show_default=True, help="How long it stays open.")
@click.option("--break-glass", default="", metavar="REASON", help="One person may approve; short-lived and loud.")
@click.pass_obj
def prepare(
    session: Session,
    path: Path,
    key: str,
    trust_file: Path,
    out: Path | None,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
    channel: str,
    first: bool,
    previous: Path | None,
    artifacts: tuple[Path, ...],
    days: int,
    break_glass: str,
) -> None:
    """Make a candidate of the last `sdlc check --profile release` of the work tree at PATH."""
    if first == (previous is not None):
        raise UsageError("say --first for the first release, or --previous BUNDLE for every later one")
    trust = read_trust(trust_file)
    workspace = open_workspace(path, session.tools)
    out = out or workspace.root / ".sdlc" / "out"
    record = last_check(out, workspace)
    signer = open_key(key, session, passphrase_file, passphrase_fd)
    before = _before(previous, trust, session, record.product, channel, break_glass)
    store = Store(out / "objects", session.disk)
    candidate = assemble.propose(
        record,
        store,
        channel=channel,
        sequence=before.manifest.sequence + 1 if before else 1,
        previous=before.manifest_digest if before else None,
        before=before.as_before if before else None,
        authors=_authors(workspace, session, before.candidate.commit if before else ""),
        files={file.name: read_artifact(file) for file in artifacts},
        now=session.now,
        days=days,
        break_glass=break_glass,
    )
    folder = out / "release"
    assemble.keep_candidate(candidate, signer, trust, store, session.disk, folder)
    proposal = assemble.open_proposal(folder, store, trust)
    click.echo(f"candidate {proposal.digest[:16]} written to {folder / assemble.CANDIDATE_FILE}")
    if output := session.environment.get("GITHUB_OUTPUT"):
        append_text(Path(output), f"candidate={proposal.digest}\n")
    click.echo(summary(proposal), nl=False)
    if proposal.verdict.answer is not Answer.ALLOWED:
        click.get_current_context().exit(EXIT_CODES[proposal.verdict.answer])


@command.command()
@PATH
@TRUST
@OUT
@click.option("--html", type=click.Path(path_type=Path), help="Draw the release manager's page as well.")
@click.option("-v", "--verbose", is_flag=True, help="Every line, not only one screen of them.")
@click.pass_obj
def status(session: Session, path: Path, trust_file: Path, out: Path | None, html: Path | None, verbose: bool) -> None:
    """Show the open candidate: verdict, blockers, decisions, and the next command."""
    trust = read_trust(trust_file)
    proposal, _, folder = opened(path, out, session, trust)
    answer = quorum(
        proposal.decisions, trust, proposal.candidate, proposal.digest, session.now, proposal.verdict.waived
    )
    waiting = [p.name for p in trust.persons.values() if p.id not in answer.approvers]
    old = [signed.decision for signed in assemble.superseded(folder, proposal.digest)]
    below = [
        *(f"  superseded {one.kind} of {one.name}, about the candidate {one.candidate[:16]}" for one in old),
        f"quorum    {answer.sentence}{f' [{answer.reason}]' if answer.reason else ''}",
        *([f"may still decide: {', '.join(waiting)}"] if waiting and not answer.reached else []),
        f"next      {_next_step(proposal, answer.reached)}",
    ]
    click.echo(summary(proposal, below, verbose=verbose), nl=False)
    if html is not None:
        standing = Standing(answer.reached, answer.sentence, tuple(waiting))
        drawn = draw(
            proposal.candidate,
            proposal.digest,
            proposal.verdict,
            proposal.decisions,
            proposal.holdings,
            Beyond(standing=standing),
        )
        replace_file(session.disk, html, drawn)
    if proposal.verdict.answer is not Answer.ALLOWED:
        click.get_current_context().exit(EXIT_CODES[proposal.verdict.answer])


@command.command()
@PATH
@KEY
@TRUST
@passphrase_options
@click.option("--out", "target", type=click.Path(path_type=Path), required=True, help="The bundle to write.")
@click.option("--from", "out", type=click.Path(path_type=Path), help="Results of the check; default PATH/.sdlc/out.")
@click.option("--candidate", "expected", default="", metavar="DIGEST", help="Sign this candidate and no other.")
@click.option("--timestamp", "stamps", multiple=True, metavar="URL", help="Ask this time-stamp authority (RFC 3161).")
@click.option("--days", type=click.IntRange(1, 3650), default=730, show_default=True, help="How long it is valid.")
@click.pass_obj
def sign(
    session: Session,
    path: Path,
    key: str,
    trust_file: Path,
    out: Path | None,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
    target: Path,
    expected: str,
    stamps: tuple[str, ...],
    days: int,
) -> None:
    """Sign the approved candidate and write the evidence bundle; refuses what `sdlc verify` would refuse."""
    trust = read_trust(trust_file)
    proposal, store, _ = opened(path, out, session, trust)
    if expected and expected != proposal.digest:
        raise BlockedError(
            "candidate-exchanged",
            f"the candidate here is {proposal.digest[:16]}, to be signed is {expected[:16]}",
            hint="somebody put another one into its place: look who wrote the folder",
        )
    assemble.demand_allowed(proposal.verdict)
    answer = quorum(
        proposal.decisions, trust, proposal.candidate, proposal.digest, session.now, proposal.verdict.waived
    )
    if not answer.reached:
        raise BlockedError(answer.reason, answer.sentence, hint="sdlc release status names who may still decide")
    signer = open_key(key, session, passphrase_file, passphrase_fd)
    data = assemble.make_bundle(
        proposal,
        store,
        trust,
        signer,
        now=session.now,
        days=days,
        stamp=lambda envelope: stamp(envelope, stamps, session.network, trust.time_authorities) if stamps else (),
    )
    replace_file(session.disk, target, data)
    click.echo(f"signed    {target} ({len(data)} bytes, sha256 {sha256(data)})")
    click.echo(f"next      sdlc verify {target} --trust {trust_file}")


command.add_command(refresh.command)
command.add_command(recall.command)
command.add_command(redact.command)


def opened(path: Path, out: Path | None, session: Session, trust: TrustRoot) -> tuple[Proposal, Store, Path]:
    """The open candidate of the product at `path`, read again; its store and its folder."""
    out = out or path.resolve() / ".sdlc" / "out"
    store = Store(out / "objects", session.disk)
    return assemble.open_proposal(out / "release", store, trust), store, out / "release"


def _before(
    previous: Path | None, trust: TrustRoot, session: Session, product: str, channel: str, break_glass: str
) -> Verified | None:
    """The release before, verified; None for the first one."""
    if break_glass and not trust.break_glass_days:
        raise BlockedError(
            "break-glass-not-allowed",
            "the trust root allows no break-glass release",
            hint="its break_glass_days says for how long one may last; 0 is none",
        )
    if previous is None:
        return None
    release = demand_verified(verify(read_file(previous), trust, at=session.now), str(previous))
    if (release.manifest.product, release.manifest.channel) != (product, channel):
        raise UsageError(f"{previous} is {release.manifest.product} in the channel {release.manifest.channel}")
    if break_glass and release.candidate.break_glass:
        raise BlockedError(
            "break-glass-twice",
            f"{previous} is a break-glass release itself, and an ordinary one has to follow it",
            hint="leave out --break-glass and let the quorum decide",
        )
    return release


def _authors(workspace: Workspace, session: Session, since: str) -> tuple[str, ...]:
    """E-mail addresses of all who wrote, committed or are named as co-authors since `since`."""
    commits = f"{since}..{workspace.commit}" if since else workspace.commit
    done = session.tools.run(
        *("git", "-c", "log.showSignature=false", "log", "--full-history", AUTHORS, commits, "--", "."),
        cwd=workspace.root,
        timeout=GIT_SECONDS,
        ok={0, 128},
    )
    if done.exit_code:
        raise IncompleteError(
            f"the commits since {since[:12]} are not in this repository",
            hint="fetch the whole history: git fetch --unshallow",
        )
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    emails = {line.rpartition("<")[2].rstrip("> ").strip().lower() for line in lines if line.strip()}
    if not emails:
        raise UsageError(f"nothing was committed since the last release ({since[:12]})")
    return tuple(sorted(emails))


def _next_step(proposal: Proposal, reached: bool) -> str:
    if proposal.verdict.answer is not Answer.ALLOWED:
        return "clear what blocks, then `sdlc check --profile release` and `sdlc release prepare` again"
    if not reached:
        return "sdlc approve --as PERSON --key URI --trust FILE --meaning approval"
    return "sdlc release sign --key URI --trust FILE --out FILE"
