"""
Sigstore bundle v0.3, public-key profile: the form in which other people's clients verify our signatures.

Source: sigstore/protobuf-specs, `sigstore_bundle.proto`. The material is a hint which key it was; nobody's log and
nobody's certificate is involved, and the verifier must have the key from somewhere it trusts.
"""

from __future__ import annotations

from sdlc.errors import UnreadableError
from sdlc.formats import strict_json
from sdlc.signing.dsse import Envelope, Signature, envelope_from_json, envelope_to_json

MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"


def dump_bundle(envelope: Envelope) -> bytes:
    """`envelope`, which has exactly one signature, as a bundle; its key id becomes the hint of the material.

    The signature itself carries no key id: clients compute other ids from the same key, and skip what differs.
    """
    (signature,) = envelope.signatures
    bare = Envelope(envelope.payload_type, envelope.payload, (Signature("", signature.sig),))
    document = {
        "mediaType": MEDIA_TYPE,
        "verificationMaterial": {"publicKey": {"hint": signature.keyid}, "tlogEntries": []},
        "dsseEnvelope": envelope_to_json(bare),
    }
    return strict_json.dumps(document)


def load_bundle(data: bytes, *, what: str) -> Envelope:
    """The envelope in the bundle `data`, its hint as key id; raises UnreadableError for every other profile."""
    document = strict_json.loads_object(data, what=what)
    bare = envelope_from_json(document.get("dsseEnvelope"), what=what)
    if len(bare.signatures) != 1:
        raise UnreadableError(f"{what}: a bundle carries exactly one signature")
    material = document.get("verificationMaterial")
    key = material.get("publicKey") if isinstance(material, dict) else None
    hint = key.get("hint") if isinstance(key, dict) else None
    if not isinstance(hint, str):
        raise UnreadableError(f"{what}: not a Sigstore bundle v0.3 with the hint of a public key")
    envelope = Envelope(bare.payload_type, bare.payload, (Signature(hint, bare.signatures[0].sig),))
    if strict_json.dumps(document) != dump_bundle(envelope):
        raise UnreadableError(f"{what}: not a Sigstore bundle v0.3 of a public key, and of nothing else")
    return envelope
