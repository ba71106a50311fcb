"""`sdlc trust notice`: tell those who have an older trust root that a key was revoked."""

from __future__ import annotations

from pathlib import Path

import click

from sdlc.commands.inputs import KEY, open_key, passphrase_options, read_trust
from sdlc.disk import replace_file
from sdlc.errors import UsageError
from sdlc.release.revocation import Notice, apply_notices, dump_notice
from sdlc.session import Session
from sdlc.signing.dsse import dump_envelope


@click.command(name="notice")
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("revoked")
@KEY
@passphrase_options
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The notice to write.")
@click.pass_obj
def command(
    session: Session,
    file: Path,
    revoked: str,
    key: str,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
    out: Path,
) -> None:
    """Sign a notice that the key REVOKED (its first digits) is revoked in the trust root FILE, with a root key.

    `sdlc verify --revoked` takes it beside an older trust root, in which the key still counts.
    """
    trust = read_trust(file)
    hits = [known for known in trust.keys.values() if known.id.startswith(revoked)]
    if len(hits) != 1 or len(revoked) < 8 or hits[0].revoked is None:
        raise UsageError(f"{revoked} names no revoked key of {file}", hint="revoke it first: sdlc trust revoke")
    why = hits[0].revoked
    notice = Notice("key", trust.product, hits[0].id, why.at, why.reason)
    envelope = open_key(key, session, passphrase_file, passphrase_fd).sign(dump_notice(notice))
    apply_notices(trust, [(str(out), envelope)])
    replace_file(session.disk, out, dump_envelope(envelope))
    click.echo(f"notice    {hits[0].id[:16]} is revoked ({why.reason}); give {out} to whoever verifies")
