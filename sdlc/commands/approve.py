"""`sdlc approve`: one signed decision of one person about the open candidate."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import click

from sdlc.commands.inputs import KEY, OUT, PATH, TRUST, open_key, passphrase_options, person_of, read_trust
from sdlc.commands.release import opened
from sdlc.commands.standing import summary
from sdlc.formats.timestamp import time_to_text
from sdlc.model.digest import sha256
from sdlc.release import assemble
from sdlc.release.candidate import dump_candidate
from sdlc.release.decisions import MEANINGS, Decision, check_decisions
from sdlc.session import Session

AS = click.option("--as", "person", required=True, metavar="PERSON", help="Your id in the trust root.")
MEANING = click.option("--meaning", type=click.Choice(MEANINGS), required=True, help="What your signature says.")
DAYS = click.option("--days", type=click.IntRange(1, 365), default=30, show_default=True, help="How long it counts.")


def options(function: Callable[..., None]) -> Callable[..., None]:
    """The options that `approve` and `reject` share."""
    for option in reversed((PATH, AS, KEY, TRUST, OUT, passphrase_options, MEANING, DAYS)):
        function = option(function)
    return function


@click.command(name="approve")
@options
@click.option("--reason", default="", help="Why; printed on every page.")
@click.pass_obj
def command(session: Session, /, reason: str, **given: object) -> None:
    """Approve the open candidate of PATH under your own name; refused while the policy does not allow it."""
    record_decision(session, "approval", reason, **given)  # type: ignore[arg-type]


def record_decision(
    session: Session,
    kind: str,
    reason: str,
    *,
    path: Path,
    person: str,
    key: str,
    trust_file: Path,
    out: Path | None,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
    meaning: str,
    days: int,
) -> None:
    """Show the candidate as it reads now, and sign one decision about exactly what was shown."""
    trust = read_trust(trust_file)
    known = person_of(trust, person)
    proposal, _, folder = opened(path, out, session, trust)
    candidate = proposal.candidate
    check_decisions(proposal.decisions, trust, candidate, proposal.digest)
    click.echo(summary(proposal, verbose=True), nl=False)
    if kind == "approval":
        assemble.demand_allowed(proposal.verdict)
    signer = open_key(key, session, passphrase_file, passphrase_fd)
    now = session.now.replace(microsecond=0)
    decision = Decision(
        kind=kind,
        person=known.id,
        name=known.printed_name,
        key=signer.key_id,
        meaning=meaning,
        candidate=proposal.digest,
        policy=candidate.policy,
        channel=candidate.channel,
        previous=proposal.decisions[-1].digest if proposal.decisions else None,
        # Made anew from the object that was shown, not copied from the file: what is signed is what was seen.
        displayed=sha256(dump_candidate(candidate)),
        nonce=secrets.token_hex(16),
        created=now,
        expires=now + timedelta(days=days),
        reason=reason,
    )
    signed = assemble.keep_decision(decision, signer, trust, session.disk, folder)
    when = time_to_text(signed.decision.created)
    click.echo(f"{kind:<10}{known.printed_name}, meaning {meaning}, {when}, recorded as {signed.digest[:16]}")
    click.echo("next      sdlc release status --trust FILE")
