"""`sdlc trust`: make the trust root, keep it, show it, and hand it over to its next version."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from pathlib import Path
from typing import get_args

import click

from sdlc.commands import notice
from sdlc.commands.inputs import KEY, open_key, passphrase_options, read_file, read_trust, time_option
from sdlc.disk import replace_file
from sdlc.errors import UnreadableError, UsageError
from sdlc.formats import strict_json
from sdlc.formats.terminal import printable
from sdlc.formats.timestamp import time_to_text
from sdlc.model.digest import sha256
from sdlc.policy.schema import load_policy
from sdlc.release.rotation import check_rotation, check_step, holders_of, rotation_statement
from sdlc.session import Session
from sdlc.signing.dsse import dump_envelope, load_envelope
from sdlc.signing.keyed import ALGORITHM, key_id, load_public_key
from sdlc.signing.keyless import ALGORITHM as ALGORITHM_KEYLESS
from sdlc.signing.keyless import CLAIMS, Identity
from sdlc.signing.time_stamps import TimeAuthority, load_certificates
from sdlc.signing.trust import ROLES, Independence, Key, Person, Revocation, TrustRoot
from sdlc.signing.trust_json import dump_trust, load_trust

VALID = timedelta(days=365)
REASONS = ("compromised", "superseded", "left")
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
@click.option(
    "--roots", type=click.IntRange(0, 9), default=2, show_default=True, help="Persons that must sign the next."
)
@click.option("--expires", callback=time_option, metavar="DATE", help="Default: in a year.")
@click.option(
    "--break-glass-days", type=click.IntRange(0, 90), default=0, help="How long a break-glass release lasts; 0: none."
)
@click.option("--policy", "policies", multiple=True, type=click.Path(path_type=Path), help="A policy that counts.")
@click.pass_obj
def init(
    session: Session,
    file: Path,
    product: str,
    approvals: int,
    independence: Independence,
    roots: int,
    expires: datetime | None,
    break_glass_days: int,
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
        roots_required=roots,
        independence=independence,
        policies=tuple(sha256(read_file(policy)) for policy in policies),
        break_glass_days=break_glass_days,
    )
    if trust.expires <= now:
        raise UsageError("--expires lies in the past")
    _write(session, file, trust)
    click.echo(f"trust root of {printable(product)} written to {file}: {approvals} approvals, {len(policies)} policies")


@command.command("add-person")
@FILE
@click.argument("person")
@click.option("--name", required=True, help="As printed under decisions.")
@click.option("--native-name", default="", help="The same name in the person's own script; printed behind it.")
@click.option("--email", "emails", multiple=True, required=True, help="Of commits; may be given several times.")
@click.option("--forge-id", "forge_ids", multiple=True, help="Login at the forge; may be given several times.")
@click.option("--role", default="", help="Function in the organization; printed.")
@click.pass_obj
def add_person(
    session: Session,
    file: Path,
    person: str,
    name: str,
    native_name: str,
    emails: tuple[str, ...],
    forge_ids: tuple[str, ...],
    role: str,
) -> None:
    """Add PERSON (a short id) to the trust root FILE: whose commits and decisions these are."""
    trust = read_trust(file)
    if person in trust.persons:
        raise UsageError(f"{file}: there is already a person {person!r}")
    added = Person(person, name, tuple(email.strip() for email in emails), forge_ids, role, native_name)
    _write(session, file, dataclasses.replace(trust, persons={**trust.persons, person: added}))
    click.echo(f"{printable(name)} added as {printable(person)}")


@command.command("add-identity")
@FILE
@click.argument("subject")
@click.option("--issuer", required=True, help="Who vouches for it, as in the certificate.")
@click.option("--claim", "claims", multiple=True, metavar="NAME=TEXT", help="What the certificate must say besides.")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(ROLES), help="What it may sign.")
@click.option("--person", help="Whose identity it is; that of a job belongs to nobody.")
@click.option("--sigstore-root", type=click.Path(path_type=Path), help="The instance's trusted root; once.")
@click.option("--until", callback=time_option, metavar="DATE", help="Default: as long as the trust root.")
@click.pass_obj
def add_identity(
    session: Session,
    file: Path,
    subject: str,
    issuer: str,
    claims: tuple[str, ...],
    roles: tuple[str, ...],
    person: str | None,
    sigstore_root: Path | None,
    until: datetime | None,
) -> None:
    """Let SUBJECT (a workflow's address, an e-mail) of a Sigstore instance sign without a key."""
    trust = read_trust(file)
    pairs = [(name, text) for name, _, text in (claim.partition("=") for claim in claims)]
    if not all(name in CLAIMS and text for name, text in pairs) or len(dict(pairs)) != len(pairs):
        raise UsageError("--claim is NAME=TEXT, each name once", hint=f"known: {', '.join(CLAIMS)}")
    identity = Identity(issuer, subject, tuple(sorted(pairs)))
    if identity.lacks:
        raise UsageError(f"{subject}: {identity.lacks}", hint="--claim repository-id=NUMBER, see docs/signers.md")
    if identity.id in trust.keys:
        raise UsageError(f"{file}: {subject} of {issuer} is already there")
    root = trust.sigstore_root
    if sigstore_root is not None:
        root = strict_json.dumps(strict_json.loads_object(read_file(sigstore_root), what=str(sigstore_root))).decode()
    now = session.now.replace(microsecond=0)
    begin = min(now, trust.created)
    key = Key(identity.id, ALGORITHM_KEYLESS, "", person, roles, begin, until or trust.expires, None, identity)
    _write(session, file, dataclasses.replace(trust, keys={**trust.keys, key.id: key}, sigstore_root=root))
    click.echo(f"{printable(subject)} may sign as {', '.join(roles)}, vouched for by {printable(issuer)}")


@command.command("add-authority")
@FILE
@click.argument("name")
@click.argument("certificates", type=click.Path(path_type=Path))
@click.option("--required", type=click.IntRange(0, 8), default=None, help="Authorities that must stamp each release.")
@click.option("--until", callback=time_option, metavar="DATE", help="Default: as long as the trust root.")
@click.pass_obj
def add_authority(
    session: Session, file: Path, name: str, certificates: Path, required: int | None, until: datetime | None
) -> None:
    """Let the trust root FILE believe the time-stamp authority NAME: its CERTIFICATES in PEM, the root first."""
    trust = read_trust(file)
    pem = read_file(certificates).decode("ascii", "replace")
    count = len(load_certificates(pem, what=str(certificates)))
    now = session.now.replace(microsecond=0)
    added = TimeAuthority(name, pem, min(now, trust.created), until or trust.expires)
    changed = dataclasses.replace(trust, time_authorities=(*trust.time_authorities, added))
    if required is not None:
        changed = dataclasses.replace(changed, time_stamps_required=required)
    _write(session, file, changed)
    click.echo(f"{printable(name)} may prove times, by {count} certificates")


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
        f"  {trust.roots_required} persons with a root key must sign the next version",
        *(f"  policy {digest}" for digest in trust.policies),
        *(
            f"  person {p.id}: {p.printed_name} {' '.join(f'<{email}>' for email in p.emails)}"
            for p in trust.persons.values()
        ),
    ]
    for key in trust.keys.values():
        until = f"revoked ({key.revoked.reason})" if key.revoked else f"until {key.not_after:%Y-%m-%d}"
        what = f"key {key.id[:16]}"
        if key.identity:
            said = "".join(f", {name} {text}" for name, text in key.identity.claims)
            what = f"identity {key.id[:16]}, {key.identity.subject} of {key.identity.issuer}{said}"
        lines.append(f"  {what}: {', '.join(key.roles)}, {key.person or 'a machine'}, {until}")
    able = {key.person for key in trust.keys.values() if "approver" in key.roles}
    if len(able) < trust.approvals_required:
        lines.append(f"  only {len(able)} persons have a key to approve with: nothing can be released yet")
    click.echo("".join(f"{printable(line)}\n" for line in lines), nl=False)


@command.command()
@FILE
@click.argument("key")
@click.option("--reason", type=click.Choice(REASONS), required=True, help="compromised: nothing it ever signed counts.")
@click.option("--at", callback=time_option, metavar="TIME", help="From when on; default: now.")
@click.pass_obj
def revoke(session: Session, file: Path, key: str, reason: str, at: datetime | None) -> None:
    """Revoke KEY (the first digits of its id suffice) in the trust root FILE."""
    trust = read_trust(file)
    hits = [known for known in trust.keys.values() if known.id.startswith(key)]
    if len(hits) != 1 or len(key) < 8:
        raise UsageError(f"{key} names {len(hits)} keys of {file}", hint="sdlc trust show lists them; give 8 digits")
    revocation = Revocation(at=at or session.now.replace(microsecond=0), reason=reason)
    revoked = dataclasses.replace(hits[0], revoked=revocation)
    _write(session, file, dataclasses.replace(trust, keys={**trust.keys, revoked.id: revoked}))
    click.echo(f"key {revoked.id[:16]} is revoked ({reason}) from {time_to_text(revocation.at)} on")


command.add_command(notice.command)


@command.command("add-policy")
@FILE
@click.argument("policy", type=click.Path(path_type=Path))
@click.pass_obj
def add_policy(session: Session, file: Path, policy: Path) -> None:
    """Let the policy in POLICY count, beside those that already do."""
    trust = read_trust(file)
    digest = sha256(read_file(policy))
    load_policy(read_file(policy), str(policy))
    _write(session, file, dataclasses.replace(trust, policies=tuple(dict.fromkeys((*trust.policies, digest)))))
    click.echo(f"policy {digest[:16]} counts")


@command.command()
@FILE
@click.argument("new", type=click.Path(path_type=Path))
@click.option("--expires", callback=time_option, metavar="DATE", help="Default: in a year.")
@click.pass_obj
def draft(session: Session, file: Path, new: Path, expires: datetime | None) -> None:
    """Write the next version of FILE to NEW, to be changed there and then signed."""
    if new.exists():
        raise UsageError(f"{new} exists", hint="name another file")
    now = session.now.replace(microsecond=0)
    trust = read_trust(file)
    later = dataclasses.replace(trust, version=trust.version + 1, created=now, expires=expires or now + VALID)
    _write(session, new, later)
    click.echo(f"version {later.version} written to {new}; change it, then: sdlc trust sign {file} {new} --key …")


@command.command()
@FILE
@click.argument("new", type=click.Path(path_type=Path))
@KEY
@passphrase_options
@click.pass_obj
def sign(
    session: Session, file: Path, new: Path, key: str, passphrase_file: Path | None, passphrase_fd: int | None
) -> None:
    """Sign with a root key that NEW follows FILE; the signatures lie beside NEW."""
    old_bytes, new_bytes = read_file(file), read_file(new)
    beside = _signatures_of(new)
    signer = open_key(key, session, passphrase_file, passphrase_fd)
    if beside.exists():
        before = load_envelope(read_file(beside), what=str(beside))
        check_step(old_bytes, new_bytes, before)
        one = signer.sign(before.payload)
        kept = [signature for signature in before.signatures if signature.keyid != one.signatures[0].keyid]
        envelope = dataclasses.replace(before, signatures=(*kept, *one.signatures))
    else:
        envelope = signer.sign(rotation_statement(old_bytes, new_bytes, session.now.replace(microsecond=0)))
    holders = holders_of(envelope, read_trust(file), session.now) | holders_of(envelope, read_trust(new), session.now)
    replace_file(session.disk, beside, dump_envelope(envelope))
    click.echo(f"signed by {', '.join(printable(holder) for holder in sorted(holders)) or 'nobody with a root key'}")
    click.echo(f"next      sdlc trust rotate {file} {new}")


@command.command()
@FILE
@click.argument("new", type=click.Path(path_type=Path))
@click.pass_obj
def rotate(session: Session, file: Path, new: Path) -> None:
    """Replace FILE by NEW, if a quorum of root keys of both versions has signed that."""
    beside = _signatures_of(new)
    envelope = load_envelope(read_file(beside), what=str(beside))
    trust = check_rotation(read_file(file), read_file(new), envelope, session.now)
    replace_file(session.disk, file, read_file(new))
    click.echo(f"{file} is version {trust.version} now, until {trust.expires:%Y-%m-%d}")


def _signatures_of(new: Path) -> Path:
    return new.with_name(f"{new.name}.signatures")


def _write(session: Session, file: Path, trust: TrustRoot) -> None:
    """Write what reads back well; a trust root that its own reader refuses is the user's mistake, said as such."""
    data = dump_trust(trust)
    try:
        load_trust(data, what=str(file))
    except UnreadableError as error:
        raise UsageError(error.message) from None
    replace_file(session.disk, file, data)
