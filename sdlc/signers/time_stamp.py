"""Asks a time-stamp authority (RFC 3161) when a signature existed, and believes no reply that a verifier would not."""

from __future__ import annotations

from collections.abc import Sequence

from rfc3161_client import HashAlgorithm, TimestampRequestBuilder, decode_timestamp_response

from sdlc.errors import BlockedError, ToolError
from sdlc.network import Network
from sdlc.signing.dsse import Envelope
from sdlc.signing.time_stamps import TimeAuthority, proven_time


def stamp(
    envelope: Envelope, urls: Sequence[str], network: Network, authorities: Sequence[TimeAuthority]
) -> tuple[bytes, ...]:
    """One reply of each of `urls` over the signature of `envelope`; raises ToolError, BlockedError."""
    (signature,) = envelope.signatures
    replies = tuple(_ask(url, signature.sig, network) for url in urls)
    for url, reply in zip(urls, replies, strict=True):
        try:
            proven_time([reply], signature.sig, authorities)
        except BlockedError as error:
            raise BlockedError(
                error.reason,
                f"{url:.100}: {error.message}",
                hint="sdlc trust add-authority lets the trust root know its root certificate",
            ) from None
    return replies


def _ask(url: str, signature: bytes, network: Network) -> bytes:
    request = (
        TimestampRequestBuilder()
        .data(signature)
        .hash_algorithm(HashAlgorithm.SHA256)
        .nonce(nonce=True)
        .cert_request(cert_request=True)
        .build()
    )
    answer = network.post(url, request.as_bytes(), "application/timestamp-query")
    try:
        reply = decode_timestamp_response(answer)
        fresh = reply.tst_info.nonce == request.nonce
    except ValueError as error:
        raise ToolError(f"{url:.100} answered no time stamp: {error}", hint="name another server") from None
    if not fresh:
        raise ToolError(f"{url:.100} answered an older question, not this one", hint="name another server")
    return answer
