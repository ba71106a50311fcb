"""
Signed decisions of persons about one candidate, and whether they add up to a quorum.

Each decision carries the digest of the one before, so that a decision taken out of the middle breaks the chain; the
last one is held by the signed manifest. Persons are counted, never keys. A rejection stands until the same person
approves later. What these records cannot show: a last decision that was dropped before the manifest was signed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sdlc.errors import BlockedError, UnreadableError
from sdlc.formats.statements import load_statement, statement
from sdlc.formats.timestamp import time_from_text, time_to_text
from sdlc.model.digest import Digest, parse_digest, sha256
from sdlc.model.verdict import Waived
from sdlc.release.candidate import Candidate
from sdlc.signing.dsse import Envelope
from sdlc.signing.trust import TrustRoot, signers_of, why_not

PREDICATE = "urn:secure-sdlc:decision:v1"
KINDS = ("approval", "rejection")
MEANINGS = ("review", "approval", "responsibility", "authorship")
ROLE = "approver"
TIME_SOURCE = "system clock"


@dataclass(frozen=True)
class Decision:
    """One person's answer: `name` is the printed name; `displayed` the digest of what that person was shown,
    `previous` that of the decision before (None for the first), `key` the signing key's id."""

    kind: str
    person: str
    name: str
    key: Digest
    meaning: str
    candidate: Digest
    policy: Digest
    channel: str
    previous: Digest | None
    displayed: Digest
    nonce: str
    created: datetime
    expires: datetime
    reason: str


@dataclass(frozen=True)
class SignedDecision:
    """A decision with the envelope that it came in; `digest` is that of the envelope's payload."""

    decision: Decision
    envelope: Envelope

    @property
    def digest(self) -> Digest:
        """What the next decision and the manifest refer to."""
        return sha256(self.envelope.payload)


@dataclass(frozen=True)
class Quorum:
    """Do the decisions suffice? `reason` is empty when they do; `approvers` and `rejecters` are person ids."""

    reason: str
    sentence: str
    approvers: tuple[str, ...]
    rejecters: tuple[str, ...]
    required: int

    @property
    def reached(self) -> bool:
        """True when nothing stands against the release."""
        return not self.reason


def dump_decision(decision: Decision) -> bytes:
    """The statement that the person signs."""
    predicate: dict[str, object] = {
        "kind": decision.kind,
        "person": {"id": decision.person, "name": decision.name, "key": decision.key, "role": ROLE},
        "meaning": decision.meaning,
        "candidateDigest": decision.candidate,
        "policyDigest": decision.policy,
        "channel": decision.channel,
        "previousDecisionDigest": decision.previous,
        "displayedDigest": decision.displayed,
        "nonce": decision.nonce,
        "timeCreated": time_to_text(decision.created),
        "timeZone": "UTC",
        "timeSource": TIME_SOURCE,
        "expires": time_to_text(decision.expires),
        "reason": decision.reason,
    }
    return statement([("candidate", decision.candidate)], PREDICATE, predicate)


def load_decision(envelope: Envelope, *, what: str = "decision") -> SignedDecision:
    """The decision in `envelope`, whose signature is not looked at here; raises UnreadableError."""
    document = load_statement(envelope.payload, predicate_type=PREDICATE, what=what).predicate
    try:
        person, previous = document["person"], document["previousDecisionDigest"]
        decision = Decision(
            kind=str(document["kind"]),
            person=str(person["id"]),
            name=str(person["name"]),
            key=parse_digest(person["key"]),
            meaning=str(document["meaning"]),
            candidate=parse_digest(document["candidateDigest"]),
            policy=parse_digest(document["policyDigest"]),
            channel=str(document["channel"]),
            previous=None if previous is None else parse_digest(previous),
            displayed=parse_digest(document["displayedDigest"]),
            nonce=str(document["nonce"]),
            created=time_from_text(document["timeCreated"]),
            expires=time_from_text(document["expires"]),
            reason=str(document["reason"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableError(f"{what}: {type(error).__name__}: {error}") from None
    if decision.kind not in KINDS or decision.meaning not in MEANINGS:
        raise UnreadableError(f"{what}: kind must be one of {KINDS}, meaning one of {MEANINGS}")
    if len(decision.nonce) < 16 or (decision.kind == "rejection" and not decision.reason.strip()):
        raise UnreadableError(f"{what}: a nonce of 16 characters is demanded, and a rejection says why")
    if dump_decision(decision) != envelope.payload:
        raise UnreadableError(f"{what}: a member is unknown, or not in the one form that is written")
    return SignedDecision(decision, envelope)


def check_decisions(
    decisions: Sequence[SignedDecision],
    trust: TrustRoot,
    candidate: Candidate,
    digest: Digest,
    proven: datetime | None = None,
) -> None:
    """Raise BlockedError unless the decisions form one chain, are about this candidate (whose payload has `digest`),
    and are each signed by an approver's key of the very person that they name."""
    previous: Digest | None = None
    earlier = candidate.created
    nonces: set[str] = set()
    for number, signed in enumerate(decisions, start=1):
        decision, what = signed.decision, f"decision {number}"
        if decision.previous != previous:
            raise BlockedError("decision-chain-broken", f"{what} does not follow the one before it")
        bound = (decision.candidate, decision.displayed, decision.policy, decision.channel)
        if bound != (digest, digest, candidate.policy, candidate.channel):
            raise BlockedError("decision-wrong-candidate", f"{what} is about another candidate, policy or channel")
        if decision.nonce in nonces:
            raise BlockedError("decision-replayed", f"{what} repeats an earlier one")
        if decision.created < earlier:
            raise BlockedError("time-disorder", f"{what} is dated before what it follows")
        _check_person(signed, trust, what, proven)
        nonces.add(decision.nonce)
        previous, earlier = signed.digest, decision.created


def _check_person(signed: SignedDecision, trust: TrustRoot, what: str, proven: datetime | None) -> None:
    decision = signed.decision
    keys = signers_of(signed.envelope, trust, role=ROLE, at=decision.created, proven=proven)
    if not keys:
        reason, sentence = why_not(signed.envelope, trust, ROLE, decision.created, proven)
        raise BlockedError(reason, f"{what}: {sentence}")
    person = trust.persons.get(decision.person)
    owners = {key.person for key in keys}
    if person is None or owners != {decision.person} or decision.key not in {key.id for key in keys}:
        raise BlockedError("person-mismatch", f"{what} names {decision.person!r}, whose key did not sign it")
    if person.printed_name != decision.name:
        raise BlockedError("person-mismatch", f"{what} prints another name than the trust root has")


def quorum(
    decisions: Sequence[SignedDecision],
    trust: TrustRoot,
    candidate: Candidate,
    digest: Digest,
    at: datetime,
    waived: Sequence[Waived] = (),
    proven: datetime | None = None,
) -> Quorum:
    """Whether `decisions` suffice at the time `at`; who owns one of the findings `waived` does not count.

    `proven` is when a time authority saw the manifest that names them all (None: nobody did).

    Raises BlockedError for decisions that `check_decisions` refuses, and for waivers of persons that nobody knows.
    """
    check_decisions(decisions, trust, candidate, digest, proven)
    _check_waivers(waived, trust)
    required = _required(trust, candidate)
    owners = {one.owner for one in waived}
    latest: dict[str, Decision] = {}
    for signed in decisions:
        decision = signed.decision
        # Only an approval that counts answers an earlier rejection.
        if decision.kind == "rejection" or _counts(decision, at) or decision.person not in latest:
            latest[decision.person] = decision
    valid = [signed.decision for signed in decisions if _counts(signed.decision, at)]
    standing = sorted(decision.person for decision in latest.values() if _counts(decision, at))
    approvers = tuple(person for person in standing if person not in owners)
    rejecters = tuple(sorted(d.person for d in latest.values() if d.kind == "rejection"))
    reason, sentence = "", f"{len(approvers)} of {required} approvals"
    if rejecters:
        reason, sentence = "rejected", f"rejected by {', '.join(rejecters)}"
    elif len(approvers) < required:
        reason = "quorum-not-reached"
        if len(standing) >= required:
            reason, sentence = "beneficiary-approved", f"{sentence}; who owns a waiver does not count"
        elif len(valid) >= required:
            reason = "same-person-twice"
        elif any(d.kind == "approval" and d.expires <= at for d in latest.values()):
            reason = "decision-expired"
        sentence += " by different persons"
    else:
        reason, sentence = _independence(approvers, trust, candidate, sentence)
    if candidate.break_glass:
        sentence = f"BREAK-GLASS, without the quorum of {trust.approvals_required}: {sentence}"
    return Quorum(reason, sentence, approvers, rejecters, required)


def _required(trust: TrustRoot, candidate: Candidate) -> int:
    """How many persons must approve; one of them alone where the glass was broken and the trust root has one."""
    if not candidate.break_glass:
        return trust.approvals_required
    if not trust.break_glass_days:
        raise BlockedError("break-glass-not-allowed", "this is a break-glass release, the trust root allows none")
    return 1


def _check_waivers(waived: Sequence[Waived], trust: TrustRoot) -> None:
    """An owner that nobody knows could be anybody, also an approver; who agrees to a waiver must be an approver."""
    approvers = {key.person for key in trust.keys.values() if ROLE in key.roles}
    for one in waived:
        if one.owner not in trust.persons:
            raise BlockedError(
                "waiver-person-unknown", f"waiver {one.waiver}: its owner {one.owner} is no known person"
            )
        if one.approver not in approvers:
            raise BlockedError("waiver-person-unknown", f"waiver {one.waiver}: {one.approver} is no approver")


def _counts(decision: Decision, at: datetime) -> bool:
    return (
        decision.kind == "approval" and decision.meaning != "authorship" and decision.created <= at < decision.expires
    )


def _independence(approvers: tuple[str, ...], trust: TrustRoot, candidate: Candidate, sentence: str) -> tuple[str, str]:
    """Attack: an author approves the own work. Unmapped authors could be anybody, so they block as well."""
    authors: set[str] = set()
    for email in candidate.authors:
        person = trust.person_of_email(email)
        if person is None:
            return "author-unmapped", f"the author {email} is no person of the trust root"
        authors.add(person.id)
    independent = [person for person in approvers if person not in authors]
    if trust.independence == "all" and len(independent) < len(approvers):
        return "not-independent", "an approver wrote a part of what is released"
    if trust.independence == "one" and not independent:
        return "not-independent", "every approver wrote a part of what is released"
    return "", sentence
