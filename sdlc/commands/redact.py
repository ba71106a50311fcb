"""`sdlc release redact`: a copy of an evidence bundle for an audience that may not see all of it."""

from __future__ import annotations

from pathlib import Path

import click

from sdlc.commands.inputs import KEY, TRUST, open_key, passphrase_options, read_file, read_trust
from sdlc.disk import replace_file
from sdlc.errors import BlockedError, UsageError
from sdlc.formats.terminal import printable
from sdlc.policy.decide import count
from sdlc.release.bundle import read_bundle, write_bundle
from sdlc.release.redaction import MEMBER, Redaction, choose, dump_redaction, redact
from sdlc.release.verify import verify
from sdlc.session import Session
from sdlc.signing.dsse import dump_envelope


@click.command(name="redact")
@click.argument("bundle", type=click.Path(path_type=Path))
@KEY
@TRUST
@passphrase_options
@click.option("--without", multiple=True, required=True, metavar="GATE[/NAME]", help="The evidence to withhold.")
@click.option("--audience", required=True, help="For whom; shown to everybody who verifies the copy.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The copy to write.")
@click.pass_obj
def command(
    session: Session,
    bundle: Path,
    key: str,
    trust_file: Path,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
    without: tuple[str, ...],
    audience: str,
    out: Path,
) -> None:
    """Write a copy of BUNDLE without some raw evidence, signed as such; its digests still verify.

    Findings, components, tests and names stand in the signed candidate and on the page, and cannot be withheld.
    """
    if not audience.strip():
        raise UsageError("--audience says nothing", hint="say for whom the evidence is withheld")
    data, trust = read_file(bundle), read_trust(trust_file)
    result = verify(data, trust, at=session.now)
    if not result.ok or result.candidate is None or result.manifest_digest is None:
        raise BlockedError(result.reason, f"{bundle}: {result.sentence}", hint=f"sdlc verify {bundle} --trust …")
    withheld = choose(result.candidate, without)
    redaction = Redaction(result.manifest_digest, withheld, audience, session.now.replace(microsecond=0))
    envelope = open_key(key, session, passphrase_file, passphrase_fd).sign(dump_redaction(redaction))
    members = redact(read_bundle(data), result.candidate, withheld)
    copy = write_bundle({**members, MEMBER: dump_envelope(envelope)})
    checked = verify(copy, trust, at=session.now, allow_redacted=True)
    if not checked.ok:
        raise BlockedError(checked.reason, f"not written: {checked.sentence}")
    replace_file(session.disk, out, copy)
    click.echo(f"redacted  {out} ({len(copy)} bytes), for {printable(audience)}")
    click.echo(f"withheld  {count(len(withheld), 'piece')} of evidence: {printable(', '.join(without))}")
    click.echo(f"next      sdlc verify {out} --trust {trust_file} --allow-redacted")
