"""`sdlc key`: make signing keys, and show which key a file holds."""

from __future__ import annotations

from pathlib import Path

import click

from sdlc.commands.inputs import passphrase_from, passphrase_options, read_file
from sdlc.disk import replace_file
from sdlc.errors import UsageError
from sdlc.session import Session
from sdlc.signers.key_file import new_key
from sdlc.signing.keyed import ALGORITHM, hint, key_id, load_public_key

MIN_PASSPHRASE = 12
FILE = click.argument("file", type=click.Path(path_type=Path))


@click.group(name="key")
def command() -> None:
    """Make and show signing keys."""


@command.command()
@FILE
@passphrase_options
@click.pass_obj
def new(session: Session, file: Path, passphrase_file: Path | None, passphrase_fd: int | None) -> None:
    """Write a new private key to FILE, encrypted, for your eyes only, and its public key to FILE.pub."""
    public_file = file.with_name(f"{file.name}.pub")
    for path in (file, public_file):
        if path.exists():
            raise UsageError(f"{path} exists; a key is never written over", hint="name another file")
    passphrase = passphrase_from(
        session, passphrase_file, passphrase_fd, prompt=f"New passphrase of {file}", confirm=True
    )()
    if len(passphrase) < MIN_PASSPHRASE:
        raise UsageError(f"the passphrase is shorter than {MIN_PASSPHRASE} characters", hint="take a few words")
    private, public = new_key(passphrase)
    replace_file(session.disk, file, private, mode=0o600)
    replace_file(session.disk, public_file, public)
    click.echo(f"key {key_id(load_public_key(public))}")
    click.echo(f"  private: {file} (encrypted; keep it)")
    click.echo(f"  public:  {public_file} (for the trust root: sdlc trust add-key)")


@command.command()
@FILE
def show(file: Path) -> None:
    """Show the id of the public key in FILE."""
    pem = read_file(file)
    if b"PRIVATE KEY" in pem:
        raise UsageError(f"{file} is a private key, which is not opened to be shown", hint=f"sdlc key show {file}.pub")
    spki = load_public_key(pem, what=str(file))
    click.echo(f"key {key_id(spki)}\n  algorithm: {ALGORITHM}\n  hint in bundles: {hint(spki)}")
