"""
Sigstore bundle v0.3, public-key profile: the form in which other people's clients verify our signatures.

Source: sigstore/protobuf-specs, `sigstore_bundle.proto`. The material is a hint which key it was; nobody's log and
nobody's certificate is involved, and the verifier must have the key from somewhere it trusts. Time stamps (RFC 3161)
over the signature may stand beside it; whether they count is decided in `time_stamps`.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sdlc.errors import UnreadableError
from sdlc.formats import strict_json
from sdlc.signing.dsse import (
    BUNDLE_TYPE,
    Envelope,
    Signature,
    envelope_from_json,
    envelope_to_json,
    load_envelope,
)

MAX_STAMPS = 8


@dataclass(frozen=True)
class SigstoreBundle:
    """An envelope with exactly one signature, and the time-stamp replies (DER) over that signature."""

    envelope: Envelope
    stamps: tuple[bytes, ...] = ()


def dump_bundle(envelope: Envelope, stamps: Sequence[bytes] = ()) -> bytes:
    """`envelope`, which has exactly one signature, as a bundle; its key id becomes the hint of the material.

    The signature itself carries no key id: clients compute other ids from the same key, and skip what differs.
    """
    if envelope.material is not None:
        return envelope.material
    (signature,) = envelope.signatures
    bare = Envelope(envelope.payload_type, envelope.payload, (Signature("", signature.sig),))
    material: dict[str, object] = {"publicKey": {"hint": signature.keyid}, "tlogEntries": []}
    if stamps:
        replies = [{"signedTimestamp": base64.b64encode(stamp).decode("ascii")} for stamp in stamps]
        material["timestampVerificationData"] = {"rfc3161Timestamps": replies}
    document = {
        "mediaType": BUNDLE_TYPE,
        "verificationMaterial": material,
        "dsseEnvelope": envelope_to_json(bare),
    }
    return strict_json.dumps(document)


def load_bundle(data: bytes, *, what: str) -> SigstoreBundle:
    """The envelope in the bundle `data`, its hint as key id; raises UnreadableError for every other profile."""
    document = strict_json.loads_object(data, what=what)
    if "certificate" in (document.get("verificationMaterial") or {}):
        return SigstoreBundle(load_envelope(data, what=what))
    bare = envelope_from_json(document.get("dsseEnvelope"), what=what)
    if len(bare.signatures) != 1:
        raise UnreadableError(f"{what}: a bundle carries exactly one signature")
    material: Any = document.get("verificationMaterial")
    try:
        hint = material["publicKey"]["hint"]
        replies = material.get("timestampVerificationData", {}).get("rfc3161Timestamps", [])
        stamps = tuple(base64.b64decode(reply["signedTimestamp"], validate=True) for reply in replies)
    except (KeyError, TypeError, AttributeError, ValueError):
        raise UnreadableError(f"{what}: not a Sigstore bundle v0.3 with the hint of a public key") from None
    if not isinstance(hint, str) or len(stamps) > MAX_STAMPS:
        raise UnreadableError(f"{what}: a hint of one public key and at most {MAX_STAMPS} time stamps are expected")
    envelope = Envelope(bare.payload_type, bare.payload, (Signature(hint, bare.signatures[0].sig),))
    if strict_json.dumps(document) != dump_bundle(envelope, stamps):
        raise UnreadableError(f"{what}: not a Sigstore bundle v0.3 of a public key, and of nothing else")
    return SigstoreBundle(envelope, stamps)
