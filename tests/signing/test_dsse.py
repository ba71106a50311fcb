"""Envelopes: one byte form, and a signature that counts for its payload and type only."""

from __future__ import annotations

import base64
import json

import pytest
from fakes.signer import MemorySigner
from hypothesis import given, settings
from hypothesis import strategies as st

from sdlc.errors import BlockedError, UnreadableError
from sdlc.formats import strict_json
from sdlc.signing.dsse import MAX_SIGNATURES, PAYLOAD_TYPE, Envelope, Signature, dump_envelope, load_envelope, pae
from sdlc.signing.keyed import load_public_key, verify
from sdlc.signing.sigstore_bundle import SigstoreBundle, dump_bundle, load_bundle

SIGNER = MemorySigner("somebody")
SIGNED = SIGNER.sign(b'{"a":1}')
SPKI = load_public_key(SIGNER.pem.encode())


def test_the_encoding_is_the_one_of_the_specification() -> None:
    assert pae("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


def test_attack_payload_type_confusion_gives_other_bytes() -> None:
    assert pae("a", b"b c") != pae("a b", b"c")
    assert not verify(SPKI, pae("text/plain", SIGNED.payload), SIGNED.signatures[0].sig)


@given(
    payload=st.binary(max_size=200),
    signatures=st.lists(st.builds(Signature, st.text(max_size=20), st.binary(max_size=80)), min_size=1, max_size=4),
)
def test_what_was_dumped_is_loaded(payload: bytes, signatures: list[Signature]) -> None:
    envelope = Envelope(PAYLOAD_TYPE, payload, tuple(signatures))
    assert load_envelope(dump_envelope(envelope), what="x") == envelope


@settings(max_examples=300, deadline=None)
@given(position=st.integers(min_value=0), mask=st.integers(min_value=1, max_value=255), as_bundle=st.booleans())
def test_one_changed_byte_never_verifies(position: int, mask: int, as_bundle: bool) -> None:
    data = bytearray(dump_bundle(SIGNED) if as_bundle else dump_envelope(SIGNED))
    data[position % len(data)] ^= mask
    try:
        changed = load_bundle(bytes(data), what="x").envelope if as_bundle else load_envelope(bytes(data), what="x")
    except UnreadableError:
        return
    intact = (changed.payload, changed.signatures[0].sig) == (SIGNED.payload, SIGNED.signatures[0].sig)
    message = pae(changed.payload_type, changed.payload)
    # The only byte that may change is one of the hint, which proves nothing.
    assert intact == verify(SPKI, message, changed.signatures[0].sig)
    assert not intact or changed.signatures[0].keyid != SIGNED.signatures[0].keyid


def _document(**changes: object) -> bytes:
    return strict_json.dumps({**json.loads(dump_envelope(SIGNED)), **changes})


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (_document(payloadType="text/plain"), "payloadType"),
        (_document(extra=1), "exactly the members"),
        (_document(signatures=[{"keyid": "a", "sig": "AA=="}] * (MAX_SIGNATURES + 1)), "between 1 and"),
        (_document(signatures=[{"keyid": "a", "sig": "AA==", "alg": "none"}]), "keyid and sig"),
        (_document(signatures=[{"sig": "AA=="}]), "keyid and sig"),
        (_document(payload="AB=="), "canonical"),
        (_document(payload="AA"), "canonical"),
        (_document(payload="AA==\n"), "canonical"),
        (_document(payload="_-=="), "canonical"),
        (_document(payload=7), "canonical"),
        (b'{"payload":"","payload":""}', "stands twice"),
    ],
)
def test_a_second_form_of_an_envelope_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(UnreadableError, match=said):
        load_envelope(data, what="x")


def test_an_envelope_without_a_signature_is_unsigned() -> None:
    with pytest.raises(BlockedError) as caught:
        load_envelope(_document(signatures=[]), what="x")
    assert caught.value.reason == "unsigned"


def _bundle(**changes: object) -> bytes:
    return strict_json.dumps({**json.loads(dump_bundle(SIGNED)), **changes})


@pytest.mark.parametrize(
    "data",
    [
        _bundle(mediaType="application/vnd.dev.sigstore.bundle+json;version=0.2"),
        _bundle(verificationMaterial={"publicKey": {"hint": "a", "rawBytes": "AA=="}, "tlogEntries": []}),
        _bundle(verificationMaterial={"publicKey": {"hint": "a"}, "tlogEntries": [{}]}),
        _bundle(verificationMaterial={"publicKey": {}, "tlogEntries": []}),
        _bundle(verificationMaterial=[]),
        _bundle(dsseEnvelope=json.loads(dump_envelope(SIGNED))),
        _bundle(verificationMaterial={"certificate": {"rawBytes": "AA=="}, "publicKey": {"hint": "a"}}),
        _bundle(messageSignature={}),
        strict_json.dumps({"mediaType": "x"}),
    ],
)
def test_another_profile_of_a_bundle_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableError):
        load_bundle(data, what="x")


def test_a_bundle_has_one_signature() -> None:
    twice = Envelope(PAYLOAD_TYPE, SIGNED.payload, SIGNED.signatures * 2)
    document = json.loads(dump_bundle(SIGNED))
    document["dsseEnvelope"] = json.loads(dump_envelope(twice))
    with pytest.raises(UnreadableError, match="exactly one"):
        load_bundle(strict_json.dumps(document), what="x")


def test_the_hint_is_the_digest_of_the_public_key_and_the_signature_names_none() -> None:
    document = json.loads(dump_bundle(SIGNED))
    hint = document["verificationMaterial"]["publicKey"]["hint"]
    assert base64.b64decode(hint).hex() == SIGNER.key_id
    assert document["dsseEnvelope"]["signatures"][0]["keyid"] == ""
    assert load_bundle(dump_bundle(SIGNED), what="x") == SigstoreBundle(SIGNED)
