"""Is a statement signed by the very person that it names? VEX decisions and records of activities ask it alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sdlc.model.digest import Digest
from sdlc.signing.dsse import Envelope
from sdlc.signing.trust import Role, TrustRoot, signers_of, why_not

ROLE: Role = "approver"
"""Whoever may approve a release may answer for a part of it; the machine's roles answer for nothing."""

Reason = Literal["no-trust-root", "not-signed-by-a-person", "wrong-person"]


@dataclass(frozen=True)
class Signatory:
    """Who says that they signed: id in the trust root, printed name, id of the key, and when."""

    person: str
    name: str
    key: Digest
    at: datetime


@dataclass(frozen=True)
class Unsigned:
    """Why a signature counts for nothing, as a word and as a sentence."""

    reason: Reason
    sentence: str


def why_not_signed(envelope: Envelope, signatory: Signatory, trust: TrustRoot | None) -> Unsigned | None:
    """Why `signatory` did not sign `envelope` by `trust`; None when they did."""
    if trust is None:
        return Unsigned("no-trust-root", "no trust root says whose signature counts")
    keys = signers_of(envelope, trust, role=ROLE, at=signatory.at)
    if not keys:
        _, sentence = why_not(envelope, trust, ROLE, signatory.at)
        return Unsigned("not-signed-by-a-person", sentence)
    person = trust.persons.get(signatory.person)
    owners = {key.person for key in keys}
    if person is None or owners != {signatory.person} or signatory.key not in {key.id for key in keys}:
        return Unsigned("wrong-person", f"it names {signatory.person!r:.60}, whose key did not sign it")
    if person.printed_name != signatory.name:
        return Unsigned("wrong-person", "it prints another name than the trust root has")
    return None
