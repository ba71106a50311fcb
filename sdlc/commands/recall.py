"""`sdlc release recall`: take a release back, by a signed notice that everybody can be given."""

from __future__ import annotations

from pathlib import Path

import click

from sdlc.commands.inputs import KEY, TRUST, open_key, passphrase_options, read_file, read_trust
from sdlc.disk import replace_file
from sdlc.errors import BlockedError, UsageError
from sdlc.formats.terminal import printable
from sdlc.release.revocation import Notice, apply_notices, dump_notice
from sdlc.release.verify import verify
from sdlc.session import Session
from sdlc.signing.dsse import dump_envelope


@click.command(name="recall")
@click.argument("bundle", type=click.Path(path_type=Path))
@KEY
@TRUST
@passphrase_options
@click.option("--reason", required=True, help="What is wrong with it; shown to everybody who verifies it.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The notice to write.")
@click.pass_obj
def command(
    session: Session,
    bundle: Path,
    key: str,
    trust_file: Path,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
    reason: str,
    out: Path,
) -> None:
    """Take the release of BUNDLE back: a notice for `sdlc verify --revoked`. A genuine release can be recalled only."""
    if not reason.strip():
        raise UsageError("--reason says nothing", hint="say what is wrong with the release")
    trust = read_trust(trust_file)
    result = verify(read_file(bundle), trust, at=session.now)
    if not result.ok or result.manifest is None or result.manifest_digest is None:
        raise BlockedError(result.reason, f"{bundle}: {result.sentence}", hint=f"sdlc verify {bundle} --trust …")
    notice = Notice("release", trust.product, result.manifest_digest, session.now.replace(microsecond=0), reason)
    envelope = open_key(key, session, passphrase_file, passphrase_fd).sign(dump_notice(notice))
    apply_notices(trust, [(str(out), envelope)])
    replace_file(session.disk, out, dump_envelope(envelope))
    named = f"{result.manifest.product} {result.manifest.version}, {result.manifest.channel}"
    click.echo(f"recalled  {printable(named)}, sequence {result.manifest.sequence}: {printable(reason)}")
    click.echo(f"next      give {out} to whoever has it: sdlc verify … --revoked {out}")
