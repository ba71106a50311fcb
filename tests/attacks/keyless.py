"""Signatures by an identity instead of a key."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from attacks.kit import Attack, Kit, attack
from fakes.releases import SIGNER, trust_root
from fakes.sigstore_instance import ISSUER, SUBJECT, Instance, instance
from fakes.time_authority import ALWAYS

from sdlc.formats import strict_json
from sdlc.release.bundle import MANIFEST, RAW_MANIFEST, read_bundle, write_bundle
from sdlc.signing.dsse import Envelope, dump_envelope, load_envelope
from sdlc.signing.keyless import ALGORITHM, Identity
from sdlc.signing.trust import Key, Revocation, TrustRoot

HOUR = timedelta(hours=1)


class Keyless:
    """A signer of an instance; `edit` forges what it got."""

    def __init__(
        self,
        ours: Instance,
        subject: str = SUBJECT,
        issuer: str = ISSUER,
        edit: Callable[[dict[str, Any]], object] = lambda _document: None,
        **claims: str,
    ) -> None:
        self._ours, self._subject, self._issuer, self._edit = ours, subject, issuer, edit
        self._claims = {name.replace("_", "-"): text for name, text in claims.items()}

    def sign(self, payload: bytes) -> Envelope:
        document = copy.deepcopy(self._ours.sign(payload, self._subject, self._issuer, claims=self._claims))
        self._edit(document)
        return load_envelope(strict_json.dumps(document), what="x")


def now() -> datetime:
    """About now: the instance stamps at the real time."""
    return instance().began


def keyless_trust(revoked: Revocation | None = None, role: str = "release-signer", **claims: str) -> TrustRoot:
    """The usual trust root, in which a workflow's identity has the place of the release signer's key."""
    trust = trust_root(expires=ALWAYS)
    keys = {k.id: dataclasses.replace(k, not_after=ALWAYS) for k in trust.keys.values() if k.id != SIGNER.key_id}
    named = tuple(sorted((name.replace("_", "-"), text) for name, text in claims.items()))
    identity = Identity(ISSUER, SUBJECT, named)
    keys[identity.id] = Key(identity.id, ALGORITHM, "", None, (role,), trust.created, ALWAYS, revoked, identity)
    root = strict_json.dumps(instance().trusted_root()).decode()
    return dataclasses.replace(trust, keys=keys, sigstore_root=root)


def released(kit: Kit, signer: Keyless, created: datetime | None = None) -> bytes:
    created = created or now()
    candidate = kit.candidate(expires=ALWAYS)
    both = [{"person": person, "expires": ALWAYS} for person in ("ada", "grace")]
    return write_bundle(kit.release(candidate, *both, signer=signer, created=created, expires=ALWAYS))  # type: ignore[arg-type]


def case(data: bytes, reason: str, trust: TrustRoot | None = None) -> Attack:
    return Attack(data, reason, trust or keyless_trust(), now() + HOUR)


def entry(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["verificationMaterial"]["tlogEntries"][0]
    return found


@attack("A15")
def outsider_has_a_certificate_of_an_authority_of_the_own(kit: Kit) -> Attack:
    return case(released(kit, Keyless(instance("other"))), "keyless-not-proved")


@attack("A15")
def outsider_brings_a_keyless_signature_where_none_is_trusted(kit: Kit) -> Attack:
    return case(released(kit, Keyless(instance())), "keyless-not-proved", trust_root(expires=ALWAYS))


@attack("A7")
def outsider_of_the_same_instance_signs(kit: Kit) -> Attack:
    other = SUBJECT.replace("refs/heads/main", "refs/heads/feature")
    return case(released(kit, Keyless(instance(), other)), "signer-unknown")


@attack("A7")
def outsider_has_the_same_name_from_another_issuer(kit: Kit) -> Attack:
    return case(released(kit, Keyless(instance(), SUBJECT, "https://token.other.example")), "signer-unknown")


@attack("A7")
def outsider_calls_the_same_workflow_from_a_repository_of_the_own(kit: Kit) -> Attack:
    """A reusable workflow's address is the same for all who call it; the repository is not."""
    trust = keyless_trust(repository_id="7", environment="release")
    return case(released(kit, Keyless(instance(), repository_id="8", environment="release")), "signer-unknown", trust)


@attack("A7")
def insider_signs_in_a_job_that_nobody_let_into_the_environment(kit: Kit) -> Attack:
    trust = keyless_trust(repository_id="7", environment="release")
    return case(released(kit, Keyless(instance(), repository_id="7")), "signer-unknown", trust)


@attack("A7")
def insider_with_an_identity_of_another_role_signs(kit: Kit) -> Attack:
    return case(released(kit, Keyless(instance())), "signer-wrong-role", keyless_trust(role="runner"))


@attack("A17")
def insider_takes_the_log_entry_of_something_else(kit: Kit) -> Attack:
    other = instance().sign(b'{"_type":"https://in-toto.io/Statement/v1","subject":[],"predicateType":"x"}')

    def swap(document: dict[str, Any]) -> None:
        document["verificationMaterial"]["tlogEntries"] = other["verificationMaterial"]["tlogEntries"]

    return case(released(kit, Keyless(instance(), edit=swap)), "keyless-not-proved")


@attack("A18")
def insider_backdates_a_keyless_manifest(kit: Kit) -> Attack:
    return case(released(kit, Keyless(instance()), now() - timedelta(days=2)), "keyless-wrong-time")


@attack("A21")
def insider_counts_one_log_twice(kit: Kit) -> Attack:
    def twice(document: dict[str, Any]) -> None:
        document["verificationMaterial"]["tlogEntries"].append(entry(document))

    return case(released(kit, Keyless(instance(), edit=twice)), "keyless-not-proved")


@attack("A22")
def insider_forges_the_checkpoint(kit: Kit) -> Attack:
    def forge(document: dict[str, Any]) -> None:
        entry(document)["inclusionProof"]["treeSize"] = "2"

    return case(released(kit, Keyless(instance(), edit=forge)), "keyless-not-proved")


@attack("A18")
def thief_uses_an_identity_that_was_revoked(kit: Kit) -> Attack:
    revoked = Revocation(now() - HOUR, "compromised")
    return case(released(kit, Keyless(instance())), "key-revoked", keyless_trust(revoked))


@attack("A3")
def outsider_puts_another_certificate_over_a_good_manifest(kit: Kit) -> Attack:
    """The signature in the raw form and the one in the bundle must be one."""
    parts = read_bundle(released(kit, Keyless(instance())))
    again = Keyless(instance()).sign(load_envelope(parts[MANIFEST], what="m").payload)
    parts[RAW_MANIFEST] = dump_envelope(again.bare)
    return case(write_bundle(parts), "manifest-differs")
