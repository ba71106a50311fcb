"""`sdlc verify`: check one evidence bundle, offline, believing nothing but the trust root."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from sdlc.commands.inputs import TRUST, read_artifact, read_file, read_trust, time_option
from sdlc.commands.verified import OWN_STANDARDS, all_standards
from sdlc.disk import replace_file
from sdlc.errors import ExitCode
from sdlc.formats import strict_json
from sdlc.formats.terminal import fitted, printable
from sdlc.formats.timestamp import time_to_text
from sdlc.model.digest import Digest, sha256
from sdlc.policy.decide import count
from sdlc.policy.schema import load_policy
from sdlc.release.case import Purpose
from sdlc.release.page_facts import Beyond, Standing, gate_rows
from sdlc.release.revocation import apply_notices
from sdlc.release.seen import Seen, dump_seen, load_seen, remembered
from sdlc.release.verification import Verification, verification_to_json
from sdlc.release.verified import Verified, demand_verified
from sdlc.release.verify import verify
from sdlc.release.viewer import LANGUAGES, NOT_SHOWN, draw
from sdlc.session import Session
from sdlc.signing.dsse import load_envelope
from sdlc.signing.trust import TrustRoot
from sdlc.standards.catalog import Standard


@click.command(name="verify")
@click.argument("bundle", type=click.Path(path_type=Path))
@TRUST
@click.option("--artifact", "artifacts", multiple=True, type=click.Path(path_type=Path), help="Must be released here.")
@click.option("--purpose", type=click.Choice(["audit", "install"]), default="audit", show_default=True)
@click.option("--at", callback=time_option, metavar="TIME", help="Evaluate as of this time; default: now.")
@click.option("--installed", type=click.IntRange(0), help="Sequence that is installed; older ones are refused.")
@click.option("--state", type=click.Path(path_type=Path), help="Remembers the newest release seen; refuses older ones.")
@click.option("--revoked", multiple=True, type=click.Path(path_type=Path), help="A signed notice: what was taken back.")
@click.option("--policy", type=click.Path(path_type=Path), help="A policy of your own that must hold as well.")
@click.option("--allow-redacted", is_flag=True, help="Take a bundle from which its signer withheld evidence.")
@click.option("--html", type=click.Path(path_type=Path), help="Draw the page from what was verified.")
@click.option("--language", type=click.Choice(LANGUAGES), help="Of the page; default: as its policy says.")
@OWN_STANDARDS
@click.option("-v", "--verbose", is_flag=True, help="Every line, not only one screen of them.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document, schema sdlc.verification/1.")
@click.pass_obj
def command(
    session: Session,
    bundle: Path,
    trust_file: Path,
    artifacts: tuple[Path, ...],
    purpose: Purpose,
    at: datetime | None,
    installed: int | None,
    state: Path | None,
    revoked: tuple[Path, ...],
    policy: Path | None,
    allow_redacted: bool,
    html: Path | None,
    language: str | None,
    own: Path | None,
    verbose: bool,
    as_json: bool,
) -> None:
    """Verify the evidence bundle BUNDLE, without a network: 0 verified, 1 refused, 4 this version lacks a reader."""
    notices = [(str(file), load_envelope(read_file(file), what=str(file))) for file in revoked]
    trust, recalled = apply_notices(read_trust(trust_file), notices)
    own_policy = None
    if policy is not None:
        own_policy = read_file(policy)
        load_policy(own_policy, str(policy))
    standards = all_standards(own) if html is not None else ()
    files: dict[str, Digest] = {file.name: sha256(read_artifact(file)) for file in artifacts}
    seen = None
    if state is not None:
        seen = load_seen(read_file(state), what=str(state)) if state.exists() else Seen(trust.product)
    result = verify(
        read_file(bundle),
        trust,
        at=at or session.now,
        purpose=purpose,
        files=files,
        newer_than=installed,
        seen=seen,
        recalled=recalled,
        own_policy=own_policy,
        allow_redacted=allow_redacted,
    )
    if state is not None and seen is not None and result.ok and result.manifest and result.manifest_digest:
        now = remembered(seen, trust, result.manifest, result.manifest_digest)
        replace_file(session.disk, state, dump_seen(now))
    if html is not None and result.ok:
        release = demand_verified(result, str(bundle))
        replace_file(session.disk, html, _drawn(release, result, trust, standards, language or ""))
    if as_json:
        click.echo(strict_json.pretty(verification_to_json(result)).decode(), nl=False)
    else:
        click.echo("".join(f"{printable(line)}\n" for line in page(result, bundle, verbose=verbose)), nl=False)
    if not result.ok:
        code = ExitCode.INCOMPLETE if result.incomplete else ExitCode.BLOCKED
        click.get_current_context().exit(code)


def _drawn(
    release: Verified, result: Verification, trust: TrustRoot, standards: tuple[Standard, ...], language: str
) -> bytes:
    """The page of the bundle, with what this verification adds to it."""
    said = f"{count(len(result.approvers), 'approval')}, the trust root asks for {trust.approvals_required}"
    glass = f"break-glass: {said}, and the quorum was not asked"
    standing = Standing(True, glass if release.candidate.break_glass else f"None: {said}.")
    beyond = Beyond(
        results=release.results,
        withheld=release.withheld,
        steps=result.steps,
        notes=release.notes,
        manifest=release.manifest,
        manifest_digest=release.manifest_digest,
        standing=standing,
        standards=standards,
    )
    candidate = release.manifest.candidate
    return draw(release.candidate, candidate, release.verdict, release.decisions, release.holdings, beyond, language)


def page(result: Verification, bundle: Path, *, verbose: bool = False) -> list[str]:
    """The lines that a person reads: the answer first; at most 25 unless `verbose`; files and decisions always."""
    word = "VERIFIED" if result.ok else "INCOMPLETE" if result.incomplete else "REFUSED"
    code = f" [{result.reason}]" if result.reason else ""
    lines = [f"{word}  {bundle.name}{code}"]
    if not result.ok:
        lines.append(f"  {result.sentence}")
    manifest = result.manifest
    if result.ok and manifest is not None:
        lines.append(
            f"  {manifest.product} {manifest.version}, {manifest.channel}, sequence {manifest.sequence}, "
            f"signed {time_to_text(manifest.created)}, valid until {time_to_text(manifest.expires)}"
        )
        lines += [f"  {digest}  {name}" for name, digest in manifest.subjects]
        for signed in result.decisions:
            one = signed.decision
            lines.append(f"  {one.kind} of {one.name}, meaning {one.meaning}, {time_to_text(one.created)}")
    steps = [f"  {'✓' if step.ok else '✗'} {step.number:>2} {step.name}: {step.sentence}" for step in result.steps]
    if not result.ok:
        return [*lines, *steps]
    gates = _gates(result, verbose=verbose)
    notes = [f"  note: {note}" for note in result.notes]
    missing = [f"  - {sentence}" for sentence in NOT_SHOWN]
    if verbose:
        return [*lines, *steps, *gates, *notes, "  Not shown by this bundle:", *missing]
    said = f"  Not shown by this bundle: {count(len(missing), 'thing')}, and who holds them: --verbose, or --html FILE"
    return fitted([[*lines, *([said] if missing else [])], steps, gates, notes], "  (every line: --verbose)")


def _gates(result: Verification, *, verbose: bool) -> list[str]:
    """Each gate with outcome and grade; those that came out alike on one line, unless `verbose`."""
    if verbose:
        return [f"  {r.gate:<17}{r.reading.outcome.value:<16}{r.grade.value}" for r in result.results]
    if result.candidate is None or result.verdict is None:
        return []
    alike: dict[tuple[str, str], list[str]] = {}
    for row in gate_rows(result.candidate, result.results, result.verdict):
        alike.setdefault((row.word, row.result.grade.value if row.result else "no record"), []).append(row.name)
    return [f"  {outcome}, {grade}: {', '.join(names)}" for (outcome, grade), names in sorted(alike.items())]
