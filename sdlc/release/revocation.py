"""
Signed notices that take something back after it was released: a release (recall), or a key.

A notice is a file of its own, so that it reaches those who have an older trust root. It takes back, and never gives:
who withholds it gains what he had before, so a verifier that has to know asks for the newest trust root as well.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sdlc.errors import BlockedError, UnreadableError
from sdlc.formats.statements import load_statement, statement
from sdlc.formats.timestamp import time_from_text, time_to_text
from sdlc.model.digest import Digest, parse_digest
from sdlc.signing.dsse import Envelope
from sdlc.signing.trust import Revocation, TrustRoot, signers_of, why_not

PREDICATE = "urn:secure-sdlc:revocation:v1"
ROLES = {"release": ("release-signer", "root"), "key": ("root",)}
"""What can be taken back, and a key of which role has to say so."""


@dataclass(frozen=True)
class Notice:
    """`kind` and `digest` say what is taken back: a release by its manifest's digest, or a key by its id."""

    kind: str
    product: str
    digest: Digest
    at: datetime
    reason: str


def dump_notice(notice: Notice) -> bytes:
    """The statement that is signed."""
    predicate: dict[str, object] = {
        "kind": notice.kind,
        "product": notice.product,
        "timeCreated": time_to_text(notice.at),
        "reason": notice.reason,
    }
    return statement([(notice.kind, notice.digest)], PREDICATE, predicate)


def load_notice(data: bytes, *, what: str) -> Notice:
    """The notice in `data`; raises UnreadableError."""
    found = load_statement(data, predicate_type=PREDICATE, what=what)
    try:
        [(kind, digest)] = found.subjects
        notice = Notice(
            kind=str(found.predicate["kind"]),
            product=str(found.predicate["product"]),
            digest=parse_digest(digest),
            at=time_from_text(found.predicate["timeCreated"]),
            reason=str(found.predicate["reason"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableError(f"{what}: {type(error).__name__}: {error}") from None
    if kind not in ROLES or dump_notice(notice) != data or not notice.reason.strip():
        raise UnreadableError(f"{what}: not a notice in the one form that is written")
    return notice


def apply_notices(
    trust: TrustRoot, notices: Sequence[tuple[str, Envelope]]
) -> tuple[TrustRoot, Mapping[Digest, Notice]]:
    """`trust` with the keys revoked that `notices` (file name, envelope) take back, and the recalled releases.

    Raises BlockedError for a notice that nobody signed who may: what cannot be believed is not passed over.
    """
    recalled: dict[Digest, Notice] = {}
    keys = dict(trust.keys)
    for what, envelope in notices:
        notice = load_notice(envelope.payload, what=what)
        if notice.product != trust.product:
            raise BlockedError(
                "wrong-product", f"{what} is about {notice.product}, the trust root about {trust.product}"
            )
        roles = ROLES[notice.kind]
        if not any(signers_of(envelope, trust, role=role, at=notice.at) for role in roles):
            reason, sentence = why_not(envelope, trust, roles[0], notice.at)
            raise BlockedError(reason, f"{what}: {sentence}")
        if notice.kind == "release":
            recalled[notice.digest] = notice
        elif notice.digest in keys and keys[notice.digest].revoked is None:
            keys[notice.digest] = dataclasses.replace(keys[notice.digest], revoked=Revocation(notice.at, notice.reason))
    return dataclasses.replace(trust, keys=keys), recalled
