"""`sdlc vex`: decide about a finding under your own name, and take in or hand out such decisions of others."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import click

from sdlc.commands.inputs import (
    KEY,
    OUT,
    PATH,
    TRUST,
    any_check,
    open_key,
    passphrase_options,
    person_of,
    read_file,
    read_trust,
)
from sdlc.disk import replace_file
from sdlc.errors import BlockedError, SdlcError, UsageError
from sdlc.evidence.vex import (
    DRAFT,
    MAX_DAYS,
    check_statement,
    dump_decision,
    dump_draft,
    in_range,
    is_range,
    load_draft,
)
from sdlc.formats import strict_json
from sdlc.formats.check_json import CheckRecord
from sdlc.formats.cyclonedx_vex import dump_cyclonedx_vex, load_cyclonedx_vex
from sdlc.formats.openvex_json import dump_openvex, load_openvex
from sdlc.formats.terminal import printable
from sdlc.formats.vex_link import link_to
from sdlc.model.digest import sha256
from sdlc.model.finding import Finding
from sdlc.model.result import Outcome
from sdlc.model.vex import JUSTIFICATIONS, STATUSES, Statement, VexDecision
from sdlc.policy.vex import FOLDER, GATE, apply_vex, component_of, examine, ids_of
from sdlc.session import Session
from sdlc.signing.dsse import dump_envelope
from sdlc.signing.trust import TrustRoot

LEAST_DIGITS = 8
DRAFTS = f"{FOLDER}drafts/"
UNREACHED = {
    "not-imported": "No file of the product imports it.",
    "not-called": "No file of the product calls what the advisory names.",
}
"""Grades of which a draft may be made, and what it says."""

FORMATS = click.Choice(["openvex", "cyclonedx"])
Loaded = tuple[tuple[Statement, ...], tuple[str, ...]]


@click.group(name="vex")
def command() -> None:
    """Decisions of persons whether a product is affected by an advisory (VEX)."""


@command.command()
@click.argument("fingerprint")
@PATH
@click.option("--status", type=click.Choice(STATUSES), help="What you decide; default: what the draft says.")
@click.option("--justification", type=click.Choice(JUSTIFICATIONS), help="Why it is not affected.")
@click.option("--impact", default="", help="Why it is not affected, or how it is fixed, in a sentence.")
@click.option("--action", default="", help="What to do, where it is affected.")
@click.option("--versions", default="", metavar="RANGE", help="Of the component; default: the one that is there.")
@click.option("--product-versions", default="", metavar="RANGE", help="Of the product; default: this one.")
@click.option("--draft", type=click.Path(path_type=Path), help="Take what you do not say from this draft.")
@click.option("--days", type=click.IntRange(1, MAX_DAYS), default=180, show_default=True, help="How long it counts.")
@click.option("--as", "person", required=True, metavar="PERSON", help="Your id in the trust root.")
@KEY
@TRUST
@OUT
@passphrase_options
@click.pass_obj
def write(
    session: Session,
    fingerprint: str,
    path: Path,
    status: str | None,
    justification: str | None,
    impact: str,
    action: str,
    versions: str,
    product_versions: str,
    draft: Path | None,
    days: int,
    person: str,
    key: str,
    trust_file: Path,
    out: Path | None,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
) -> None:
    """Decide about the finding FINGERPRINT of the last check of PATH, and sign it under your own name.

    It counts once it is in the base commit, and only for this component, these versions and this state of the advisory.
    """
    trust = read_trust(trust_file)
    known = person_of(trust, person)
    record = any_check(out or path / ".sdlc" / "out")
    finding = _finding(record, fingerprint)
    seed = _seed(draft, finding, record)
    component, version, carrier = component_of(finding)
    decided = status or (seed.status if seed else "")
    said = Statement(
        advisories=tuple(sorted(ids_of(finding))),
        product=record.product,
        product_versions=product_versions or f"=={record.version}",
        component=component,
        versions=versions or f"=={version}",
        status=decided,
        carrier=carrier,
        justification=(justification or (seed.justification if seed else "")) if decided == "not_affected" else "",
        impact=impact or (seed.impact if seed else ""),
        action=action or (seed.action if seed else ""),
    )
    try:
        check_statement(said, what="this decision")
    except SdlcError as error:
        raise UsageError(error.message, hint="sdlc vex write --help") from None
    signer = open_key(key, session, passphrase_file, passphrase_fd)
    now = session.now.replace(microsecond=0)
    decision = VexDecision(
        statement=said,
        modified=finding.properties.get("modified", ""),
        person=known.id,
        name=known.printed_name,
        key=signer.key_id,
        created=now,
        expires=now + timedelta(days=days),
    )
    click.echo(printable(f"decide    {finding.rule}: {finding.message}"))
    data = dump_envelope(signer.sign(dump_decision(decision)))
    name = f"{_plain(finding.rule)}-{_plain(component.rpartition('/')[2])}-{sha256(data)[:8]}.json"
    applied = apply_vex(examine({name: data}, trust), [finding], product=record.product, version=record.version, at=now)
    for refused in applied.refused:
        about_keys = refused.reason in ("vex-wrong-person", "vex-not-signed-by-a-person")
        hint = "sdlc trust show lists the keys and their roles" if about_keys else f"sdlc explain {refused.reason}"
        raise BlockedError(refused.reason, refused.sentence, hint=hint)
    replace_file(session.disk, path / FOLDER / name, data)
    click.echo(printable(f"signed    {said.status} by {known.printed_name}, {component} {said.versions}"))
    click.echo(f"next      commit {FOLDER}{name}; it counts once it is in the base commit")


@command.command(name="list")
@PATH
@click.option("--trust", "trust_file", type=click.Path(path_type=Path), help="Default: PATH/.sdlc/trust.json.")
@OUT
@click.pass_obj
def list_(session: Session, path: Path, trust_file: Path | None, out: Path | None) -> None:
    """Each decision in PATH, and what it closes in the last check, or why it does not count."""
    trust = _trust(path, trust_file)
    record = any_check(out or path / ".sdlc" / "out")
    findings = [f for result in record.results if result.gate == GATE for f in result.reading.findings]
    applied = apply_vex(
        examine(_files(path), trust),
        findings,
        product=record.product,
        version=record.version,
        at=session.now,
        answered=_answered(record),
    )
    for one in applied.closed.values():
        why = ", ".join(filter(None, (one.status, one.justification)))
        click.echo(
            printable(f"closes    {one.decision}: {one.finding.subject} {why}, by {one.name} until {one.expires}")
        )
    for refused in applied.refused:
        click.echo(printable(f"refused   {refused.waiver} [{refused.reason}]: {refused.sentence}"))
    for note in applied.notes:
        click.echo(printable(f"note      {note}"))
    if not (applied.closed or applied.refused or applied.notes):
        click.echo(f"there is no decision in {FOLDER}")


@command.command(name="import")
@click.argument("file", type=click.Path(path_type=Path))
@PATH
@click.pass_obj
def import_(session: Session, file: Path, path: Path) -> None:
    """Read OpenVEX or CycloneDX VEX from FILE into drafts, which count for nothing until a person signs."""
    data = read_file(file)
    document = strict_json.loads_object(data, what=str(file))
    load: Callable[..., Loaded] = load_cyclonedx_vex if "bomFormat" in document else load_openvex
    statements, losses = load(data, what=str(file))
    kept = [said for said in statements if is_range(said.versions) and is_range(said.product_versions)]
    unclear = [said for said in statements if said not in kept]
    losses += tuple(f"{said.component}: {said.versions!r:.60} is no range of versions" for said in unclear)
    for said in kept:
        drafted = dump_draft(said, f"imported from {file.name}")
        name = f"{_plain(said.advisories[0])}-{_plain(said.component.rpartition('/')[2])}-{sha256(drafted)[:8]}.json"
        replace_file(session.disk, path / DRAFTS / name, drafted)
        click.echo(printable(f"drafted   {DRAFTS}{name}: {said.status} {said.component} {said.versions}"))
    for loss in losses:
        click.echo(printable(f"lost      {loss}"), err=True)
    click.echo(f"{len(kept)} statements; next: sdlc vex write FINGERPRINT --draft FILE")


@command.command()
@PATH
@OUT
@click.pass_obj
def draft(session: Session, path: Path, out: Path | None) -> None:
    """Draft a decision for what the product's source does not reach, beyond doubt, in the last check of PATH.

    A draft counts for nothing: a person looks, and signs with `sdlc vex write --draft`.
    """
    record = any_check(out or path / ".sdlc" / "out")
    every = [f for result in record.results if result.gate == GATE for f in result.reading.findings]
    drafted = 0
    for finding in (finding for finding in every if "reach" in finding.properties):
        grade, doubts = finding.properties["reach"], finding.properties.get("reach-doubts", "")
        component, version, carrier = component_of(finding)
        if grade not in UNREACHED or doubts:
            why = doubts or finding.properties.get("reach-path", "") or grade
            click.echo(printable(f"no draft  {finding.rule} {component}: {grade}; {why}"))
            continue
        said = Statement(
            advisories=tuple(sorted(ids_of(finding))),
            product=record.product,
            product_versions=f"=={record.version}",
            component=component,
            versions=f"=={version}",
            status="under_investigation",
            carrier=carrier,
            justification="vulnerable_code_not_in_execute_path",
            impact=UNREACHED[grade],
        )
        data = dump_draft(said, f"syntax trees of {record.commit[:12]}: {grade}, without a doubt")
        name = f"{_plain(finding.rule)}-{_plain(component.rpartition('/')[2])}.json"
        replace_file(session.disk, path / DRAFTS / name, data)
        drafted += 1
        click.echo(printable(f"drafted   {DRAFTS}{name}: {UNREACHED[grade]}"))
    click.echo(f"{drafted} drafts; a person decides: sdlc vex write FINGERPRINT --draft FILE --status not_affected")


@command.command()
@PATH
@click.option("--format", "format_", type=FORMATS, default="openvex", show_default=True)
@click.option("--file", type=click.Path(path_type=Path), required=True, help="Where to write it.")
@click.option("--trust", "trust_file", type=click.Path(path_type=Path), help="Default: PATH/.sdlc/trust.json.")
@click.pass_obj
def export(session: Session, path: Path, format_: str, file: Path, trust_file: Path | None) -> None:
    """Write the decisions in PATH that a person signed, and that have not ended, into one document."""
    examined = examine(_files(path), _trust(path, trust_file))
    chosen = [one.decision for one in examined if one.decision is not None and not one.reason]
    standing = [one for one in chosen if one.created <= session.now < one.expires]
    if not standing:
        raise UsageError(f"no decision in {path / FOLDER} counts today", hint="sdlc vex list says why")
    author = ", ".join(sorted({one.name for one in standing}))
    dump = dump_openvex if format_ == "openvex" else dump_cyclonedx_vex
    try:
        data, losses = dump([one.statement for one in standing], author=author, at=session.now.replace(microsecond=0))
    except ValueError as error:
        raise UsageError(str(error), hint="write it as openvex, which may be about several") from None
    replace_file(session.disk, file, data)
    for loss in losses:
        click.echo(printable(f"lost      {loss}"), err=True)
    click.echo(f"wrote     {file}: {len(standing)} statements")


def _finding(record: CheckRecord, fingerprint: str) -> Finding:
    """The one finding of the gate vulnerabilities that the user named; raises UsageError."""
    wanted = fingerprint if fingerprint.startswith("f1:") else f"f1:{fingerprint}"
    every = [f for result in record.results if result.gate == GATE for f in result.reading.findings]
    hits = [finding for finding in every if finding.fingerprint.startswith(wanted)]
    if not _answered(record):
        raise UsageError(f"the last check has no answer of the gate {GATE}", hint="run: sdlc check, without --gate")
    if len(wanted) < len("f1:") + LEAST_DIGITS or len(hits) != 1:
        said = f"{len(hits)} findings of {GATE} begin with {fingerprint!r:.60}, at least {LEAST_DIGITS} digits name one"
        raise UsageError(said, hint="sdlc explain RULE lists the fingerprints")
    return hits[0]


def _answered(record: CheckRecord) -> bool:
    answers = (Outcome.PASSED, Outcome.FAILED)
    return any(result.gate == GATE and result.reading.outcome in answers for result in record.results)


def _seed(draft: Path | None, finding: Finding, record: CheckRecord) -> Statement | None:
    """What the draft says, which must be about this finding, product and versions; raises UsageError.

    Attack: what somebody found out about another product, or about another version, is signed for this one.
    """
    if draft is None:
        return None
    try:
        said, _ = load_draft(read_file(draft), what=str(draft))
    except SdlcError as error:
        raise UsageError(error.message, hint=f"a draft has the schema {DRAFT}") from None
    if said.component != component_of(finding)[0] or not ids_of(finding) & {*said.advisories}:
        raise UsageError(f"{draft} is about {said.advisories[0]} in {said.component}", hint="name its own finding")
    version = component_of(finding)[1]
    if said.product != record.product or not in_range(record.version, said.product_versions):
        raise UsageError(
            f"{draft} is about {said.product} {said.product_versions}, this is {record.product} {record.version}",
            hint="decide without --draft: say --status, --justification and --impact yourself",
        )
    if not in_range(version, said.versions):
        raise UsageError(
            f"{draft} is about {said.component} {said.versions}, this is {version or 'an unknown version'}",
            hint="decide without --draft: say --status, --justification and --impact yourself",
        )
    return dataclasses.replace(said, status=said.status if said.status != "under_investigation" else "")


def _files(path: Path) -> dict[str, bytes]:
    folder = path / FOLDER
    if folder.is_symlink():
        return {folder.name: link_to(str(folder.readlink()))}
    paths: Sequence[Path] = sorted(folder.iterdir()) if folder.is_dir() else []
    links = {one.name: link_to(str(one.readlink())) for one in paths if one.is_symlink()}  # as the gate does
    files = [one for one in paths if one.suffix == ".json" and one.is_file() and one.name not in links]
    return {one.name: read_file(one) for one in files} | links


def _trust(path: Path, given: Path | None) -> TrustRoot | None:
    usual = path / ".sdlc" / "trust.json"
    return read_trust(given) if given is not None else read_trust(usual) if usual.is_file() else None


def _plain(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text)[:60].strip(".-") or "x"
