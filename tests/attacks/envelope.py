"""Envelope and signature."""

from __future__ import annotations

import base64
import dataclasses
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from attacks.kit import APPROVERS, RUNNER, SECOND_KEY, SIGNER, STRANGER, Attack, Kit, attack
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from fakes.releases import SIGNED

from sdlc.formats import strict_json
from sdlc.release.bundle import CANDIDATE, MANIFEST, RAW_MANIFEST, write_bundle
from sdlc.signing.dsse import Envelope, Signature, pae
from sdlc.signing.keyed import hint, load_public_key

FIRST, SECOND = "decisions/0001.dsse.json", "decisions/0002.dsse.json"


@attack("A1")
def outsider_removes_the_signature_of_the_manifest(kit: Kit) -> Attack:
    members = kit.release()
    for name in (MANIFEST, RAW_MANIFEST):
        document = json.loads(members[name])
        (document.get("dsseEnvelope") or document)["signatures"] = []
        members[name] = strict_json.dumps(document)
    return Attack(write_bundle(members), "unsigned")


@attack("A1")
def outsider_removes_the_signature_of_a_decision(kit: Kit) -> Attack:
    def unsign(data: bytes) -> bytes:
        return strict_json.dumps({**json.loads(data), "signatures": []})

    return Attack(kit.edited(SECOND, unsign), "unsigned")


@attack("A2")
def outsider_leaves_a_time_stamp_in_the_place_of_the_key(kit: Kit) -> Attack:
    def stamp(data: bytes) -> bytes:
        token = {"rfc3161Timestamps": [{"signedTimestamp": "AAAA"}]}
        return strict_json.dumps(
            {**json.loads(data), "verificationMaterial": {"timestampVerificationData": token, "tlogEntries": []}}
        )

    return Attack(kit.edited(MANIFEST, stamp), "manifest-unreadable")


@attack("A3")
def outsider_takes_the_signature_of_another_manifest(kit: Kit) -> Attack:
    other = kit.release(None, "ada", "grace", created=SIGNED + timedelta(minutes=1))
    signatures = json.loads(other[RAW_MANIFEST])["signatures"]
    taken = tuple(Signature(one["keyid"], base64.b64decode(one["sig"])) for one in signatures)
    return Attack(kit.envelope(MANIFEST, lambda e: dataclasses.replace(e, signatures=taken)), "signature-invalid")


@attack("A4")
def outsider_presents_the_bytes_under_another_payload_type(kit: Kit) -> Attack:
    def confuse(data: bytes) -> bytes:
        return data.replace(b"application/vnd.in-toto+json", b"application/vnd.other+json")

    return Attack(kit.edited(CANDIDATE, confuse), "candidate-unreadable")


@attack("A6")
def outsider_adds_a_second_payload(kit: Kit) -> Attack:
    def twice(data: bytes) -> bytes:
        return data.replace(b'{"payload":', b'{"payload":"e30=","payload":', 1)

    return Attack(kit.edited(CANDIDATE, twice), "candidate-unreadable")


@attack("A7")
def outsider_signs_under_the_name_of_the_signers_key(kit: Kit) -> Attack:
    name = hint(load_public_key(SIGNER.pem.encode()))

    def spoof(envelope: Envelope) -> Envelope:
        forged = STRANGER.sign(envelope.payload).signatures[0]
        return dataclasses.replace(envelope, signatures=(Signature(name, forged.sig),))

    return Attack(kit.envelope(MANIFEST, spoof), "signature-invalid")


@attack("A7")
def outsider_signs_with_a_key_of_the_own(kit: Kit) -> Attack:
    return Attack(write_bundle(kit.release(signer=STRANGER)), "signer-unknown")


@attack("A10")
def insider_approves_twice_with_two_keys(kit: Kit) -> Attack:
    twice = ("ada", {"person": "ada", "signer": SECOND_KEY})
    return Attack(write_bundle(kit.release(None, *twice)), "same-person-twice")


@attack("A11")
def insider_repeats_one_signature(kit: Kit) -> Attack:
    members = kit.release(None, "ada")
    document = json.loads(members[FIRST])
    document["signatures"] *= 2
    return Attack(write_bundle({**members, FIRST: strict_json.dumps(document)}), "quorum-not-reached")


@attack("A13")
def outsider_puts_a_hundred_signatures_in_front(kit: Kit) -> Attack:
    junk = tuple(Signature("", bytes([number])) for number in range(100))
    return Attack(
        kit.envelope(CANDIDATE, lambda e: dataclasses.replace(e, signatures=(*junk, *e.signatures))),
        "candidate-unreadable",
    )


@attack("A15")
def outsider_brings_a_certificate_of_the_own(kit: Kit) -> Attack:
    def certify(data: bytes) -> bytes:
        material = {"certificate": {"rawBytes": "AAAA"}, "tlogEntries": []}
        return strict_json.dumps({**json.loads(data), "verificationMaterial": material})

    return Attack(kit.edited(MANIFEST, certify), "keyless-not-proved")


@attack("A17")
def outsider_brings_an_entry_of_a_log(kit: Kit) -> Attack:
    def log(data: bytes) -> bytes:
        document = json.loads(data)
        document["verificationMaterial"]["tlogEntries"] = [{"integratedTime": "0"}]
        return strict_json.dumps(document)

    return Attack(kit.edited(MANIFEST, log), "manifest-unreadable")


@attack("A7")
def insider_with_the_runners_key_signs_the_release(kit: Kit) -> Attack:
    return Attack(write_bundle(kit.release(signer=RUNNER)), "signer-wrong-role")


@attack("A7")
def insider_with_the_runners_key_approves(kit: Kit) -> Attack:
    steps = ({"person": "ada", "signer": RUNNER}, {"person": "grace", "signer": RUNNER})
    return Attack(write_bundle(kit.release(None, *steps)), "signer-wrong-role")


@attack("A7")
def insider_with_the_release_key_makes_a_candidate(kit: Kit) -> Attack:
    return Attack(write_bundle(kit.release(runner=SIGNER)), "signer-wrong-role")


@attack("A7")
def insider_with_an_approvers_key_signs_the_release(kit: Kit) -> Attack:
    return Attack(write_bundle(kit.release(signer=APPROVERS["ada"])), "signer-wrong-role")


def weak_signature(key: Any, *arguments: Any) -> Callable[[Envelope], Envelope]:
    """The payload signed with a key of another kind, in the name of the trusted one."""

    def sign(envelope: Envelope) -> Envelope:
        made = key.sign(pae(envelope.payload_type, envelope.payload), *arguments)
        return dataclasses.replace(envelope, signatures=(Signature(envelope.signatures[0].keyid, made),))

    return sign


@attack("A14")
def outsider_signs_with_a_weaker_algorithm(kit: Kit) -> Attack:
    """The algorithm is bound to the key: a signature of RSA-1024 with SHA-1 is one of nobody."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    edit = weak_signature(key, padding.PKCS1v15(), hashes.SHA1())
    return Attack(kit.envelope(CANDIDATE, edit), "signature-invalid")


@attack("A14")
def outsider_signs_with_another_curve(kit: Kit) -> Attack:
    return Attack(kit.envelope(CANDIDATE, weak_signature(ed25519.Ed25519PrivateKey.generate())), "signature-invalid")


@attack("A14")
def outsider_names_the_algorithm_in_the_envelope(kit: Kit) -> Attack:
    def named(data: bytes) -> bytes:
        document = json.loads(data)
        document["signatures"][0]["alg"] = "none"
        return strict_json.dumps(document)

    return Attack(kit.edited(CANDIDATE, named), "candidate-unreadable")
