"""`sdlc record`: write down what a person did, signed by who answers for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from sdlc.activities.record import TOPICS, AnyBody, Record, body_of, dump_record
from sdlc.activities.register import register_of
from sdlc.activities.rules import FOLDER
from sdlc.commands.inputs import KEY, PATH, TRUST, open_key, passphrase_options, person_of, read_file, read_trust
from sdlc.commands.judges import configure
from sdlc.disk import replace_file
from sdlc.errors import BlockedError, ExitCode, SdlcError, UsageError
from sdlc.formats.strict_yaml import load_yaml
from sdlc.formats.terminal import printable
from sdlc.gates import activities
from sdlc.model.digest import sha256
from sdlc.readings.activities import judged_by, trust_of
from sdlc.session import Session
from sdlc.signing.dsse import dump_envelope
from sdlc.signing.person import Signatory, why_not_signed
from sdlc.workspace import differing, open_workspace

AS = click.option("--as", "person", required=True, metavar="PERSON", help="Your id in the trust root.")
DAY = "YYYY-MM-DD"


@click.group(name="record")
def command() -> None:
    """Record what people did: a penetration test, a course, a review of code; signed, one file each.

    A record counts once it is in the base commit. docs/activities.md tells how.
    """


def _signed(function: Callable[..., None]) -> Callable[..., None]:
    """The options of everything that is signed."""
    return PATH(AS(KEY(TRUST(passphrase_options(click.pass_obj(function))))))


@command.command(name="penetration-test")
@click.option("--from", "form", type=click.Path(path_type=Path), required=True, help="The form, filled in (YAML).")
@click.option("--report", type=click.Path(path_type=Path), required=True, help="The report; its digest is recorded.")
@_signed
def penetration_test(session: Session, path: Path, form: Path, report: Path, **signing: Any) -> None:
    """A test by people: of which version and build, how independent, and what became of each finding."""
    document = _form(form)
    document["report"] = {"name": report.name, "sha256": sha256(read_file(report))}
    _keep(session, path, {**document, "kind": "penetration-test"}, what=str(form), **signing)


@command.command(name="training")
@click.option("--person", "trained", required=True, metavar="PERSON", help="Who passed it: their id in the trust root.")
@click.option("--course", required=True, help="Its name.")
@click.option("--completed", required=True, metavar=DAY)
@click.option("--valid-until", required=True, metavar=DAY, help="The last day on which it counts.")
@_signed
def training(
    session: Session,
    path: Path,
    trained: str,
    course: str,
    completed: str,
    valid_until: str,
    trust_file: Path,
    person: str,
    **signing: Any,
) -> None:
    """A course that somebody else passed; nobody records their own."""
    person_of(read_trust(trust_file), trained)
    if trained == person:
        raise UsageError("nobody records their own course", hint="let another person of the trust root record it")
    body = {"kind": "training", "person": trained, "course": course, "completed": completed, "valid_until": valid_until}
    _keep(session, path, body, what="this course", trust_file=trust_file, person=person, **signing)


@command.command(name="code-review")
@click.option("--topics", "form", type=click.Path(path_type=Path), help="An answer to every topic (YAML).")
@click.option("--reject", is_flag=True, help="You reject the code; it stands until you approve.")
@_signed
def code_review(session: Session, path: Path, form: Path | None, reject: bool, **signing: Any) -> None:
    """You read the code of PATH as it is in the commit that is checked out, and wrote none of it."""
    workspace = open_workspace(path, session.tools)
    changed = [one for one in differing(workspace, session.tools, workspace.commit) if not one.startswith(FOLDER)]
    if changed:
        said = f"the work tree has changes that are in no commit: {changed[0]}"
        raise UsageError(said, hint="review a commit: commit them, or git stash")
    topics = _form(form) if form is not None else {}
    left = [topic for topic in TOPICS if topic not in topics]
    if left and not reject:
        click.echo(f"without   {', '.join(left)}: asked for where a risky path was changed", err=True)
    body = {"kind": "code-review", "commit": workspace.commit, "answer": "rejected" if reject else "approved"}
    _keep(session, path, {**body, "topics": topics}, what=str(form or "this review"), **signing)


@command.command(name="bridge-note")
@click.option("--report", type=click.Path(path_type=Path), required=True, help="The report of the earlier version.")
@click.option("--reason", required=True, help="Why it still holds, in a sentence.")
@click.option("--valid-until", required=True, metavar=DAY, help="The last day on which it holds.")
@_signed
def bridge_note(session: Session, path: Path, report: Path, reason: str, valid_until: str, **signing: Any) -> None:
    """Why the penetration test of an earlier version still holds for this one, and until when."""
    version = configure(open_workspace(path, session.tools)).product.version
    body = {"kind": "bridge-note", "report": sha256(read_file(report)), "version": version}
    _keep(session, path, {**body, "reason": reason, "valid_until": valid_until}, what="this note", **signing)


@command.command(name="list")
@PATH
@click.pass_obj
def list_(session: Session, path: Path) -> None:
    """The register of the base commit: what counts, and what stands against it."""
    workspace = open_workspace(path, session.tools)
    settings = configure(workspace).settings[activities.ID]
    raw = activities.run(workspace, session.tools, settings, {})
    judged = judged_by(raw, settings, trust_of(raw))
    for name, kind, what, until, who, at in register_of(judged.counted):
        end = f", until {until}" if until else ""
        click.echo(printable(f"counts    {kind}: {what}{end}, by {who} on {at}  [{name}]"))
    for one in judged.findings:
        click.echo(printable(f"against   {one.rule} {one.place}: {one.message}"))
    for day in sorted(judged.deadlines, key=lambda one: one.day):
        click.echo(printable(f"ends      {day.day}: {day.subject}"))
    click.get_current_context().exit(ExitCode.BLOCKED if judged.findings else ExitCode.ALLOWED)


def _form(path: Path) -> dict[str, Any]:
    document, _ = load_yaml(read_file(path), path=str(path))
    if not isinstance(document, dict):
        raise UsageError(f"{path}: keys with values are expected", hint="docs/activities.md shows each form")
    return dict(document)


def _body(document: Mapping[str, Any], what: str) -> AnyBody:
    try:
        return body_of(dict(document), what=what)
    except SdlcError as error:
        raise UsageError(error.message, hint=error.hint) from None


def _keep(
    session: Session,
    path: Path,
    document: Mapping[str, Any],
    *,
    what: str,
    person: str,
    key: str,
    trust_file: Path,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
) -> None:
    """Sign what was done, and put it where the gate looks; raises BlockedError unless the key is that person's."""
    trust = read_trust(trust_file)
    known = person_of(trust, person)
    body = _body(document, what)
    product = configure(open_workspace(path, session.tools)).product.name
    if product != trust.product:
        raise BlockedError("wrong-product", f"this is {product}, the trust root is for {trust.product}")
    signer = open_key(key, session, passphrase_file, passphrase_fd)
    who = Signatory(known.id, known.printed_name, signer.key_id, session.now.replace(microsecond=0))
    envelope = signer.sign(dump_record(Record(body, product, who)))
    unsigned = why_not_signed(envelope, who, trust)
    if unsigned is not None:
        hint = "sdlc trust show lists the keys and their roles"
        reason = "person-mismatch" if unsigned.reason == "wrong-person" else "signer-wrong-role"
        raise BlockedError(reason, unsigned.sentence, hint=hint)
    data = dump_envelope(envelope)
    about = getattr(body, "person", "") or getattr(body, "version", "") or getattr(body, "commit", "")[:12]
    name = f"{body.kind}-{re.sub(r'[^A-Za-z0-9._-]+', '-', about)[:40]}-{sha256(data)[:8]}.json"
    replace_file(session.disk, path / FOLDER / name, data)
    click.echo(printable(f"signed    {body.kind} by {known.printed_name}"))
    click.echo(f"next      commit {FOLDER}{name}; it counts once it is in the base commit")
