"""Times that somebody else proves."""

from __future__ import annotations

import base64
import dataclasses
import json
from datetime import datetime, timedelta

from attacks.kit import RUNNER, SIGNER, STRANGER, Attack, Kit, attack
from fakes.releases import trust_root
from fakes.time_authority import ALWAYS, authority

from sdlc.formats import strict_json
from sdlc.release.bundle import MANIFEST, RAW_MANIFEST, write_bundle
from sdlc.signing.dsse import dump_envelope, load_envelope
from sdlc.signing.sigstore_bundle import dump_bundle
from sdlc.signing.time_stamps import TimeAuthority
from sdlc.signing.trust import Revocation, TrustRoot

HOUR = timedelta(hours=1)


def timed_trust(revoked: datetime | None = None, *others: TimeAuthority, required: int = 0) -> TrustRoot:
    """Keys that are valid for long, and one authority; the release signer's key compromised at `revoked`."""
    trust = trust_root(expires=ALWAYS)
    keys = {key.id: dataclasses.replace(key, not_after=ALWAYS) for key in trust.keys.values()}
    if revoked is not None:
        revocation = Revocation(revoked, "compromised")
        keys[SIGNER.key_id] = dataclasses.replace(keys[SIGNER.key_id], revoked=revocation)
    authorities = (authority().trusted, *others)
    return dataclasses.replace(trust, keys=keys, time_authorities=authorities, time_stamps_required=required)


def stamped(kit: Kit, *names: str) -> bytes:
    """The good release, stamped now by the authorities of these names."""
    members = kit.release()
    envelope = load_envelope(members[RAW_MANIFEST], what=RAW_MANIFEST)
    stamps = [authority(name).stamp(envelope.signatures[0].sig) for name in names]
    return write_bundle({**members, MANIFEST: dump_bundle(envelope, stamps)})


def when() -> datetime:
    """About now, as the authority sees it."""
    return authority().began


@attack("A2")
def outsider_keeps_a_good_time_stamp_and_no_signature(kit: Kit) -> Attack:
    members = kit.release()
    envelope = load_envelope(members[RAW_MANIFEST], what=RAW_MANIFEST)
    stamp = base64.b64encode(authority().stamp(envelope.signatures[0].sig)).decode()
    document = json.loads(members[MANIFEST])
    document["verificationMaterial"] = {
        "timestampVerificationData": {"rfc3161Timestamps": [{"signedTimestamp": stamp}]},
        "tlogEntries": [],
    }
    members[MANIFEST] = strict_json.dumps(document)
    return Attack(write_bundle(members), "manifest-unreadable", timed_trust(), when() + HOUR)


@attack("A2")
def outsider_lets_a_strangers_manifest_be_stamped(kit: Kit) -> Attack:
    members = kit.release(signer=STRANGER)
    envelope = load_envelope(members[RAW_MANIFEST], what=RAW_MANIFEST)
    bundle = dump_bundle(envelope, [authority().stamp(envelope.signatures[0].sig)])
    return Attack(write_bundle({**members, MANIFEST: bundle}), "signer-unknown", timed_trust(), when() + HOUR)


@attack("A18")
def thief_of_a_reported_key_has_no_time_stamp(kit: Kit) -> Attack:
    return Attack(write_bundle(kit.release()), "key-revoked", timed_trust(when() + HOUR), when() + 2 * HOUR)


@attack("A18")
def thief_of_a_reported_key_lets_the_forgery_be_stamped(kit: Kit) -> Attack:
    return Attack(stamped(kit, "clockwork"), "key-revoked", timed_trust(when() - HOUR), when() + HOUR)


@attack("A18")
def thief_takes_the_time_stamp_of_an_older_signature(kit: Kit) -> Attack:
    old = load_envelope(kit.release(kit.candidate(version="0.9"))[RAW_MANIFEST], what="old")
    members = kit.release()
    envelope = load_envelope(members[RAW_MANIFEST], what=RAW_MANIFEST)
    bundle = dump_bundle(envelope, [authority().stamp(old.signatures[0].sig)])
    data = write_bundle({**members, MANIFEST: bundle})
    return Attack(data, "time-stamp-invalid", timed_trust(when() + HOUR), when() + 2 * HOUR)


@attack("A19")
def thief_brings_an_authority_of_the_own(kit: Kit) -> Attack:
    return Attack(stamped(kit, "sundial"), "time-stamp-invalid", timed_trust(when() + HOUR), when() + 2 * HOUR)


@attack("A19")
def thief_has_one_of_two_authorities(kit: Kit) -> Attack:
    """Who lists two and demands two is not fooled by one."""
    trust = timed_trust(None, authority("sundial").trusted, required=2)
    return Attack(stamped(kit, "clockwork"), "time-stamp-missing", trust, when() + HOUR)


@attack("A21")
def thief_lets_one_authority_stamp_twice(kit: Kit) -> Attack:
    trust = timed_trust(None, authority("sundial").trusted, required=2)
    return Attack(stamped(kit, "clockwork", "clockwork"), "time-stamp-missing", trust, when() + HOUR)


@attack("A18")
def insider_postdates_the_manifest(kit: Kit) -> Attack:
    """The stamp says that it is older than it claims to be: it was signed in advance."""
    later = when() + timedelta(days=2)
    candidate = kit.candidate(expires=later + timedelta(days=30))
    both = [{"person": person, "expires": ALWAYS} for person in ("ada", "grace")]
    members = kit.release(candidate, *both, created=later, expires=later + timedelta(days=30))
    envelope = SIGNER.sign(load_envelope(members[RAW_MANIFEST], what=RAW_MANIFEST).payload)
    members[RAW_MANIFEST] = dump_envelope(envelope)
    members[MANIFEST] = dump_bundle(envelope, [authority().stamp(envelope.signatures[0].sig)])
    trust = timed_trust()
    assert RUNNER.key_id in trust.keys
    return Attack(write_bundle(members), "time-disorder", trust, later + HOUR)
