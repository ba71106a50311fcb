"""
What a verifier has seen before: so that an older release, an older trust root or a second history is noticed.

One file per product, written only after a bundle was verified: the newest version of the trust root, and per channel
the newest sequence with the digest of its manifest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sdlc.errors import BlockedError, UnreadableError
from sdlc.formats import strict_json
from sdlc.model.digest import Digest, parse_digest
from sdlc.release.manifest import Manifest
from sdlc.signing.trust import TrustRoot

SCHEMA = "sdlc.seen/1"


@dataclass(frozen=True)
class Seen:
    """The newest of a product: trust root's version, and by channel (sequence, digest of the manifest)."""

    product: str
    trust_version: int = 0
    channels: Mapping[str, tuple[int, Digest]] = field(default_factory=dict)


def dump_seen(seen: Seen) -> bytes:
    """The file."""
    channels = {name: {"sequence": number, "manifest": digest} for name, (number, digest) in seen.channels.items()}
    return strict_json.pretty(
        {"schema": SCHEMA, "product": seen.product, "trust_version": seen.trust_version, "channels": channels}
    )


def load_seen(data: bytes, *, what: str) -> Seen:
    """What was seen; raises UnreadableError, because a memory that cannot be read is not an empty one."""
    document = strict_json.loads_object(data, what=what)
    try:
        if document["schema"] != SCHEMA:
            raise ValueError(f"schema {document['schema']!r:.40} is not {SCHEMA}")
        return Seen(str(document["product"]), int(document["trust_version"]), _channels(document["channels"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        hint = "restore the file; without it an older release would be taken for new"
        raise UnreadableError(f"{what}: {type(error).__name__}: {error}", hint=hint) from None


def check_seen(seen: Seen, trust: TrustRoot, manifest: Manifest, digest: Digest | None) -> None:
    """Raise BlockedError when something newer, or something else in the same place, was verified before."""
    if seen.product != manifest.product:
        raise BlockedError("wrong-product", f"this is {manifest.product}, the state file is about {seen.product}")
    if trust.version < seen.trust_version:
        raise BlockedError("trust-rollback", f"version {trust.version} is older than {seen.trust_version}, seen before")
    number, before = seen.channels.get(manifest.channel, (0, None))
    if manifest.sequence < number:
        raise BlockedError("rollback", f"sequence {manifest.sequence} is older than {number}, which was seen before")
    if manifest.sequence == number and digest != before:
        raise BlockedError("fork", f"another release with sequence {number} was seen before on {manifest.channel}")


def remembered(seen: Seen, trust: TrustRoot, manifest: Manifest, digest: Digest) -> Seen:
    """`seen` after this release was verified."""
    newest = (manifest.sequence, digest)
    return Seen(seen.product, max(seen.trust_version, trust.version), {**seen.channels, manifest.channel: newest})


def _channels(table: Mapping[str, Any]) -> dict[str, tuple[int, Digest]]:
    return {str(name): (int(row["sequence"]), parse_digest(row["manifest"])) for name, row in table.items()}
