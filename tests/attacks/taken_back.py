"""Recalls, revocations, redactions, and policies of the verifier's own."""

from __future__ import annotations

from datetime import timedelta

from attacks.kit import LATER, RUNNER, SIGNER, STRANGER, Attack, Kit, attack
from fakes.releases import SIGNED, trust_root
from fakes.signer import MemorySigner

from sdlc.model.digest import Digest, sha256
from sdlc.release.bundle import EVIDENCE, RAW_MANIFEST, REDACTION, write_bundle
from sdlc.release.candidate import Candidate
from sdlc.release.redaction import Redaction, dump_redaction, redact
from sdlc.release.revocation import Notice, dump_notice
from sdlc.signing.dsse import dump_envelope, load_envelope


def manifest_of(members: dict[str, bytes]) -> Digest:
    return sha256(load_envelope(members[RAW_MANIFEST], what="manifest").payload)


def withheld(candidate: Candidate) -> tuple[Digest, ...]:
    """The evidence of the gate `tests`."""
    return tuple(next(r for r in candidate.results if r.gate == "tests").raw.values())


def redacted(kit: Kit, signer: MemorySigner, **changes: object) -> bytes:
    candidate = kit.candidate()
    members = kit.release(candidate)
    fields = {"manifest": manifest_of(members), "withheld": withheld(candidate), "audience": "hospitals", "at": LATER}
    statement = dump_redaction(Redaction(**(fields | changes)))  # type: ignore[arg-type]
    copy = redact(members, candidate, withheld(candidate))
    return write_bundle({**copy, REDACTION: dump_envelope(signer.sign(statement))})


@attack("C36")
def insider_hides_evidence_from_who_did_not_ask_for_it(kit: Kit) -> Attack:
    return Attack(redacted(kit, SIGNER), "bundle-redacted")


@attack("C36")
def outsider_withholds_evidence(kit: Kit) -> Attack:
    return Attack(redacted(kit, STRANGER), "signer-unknown", words=("--allow-redacted",))


@attack("C36")
def insider_with_the_runner_key_withholds_evidence(kit: Kit) -> Attack:
    return Attack(redacted(kit, RUNNER), "signer-wrong-role", words=("--allow-redacted",))


@attack("C36")
def outsider_withholds_by_the_redaction_of_another_release(kit: Kit) -> Attack:
    data = redacted(kit, SIGNER, manifest=sha256(b"another"))
    return Attack(data, "redaction-differs", words=("--allow-redacted",))


@attack("C36")
def insider_withholds_the_artifact(kit: Kit) -> Attack:
    candidate = kit.candidate()
    data = redacted(kit, SIGNER, withheld=(candidate.artifacts[0].digest,))
    return Attack(data, "redaction-differs", words=("--allow-redacted",))


@attack("C36")
def outsider_removes_more_than_the_redaction_says(kit: Kit) -> Attack:
    candidate = kit.candidate()
    members = kit.release(candidate)
    kept = next(d for d in candidate.evidence if d not in withheld(candidate) and f"{EVIDENCE}{d}" in members)
    statement = dump_redaction(Redaction(manifest_of(members), withheld(candidate), "hospitals", LATER))
    copy = redact(members, candidate, withheld(candidate))
    del copy[f"{EVIDENCE}{kept}"]
    copy[REDACTION] = dump_envelope(SIGNER.sign(statement))
    return Attack(write_bundle(copy), "member-missing", words=("--allow-redacted",))


@attack("C36")
def outsider_leaves_what_was_withheld(kit: Kit) -> Attack:
    """The closed world holds for a redacted bundle as well."""
    candidate = kit.candidate()
    members = kit.release(candidate)
    statement = dump_redaction(Redaction(manifest_of(members), withheld(candidate), "hospitals", LATER))
    members[REDACTION] = dump_envelope(SIGNER.sign(statement))
    return Attack(write_bundle(members), "member-unlisted", words=("--allow-redacted",))


@attack("G74")
def victim_installs_what_was_recalled(kit: Kit) -> Attack:
    members = kit.release()
    notice = Notice("release", "router", manifest_of(members), SIGNED + timedelta(hours=2), "It mirrors images.")
    words = ("--purpose", "install", "--revoked", kit.keep("recall", dump_envelope(SIGNER.sign(dump_notice(notice)))))
    return Attack(write_bundle(members), "recalled", words=words)


@attack("C49")
def victim_demands_more_than_the_manufacturers_policy(kit: Kit) -> Attack:
    own = b'schema = "sdlc.policy/1"\nid = "own"\nrules = [{id = "s", type = "required", gate = "secrets"}]\n'
    return Attack(write_bundle(kit.release()), "own-policy-not-held", words=("--policy", kit.keep("own.toml", own)))


@attack("C49")
def victim_lowers_nothing_by_a_weaker_policy(kit: Kit) -> Attack:
    """The policy of the verifier counts beside the release's, never instead of it."""
    own = b'schema = "sdlc.policy/1"\nid = "own"\nrules = [{id = "b", type = "required", gate = "build"}]\n'
    words = ("--policy", kit.keep("own.toml", own))
    return Attack(write_bundle(kit.release()), "policy-not-authorised", trust_root(policies=()), words=words)
