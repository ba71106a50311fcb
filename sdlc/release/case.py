"""What is known so far of a bundle that is being verified; each step fills what the later ones need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sdlc.errors import BlockedError
from sdlc.model.digest import Digest
from sdlc.model.result import GateResult
from sdlc.model.verdict import Verdict
from sdlc.release.candidate import Candidate
from sdlc.release.decisions import SignedDecision
from sdlc.release.inventory import Holdings
from sdlc.release.manifest import Manifest
from sdlc.release.revocation import Notice
from sdlc.release.seen import Seen
from sdlc.signing.dsse import Envelope
from sdlc.signing.time_stamps import ProvenTime
from sdlc.signing.trust import TrustRoot, signers_of, why_not

Purpose = Literal["audit", "install"]


@dataclass
class Case:
    """What is known so far; a step fills what the later ones need."""

    data: bytes
    trust: TrustRoot
    at: datetime
    purpose: Purpose
    files: Mapping[str, Digest]
    newer_than: int | None
    seen: Seen | None
    recalled: Mapping[Digest, Notice]
    own_policy: bytes | None
    allow_redacted: bool
    members: dict[str, bytes] = field(default_factory=dict)
    blobs: dict[Digest, bytes] = field(default_factory=dict)
    blind: frozenset[str] = frozenset()
    envelopes: list[tuple[Envelope, str, datetime]] = field(default_factory=list)
    known_manifest: Manifest | None = None
    manifest_digest: Digest | None = None
    proven: ProvenTime | None = None
    known_candidate: Candidate | None = None
    known_verdict: Verdict | None = None
    holdings: Holdings = field(default_factory=Holdings)
    results: tuple[GateResult, ...] = ()
    decisions: tuple[SignedDecision, ...] = ()
    approvers: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)

    @property
    def manifest(self) -> Manifest:
        assert self.known_manifest is not None  # noqa: S101 - an earlier step made it
        return self.known_manifest

    @property
    def candidate(self) -> Candidate:
        assert self.known_candidate is not None  # noqa: S101
        return self.known_candidate

    @property
    def verdict(self) -> Verdict:
        assert self.known_verdict is not None  # noqa: S101
        return self.known_verdict

    def member(self, name: str) -> bytes:
        if name not in self.members:
            raise BlockedError("member-missing", f"the bundle has no {name}")
        return self.members[name]

    def signed(self, envelope: Envelope, role: str, at: datetime, what: str) -> None:
        """Refuse unless a key that the trust root gives `role` signed `envelope`, and was valid `at` that time."""
        proven = self.proven.at if self.proven else None
        if not signers_of(envelope, self.trust, role=role, at=at, proven=proven):
            reason, sentence = why_not(envelope, self.trust, role, at, proven)
            raise BlockedError(reason, f"{what}: {sentence}")
        self.envelopes.append((envelope, role, at))
