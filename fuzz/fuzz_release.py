"""What a verifier is given: bundles, envelopes, statements, trust roots. All of it may be an enemy's."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sdlc.components.source_archive import differences
from sdlc.errors import BlockedError, UnreadableError
from sdlc.harness import fuzz
from sdlc.release.bundle import read_bundle
from sdlc.release.candidate import load_candidate
from sdlc.release.decisions import load_decision
from sdlc.release.manifest import load_manifest
from sdlc.release.redaction import dump_redaction, load_redaction
from sdlc.release.revocation import dump_notice, load_notice
from sdlc.release.seen import load_seen
from sdlc.release.verify import verify
from sdlc.signing.dsse import PAYLOAD_TYPE, Envelope, Signature, dump_envelope, load_envelope
from sdlc.signing.keyed import load_public_key
from sdlc.signing.sigstore_bundle import dump_bundle, load_bundle
from sdlc.signing.time_stamps import TimeAuthority, proven_time
from sdlc.signing.trust import TrustRoot
from sdlc.signing.trust_json import dump_trust, load_trust

NOW = datetime(2026, 6, 1, tzinfo=UTC)
AUTHORITY = TimeAuthority(
    "fuzz", (Path(__file__).parent / "authority.pem").read_text("ascii"), NOW, NOW.replace(year=2200)
)
NOBODY = TrustRoot(1, "box", NOW, NOW.replace(year=2027), {}, {}, 1, 0, "one", ())


@fuzz(raises=(BlockedError, UnreadableError))
def fuzz_bundle(data: bytes) -> None:
    """A zip."""
    read_bundle(data)


@fuzz()
def fuzz_verify(data: bytes) -> None:
    """Never verified without a key, and never an exception."""
    if verify(data, NOBODY, at=NOW).ok:
        raise AssertionError("verified")


@fuzz(raises=(BlockedError, UnreadableError))
def fuzz_envelope(data: bytes) -> None:
    """What is read is written, and read as the same."""
    envelope = load_envelope(data, what="x")
    if load_envelope(dump_envelope(envelope), what="x") != envelope:
        raise AssertionError("another envelope")


@fuzz(raises=(BlockedError, UnreadableError))
def fuzz_sigstore_bundle(data: bytes) -> None:
    """The other form of an envelope."""
    loaded = load_bundle(data, what="x")
    if load_bundle(dump_bundle(loaded.envelope, loaded.stamps), what="x") != loaded:
        raise AssertionError("another envelope")


@fuzz(raises=(UnreadableError,))
def fuzz_manifest(data: bytes) -> None:
    """The statement of the release signer."""
    load_manifest(data)


@fuzz(raises=(UnreadableError,))
def fuzz_candidate(data: bytes) -> None:
    """The statement of the runner."""
    load_candidate(data)


@fuzz(raises=(UnreadableError,))
def fuzz_decision(data: bytes) -> None:
    """The statement of a person."""
    load_decision(Envelope(PAYLOAD_TYPE, data, (Signature("", b""),)))


@fuzz(raises=(UnreadableError,))
def fuzz_trust(data: bytes) -> None:
    """What is read is written, and read as the same."""
    trust = load_trust(data, what="x")
    if load_trust(dump_trust(trust), what="x") != trust:
        raise AssertionError("another trust root")


@fuzz(raises=(UnreadableError,))
def fuzz_public_key(data: bytes) -> None:
    """A key in PEM."""
    load_public_key(data)


@fuzz(raises=(UnreadableError,))
def fuzz_seen(data: bytes) -> None:
    """A verifier's memory."""
    load_seen(data, what="x")


@fuzz(raises=(UnreadableError,))
def fuzz_notice(data: bytes) -> None:
    """What takes a release or a key back; read and written as the same."""
    if dump_notice(load_notice(data, what="x")) != data:
        raise AssertionError("another notice")


@fuzz(raises=(UnreadableError,))
def fuzz_redaction(data: bytes) -> None:
    """What is withheld; read and written as the same."""
    if dump_redaction(load_redaction(data)) != data:
        raise AssertionError("another redaction")


@fuzz(raises=(BlockedError,))
def fuzz_time_stamp(data: bytes) -> None:
    """A reply of a time authority, though a trusted one: none of those that are stored is about this signature."""
    if proven_time([data], b"signature", [AUTHORITY]) is not None:
        raise AssertionError("a time was proven")


@fuzz(raises=(UnreadableError,))
def fuzz_source_archive(data: bytes) -> None:
    """An archive that a build made, of both kinds."""
    differences(data, {}, what="x.zip" if data[:2] == b"PK" else "x.tar.gz")
