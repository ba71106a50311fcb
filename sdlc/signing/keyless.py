"""
Keyless signatures: a certificate of ten minutes that names an identity, and a log that saw it, instead of a key.

Verified by sigstore-python, wholly offline: against the trusted root that stands in our own trust root, never against
one that comes with a bundle or from a service. What is proved is who signed (issuer and subject, compared as they are,
without any pattern) and within which minutes. The library is the extra `keyless`; a verifier without it says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sdlc.errors import IncompleteError
from sdlc.model.digest import Digest, sha256

ALGORITHM = "sigstore"
SKEW = timedelta(minutes=5)


FORGE = "https://token.actions.githubusercontent.com"
"""GitHub's issuer of tokens for jobs."""

CLAIMS = {
    "runner": "1.3.6.1.4.1.57264.1.11",
    "repository": "1.3.6.1.4.1.57264.1.12",
    "ref": "1.3.6.1.4.1.57264.1.14",
    "repository-id": "1.3.6.1.4.1.57264.1.15",
    "owner-id": "1.3.6.1.4.1.57264.1.17",
    "trigger": "1.3.6.1.4.1.57264.1.20",
    "environment": "1.3.6.1.4.1.57264.1.23",
}
"""What a certificate may say of a job besides its workflow; source: sigstore/fulcio, docs/oid-info.md."""


class LacksKeyless(IncompleteError):
    """The signature may be good; what is installed here cannot tell."""


class NotProved(Exception):
    """The bundle proves no identity; the message says why."""


@dataclass(frozen=True)
class Identity:
    """Who may sign without a key: `subject` as in the certificate (a workflow's address, an e-mail), by `issuer`.

    `claims`, sorted pairs of a name of `CLAIMS` and its value, are what the certificate must say besides.
    """

    issuer: str
    subject: str
    claims: tuple[tuple[str, str], ...] = ()

    @property
    def id(self) -> Digest:
        """What the trust root and decisions call it."""
        lines = ["sigstore identity", self.issuer, self.subject, *(f"{name}={value}" for name, value in self.claims)]
        return sha256("\n".join(lines).encode())

    def admits(self, proven: Identity) -> bool:
        """Whether somebody who proved to be `proven` is this one: same issuer and subject, no claim missing."""
        return self.same_subject(proven) and set(self.claims) <= set(proven.claims)

    def same_subject(self, other: Identity) -> bool:
        """Whether issuer and subject are the same, whatever the claims."""
        return (self.issuer, self.subject) == (other.issuer, other.subject)

    @property
    def lacks(self) -> str | None:
        """Why this identity would be that of strangers too; None when it is not.

        Attack: a reusable workflow has one address, whoever calls it. Everybody may call a public one from a
        repository of their own, and the certificate then names the same subject.
        """
        if self.issuer == FORGE and not {name for name, _ in self.claims} & {"repository", "repository-id"}:
            return "a workflow's address is the same for all who call it: name the repository that may (repository-id)"
        return None


@dataclass(frozen=True)
class Proof:
    """Who signed, at a proven time between `begin` and `end`."""

    identity: Identity
    begin: datetime
    end: datetime

    def covers(self, at: datetime) -> bool:
        """Whether a signature that claims the time `at` can be this one."""
        return self.begin - SKEW <= at <= self.end + SKEW


def prove(material: bytes, trusted_root: str) -> Proof:
    """Who signed the Sigstore bundle `material`, by `trusted_root` (JSON); raises NotProved, LacksKeyless."""
    try:
        from sigstore.errors import Error
        from sigstore.models import Bundle, TrustedRoot
        from sigstore.verify import Verifier
        from sigstore_models.trustroot.v1 import TrustedRoot as Document
    except ImportError:
        raise LacksKeyless("this is a keyless signature", hint='pip install "secure-sdlc[keyless]"') from None

    if not trusted_root:
        raise NotProved("the trust root lists no Sigstore instance")
    try:
        bundle = Bundle.from_json(material)
        verifier = Verifier(trusted_root=TrustedRoot(Document.from_json(trusted_root)))
        named = _Named()
        verifier.verify_dsse(bundle, named)
        certificate = bundle.signing_certificate
    except (Error, ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        raise NotProved(f"{type(error).__name__}: {error}"[:300]) from None
    return Proof(named.identity, certificate.not_valid_before_utc, certificate.not_valid_after_utc)


class _Named:
    """A policy for sigstore-python that demands one subject and one issuer, and keeps them: we compare them exactly."""

    identity: Identity

    def verify(self, cert: object) -> None:
        self.identity = _identity(cert)


_ISSUER, _OLD_ISSUER = "1.3.6.1.4.1.57264.1.8", "1.3.6.1.4.1.57264.1.1"
"""Extensions of Fulcio's certificates; source: sigstore/fulcio, docs/oid-info.md."""


def _identity(certificate: object) -> Identity:
    """The one subject and the one issuer of a certificate; raises ValueError for none or several."""
    from cryptography import x509

    assert isinstance(certificate, x509.Certificate)  # noqa: S101 - what sigstore-python promises
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    subjects = [*names.get_values_for_type(x509.UniformResourceIdentifier)]
    subjects += names.get_values_for_type(x509.RFC822Name)
    if len(subjects) != 1 or len(list(names)) != 1:
        raise ValueError("the certificate does not name exactly one subject")
    raw = {
        extension.oid.dotted_string: extension.value.value
        for extension in certificate.extensions
        if isinstance(extension.value, x509.UnrecognizedExtension)
    }
    issuers = {_der_text(raw[_ISSUER])} if _ISSUER in raw else set()
    issuers |= {raw[_OLD_ISSUER].decode("utf-8")} if _OLD_ISSUER in raw else set()
    if len(issuers) != 1:
        raise ValueError("the certificate does not name exactly one issuer")
    claims = tuple(sorted((name, _der_text(raw[number])) for name, number in CLAIMS.items() if number in raw))
    return Identity(issuers.pop(), str(subjects[0]), claims)


def _der_text(raw: bytes) -> str:
    """A DER UTF8String of at most 127 bytes, or of a length in one more byte."""
    if len(raw) < 2 or raw[0] != 0x0C:
        raise ValueError("the issuer or a claim is no UTF8String")
    start = 2 if raw[1] < 0x80 else 3
    length = raw[1] if start == 2 else raw[2]
    if raw[1] > 0x81 or len(raw) != start + length:
        raise ValueError("the issuer or a claim is cut off, or something follows it")
    return raw[start:].decode("utf-8")
