"""The release manifest: candidate and decisions, signed by the release signer: the closed list of what is released."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sdlc.errors import UnreadableError
from sdlc.formats.statements import load_statement, statement
from sdlc.formats.timestamp import time_from_text, time_to_text
from sdlc.model.digest import Digest, parse_digest

PREDICATE = "urn:secure-sdlc:release-manifest:v1"
ROLE = "release-signer"


@dataclass(frozen=True)
class Manifest:
    """What is released: the candidate's digest, the decisions' in their order, all artifacts as `subjects`.

    `page` is the digest of `report.html` and `viewer` the version that drew it; `trust_version` is that of the trust
    root which the signer believed.
    """

    product: str
    version: str
    channel: str
    sequence: int
    candidate: Digest
    decisions: tuple[Digest, ...]
    trust_version: int
    page: Digest
    viewer: str
    created: datetime
    expires: datetime
    subjects: tuple[tuple[str, Digest], ...]


def dump_manifest(manifest: Manifest) -> bytes:
    """The statement that the release signer signs."""
    predicate: dict[str, object] = {
        "product": manifest.product,
        "version": manifest.version,
        "channel": manifest.channel,
        "sequence": manifest.sequence,
        "candidateDigest": manifest.candidate,
        "decisionDigests": list(manifest.decisions),
        "trustRootVersion": manifest.trust_version,
        "pageDigest": manifest.page,
        "viewer": manifest.viewer,
        "timeCreated": time_to_text(manifest.created),
        "timeZone": "UTC",
        "timeSource": "system clock",
        "expires": time_to_text(manifest.expires),
    }
    return statement(manifest.subjects, PREDICATE, predicate)


def load_manifest(data: bytes, *, what: str = "manifest") -> Manifest:
    """The manifest in `data`; raises UnreadableError."""
    found = load_statement(data, predicate_type=PREDICATE, what=what)
    document = found.predicate
    try:
        manifest = Manifest(
            product=str(document["product"]),
            version=str(document["version"]),
            channel=str(document["channel"]),
            sequence=int(document["sequence"]),
            candidate=parse_digest(document["candidateDigest"]),
            decisions=tuple(parse_digest(digest) for digest in document["decisionDigests"]),
            trust_version=int(document["trustRootVersion"]),
            page=parse_digest(document["pageDigest"]),
            viewer=str(document["viewer"]),
            created=time_from_text(document["timeCreated"]),
            expires=time_from_text(document["expires"]),
            subjects=found.subjects,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableError(f"{what}: {type(error).__name__}: {error}") from None
    if dump_manifest(manifest) != data or manifest.created >= manifest.expires:
        raise UnreadableError(f"{what}: a member is unknown, or not in the one form that is written")
    return manifest
