"""
Sigstore bundle v0.3, public-key profile: the form in which other people's clients verify our signatures.

Source: sigstore/protobuf-specs, `sigstore_bundle.proto`. The material is a hint which key it was; nobody's log and
nobody's certificate is involved, and the verifier must have the key from somewhere it trusts.
"""

from __future__ import annotations

from sdlc.errors import UnreadableError
from sdlc.formats import strict_json
from sdlc.signing.dsse import Envelope, envelope_from_json, envelope_to_json

MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"


def dump_bundle(envelope: Envelope) -> bytes:
    """`envelope`, which has exactly one signature, as a bundle."""
    (signature,) = envelope.signatures
    return strict_json.dumps(_document(envelope, signature.keyid))


def load_bundle(data: bytes, *, what: str) -> Envelope:
    """The envelope in the bundle `data`; raises UnreadableError for every other profile and for a hint that differs."""
    document = strict_json.loads_object(data, what=what)
    envelope = envelope_from_json(document.get("dsseEnvelope"), what=what)
    if len(envelope.signatures) != 1:
        raise UnreadableError(f"{what}: a bundle carries exactly one signature")
    if document != _document(envelope, envelope.signatures[0].keyid):
        raise UnreadableError(
            f"{what}: not a Sigstore bundle v0.3 with a public key whose hint is the signature's keyid"
        )
    return envelope


def _document(envelope: Envelope, keyid: str) -> dict[str, object]:
    return {
        "mediaType": MEDIA_TYPE,
        "verificationMaterial": {"publicKey": {"hint": keyid}, "tlogEntries": []},
        "dsseEnvelope": envelope_to_json(envelope),
    }
