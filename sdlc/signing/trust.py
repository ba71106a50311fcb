"""
The trust root: which persons there are, which key may do what and when, how many must agree, which policy counts.

Everything that decides whether a signature counts comes from here and never from what is signed: keys are found by
trying them, thresholds are read here, and an id is recomputed from the key it names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from sdlc.model.digest import Digest
from sdlc.signing.dsse import Envelope, pae
from sdlc.signing.keyed import hint, load_public_key, verify
from sdlc.signing.keyless import Identity, NotProved, Proof, prove
from sdlc.signing.time_stamps import TimeAuthority

Role = Literal["runner", "approver", "release-signer", "root"]
Independence = Literal["one", "all", "none"]
ROLES: tuple[str, ...] = get_args(Role)


@dataclass(frozen=True)
class Person:
    """Somebody who may decide: e-mails and forge ids say which commits are theirs; `native_name` may be empty."""

    id: str
    name: str
    emails: tuple[str, ...]
    forge_ids: tuple[str, ...]
    role: str
    native_name: str = ""

    @property
    def printed_name(self) -> str:
        """As it stands under decisions: the name, and the same in the person's own script."""
        return f"{self.name} ({self.native_name})" if self.native_name else self.name


@dataclass(frozen=True)
class Revocation:
    """From `at` on the key signs nothing; for the reason "compromised" nothing that it ever signed counts."""

    at: datetime
    reason: str

    def voids(self, signed_at: datetime, proven: datetime | None = None) -> bool:
        """Whether a signature that claims the time `signed_at` is void: a thief of the key claims any time.

        Only one that somebody else proves older than the revocation survives a compromised key.
        """
        if self.reason == "compromised":
            return proven is None or proven >= self.at
        return signed_at >= self.at


@dataclass(frozen=True)
class Key:
    """A public key with its algorithm, its roles and its validity; `person` owns it, None for a machine's.

    With an `identity` there is no key: whoever a Sigstore instance certifies under that identity signs.
    """

    id: Digest
    algorithm: str
    public_key_pem: str
    person: str | None
    roles: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    revoked: Revocation | None
    identity: Identity | None = None


@dataclass(frozen=True)
class TrustRoot:
    """One version of the trust root of one product.

    `approvals_required` persons must approve a release; `roots_required` persons with a root key must sign the next
    version of this file (0: it can never be rotated, only replaced by hand). A break-glass release, which one person
    may approve, is valid for `break_glass_days` (0: there is none). `time_stamps_required` of the `time_authorities`
    must have stamped the manifest. `sigstore_root` is the trusted root (JSON) of the one Sigstore instance whose
    certificates count.
    """

    version: int
    product: str
    created: datetime
    expires: datetime
    persons: Mapping[str, Person]
    keys: Mapping[Digest, Key]
    approvals_required: int
    roots_required: int
    independence: Independence
    policies: tuple[Digest, ...]
    break_glass_days: int = 0
    time_authorities: tuple[TimeAuthority, ...] = ()
    time_stamps_required: int = 0
    sigstore_root: str = ""

    def person_of_email(self, email: str) -> Person | None:
        """Who wrote commits under `email`, in whatever case; None: nobody known."""
        wanted = email.strip().lower()
        for person in self.persons.values():
            if wanted in (known.lower() for known in person.emails):
                return person
        return None


def signers_of(
    envelope: Envelope, trust: TrustRoot, *, role: str, at: datetime, proven: datetime | None = None
) -> tuple[Key, ...]:
    """The keys that `trust` gives `role` and that signed `envelope` validly at the time `at`, each once.

    Every key of the role is tried on every signature: the keyid inside is only a hint. A bad signature counts for
    nobody and raises nothing, so that it cannot hide a good one. `proven` is when a time authority saw it.
    """
    try:
        signed, proof = _keys_that_signed(envelope, trust)
    except NotProved:
        return ()
    if proof is not None and not proof.covers(at):
        return ()
    return tuple(key for key in signed if role in key.roles and not _why_void(key, at, proven))


def why_not(
    envelope: Envelope, trust: TrustRoot, role: str, at: datetime, proven: datetime | None = None
) -> tuple[str, str]:
    """Reason code and sentence why no key of `role` stands under `envelope` at the time `at`."""
    if not envelope.signatures:
        return "unsigned", "nobody signed it"
    try:
        signed, proof = _keys_that_signed(envelope, trust)
    except NotProved as error:
        return "keyless-not-proved", f"the keyless signature proves nobody: {error}"
    if proof is not None and not signed:
        identity = proof.identity
        listed = [k.identity for k in trust.keys.values() if k.identity and k.identity.same_subject(identity)]
        if listed:
            missing = sorted(set(listed[0].claims) - set(identity.claims))
            said = ", ".join(f"{name} {text}" for name, text in missing)
            return "signer-unknown", f"signed by {identity.subject}, but the certificate does not say {said}"
        return "signer-unknown", f"signed by {identity.subject} of {identity.issuer}, whom the trust root does not list"
    if proof is not None and not proof.covers(at):
        return (
            "keyless-wrong-time",
            f"signed between {proof.begin:%Y-%m-%d %H:%M} and {proof.end:%H:%M}, not when it says",
        )
    if not signed:
        hints = {hint(_spki(key)) for key in trust.keys.values() if key.identity is None}
        if any(signature.keyid in hints for signature in envelope.signatures):
            return "signature-invalid", "the signature does not fit the bytes and the key that it names"
        return "signer-unknown", "no key of the trust root signed it"
    with_role = [key for key in signed if role in key.roles]
    if not with_role:
        roles = ", ".join(sorted({role for key in signed for role in key.roles}))
        return "signer-wrong-role", f"signed by a key for {roles}, a key for {role} is needed"
    return _why_void(with_role[0], at, proven) or ("signature-invalid", "the signature does not count")


def _keys_that_signed(envelope: Envelope, trust: TrustRoot) -> tuple[tuple[Key, ...], Proof | None]:
    """Whose signatures stand under `envelope`, and for a keyless one when; raises NotProved, LacksKeyless."""
    if envelope.material is not None:
        proof = prove(envelope.material, trust.sigstore_root)
        return tuple(key for key in trust.keys.values() if key.identity and key.identity.admits(proof.identity)), proof
    message = pae(envelope.payload_type, envelope.payload)
    signed = tuple(
        key
        for key in trust.keys.values()
        if key.identity is None and any(verify(_spki(key), message, signature.sig) for signature in envelope.signatures)
    )
    return signed, None


def _why_void(key: Key, at: datetime, proven: datetime | None) -> tuple[str, str] | None:
    name = f"the key {key.id[:16]}"
    if key.revoked is not None and key.revoked.voids(at, proven):
        return "key-revoked", f"{name} was revoked on {key.revoked.at:%Y-%m-%d} ({key.revoked.reason})"
    if any(not key.not_before <= time < key.not_after for time in (at, proven or at)):
        return "key-expired", f"{name} is valid from {key.not_before:%Y-%m-%d} to {key.not_after:%Y-%m-%d}"
    return None


def _spki(key: Key) -> bytes:
    return load_public_key(key.public_key_pem.encode("ascii"))
