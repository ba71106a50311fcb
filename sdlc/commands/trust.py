"""`sdlc trust`: make the trust root, add persons and keys to it, show it."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from pathlib import Path
from typing import get_args

import click

from sdlc.commands.inputs import read_file, read_trust, time_option
from sdlc.disk import replace_file
from sdlc.errors import UnreadableError, UsageError
from sdlc.formats.terminal import printable
from sdlc.model.digest import sha256
from sdlc.session import Session
from sdlc.signing.keyed import ALGORITHM, key_id, load_public_key
from sdlc.signing.trust import ROLES, Independence, Key, Person, TrustRoot
from sdlc.signing.trust_json import dump_trust, load_trust

VALID = timedelta(days=365)
FILE = click.argument("file", type=click.Path(path_type=Path))


@click.group(name="trust")
def command() -> None:
    """Keep the trust root: who there is, which key may do what, how many must agree.

    Keep it where a release cannot change it, and hand it to your verifiers by another way than the releases.
    """


@command.command()
@FILE
@click.option("--product", required=True, help="The product's name in sdlc.toml.")
@click.option("--approvals", type=click.IntRange(1, 9), default=2, show_default=True, help="Persons that must agree.")
@click.option(
    "--independence",
    type=click.Choice(get_args(Independence)),
    default="one",
    show_default=True,
    help="How many approvers must have no commit in the release.",
)
@click.option("--expires", callback=time_option, metavar="DATE", help="Default: in a year.")
@click.option("--policy", "policies", multiple=True, type=click.Path(path_type=Path), help="A policy that counts.")
@click.pass_obj
def init(
    session: Session,
    file: Path,
    product: str,
    approvals: int,
    independence: Independence,
    expires: datetime | None,
    policies: tuple[Path, ...],
) -> None:
    """Write a first trust root to FILE; it knows nobody yet."""
    if file.exists():
        raise UsageError(f"{file} exists; a trust root is never written over", hint="name another file")
    now = session.now.replace(microsecond=0)
    trust = TrustRoot(
        version=1,
        product=product,
        created=now,
        expires=expires or now + VALID,
        persons={},
        keys={},
        approvals_required=approvals,
        independence=independence,
        policies=tuple(sha256(read_file(policy)) for policy in policies),
    )
    if trust.expires <= now:
        raise UsageError("--expires lies in the past")
    _write(session, file, trust)
    click.echo(f"trust root of {printable(product)} written to {file}: {approvals} approvals, {len(policies)} policies")


@command.command("add-person")
@FILE
@click.argument("person")
@click.option("--name", required=True, help="As printed under decisions.")
@click.option("--email", "emails", multiple=True, required=True, help="Of commits; may be given several times.")
@click.option("--forge-id", "forge_ids", multiple=True, help="Login at the forge; may be given several times.")
@click.option("--role", default="", help="Function in the organization; printed.")
@click.pass_obj
def add_person(
    session: Session,
    file: Path,
    person: str,
    name: str,
    emails: tuple[str, ...],
    forge_ids: tuple[str, ...],
    role: str,
) -> None:
    """Add PERSON (a short id) to the trust root FILE: whose commits and decisions these are."""
    trust = read_trust(file)
    if person in trust.persons:
        raise UsageError(f"{file}: there is already a person {person!r}")
    added = Person(person, name, tuple(email.strip() for email in emails), forge_ids, role)
    _write(session, file, dataclasses.replace(trust, persons={**trust.persons, person: added}))
    click.echo(f"{printable(name)} added as {printable(person)}")


@command.command("add-key")
@FILE
@click.argument("public_key", type=click.Path(path_type=Path))
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(ROLES), help="What it may sign.")
@click.option("--person", help="Whose key it is; a runner's belongs to nobody.")
@click.option("--until", callback=time_option, metavar="DATE", help="Default: as long as the trust root.")
@click.pass_obj
def add_key(
    session: Session,
    file: Path,
    public_key: Path,
    roles: tuple[str, ...],
    person: str | None,
    until: datetime | None,
) -> None:
    """Add the key in PUBLIC_KEY (a .pub file) to the trust root FILE."""
    trust = read_trust(file)
    spki = load_public_key(read_file(public_key), what=str(public_key))
    if key_id(spki) in trust.keys:
        raise UsageError(f"{file}: the key {key_id(spki)[:16]} is already there; one key, one owner")
    added = Key(
        id=key_id(spki),
        algorithm=ALGORITHM,
        public_key_pem=read_file(public_key).decode("ascii"),
        person=person,
        roles=roles,
        not_before=session.now.replace(microsecond=0),
        not_after=until or trust.expires,
        revoked=None,
    )
    _write(session, file, dataclasses.replace(trust, keys={**trust.keys, added.id: added}))
    click.echo(f"key {added.id[:16]} may now act as {', '.join(roles)}{f' for {person}' if person else ''}")


@command.command()
@FILE
def show(file: Path) -> None:
    """Show the trust root FILE."""
    trust = read_trust(file)
    lines = [
        f"{trust.product}, version {trust.version}, until {trust.expires:%Y-%m-%d}",
        f"  {trust.approvals_required} persons must approve; without a commit of their own: {trust.independence}",
        *(f"  policy {digest}" for digest in trust.policies),
        *(f"  person {p.id}: {p.name} {' '.join(f'<{email}>' for email in p.emails)}" for p in trust.persons.values()),
    ]
    for key in trust.keys.values():
        until = f"revoked ({key.revoked.reason})" if key.revoked else f"until {key.not_after:%Y-%m-%d}"
        lines.append(f"  key {key.id[:16]}: {', '.join(key.roles)}, {key.person or 'a machine'}, {until}")
    able = {key.person for key in trust.keys.values() if "approver" in key.roles}
    if len(able) < trust.approvals_required:
        lines.append(f"  only {len(able)} persons have a key to approve with: nothing can be released yet")
    click.echo("".join(f"{printable(line)}\n" for line in lines), nl=False)


def _write(session: Session, file: Path, trust: TrustRoot) -> None:
    """Write what reads back well; a trust root that its own reader refuses is the user's mistake, said as such."""
    data = dump_trust(trust)
    try:
        load_trust(data, what=str(file))
    except UnreadableError as error:
        raise UsageError(error.message) from None
    replace_file(session.disk, file, data)
