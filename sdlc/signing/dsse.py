"""
DSSE envelopes: a payload, its type, and signatures over both.

Source: Dead Simple Signing Envelope v1.0.2. What is signed is `pae(type, payload)`, so that a signature over one type
is worth nothing for another. Only one byte form of an envelope is accepted: canonical Base64, no unknown member.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, replace
from typing import Any

from sdlc.errors import BlockedError, UnreadableError
from sdlc.formats import strict_json

PAYLOAD_TYPE = "application/vnd.in-toto+json"
BUNDLE_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"
MAX_SIGNATURES = 32
_MEMBERS = {"payload", "payloadType", "signatures"}


@dataclass(frozen=True)
class Signature:
    """One signature; `keyid` is a hint which key made it and proves nothing."""

    keyid: str
    sig: bytes


@dataclass(frozen=True)
class Envelope:
    """A payload with its type and 1 to 32 signatures, none of them checked yet.

    `material` is the whole Sigstore bundle of a keyless signature, which has a certificate in the place of a key.
    """

    payload_type: str
    payload: bytes
    signatures: tuple[Signature, ...]
    material: bytes | None = None

    @property
    def bare(self) -> Envelope:
        """The same without its certificate."""
        return replace(self, material=None)


def pae(payload_type: str, payload: bytes) -> bytes:
    """The pre-authentication encoding: the bytes that are signed."""
    kind = payload_type.encode("utf-8")
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def dump_envelope(envelope: Envelope) -> bytes:
    """`envelope` as JSON, in the one form that `load_envelope` reads; a keyless one is the bundle that it came in."""
    return envelope.material or strict_json.dumps(envelope_to_json(envelope))


def load_envelope(data: bytes, *, what: str) -> Envelope:
    """The envelope in `data`; raises UnreadableError whose message begins with `what`."""
    document = strict_json.loads(data, what=what)
    if isinstance(document, dict) and "mediaType" in document:
        return _with_certificate(document, data, what)
    return envelope_from_json(document, what=what)


def _with_certificate(document: dict[str, Any], data: bytes, what: str) -> Envelope:
    """The envelope of a Sigstore bundle v0.3 whose material is a certificate; what it proves is not looked at here."""
    material, inner = document.get("verificationMaterial"), document.get("dsseEnvelope")
    if (
        set(document) != {"mediaType", "verificationMaterial", "dsseEnvelope"}
        or document["mediaType"] != BUNDLE_TYPE
        or not isinstance(material, dict)
        or not {"certificate"} <= set(material) <= {"certificate", "tlogEntries", "timestampVerificationData"}
        or not isinstance(inner, dict)
        or strict_json.dumps(document) != data
    ):
        raise UnreadableError(f"{what}: not a Sigstore bundle v0.3 with a certificate, in the one form that is written")
    entries = inner.get("signatures")
    if isinstance(entries, list):
        entries = [{"keyid": "", **entry} if isinstance(entry, dict) else entry for entry in entries]
    envelope = envelope_from_json({**inner, "signatures": entries}, what=what)
    if len(envelope.signatures) != 1 or envelope.signatures[0].keyid:
        raise UnreadableError(f"{what}: a keyless bundle carries exactly one signature, and no key id")
    return replace(envelope, material=data)


def envelope_to_json(envelope: Envelope) -> dict[str, object]:
    """`envelope` as a JSON object."""
    return {
        "payload": base64.b64encode(envelope.payload).decode("ascii"),
        "payloadType": envelope.payload_type,
        "signatures": [
            {"keyid": signature.keyid, "sig": base64.b64encode(signature.sig).decode("ascii")}
            for signature in envelope.signatures
        ],
    }


def envelope_from_json(document: object, *, what: str) -> Envelope:
    """The envelope in a parsed JSON `document`; raises UnreadableError, and BlockedError when nobody signed it."""
    if not isinstance(document, dict) or set(document) != _MEMBERS:
        raise UnreadableError(f"{what}: a DSSE envelope has exactly the members {', '.join(sorted(_MEMBERS))}")
    if document["payloadType"] != PAYLOAD_TYPE:
        raise UnreadableError(f"{what}: payloadType {document['payloadType']!r:.80} is not {PAYLOAD_TYPE}")
    signatures = document["signatures"]
    if signatures == []:
        raise BlockedError("unsigned", f"{what}: nobody signed it")
    if not isinstance(signatures, list) or not 1 <= len(signatures) <= MAX_SIGNATURES:
        raise UnreadableError(f"{what}: between 1 and {MAX_SIGNATURES} signatures are expected")
    return Envelope(
        payload_type=PAYLOAD_TYPE,
        payload=_from_base64(document["payload"], f"{what}: payload"),
        signatures=tuple(_signature(entry, what) for entry in signatures),
    )


def _signature(entry: object, what: str) -> Signature:
    if not isinstance(entry, dict) or set(entry) != {"keyid", "sig"} or not isinstance(entry["keyid"], str):
        raise UnreadableError(f"{what}: a signature has exactly the members keyid and sig")
    return Signature(entry["keyid"], _from_base64(entry["sig"], f"{what}: sig"))


def _from_base64(text: object, what: str) -> bytes:
    """Canonical Base64 only: other spellings of the same bytes would make other digests of the same thing."""
    try:
        data = base64.b64decode(text, validate=True) if isinstance(text, str) else None
    except (binascii.Error, ValueError):
        data = None
    if data is None or base64.b64encode(data).decode("ascii") != text:
        raise UnreadableError(f"{what}: not canonical Base64")
    return data
