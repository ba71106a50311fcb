"""
Is this bundle genuine, complete, and was it allowed? Ten steps, each of which may refuse with one reason code.

Default deny: a bundle is verified only when every step was taken and held. The first step that does not hold ends the
verification, since nothing behind it could be believed. Nothing is read but the bundle and the trust root: no clock,
no network, no file. The stored outcome of a gate is used only to be compared with what its bytes say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from sdlc.errors import BlockedError, SdlcError
from sdlc.formats.timestamp import time_to_text
from sdlc.model.digest import Digest, sha256
from sdlc.model.result import GateResult
from sdlc.model.verdict import Answer, State, Verdict
from sdlc.release import bundle, viewer
from sdlc.release.candidate import Candidate, load_candidate
from sdlc.release.decisions import ROLE as APPROVER
from sdlc.release.decisions import SignedDecision, load_decision, quorum
from sdlc.release.manifest import ROLE as RELEASE_SIGNER
from sdlc.release.manifest import Manifest, load_manifest
from sdlc.release.recompute import LacksReader, compare, read_again, verdict_of
from sdlc.release.seen import Seen, check_seen
from sdlc.release.verification import Step, Verification
from sdlc.signing.dsse import Envelope, load_envelope
from sdlc.signing.sigstore_bundle import load_bundle
from sdlc.signing.trust import TrustRoot, signers_of, why_not

RUNNER = "runner"
CLOCK_SKEW = timedelta(minutes=5)
Purpose = Literal["audit", "install"]


@dataclass
class _Case:
    """What is known so far; a step fills what the later ones need."""

    data: bytes
    trust: TrustRoot
    at: datetime
    purpose: Purpose
    files: Mapping[str, Digest]
    newer_than: int | None
    seen: Seen | None
    members: dict[str, bytes] = field(default_factory=dict)
    blobs: dict[Digest, bytes] = field(default_factory=dict)
    envelopes: list[tuple[Envelope, str, datetime]] = field(default_factory=list)
    _manifest: Manifest | None = None
    manifest_digest: Digest | None = None
    _candidate: Candidate | None = None
    _verdict: Verdict | None = None
    results: tuple[GateResult, ...] = ()
    decisions: tuple[SignedDecision, ...] = ()
    approvers: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)

    @property
    def manifest(self) -> Manifest:
        assert self._manifest is not None  # noqa: S101 - an earlier step made it
        return self._manifest

    @property
    def candidate(self) -> Candidate:
        assert self._candidate is not None  # noqa: S101
        return self._candidate

    @property
    def verdict(self) -> Verdict:
        assert self._verdict is not None  # noqa: S101
        return self._verdict

    def member(self, name: str) -> bytes:
        if name not in self.members:
            raise BlockedError("member-missing", f"the bundle has no {name}")
        return self.members[name]

    def signed(self, envelope: Envelope, role: str, at: datetime, what: str) -> None:
        """Refuse unless a key that the trust root gives `role` signed `envelope`, and was valid `at` that time."""
        if not signers_of(envelope, self.trust, role=role, at=at):
            reason, sentence = why_not(envelope, self.trust, role, at)
            raise BlockedError(reason, f"{what}: {sentence}")
        self.envelopes.append((envelope, role, at))


def verify(
    data: bytes,
    trust: TrustRoot,
    *,
    at: datetime,
    purpose: Purpose = "audit",
    files: Mapping[str, Digest] | None = None,
    newer_than: int | None = None,
    seen: Seen | None = None,
) -> Verification:
    """Verify the bundle in `data` against `trust` as of `at`.

    `files` are artifacts from elsewhere (name → digest) that must be among the released ones; `newer_than` is the
    sequence that is installed, for the purpose `install`; `seen` is what was verified here before. Never raises for
    what a bundle contains.
    """
    case = _Case(data, trust, at, purpose, files or {}, newer_than, seen)
    steps: list[Step] = []
    incomplete = False
    for number, (name, unreadable, check) in enumerate(_STEPS, start=1):
        try:
            step = Step(number, name, True, "", check(case))
        except BlockedError as error:
            step = Step(number, name, False, error.reason, error.message)
        except LacksReader as error:
            step, incomplete = Step(number, name, False, "verifier-lacks-reader", error.message), True
        except SdlcError as error:
            step = Step(number, name, False, unreadable, error.message)
        steps.append(step)
        if not step.ok:
            break
    return Verification(
        ok=len(steps) == len(_STEPS) and all(step.ok for step in steps),
        incomplete=incomplete,
        steps=tuple(steps),
        manifest=case._manifest,
        manifest_digest=case.manifest_digest,
        candidate=case._candidate,
        results=case.results,
        verdict=case._verdict,
        decisions=case.decisions,
        approvers=case.approvers,
        notes=tuple(case.notes),
    )


def _read(case: _Case) -> str:
    case.members = bundle.read_bundle(case.data)
    return f"{len(case.members)} members, safe to read"


def _check_manifest(case: _Case) -> str:
    envelope = load_bundle(case.member(bundle.MANIFEST), what=bundle.MANIFEST)
    raw = load_envelope(case.member(bundle.RAW_MANIFEST), what=bundle.RAW_MANIFEST)
    manifest = load_manifest(envelope.payload)
    case.signed(envelope, RELEASE_SIGNER, manifest.created, "the manifest")
    if raw != envelope:
        raise BlockedError("manifest-differs", f"{bundle.RAW_MANIFEST} is not what {bundle.MANIFEST} holds")
    if manifest.product != case.trust.product:
        raise BlockedError("wrong-product", f"this is {manifest.product}, the trust root is for {case.trust.product}")
    if manifest.trust_version > case.trust.version:
        raise BlockedError(
            "trust-too-old",
            f"signed under version {manifest.trust_version} of the trust root, this is {case.trust.version}",
        )
    case._manifest, case.manifest_digest = manifest, sha256(envelope.payload)
    return f"signed by the release signer at {time_to_text(manifest.created)} (system clock)"


def _check_candidate(case: _Case) -> str:
    envelope = load_envelope(case.member(bundle.CANDIDATE), what=bundle.CANDIDATE)
    if sha256(envelope.payload) != case.manifest.candidate:
        raise BlockedError("candidate-differs", "the candidate is not the one that the manifest names")
    candidate = load_candidate(envelope.payload)
    case.signed(envelope, RUNNER, candidate.created, "the candidate")
    manifest = case.manifest
    if (manifest.product, manifest.version, manifest.channel, manifest.sequence, manifest.subjects) != (
        candidate.product,
        candidate.version,
        candidate.channel,
        candidate.sequence,
        tuple(sorted(candidate.subjects)),
    ):
        raise BlockedError("manifest-differs", "manifest and candidate name different things")
    case._candidate = candidate
    return f"signed by the runner; commit {candidate.commit[:12]}, {len(candidate.results)} gates"


def _check_members(case: _Case) -> str:
    """The closed world: exactly the members that the signed lists name, each with exactly the bytes."""
    candidate, manifest = case.candidate, case.manifest
    artifacts = {f"{bundle.ARTIFACTS}{a.name}": a.digest for a in candidate.artifacts}
    blobs = candidate.evidence - set(artifacts.values())
    listed: dict[str, tuple[Digest, str]] = {
        **{name: (digest, "artifact-changed") for name, digest in artifacts.items()},
        **{f"{bundle.EVIDENCE}{digest}": (digest, "evidence-changed") for digest in blobs},
        bundle.POLICY: (candidate.policy, "policy-changed"),
        bundle.PAGE: (manifest.page, "page-changed"),
    }
    if candidate.waivers:
        listed[bundle.WAIVERS] = (candidate.waivers, "waivers-changed")
    for number, _ in enumerate(manifest.decisions, start=1):
        if bundle.decision_name(number) not in case.members:
            raise BlockedError("decision-dropped", f"the manifest lists decision {number}, the bundle lacks it")
    decisions = {bundle.decision_name(number) for number in range(1, len(manifest.decisions) + 1)}
    fixed = {bundle.MANIFEST, bundle.RAW_MANIFEST, bundle.CANDIDATE}
    extra = sorted(set(case.members) - set(listed) - decisions - fixed)
    if extra:
        raise BlockedError("member-unlisted", f"{extra[0]} is in the bundle, but in no signed list")
    for name, (digest, code) in sorted(listed.items()):
        if sha256(case.member(name)) != digest:
            raise BlockedError(code, f"{name} is not what was signed")
    for artifact in candidate.artifacts:
        if len(case.members[f"{bundle.ARTIFACTS}{artifact.name}"]) != artifact.size:
            raise BlockedError("artifact-changed", f"{artifact.name} is not {artifact.size} bytes long")
    case.blobs = {digest: case.members[name] for name, (digest, _) in listed.items()}
    return f"{len(artifacts)} artifacts and {len(blobs)} pieces of evidence, none missing, none added"


def _check_artifacts(case: _Case) -> str:
    candidate = case.candidate
    for artifact in candidate.artifacts:
        if artifact.digest not in candidate.evidence:
            raise BlockedError("artifact-unseen", f"no gate looked at {artifact.name}")
    released = dict(candidate.subjects)
    for name, digest in case.files.items():
        if digest not in released.values():
            raise BlockedError("artifact-differs", f"{name} is not among the released artifacts")
        if name in released and released[name] != digest:
            raise BlockedError("artifact-differs", f"{name} is another released artifact under this name")
    given = f", {len(case.files)} given files are among them" if case.files else ""
    return f"every artifact was made or seen by a gate{given}"


def _check_readings(case: _Case) -> str:
    case.results = read_again(case.candidate.results, lambda digest: case.blobs[digest])
    compare(case.candidate.results, case.results)
    return f"{len(case.results)} gates read again, each says what was recorded"


def _check_policy(case: _Case) -> str:
    if case.candidate.policy not in case.trust.policies:
        raise BlockedError("policy-not-authorised", "the trust root does not list the policy of this release")
    return "the trust root lists it"


def _check_verdict(case: _Case) -> str:
    candidate = case.candidate
    case._verdict = verdict = verdict_of(candidate, case.results, lambda digest: case.blobs[digest])
    if verdict.answer is not Answer.ALLOWED:
        first = next((r for r in verdict.rules if r.state in (State.BLOCKED, State.INCOMPLETE)), None)
        why = f"{first.rule}: {first.sentence}" if first else "no rule applies"
        raise BlockedError("verdict-not-allowed", f"decided again, the policy says {verdict.answer}: {why}")
    case.notes += [f"waived until {one.expires}: {one.finding.rule} ({one.waiver})" for one in verdict.waived]
    debt = f", {len(verdict.waived)} findings waived" if verdict.waived else ""
    return f"{len(verdict.rules)} rules decided again: allowed{debt}"


def _check_quorum(case: _Case) -> str:
    manifest = case.manifest
    signed: list[SignedDecision] = []
    for number, digest in enumerate(manifest.decisions, start=1):
        name = bundle.decision_name(number)
        one = load_decision(load_envelope(case.member(name), what=name), what=name)
        if one.digest != digest:
            raise BlockedError("decision-differs", f"{name} is not the decision that the manifest lists")
        signed.append(one)
    waived = case.verdict.waived
    answer = quorum(signed, case.trust, case.candidate, manifest.candidate, manifest.created, waived)
    if not answer.reached:
        raise BlockedError(answer.reason, answer.sentence)
    case.decisions, case.approvers = tuple(signed), answer.approvers
    case.envelopes += [(one.envelope, APPROVER, one.decision.created) for one in signed]
    drawn = case.members[bundle.PAGE]
    if manifest.viewer != viewer.VERSION:
        case.notes.append(f"report.html was drawn by {manifest.viewer}; this version cannot draw it again")
    elif viewer.draw(case.candidate, manifest.candidate, case.verdict, signed) != drawn:
        raise BlockedError("page-differs", "report.html does not show what candidate and decisions say")
    return f"{answer.sentence}; the page shows the same"


def _check_times(case: _Case) -> str:
    candidate, manifest, trust, at = case.candidate, case.manifest, case.trust, case.at
    moments = [candidate.created, *(one.decision.created for one in case.decisions), manifest.created]
    if moments != sorted(moments) or manifest.created > at + CLOCK_SKEW:
        raise BlockedError("time-disorder", "candidate, decisions, manifest and now do not follow each other")
    if not candidate.not_before <= manifest.created < candidate.expires:
        raise BlockedError("candidate-expired", "the candidate was not valid when the manifest was signed")
    if candidate.break_glass:
        limit = manifest.created + timedelta(days=trust.break_glass_days)
        if manifest.expires > limit:
            raise BlockedError("break-glass-too-long", f"this break-glass release may last until {time_to_text(limit)}")
        case.notes.append(f"BREAK-GLASS, one person approved: {candidate.break_glass}")
        case.notes.append(f"an ordinary release has to follow it before {time_to_text(manifest.expires)}")
    if manifest.created >= trust.expires:
        raise BlockedError("trust-expired", "the trust root had expired when the manifest was signed")
    if case.seen is not None:
        check_seen(case.seen, trust, manifest, case.manifest_digest)
    today: list[tuple[str, str]] = []
    if at >= manifest.expires:
        today.append(("release-expired", f"the release expired at {time_to_text(manifest.expires)}"))
    if at >= trust.expires:
        today.append(("trust-expired", f"the trust root expired at {time_to_text(trust.expires)}"))
    for envelope, role, signed_at in case.envelopes:
        keys = signers_of(envelope, trust, role=role, at=signed_at)
        if all(key.revoked is not None for key in keys):
            today.append(("key-revoked", f"a {role} key was revoked after it signed"))
    if case.newer_than is not None and manifest.sequence <= case.newer_than:
        today.append(("rollback", f"sequence {manifest.sequence} is not newer than {case.newer_than}"))
    if today and case.purpose == "install":
        raise BlockedError(*today[0])
    case.notes += [f"was valid when signed; as of {time_to_text(at)}: {sentence}" for _, sentence in today]
    return f"for the purpose {case.purpose}, as of {time_to_text(at)}"


_STEPS: Sequence[tuple[str, str, Callable[[_Case], str]]] = (
    ("read the bundle", "bundle-malformed", _read),
    ("manifest signature", "manifest-unreadable", _check_manifest),
    ("candidate signature", "candidate-unreadable", _check_candidate),
    ("closed list of members", "member-missing", _check_members),
    ("artifacts", "artifact-differs", _check_artifacts),
    ("evidence read again", "evidence-unreadable", _check_readings),
    ("policy authority", "policy-not-authorised", _check_policy),
    ("verdict decided again", "verdict-not-allowed", _check_verdict),
    ("decisions and quorum", "decision-unreadable", _check_quorum),
    ("times and purpose", "time-disorder", _check_times),
)
