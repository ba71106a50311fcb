"""What a user names on the command line: a file, a time, the trust root, a key and its passphrase, the last check."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click

from sdlc.errors import UsageError
from sdlc.formats.check_json import CheckRecord, load_check
from sdlc.session import Session
from sdlc.signers import Signer
from sdlc.signing.trust import Person, TrustRoot
from sdlc.signing.trust_json import load_trust
from sdlc.workspace import Workspace

PATH = click.argument("path", type=click.Path(path_type=Path), default=".")
OUT = click.option("--out", type=click.Path(path_type=Path), help="Results of the check; default PATH/.sdlc/out.")
TRUST = click.option(
    "--trust",
    "trust_file",
    type=click.Path(path_type=Path),
    required=True,
    help="The trust root, from somebody you trust: who, which key, which role.",
)
KEY = click.option(
    "--key",
    "key",
    required=True,
    metavar="URI",
    help="The signing key: a file, file:PATH, command:PROGRAM, or keyless:.",
)
_PASSPHRASE_FILE = click.option(
    "--passphrase-file", type=click.Path(path_type=Path), help="Holds the key's passphrase; default: asked for."
)
_PASSPHRASE_FD = click.option(
    "--passphrase-fd", type=click.IntRange(3), metavar="N", help="Read the passphrase from this open descriptor."
)


def passphrase_options(function: Callable[..., None]) -> Callable[..., None]:
    """The two ways to give a passphrase without a prompt; never as an argument, which everybody could read."""
    return _PASSPHRASE_FILE(_PASSPHRASE_FD(function))


def passphrase_from(
    session: Session, file: Path | None, descriptor: int | None, *, prompt: str, confirm: bool = False
) -> Callable[[], bytes]:
    """A function that gets the passphrase when it is needed: from `file`, from `descriptor`, else by a prompt."""

    def ask() -> bytes:
        if file is not None:
            return read_file(file).rstrip(b"\r\n")
        if descriptor is not None:
            try:
                with os.fdopen(descriptor, "rb") as stream:
                    return stream.read().rstrip(b"\r\n")
            except OSError as error:
                raise UsageError(f"--passphrase-fd {descriptor}: {(error.strerror or str(error)).lower()}") from None
        if not session.interactive:
            raise UsageError(
                "the key needs a passphrase and there is no terminal",
                hint="use --passphrase-file FILE or --passphrase-fd N",
            )
        answer: str = click.prompt(prompt, hide_input=True, confirmation_prompt=confirm, err=True)
        return answer.encode()

    return ask


def open_key(uri: str, session: Session, file: Path | None, descriptor: int | None) -> Signer:
    """The signer of `uri`."""
    from sdlc.signers.opening import open_signer

    ask = passphrase_from(session, file, descriptor, prompt=f"Passphrase of {uri}")
    return open_signer(uri, ask, session.tools, session.environment)


def person_of(trust: TrustRoot, person: str) -> Person:
    """The person of that id; raises UsageError that names those whom the trust root has."""
    known = trust.persons.get(person)
    if known is None:
        names = ", ".join(sorted(trust.persons)) or "nobody"
        raise UsageError(f"the trust root has no person {person!r:.60}", hint=f"it knows: {names}")
    return known


def read_trust(path: Path) -> TrustRoot:
    """The trust root in `path`."""
    return load_trust(read_file(path), what=str(path))


def read_file(path: Path) -> bytes:
    """The bytes of a file that the user named; raises UsageError."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}") from None


def read_artifact(path: Path) -> bytes:
    """The bytes of a file that is to be released, opened once; raises UsageError for a link.

    Attack: a link is turned, or the file is changed, between the look at it and the signature. What is read here is
    what is hashed, stored and signed; the path is never used again.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as stream:
            before = os.fstat(stream.fileno())
            data = stream.read()
            after = os.fstat(stream.fileno())
    except OSError as error:
        reason = "it is a link" if path.is_symlink() else (error.strerror or str(error)).lower()
        raise UsageError(f"{path} cannot be read: {reason}", hint="name the file itself") from None
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(data) != after.st_size:
        raise UsageError(f"{path} changed while it was read", hint="wait until nobody writes to it")
    if path.is_symlink() or not stat.S_ISREG(before.st_mode):
        raise UsageError(f"{path} is no ordinary file", hint="name the file itself")
    return data


def time_option(ctx: click.Context, param: click.Parameter, value: str | None) -> datetime | None:
    """`value` as a time, ISO 8601; without a zone it is UTC."""
    if value is None:
        return None
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(
            f"{value!r} is no time; write 2026-01-31 or 2026-01-31T12:00:00+00:00", ctx=ctx, param=param
        ) from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def any_check(out: Path) -> CheckRecord:
    """The last check in the folder `out`, of whatever commit and profile; raises UsageError where there is none."""
    path = out / "check.json"
    try:
        data = path.read_bytes()
    except OSError as error:
        text = f"there is no check at {path}: {(error.strerror or str(error)).lower()}"
        raise UsageError(text, hint="run: sdlc check, in the product's folder") from None
    return load_check(data, what=str(path))


def last_check(out: Path, workspace: Workspace) -> CheckRecord:
    """The last check in `out`, if it is one of this very commit in the profile `release`; raises UsageError."""
    again = "commit everything, then run: sdlc check --profile release"
    if workspace.dirty:
        raise UsageError(
            "the work tree has changes that are in no commit; a release is made of a commit",
            hint="commit or remove them (`git status`; .sdlc/out and .sdlc/env belong in .gitignore)",
        )
    path = out / "check.json"
    try:
        record = load_check(path.read_bytes(), what=str(path))
    except OSError:
        raise UsageError(f"there is no check at {path}", hint=again) from None
    if record.profile != "release" or record.bootstrap or record.since:
        raise UsageError(f"the last check ran in profile {record.profile}, a release needs all of it", hint=again)
    if record.dirty or (record.commit, record.tree) != (workspace.commit, workspace.tree):
        raise UsageError(
            f"the last check was of {record.commit[:12]}{' with uncommitted changes' if record.dirty else ''}, "
            f"the work tree is at {workspace.commit[:12]}",
            hint=again,
        )
    return record
