"""`sdlc reject`: a signed refusal of the open candidate, which stands until the same person approves."""

from __future__ import annotations

import click

from sdlc.commands.approve import options, record_decision
from sdlc.errors import UsageError
from sdlc.session import Session


@click.command(name="reject")
@options
@click.option("--reason", required=True, help="Why; printed on every page.")
@click.pass_obj
def command(session: Session, /, reason: str, **given: object) -> None:
    """Reject the open candidate of PATH under your own name; it blocks until you approve."""
    if not reason.strip():
        raise UsageError("a rejection says why", hint="--reason 'the viewer crashes on series without a date'")
    record_decision(session, "rejection", reason, **given)  # type: ignore[arg-type]
