"""Trust root and time. (Waivers: tests/release/test_waived_release.py.)"""

from __future__ import annotations

import dataclasses
from datetime import timedelta

from attacks.kit import LATER, RUNNER, SIGNER, Attack, Kit, attack
from fakes.releases import NOW, SIGNED, trust_root

from sdlc.release.bundle import write_bundle
from sdlc.signing.trust import Revocation

FIRST, SECOND = "decisions/0001.dsse.json", "decisions/0002.dsse.json"


@attack("G73")
def outsider_serves_an_older_release(kit: Kit) -> Attack:
    words = ("--purpose", "install", "--installed", "5")
    return Attack(write_bundle(kit.release()), "rollback", words=words)


@attack("G74")
def outsider_withholds_newer_releases(kit: Kit) -> Attack:
    at = SIGNED + timedelta(days=366)
    trust = trust_root(expires=at + timedelta(days=900))
    return Attack(write_bundle(kit.release()), "release-expired", trust, at, ("--purpose", "install"))


@attack("G74")
def outsider_withholds_a_newer_trust_root(kit: Kit) -> Attack:
    at = SIGNED + timedelta(days=300)
    trust = trust_root(expires=at - timedelta(days=1))
    return Attack(write_bundle(kit.release()), "trust-expired", trust, at, ("--purpose", "install"))


@attack("G76")
def outsider_brings_a_release_of_another_trust_root(kit: Kit) -> Attack:
    keys = {RUNNER.key_id: trust_root().keys[RUNNER.key_id]}
    return Attack(write_bundle(kit.release()), "signer-unknown", trust_root(keys=keys))


@attack("G76")
def victim_has_an_older_trust_root_than_the_signer(kit: Kit) -> Attack:
    return Attack(write_bundle(kit.release(trust_version=4)), "trust-too-old")


@attack("G76")
def outsider_brings_the_release_of_another_product(kit: Kit) -> Attack:
    return Attack(write_bundle(kit.release()), "wrong-product", trust_root(product="viewer"))


@attack("G74")
def insider_with_the_release_key_signs_before_the_approvals(kit: Kit) -> Attack:
    return Attack(write_bundle(kit.release(created=NOW + timedelta(seconds=30))), "quorum-not-reached")


@attack("G74")
def insider_with_the_release_key_signs_in_the_future(kit: Kit) -> Attack:
    return Attack(write_bundle(kit.release(created=LATER + timedelta(days=2))), "time-disorder")


@attack("G74")
def insider_backdates_an_approval(kit: Kit) -> Attack:
    steps = ("ada", {"person": "grace", "created": NOW - timedelta(days=2)})
    return Attack(write_bundle(kit.release(None, *steps)), "time-disorder")


@attack("G74")
def insider_signs_with_a_key_that_has_expired(kit: Kit) -> Attack:
    trust = trust_root()
    key = dataclasses.replace(trust.keys[SIGNER.key_id], not_after=SIGNED - timedelta(hours=1))
    return Attack(
        write_bundle(kit.release()), "key-expired", dataclasses.replace(trust, keys={**trust.keys, key.id: key})
    )


@attack("G74")
def thief_signs_with_a_key_that_was_reported_and_backdates_it(kit: Kit) -> Attack:
    trust = trust_root()
    revocation = Revocation(at=SIGNED + timedelta(hours=5), reason="compromised")
    key = dataclasses.replace(trust.keys[SIGNER.key_id], revoked=revocation)
    return Attack(
        write_bundle(kit.release()), "key-revoked", dataclasses.replace(trust, keys={**trust.keys, key.id: key})
    )


@attack("G74")
def insider_waits_until_the_candidate_has_expired(kit: Kit) -> Attack:
    late = NOW + timedelta(days=31)
    steps = ("ada", {"person": "grace", "expires": NOW + timedelta(days=90)})
    data = write_bundle(kit.release(None, *steps, created=late, expires=late + timedelta(days=90)))
    return Attack(data, "decision-expired", at=late + timedelta(days=1))
