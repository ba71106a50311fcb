"""
From one version of the trust root to the next: signed by a quorum of the old one's root keys and of the new one's.

Either quorum alone would do harm: the old one could hand over to keys that nobody holds, the new one could appoint
itself. What is signed names the digest of both files, so that there is one next version and never two.
"""

from __future__ import annotations

from datetime import datetime

from sdlc.errors import BlockedError, UnreadableError
from sdlc.formats.statements import load_statement, statement
from sdlc.formats.timestamp import time_from_text, time_to_text
from sdlc.model.digest import sha256
from sdlc.signing.dsse import Envelope
from sdlc.signing.trust import TrustRoot, signers_of
from sdlc.signing.trust_json import load_trust

PREDICATE = "urn:secure-sdlc:trust-root:v1"
ROLE = "root"


def rotation_statement(old: bytes, new: bytes, at: datetime) -> bytes:
    """What the holders of root keys sign: `new` (the file) follows `old`, said at the time `at`."""
    version = load_trust(new, what="the new trust root").version
    predicate: dict[str, object] = {
        "version": version,
        "previousDigest": sha256(old),
        "timeCreated": time_to_text(at),
    }
    return statement([("trust.json", sha256(new))], PREDICATE, predicate)


def check_step(old: bytes, new: bytes, envelope: Envelope) -> datetime:
    """When it was said that `new` follows `old`; raises BlockedError when the statement is about anything else.

    Who adds a signature calls it too: a statement that lies beside a file need not be about that file.
    """
    said = load_statement(envelope.payload, predicate_type=PREDICATE, what="the rotation")
    try:
        signed_at = time_from_text(said.predicate.get("timeCreated"))
    except ValueError as error:
        raise UnreadableError(f"the rotation: timeCreated: {error}", hint="sign again: sdlc trust sign") from None
    if envelope.payload != rotation_statement(old, new, signed_at):
        raise BlockedError(
            "rotation-differs",
            "what was signed is not the step from this old file to this new one",
            hint="remove the signatures beside the new file, and let all sign it again",
        )
    return signed_at


def check_rotation(old: bytes, new: bytes, envelope: Envelope, at: datetime) -> TrustRoot:
    """The new trust root; raises BlockedError unless `envelope` carries both quorums for exactly this step."""
    before, after = load_trust(old, what="the old trust root"), load_trust(new, what="the new trust root")
    signed_at = check_step(old, new, envelope)
    if after.product != before.product:
        raise BlockedError("wrong-product", f"{after.product} cannot follow {before.product}")
    if after.version != before.version + 1:
        raise BlockedError("rotation-wrong-version", f"version {before.version + 1} follows, this is {after.version}")
    if signed_at > at or not before.created <= after.created <= signed_at:
        raise BlockedError("time-disorder", "old and new trust root, the signatures and now do not follow each other")
    if after.expires <= at:
        raise BlockedError("trust-expired", f"the new trust root expired at {time_to_text(after.expires)}")
    for trust, word, code in (
        (before, "old", "rotation-old-quorum-missing"),
        (after, "new", "rotation-new-quorum-missing"),
    ):
        holders = holders_of(envelope, trust, signed_at)
        if not trust.roots_required:
            raise BlockedError(code, f"the {word} trust root has no quorum of root keys, so nobody can rotate it")
        if len(holders) < trust.roots_required:
            raise BlockedError(
                code, f"{len(holders)} of {trust.roots_required} persons with a root key of the {word} version signed"
            )
    return after


def holders_of(envelope: Envelope, trust: TrustRoot, at: datetime) -> frozenset[str]:
    """Who signed `envelope` with a root key of `trust`: persons, however many keys they hold."""
    return frozenset(key.person for key in signers_of(envelope, trust, role=ROLE, at=at) if key.person is not None)
