"""What is made of an evidence bundle is made of a verified one: the bundle and the standards that a user names."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import click

from sdlc.commands.inputs import read_file, read_trust, time_option
from sdlc.errors import UsageError
from sdlc.release.verified import Verified, demand_verified
from sdlc.release.verify import verify
from sdlc.session import Session
from sdlc.standards.catalog import Standard, load_standard, replace_by_own
from sdlc.standards.shipped import OWN, our_standards

OWN_STANDARDS = click.option(
    "--own",
    "own",
    type=click.Path(path_type=Path, file_okay=False),
    help=f"A folder of your own standards, such as {OWN}; one with the id of ours stands instead of it.",
)
_AT = click.option("--at", callback=time_option, metavar="TIME", help="Verify as of this time; default: now.")
_REDACTED = click.option(
    "--allow-redacted", is_flag=True, help="Take a bundle from which its signer withheld evidence."
)


def verify_options(function: Callable[..., None]) -> Callable[..., None]:
    """How a bundle is verified before anything is made of it."""
    return _AT(_REDACTED(function))


def open_verified(
    session: Session, bundle: Path, trust_file: Path, *, at: datetime | None, allow_redacted: bool
) -> Verified:
    """The bundle, verified for an audit. Raises BlockedError with the reason code of the step that refuses."""
    result = verify(read_file(bundle), read_trust(trust_file), at=at or session.now, allow_redacted=allow_redacted)
    return demand_verified(result, str(bundle))


def all_standards(own: Path | None) -> tuple[Standard, ...]:
    """Ours, and those of the folder `own` instead or besides; raises UsageError with file and line."""
    if own is None:
        return our_standards()
    files = sorted(path for path in own.glob("*.toml") if path.is_file()) if own.is_dir() else []
    if not files:
        raise UsageError(f"{own} holds no standard", hint="one standard is one TOML file; see docs/standards.md")
    return replace_by_own(our_standards(), [load_standard(read_file(path), str(path)) for path in files])
