"""Steps 1 to 5 of a verification: is it readable, who signed it, and is it exactly what the signed lists name?"""

from __future__ import annotations

from sdlc.errors import BlockedError
from sdlc.formats.timestamp import time_to_text
from sdlc.model.digest import Digest, sha256
from sdlc.policy.decide import count
from sdlc.release import bundle
from sdlc.release.attestations import SUMMARY, names_of
from sdlc.release.candidate import load_candidate
from sdlc.release.case import Case
from sdlc.release.manifest import ROLE as RELEASE_SIGNER
from sdlc.release.manifest import load_manifest
from sdlc.release.redaction import MEMBER, blind_gates, check_redaction, load_redaction
from sdlc.signing.dsse import load_envelope
from sdlc.signing.sigstore_bundle import load_bundle
from sdlc.signing.time_stamps import proven_time

RUNNER = "runner"


def read(case: Case) -> str:
    case.members = bundle.read_bundle(case.data)
    return f"{len(case.members)} members, safe to read"


def check_manifest(case: Case) -> str:
    signed = load_bundle(case.member(bundle.MANIFEST), what=bundle.MANIFEST)
    envelope = signed.envelope
    raw = load_envelope(case.member(bundle.RAW_MANIFEST), what=bundle.RAW_MANIFEST)
    manifest = load_manifest(envelope.payload)
    case.proven = proven_time(signed.stamps, envelope.signatures[0].sig, case.trust.time_authorities)
    case.signed(envelope, RELEASE_SIGNER, manifest.created, "the manifest")
    stamped = len(case.proven.authorities) if case.proven else 0
    if stamped < case.trust.time_stamps_required:
        raise BlockedError(
            "time-stamp-missing",
            f"{stamped} of {case.trust.time_stamps_required} time authorities stamped the manifest",
        )
    if raw != envelope.bare:
        raise BlockedError("manifest-differs", f"{bundle.RAW_MANIFEST} is not what {bundle.MANIFEST} holds")
    if manifest.product != case.trust.product:
        raise BlockedError("wrong-product", f"this is {manifest.product}, the trust root is for {case.trust.product}")
    if manifest.trust_version > case.trust.version:
        raise BlockedError(
            "trust-too-old",
            f"signed under version {manifest.trust_version} of the trust root, this is {case.trust.version}",
        )
    case.known_manifest, case.manifest_digest = manifest, sha256(envelope.payload)
    proven = f", before {time_to_text(case.proven.at)} ({', '.join(case.proven.authorities)})" if case.proven else ""
    return f"signed by the release signer at {time_to_text(manifest.created)} (system clock){proven}"


def check_candidate(case: Case) -> str:
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
    case.known_candidate = candidate
    return f"signed by the runner; commit {candidate.commit[:12]}, {len(candidate.results)} gates"


def check_members(case: Case) -> str:
    """The closed world: exactly the members that the signed lists name, each with exactly the bytes."""
    candidate, manifest = case.candidate, case.manifest
    artifacts = {f"{bundle.ARTIFACTS}{a.name}": a.digest for a in candidate.artifacts}
    withheld = _withheld(case)
    case.blind = blind_gates(candidate.results, withheld)
    blobs = (candidate.evidence - withheld | candidate.attached) - set(artifacts.values())
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
    attested = {f"{bundle.ATTESTATIONS}{name}" for name in (SUMMARY, *names_of(candidate.results, case.blind))}
    fixed |= {MEMBER} if withheld else set()
    extra = sorted(set(case.members) - set(listed) - decisions - attested - fixed)
    if extra:
        raise BlockedError("member-unlisted", f"{extra[0]} is in the bundle, but in no signed list")
    for name, (digest, code) in sorted(listed.items()):
        if sha256(case.member(name)) != digest:
            raise BlockedError(code, f"{name} is not what was signed")
    for artifact in candidate.artifacts:
        if len(case.members[f"{bundle.ARTIFACTS}{artifact.name}"]) != artifact.size:
            raise BlockedError("artifact-changed", f"{artifact.name} is not {artifact.size} bytes long")
    case.blobs = {digest: case.members[name] for name, (digest, _) in listed.items()}
    return f"{count(len(artifacts), 'artifact')} and {count(len(blobs), 'piece')} of evidence, none missing, none added"


def _withheld(case: Case) -> frozenset[Digest]:
    """The evidence that the release signer says is missing here."""
    if MEMBER not in case.members:
        return frozenset()
    envelope = load_envelope(case.members[MEMBER], what=MEMBER)
    redaction = load_redaction(envelope.payload)
    case.signed(envelope, RELEASE_SIGNER, redaction.at, "the redaction")
    check_redaction(redaction, case.manifest_digest, case.candidate)
    number = count(len(redaction.withheld), "piece")
    said = f"{number} of evidence withheld for: {redaction.audience}"
    if not case.allow_redacted:
        raise BlockedError("bundle-redacted", said)
    case.notes.append(f"REDACTED, {said}")
    return frozenset(redaction.withheld)


def check_artifacts(case: Case) -> str:
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
