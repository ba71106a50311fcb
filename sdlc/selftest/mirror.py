"""
The mirror of a release: the same evidence, policy, persons and thresholds, under keys that were made a moment ago.

With it the attacks can be signed as an insider would sign them, and no real key is needed or touched. What is attacked
is the real verifier; what is measured is the configuration: which roles, thresholds and rules hold what back.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from sdlc.errors import BlockedError
from sdlc.evidence.vex import dump_decision as dump_vex
from sdlc.model.digest import Digest, sha256
from sdlc.model.result import GateResult
from sdlc.policy.vex import GATE, PREFIX, examine
from sdlc.release import bundle, viewer
from sdlc.release.assemble import Proposal, members_of
from sdlc.release.attestations import attestations_of, summary_of
from sdlc.release.candidate import Candidate, dump_candidate
from sdlc.release.decisions import Decision, SignedDecision, dump_decision, load_decision
from sdlc.release.manifest import Manifest, dump_manifest
from sdlc.release.recompute import holdings_of, verdict_of, vex_files
from sdlc.release.verification import Verification
from sdlc.release.verify import verify
from sdlc.signers.key_file import KeyFile
from sdlc.signing.dsse import dump_envelope
from sdlc.signing.keyed import ALGORITHM
from sdlc.signing.trust import Key, TrustRoot

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Approval:
    """Who approves in an attack, and with which of the own keys (counted from 0)."""

    person: str
    key: int = 0


class Mirror:
    """One release whose signers all are in our hands."""

    def __init__(self, members: Mapping[str, bytes], candidate: Candidate, trust: TrustRoot) -> None:
        self.candidate = candidate
        self._blobs = {sha256(data): data for data in members.values()}
        self._signers: dict[Digest, KeyFile] = {}
        keys = [self._twin(key) for key in trust.keys.values() if key.revoked is None]
        self.trust = dataclasses.replace(
            trust, keys={key.id: key for key in keys}, time_authorities=(), time_stamps_required=0, sigstore_root=""
        )
        self.candidate = self._with_own_vex(candidate, trust)
        self.stranger = KeyFile(ec.generate_private_key(ec.SECP256R1()))

    def holders(self, role: str) -> tuple[KeyFile, ...]:
        """The signers of a role."""
        return tuple(self._signers[key.id] for key in self.trust.keys.values() if role in key.roles)

    @property
    def approvers(self) -> tuple[str, ...]:
        """Persons who may approve; those without a commit in the release come first."""
        persons = {key.person for key in self.trust.keys.values() if "approver" in key.roles and key.person}
        return tuple(sorted(persons, key=lambda person: (person in self.authors, person)))

    @property
    def authors(self) -> frozenset[str]:
        """The persons who wrote a part of the release."""
        known = (self.trust.person_of_email(email) for email in self.candidate.authors)
        return frozenset(person.id for person in known if person is not None)

    @property
    def signed_at(self) -> datetime:
        """When the mirror's manifest is signed."""
        return self.candidate.not_before + 30 * MINUTE

    def blob(self, digest: Digest) -> bytes:
        """Bytes of the release by digest."""
        if digest not in self._blobs:
            raise BlockedError("member-missing", f"the bundle has no {digest}")
        return self._blobs[digest]

    def keep(self, data: bytes) -> Digest:
        """More bytes that a candidate may name."""
        self._blobs[sha256(data)] = data
        return sha256(data)

    def quorum(self) -> tuple[Approval, ...]:
        """As many persons as must approve, the independent ones first."""
        return tuple(Approval(person) for person in self.approvers[: self.trust.approvals_required])

    def release(
        self,
        approvals: Sequence[Approval] | None = None,
        *,
        candidate: Candidate | None = None,
        runner: KeyFile | None = None,
        signer: KeyFile | None = None,
        **manifest: object,
    ) -> dict[str, bytes]:
        """The members of a release, signed without any of the checks of `sdlc release sign`."""
        candidate = candidate or self.candidate
        runner, signer = runner or self.holders("runner")[0], signer or self.holders("release-signer")[0]
        envelope = runner.sign(dump_candidate(candidate))
        decisions = self._decide(candidate, self.quorum() if approvals is None else approvals)
        verdict = verdict_of(candidate, candidate.results, self.blob, trust=self.trust)
        attested = attestations_of(candidate, candidate.results, verdict, self.blob)
        signed = {name: runner.sign(payload) for name, payload in attested.items()}
        holdings = holdings_of(candidate, candidate.results, self.blob, believe=True)
        proposal = Proposal(candidate, envelope, decisions, verdict, signed, holdings)
        page = viewer.draw(candidate, proposal.digest, verdict, decisions, holdings)
        lasts = timedelta(days=min(365, self.trust.break_glass_days or 365) if candidate.break_glass else 365)
        fields: dict[str, object] = {
            "product": candidate.product,
            "version": candidate.version,
            "channel": candidate.channel,
            "sequence": candidate.sequence,
            "candidate": proposal.digest,
            "decisions": tuple(one.digest for one in decisions),
            "trust_version": self.trust.version,
            "page": sha256(page),
            "viewer": viewer.VERSION,
            "created": self.signed_at,
            "expires": self.signed_at + lasts,
            "subjects": candidate.subjects,
        }
        made = Manifest(**(fields | manifest))  # type: ignore[arg-type]
        summary = signer.sign(summary_of(made, candidate.policy, signed))
        return members_of(proposal, self.blob, signer.sign(dump_manifest(made)), summary, page)

    def verify(self, members: Mapping[str, bytes], trust: TrustRoot | None = None) -> Verification:
        """What a customer's verifier says, a minute after the signature."""
        return verify(bundle.write_bundle(members), trust or self.trust, at=self.signed_at + MINUTE, purpose="install")

    def _decide(self, candidate: Candidate, approvals: Sequence[Approval]) -> tuple[SignedDecision, ...]:
        made: tuple[SignedDecision, ...] = ()
        digest = sha256(dump_candidate(candidate))
        for number, approval in enumerate(approvals, start=1):
            person = self.trust.persons[approval.person]
            own = [k for k in self.trust.keys.values() if k.person == person.id and "approver" in k.roles]
            signer = self._signers[own[approval.key % len(own)].id]
            decision = Decision(
                kind="approval",
                person=person.id,
                name=person.printed_name,
                key=signer.key_id,
                meaning="approval",
                candidate=digest,
                policy=candidate.policy,
                channel=candidate.channel,
                previous=made[-1].digest if made else None,
                displayed=digest,
                nonce=f"decision {number} of a mirror",
                created=candidate.not_before + number * MINUTE,
                expires=candidate.expires,
                reason="",
            )
            made += (load_decision(signer.sign(dump_decision(decision))),)
        return made

    def _with_own_vex(self, candidate: Candidate, trust: TrustRoot) -> Candidate:
        """The same candidate, whose VEX decisions that count are signed by the persons' twins."""
        return dataclasses.replace(candidate, results=tuple(self._re_signed(one, trust) for one in candidate.results))

    def _re_signed(self, result: GateResult, trust: TrustRoot) -> GateResult:
        files = vex_files(result, self.blob) if result.gate == GATE else {}
        raw = dict(result.raw)
        for one in examine(files, trust):
            if one.decision is None or one.reason:
                continue
            own = [k for k in self.trust.keys.values() if k.person == one.decision.person and "approver" in k.roles]
            signer = self._signers[own[0].id]
            decision = dataclasses.replace(one.decision, key=signer.key_id)
            raw[f"{PREFIX}{one.name}"] = self.keep(dump_envelope(signer.sign(dump_vex(decision))))
        return dataclasses.replace(result, raw=raw)

    def _twin(self, key: Key) -> Key:
        """The same key with other numbers."""
        private = ec.generate_private_key(ec.SECP256R1())
        signer = KeyFile(private)
        pem = private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self._signers[signer.key_id] = signer
        return dataclasses.replace(
            key, id=signer.key_id, algorithm=ALGORITHM, public_key_pem=pem.decode(), identity=None
        )
