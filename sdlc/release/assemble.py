"""
From a check to a candidate, from decisions to a signed bundle: the side of a release that reads and writes files.

A candidate lies in `release/candidate.dsse.json` of the output folder, its decisions in a folder named by its digest,
so that a new candidate can never inherit the decisions about an old one, wherever a kill may strike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sdlc.disk import Disk, replace_file
from sdlc.errors import BlockedError, UsageError
from sdlc.evidence.store import Store
from sdlc.formats.check_json import CheckRecord
from sdlc.formats.timestamp import time_from_text
from sdlc.model.digest import Digest, sha256
from sdlc.model.verdict import Answer, State, Verdict
from sdlc.release import bundle, viewer
from sdlc.release.attestations import SUMMARY, attestations_of, summary_of
from sdlc.release.candidate import Artifact, Candidate, check_names, dump_candidate, load_candidate
from sdlc.release.decisions import Decision, SignedDecision, dump_decision, load_decision
from sdlc.release.inventory import Before, Holdings, dump_before, dump_inventory
from sdlc.release.manifest import Manifest, dump_manifest
from sdlc.release.recompute import Blobs, compare, holdings_of, make_inventory, read_again, verdict_of
from sdlc.release.verify import verify
from sdlc.signers import Signer
from sdlc.signing.dsse import Envelope, dump_envelope, load_envelope
from sdlc.signing.sigstore_bundle import dump_bundle
from sdlc.signing.trust import TrustRoot, signers_of, why_not

CANDIDATE_FILE = "candidate.dsse.json"
ATTESTED = "attestations"
DIST = "dist/"


@dataclass(frozen=True)
class Proposal:
    """The candidate that is open for decisions, with everything read again from the store just now."""

    candidate: Candidate
    envelope: Envelope
    decisions: tuple[SignedDecision, ...]
    verdict: Verdict
    attestations: Mapping[str, Envelope]
    holdings: Holdings

    @property
    def digest(self) -> Digest:
        """What decisions and manifest name."""
        return sha256(self.envelope.payload)


def propose(
    record: CheckRecord,
    store: Store,
    *,
    channel: str,
    sequence: int,
    previous: Digest | None,
    before: Before | None = None,
    authors: tuple[str, ...],
    files: Mapping[str, bytes],
    now: datetime,
    days: int,
    break_glass: str = "",
) -> Candidate:
    """The candidate of a check; `files` are the artifacts (empty: all that the build made).

    What the release is made of, and the release `before`, are put into `store`.

    Raises BlockedError for an artifact that no gate saw, and for evidence that does not say what the record says.
    """
    compare(record.results, read_again(record.results, store.get))
    seen = {digest for result in record.results for digest in result.raw.values()}
    if files:
        artifacts = tuple(Artifact(name, len(data), sha256(data)) for name, data in files.items())
    else:
        built = {
            name.removeprefix(DIST): digest
            for result in record.results
            if result.gate == "build"
            for name, digest in result.raw.items()
            if name.startswith(DIST)
        }
        artifacts = tuple(Artifact(name, len(store.get(digest)), digest) for name, digest in built.items())
    if not artifacts:
        raise BlockedError("artifact-missing", "the check has no artifact", hint="let the gate `build` make one")
    for artifact in artifacts:
        if artifact.digest not in seen:
            raise BlockedError(
                "artifact-unseen",
                f"no gate looked at {artifact.name} ({artifact.digest[:16]}…)",
                hint="release what the check built, or run `sdlc check --profile release` on this artifact",
            )
    try:
        check_names(artifact.name for artifact in artifacts)
    except ValueError as error:
        raise UsageError(f"an artifact cannot be released: {error}", hint="rename it") from None
    now = now.replace(microsecond=0)
    inventory = make_inventory(record.policy, record.waivers, record.results, store.get, before)
    return Candidate(
        product=record.product,
        version=record.version,
        channel=channel,
        sequence=sequence,
        previous=previous,
        repository=record.repository,
        commit=record.commit,
        tree=record.tree,
        authors=tuple(sorted(set(authors))),
        artifacts=tuple(sorted(artifacts, key=lambda artifact: artifact.name)),
        results=record.results,
        policy=record.policy,
        waivers=record.waivers,
        inventory=store.put(dump_inventory(inventory)),
        before=store.put(dump_before(before)) if before else None,
        committed=record.committed,
        checked=time_from_text(record.created),
        created=now,
        not_before=now,
        expires=now + timedelta(days=days),
        refreshed=record.refreshed,
        break_glass=break_glass,
    )


def keep_candidate(
    candidate: Candidate, signer: Signer, trust: TrustRoot, store: Store, disk: Disk, folder: Path
) -> Envelope:
    """Sign `candidate` and its attestations, make it the open one; raises BlockedError unless `signer` is a runner."""
    envelope = signer.sign(dump_candidate(candidate))
    load_candidate(envelope.payload)  # what we write must be what anybody can read
    demand_role(envelope, trust, "runner", candidate.created)
    if candidate.product != trust.product:
        raise BlockedError("wrong-product", f"this is {candidate.product}, the trust root is for {trust.product}")
    verdict = verdict_of(candidate, candidate.results, store.get, trust=trust)
    attested = folder / sha256(envelope.payload) / ATTESTED
    for name, payload in attestations_of(candidate, candidate.results, verdict, store.get).items():
        replace_file(disk, attested / name, dump_envelope(signer.sign(payload)))
    replace_file(disk, folder / CANDIDATE_FILE, dump_envelope(envelope))
    return envelope


def open_proposal(folder: Path, store: Store, trust: TrustRoot) -> Proposal:
    """The open candidate of `folder`, read again; raises UsageError when there is none."""
    path = folder / CANDIDATE_FILE
    try:
        envelope = load_envelope(path.read_bytes(), what=str(path))
    except OSError:
        raise UsageError(
            f"there is no candidate at {path}",
            hint="make one: sdlc release prepare --key … --trust … --first",
        ) from None
    candidate = load_candidate(envelope.payload, what=str(path))
    results = read_again(candidate.results, store.get)
    compare(candidate.results, results)
    verdict = verdict_of(candidate, results, store.get, trust=trust)
    beside = folder / sha256(envelope.payload)
    attested = {
        name: _signed(beside / ATTESTED / name, payload)
        for name, payload in attestations_of(candidate, results, verdict, store.get).items()
    }
    holdings = holdings_of(candidate, results, store.get)
    return Proposal(candidate, envelope, _decisions(beside), verdict, attested, holdings)


def _signed(path: Path, payload: bytes) -> Envelope:
    """The envelope in `path`, which must be around `payload`."""
    try:
        envelope = load_envelope(path.read_bytes(), what=str(path))
    except OSError:
        envelope = None
    if envelope is None or envelope.payload != payload:
        raise UsageError(
            f"{path} is not the attestation of this candidate", hint="make them again: sdlc release prepare"
        )
    return envelope


def _decisions(folder: Path) -> tuple[SignedDecision, ...]:
    paths = sorted(folder.glob("[0-9][0-9][0-9][0-9].dsse.json")) if folder.is_dir() else []
    return tuple(load_decision(load_envelope(path.read_bytes(), what=str(path)), what=str(path)) for path in paths)


def superseded(folder: Path, current: Digest) -> tuple[SignedDecision, ...]:
    """Decisions about earlier candidates in `folder`: kept, shown, and void for the `current` one."""
    others = sorted(path for path in folder.iterdir() if path.is_dir() and path.name != current)
    return tuple(signed for other in others for signed in _decisions(other))


def keep_decision(decision: Decision, signer: Signer, trust: TrustRoot, disk: Disk, folder: Path) -> SignedDecision:
    """Sign `decision` and put it at the end of the chain; raises BlockedError unless `signer` is that approver."""
    envelope = signer.sign(dump_decision(decision))
    demand_role(envelope, trust, "approver", decision.created)
    signed = load_decision(envelope)
    owners = {key.person for key in signers_of(envelope, trust, role="approver", at=decision.created)}
    if owners != {decision.person}:
        raise BlockedError("person-mismatch", f"the key does not belong to {decision.person}")
    chain = folder / decision.candidate
    number = len(_decisions(chain)) + 1
    replace_file(disk, chain / f"{number:04d}.dsse.json", dump_envelope(envelope))
    return signed


def demand_role(envelope: Envelope, trust: TrustRoot, role: str, at: datetime) -> None:
    """Raise BlockedError unless a key of `role` signed `envelope`."""
    if not signers_of(envelope, trust, role=role, at=at):
        reason, sentence = why_not(envelope, trust, role, at)
        raise BlockedError(reason, sentence, hint="sdlc trust show lists the keys and their roles")


def demand_allowed(verdict: Verdict) -> None:
    """Raise BlockedError unless the policy allows the release."""
    if verdict.answer is not Answer.ALLOWED:
        rules = [*verdict.having(State.BLOCKED), *verdict.having(State.INCOMPLETE)]
        first = f": {rules[0].rule}: {rules[0].sentence}" if rules else ""
        raise BlockedError(
            "verdict-not-allowed",
            f"the policy says {verdict.answer}{first}",
            hint=(rules[0].next_step if rules else "") or "sdlc release status shows every blocker",
        )


def make_bundle(
    proposal: Proposal,
    store: Store,
    trust: TrustRoot,
    signer: Signer,
    *,
    now: datetime,
    days: int,
    stamp: Callable[[Envelope], Sequence[bytes]] = lambda _envelope: (),
) -> bytes:
    """The signed bundle of `proposal`, verified before it is returned; `stamp` asks time authorities.

    Raises BlockedError with the reason code of the step that refuses, so that nothing is ever written that `verify`
    would not take.
    """
    demand_allowed(proposal.verdict)
    now = now.replace(microsecond=0)
    candidate = proposal.candidate
    days = min(days, trust.break_glass_days) if candidate.break_glass else days
    page = viewer.draw(candidate, proposal.digest, proposal.verdict, proposal.decisions, proposal.holdings)
    manifest = Manifest(
        product=candidate.product,
        version=candidate.version,
        channel=candidate.channel,
        sequence=candidate.sequence,
        candidate=proposal.digest,
        decisions=tuple(signed.digest for signed in proposal.decisions),
        trust_version=trust.version,
        page=sha256(page),
        viewer=viewer.VERSION,
        created=now,
        expires=now + timedelta(days=days),
        subjects=candidate.subjects,
    )
    summary = signer.sign(summary_of(manifest, candidate.policy, proposal.attestations))
    envelope = signer.sign(dump_manifest(manifest))
    members = members_of(proposal, store.get, envelope, summary, page, stamp(envelope))
    data = bundle.write_bundle(members)
    checked = verify(data, trust, at=now)
    if not checked.ok:
        raise BlockedError(checked.reason, f"not signed: {checked.sentence}", hint="sdlc release status")
    return data


def members_of(
    proposal: Proposal,
    blobs: Blobs,
    manifest: Envelope,
    summary: Envelope,
    page: bytes,
    stamps: Sequence[bytes] = (),
) -> dict[str, bytes]:
    """The members of a bundle by name; a piece of evidence that is also an artifact is kept once."""
    candidate = proposal.candidate
    artifacts = {artifact.name: artifact.digest for artifact in candidate.artifacts}
    evidence = (candidate.evidence | candidate.attached) - set(artifacts.values())
    members = {
        bundle.MANIFEST: dump_bundle(manifest, stamps),
        bundle.RAW_MANIFEST: dump_envelope(manifest.bare),
        bundle.CANDIDATE: dump_envelope(proposal.envelope),
        bundle.POLICY: blobs(candidate.policy),
        bundle.PAGE: page,
        f"{bundle.ATTESTATIONS}{SUMMARY}": dump_envelope(summary),
        **{f"{bundle.ATTESTATIONS}{name}": dump_envelope(one) for name, one in proposal.attestations.items()},
        **{f"{bundle.ARTIFACTS}{name}": blobs(digest) for name, digest in artifacts.items()},
        **{f"{bundle.EVIDENCE}{digest}": blobs(digest) for digest in evidence},
    }
    if candidate.waivers:
        members[bundle.WAIVERS] = blobs(candidate.waivers)
    for number, signed in enumerate(proposal.decisions, start=1):
        members[bundle.decision_name(number)] = dump_envelope(signed.envelope)
    return members
