"""
Time stamps of a third party (RFC 3161): the only time in a release that is not the signer's own claim.

An authority counts only when the trust root lists its root certificate; what a reply brings along is a hint. Where
several replies are given, all must hold, and the latest time is what is proven: one authority that backdates proves
nothing that another one contradicts. Verified by the library rfc3161-client, in memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

from sdlc.errors import BlockedError, UnreadableError

INVALID = "time-stamp-invalid"


@dataclass(frozen=True)
class TimeAuthority:
    """Who may prove times: certificates in PEM, the root first; stamps from `not_before` to `not_after` count."""

    name: str
    certificates: str
    not_before: datetime
    not_after: datetime


@dataclass(frozen=True)
class ProvenTime:
    """When a signature existed at the latest, and which authorities say so."""

    at: datetime
    authorities: tuple[str, ...]


def load_certificates(pem: str, *, what: str) -> tuple[x509.Certificate, ...]:
    """The certificates in `pem`, at least one; raises UnreadableError."""
    try:
        found = tuple(x509.load_pem_x509_certificates(pem.encode("ascii")))
    except (ValueError, UnicodeEncodeError):
        raise UnreadableError(f"{what}: not a list of certificates in PEM, the root first") from None
    return found


def proven_time(stamps: Sequence[bytes], signature: bytes, authorities: Sequence[TimeAuthority]) -> ProvenTime | None:
    """The time that all of `stamps` prove for `signature`; None without a stamp, BlockedError for one that fails."""
    if not stamps:
        return None
    times: dict[str, datetime] = {}
    for number, stamp in enumerate(stamps, start=1):
        name, at = _read(stamp, signature, authorities, f"time stamp {number}")
        times[name] = max(at, times.get(name, at))
    return ProvenTime(max(times.values()), tuple(sorted(times)))


def _read(stamp: bytes, signature: bytes, authorities: Sequence[TimeAuthority], what: str) -> tuple[str, datetime]:
    try:
        reply = decode_timestamp_response(stamp)
        at = reply.tst_info.gen_time
    except ValueError as error:
        raise BlockedError(INVALID, f"{what} cannot be read: {error}") from None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    reason = "the trust root lists no authority"
    for authority in authorities:
        root, *others = load_certificates(authority.certificates, what=authority.name)
        builder = VerifierBuilder(roots=[root], intermediates=others)
        try:
            builder.build().verify_message(reply, signature)
        except (VerificationError, ValueError) as error:
            reason = f"{authority.name}: {error}"
            continue
        if not authority.not_before <= at < authority.not_after:
            reason = f"{authority.name} does not count at {at:%Y-%m-%d %H:%M}"
            continue
        return authority.name, at
    raise BlockedError(INVALID, f"{what} does not count: {reason}")
