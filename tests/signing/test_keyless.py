"""Who signed without a key is proved offline, by the trusted root alone; everything else proves nobody."""

from __future__ import annotations

import base64
import copy
import json
import random
import socket
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from attacks.keyless import keyless_trust
from fakes.sigstore_instance import ISSUER, SUBJECT, Instance, instance

from sdlc.errors import BlockedError, UnreadableError
from sdlc.formats import strict_json
from sdlc.signing.dsse import load_envelope
from sdlc.signing.keyless import FORGE, Identity, LacksKeyless, NotProved, prove
from sdlc.signing.trust import why_not

PAYLOAD = strict_json.dumps(
    {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "a", "digest": {"sha256": "0" * 64}}],
        "predicateType": "urn:example:x",
        "predicate": {},
    }
)
Edit = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="module")
def ours() -> Instance:
    return instance()


@pytest.fixture(scope="module")
def root(ours: Instance) -> str:
    return json.dumps(ours.trusted_root())


@pytest.fixture(scope="module")
def bundle(ours: Instance) -> dict[str, Any]:
    return ours.sign(PAYLOAD)


def dumped(document: dict[str, Any]) -> bytes:
    return strict_json.dumps(document)


def test_who_signed_is_proved_without_a_network(
    bundle: dict[str, Any], root: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    proof = prove(dumped(bundle), root)
    assert proof.identity == Identity(ISSUER, SUBJECT)
    assert proof.end - proof.begin == timedelta(minutes=10)


@pytest.mark.parametrize("subject", ["somebody@imaging.example", "https://forge.example/" + "x" * 150])
def test_subjects_of_both_kinds_and_long_issuers(ours: Instance, root: str, subject: str) -> None:
    issuer = "https://token.example/" + "y" * 120
    assert prove(dumped(ours.sign(PAYLOAD, subject, issuer)), root).identity == Identity(issuer, subject)


def test_what_a_certificate_says_besides_is_proved_too(ours: Instance, root: str) -> None:
    said = {"repository-id": "7", "environment": "release"}
    proven = prove(dumped(ours.sign(PAYLOAD, claims=said)), root).identity
    assert proven == Identity(ISSUER, SUBJECT, (("environment", "release"), ("repository-id", "7")))
    for claims in ((), (("repository-id", "7"),), proven.claims):
        assert Identity(ISSUER, SUBJECT, claims).admits(proven)
    for claims in ((("repository-id", "8"),), (("environment", "release"), ("ref", "refs/heads/main"))):
        assert not Identity(ISSUER, SUBJECT, claims).admits(proven)
    assert not Identity(ISSUER, SUBJECT + "x").admits(proven)


def test_who_lacks_a_claim_is_told_which(ours: Instance) -> None:
    trust = keyless_trust(repository_id="7", environment="release")
    envelope = load_envelope(dumped(ours.sign(PAYLOAD, claims={"repository-id": "7"})), what="x")
    reason, sentence = why_not(envelope, trust, "release-signer", ours.began)
    assert (reason, "does not say environment release" in sentence) == ("signer-unknown", True)


def test_the_address_of_a_workflow_alone_is_anybody_s() -> None:
    assert "repository" in (Identity(FORGE, SUBJECT).lacks or "")
    assert "repository" in (Identity(FORGE, SUBJECT, (("environment", "release"),)).lacks or "")
    assert Identity(FORGE, SUBJECT, (("repository-id", "7"),)).lacks is None
    assert Identity(ISSUER, SUBJECT).lacks is None


def entry(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["verificationMaterial"]["tlogEntries"][0]
    return found


def changed_body(document: dict[str, Any]) -> None:
    body = json.loads(base64.b64decode(entry(document)["canonicalizedBody"]))
    body["spec"]["hashedRekordV002"]["data"]["digest"] = base64.b64encode(b"0" * 32).decode()
    entry(document)["canonicalizedBody"] = base64.b64encode(strict_json.dumps(body)).decode()


def changed_payload(document: dict[str, Any]) -> None:
    other = PAYLOAD.replace(b"urn:example:x", b"urn:example:y")
    document["dsseEnvelope"]["payload"] = base64.b64encode(other).decode()


FORGERIES: dict[str, Edit] = {
    "another payload": changed_payload,
    "no log entry": lambda d: d["verificationMaterial"].update(tlogEntries=[]),
    "two log entries": lambda d: d["verificationMaterial"]["tlogEntries"].append(entry(d)),
    "a log entry of something else": changed_body,
    "no time": lambda d: d["verificationMaterial"].pop("timestampVerificationData"),
    "another root hash": lambda d: entry(d)["inclusionProof"].update(rootHash=base64.b64encode(b"0" * 32).decode()),
    "a checkpoint of another log": lambda d: entry(d)["inclusionProof"]["checkpoint"].update(
        envelope=entry(d)["inclusionProof"]["checkpoint"]["envelope"].replace("log.example", "other.example")
    ),
    "a tree of another size": lambda d: entry(d)["inclusionProof"].update(treeSize="2"),
    "a negative index": lambda d: entry(d)["inclusionProof"].update(logIndex="-1"),
    "no proof of inclusion": lambda d: entry(d).pop("inclusionProof"),
    "a set time": lambda d: entry(d).update(integratedTime="1700000000"),
    "garbage for a certificate": lambda d: d["verificationMaterial"].update(certificate={"rawBytes": "AAAA"}),
}
KEPT = {"a set time"}
"""What a client of Rekor v2 does not read; it then changes nothing either."""


@pytest.mark.parametrize("name", FORGERIES)
def test_what_was_changed_proves_nobody(bundle: dict[str, Any], root: str, name: str) -> None:
    forged = copy.deepcopy(bundle)
    FORGERIES[name](forged)
    assert forged != bundle
    if name in KEPT:
        assert prove(dumped(forged), root) == prove(dumped(bundle), root)
        return
    with pytest.raises(NotProved):
        prove(dumped(forged), root)


def test_an_instance_of_somebody_else_proves_nobody(bundle: dict[str, Any]) -> None:
    with pytest.raises(NotProved):
        prove(dumped(bundle), json.dumps(instance("other").trusted_root()))


@pytest.mark.parametrize("key", ["tlogs", "certificateAuthorities", "ctlogs", "timestampAuthorities"])
def test_every_service_is_needed(ours: Instance, bundle: dict[str, Any], key: str) -> None:
    mixed = ours.trusted_root() | {key: instance("other").trusted_root()[key]}
    with pytest.raises(NotProved):
        prove(dumped(bundle), json.dumps(mixed))


@pytest.mark.parametrize("begin", [timedelta(minutes=-30), timedelta(minutes=30)], ids=["expired", "not yet"])
def test_a_certificate_must_have_been_valid_at_the_proven_time(ours: Instance, root: str, begin: timedelta) -> None:
    with pytest.raises(NotProved):
        prove(dumped(ours.sign(PAYLOAD, begin=begin)), root)


def test_a_trust_root_without_an_instance(bundle: dict[str, Any]) -> None:
    with pytest.raises(NotProved, match="lists no Sigstore instance"):
        prove(dumped(bundle), "")


def test_a_verifier_without_the_library_says_so(
    bundle: dict[str, Any], root: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sigstore.errors", None)
    with pytest.raises(LacksKeyless):
        prove(dumped(bundle), root)


def test_an_envelope_keeps_its_certificate(bundle: dict[str, Any]) -> None:
    envelope = load_envelope(dumped(bundle), what="x")
    assert envelope.material == dumped(bundle)
    assert envelope.bare.material is None
    assert envelope.payload == PAYLOAD


@pytest.mark.parametrize(
    "edit",
    [
        lambda d: d.update(extra=1),
        lambda d: d["verificationMaterial"].update(publicKey={"hint": "x"}),
        lambda d: d["verificationMaterial"].pop("certificate"),
        lambda d: d["dsseEnvelope"]["signatures"].append(d["dsseEnvelope"]["signatures"][0]),
        lambda d: d["dsseEnvelope"]["signatures"][0].update(keyid="abc"),
        lambda d: d.update(mediaType="application/vnd.dev.sigstore.bundle+json;version=0.1"),
        lambda d: d.update(dsseEnvelope=None),
    ],
)
def test_another_form_is_refused(bundle: dict[str, Any], edit: Edit) -> None:
    changed = copy.deepcopy(bundle)
    edit(changed)
    with pytest.raises(UnreadableError):
        load_envelope(dumped(changed), what="x")


def test_another_spelling_is_refused(bundle: dict[str, Any]) -> None:
    with pytest.raises(UnreadableError):
        load_envelope(json.dumps(bundle).encode(), what="x")


def mutated(value: Any, choose: random.Random) -> None:
    """Somewhere in the document, something else: gone, doubled, or of another type."""
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    if not keys:
        return
    key = choose.choice(keys)
    if isinstance(value[key], dict | list) and choose.random() < 0.6:
        mutated(value[key], choose)
    elif isinstance(value, dict) and choose.random() < 0.3:
        del value[key]
    elif isinstance(value, list) and choose.random() < 0.3:
        value.append(value[key])
    else:
        value[key] = choose.choice([None, 1, -1, True, "", "AAAA", "x" * 9, [], {}])


def test_whatever_is_mutated_proves_the_same_or_nobody(bundle: dict[str, Any], root: str) -> None:
    choose, good = random.Random(7), prove(dumped(bundle), root)
    refused = 0
    for _ in range(600):
        document = copy.deepcopy(bundle)
        mutated(document, choose)
        try:
            envelope = load_envelope(dumped(document), what="x")
            if envelope.material is not None and document != bundle:
                assert prove(envelope.material, root) == good
                assert envelope.payload == PAYLOAD
        except (NotProved, UnreadableError, BlockedError):
            refused += 1
    assert refused > 400


def test_nothing_is_said_beside_the_answer(
    bundle: dict[str, Any], root: str, capfd: pytest.CaptureFixture[str]
) -> None:
    prove(dumped(bundle), root)
    assert capfd.readouterr() == ("", "")
