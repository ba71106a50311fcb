"""
A Sigstore-shaped instance of our own: a certificate authority, a CT key, a log, and a time-stamp authority.

Shapes: sigstore/protobuf-specs, RFC 6962 (SCT), C2SP signed notes (checkpoint), Rekor v2 (`hashedrekord` 0.0.2). Each
entry is the one leaf of a log of its own, which is all that a verifier of one bundle ever sees.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from types import MappingProxyType
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier
from fakes.time_authority import authority, served_by

from sdlc.formats import strict_json
from sdlc.signing.dsse import BUNDLE_TYPE, PAYLOAD_TYPE, Envelope, load_envelope, pae
from sdlc.signing.keyless import CLAIMS

SUBJECT = "https://forge.example/imaging/router/.forge/workflows/release.yml@refs/heads/main"
ISSUER = "https://token.forge.example"
ORIGIN = "log.example"
ISSUER_OID = ObjectIdentifier("1.3.6.1.4.1.57264.1.8")
SCT_LIST = ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
DAY = timedelta(days=1)
JOB_CLAIMS = {
    "environment": "environment",
    "owner-id": "repository_owner_id",
    "ref": "ref",
    "repository-id": "repository_id",
    "runner": "runner_environment",
    "trigger": "event_name",
}
"""Our name of a claim, and the token's."""


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def spki(key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def utf8(text: str) -> bytes:
    """A DER UTF8String of at most 255 bytes."""
    data = text.encode()
    return b"\x0c" + (bytes([len(data)]) if len(data) < 128 else bytes([0x81, len(data)])) + data


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


class Instance:
    """Everything that signs in it; `began` is about now, since nobody can ask its time authority for another time."""

    def __init__(self, name: str) -> None:
        self.clock = authority(f"{name} clock")
        self.began = self.clock.began.replace(microsecond=0)
        self._ca, self._ct = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        self._log = ed25519.Ed25519PrivateKey.generate()
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{name} authority")])
        self.root = self._root()

    # What a client is told beforehand

    def trusted_root(self) -> dict[str, Any]:
        """The document that verifiers believe."""
        valid = {"start": (self.began - DAY).isoformat().replace("+00:00", "Z")}
        raw = self._log.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        self._log_id = hashlib.sha256(ORIGIN.encode() + b"\n\x01" + raw).digest()
        ct = {"rawBytes": b64(spki(self._ct)), "keyDetails": "PKIX_ECDSA_P256_SHA_256", "validFor": valid}
        log = {"rawBytes": b64(spki(self._log)), "keyDetails": "PKIX_ED25519", "validFor": valid}

        def chain(*certificates: x509.Certificate) -> dict[str, Any]:
            return {"certificates": [{"rawBytes": b64(der(certificate))} for certificate in certificates]}

        named = {"organization": "example", "commonName": "example"}
        return {
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs": [
                {
                    "baseUrl": f"https://{ORIGIN}",
                    "hashAlgorithm": "SHA2_256",
                    "publicKey": log,
                    "logId": {"keyId": b64(self._log_id)},
                }
            ],
            "certificateAuthorities": [
                {"subject": named, "uri": "https://ca.example", "certChain": chain(self.root), "validFor": valid}
            ],
            "ctlogs": [
                {
                    "baseUrl": "https://ct.example",
                    "hashAlgorithm": "SHA2_256",
                    "publicKey": ct,
                    "logId": {"keyId": b64(hashlib.sha256(spki(self._ct)).digest())},
                }
            ],
            "timestampAuthorities": [
                {
                    "subject": named,
                    "certChain": chain(self.clock.certificate, self.clock.root),
                    "validFor": valid,
                }
            ],
        }

    def trust_config(self, address: str) -> dict[str, Any]:
        """What a signer is told: where the services are."""

        def service(path: str, version: int) -> list[dict[str, Any]]:
            start = (self.began - DAY).isoformat().replace("+00:00", "Z")
            url = f"{address.rstrip('/')}{path}"
            return [{"url": url, "majorApiVersion": version, "operator": "example", "validFor": {"start": start}}]

        one = {"selector": "ANY"}
        return {
            "mediaType": "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json",
            "trustedRoot": self.trusted_root(),
            "signingConfig": {
                "mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json",
                "caUrls": service("", 1),
                "oidcUrls": service("/oidc", 1),
                "rekorTlogUrls": service("", 2),
                "rekorTlogConfig": one,
                "tsaUrls": service("/tsa", 1),
                "tsaConfig": one,
            },
        }

    # What it does for a signer

    def certify(
        self,
        key: ec.EllipticCurvePublicKey,
        subject: str,
        issuer: str,
        begin: timedelta = timedelta(minutes=-1),
        lasts: timedelta = timedelta(minutes=10),
        claims: Mapping[str, str] = MappingProxyType({}),
    ) -> x509.Certificate:
        """A certificate of ten minutes with an embedded SCT, valid from `begin` after now on."""
        start = datetime.now(UTC).replace(microsecond=0) + begin
        name: x509.GeneralName = (
            x509.UniformResourceIdentifier(subject) if "://" in subject else x509.RFC822Name(subject)
        )
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([]))
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(start + lasts)
            .add_extension(x509.KeyUsage(True, False, False, False, False, False, False, False, False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._ca.public_key()), critical=False)
            .add_extension(x509.SubjectAlternativeName([name]), critical=True)
            .add_extension(x509.UnrecognizedExtension(ISSUER_OID, utf8(issuer)), critical=False)
        )
        for name, text in claims.items():
            said = x509.UnrecognizedExtension(ObjectIdentifier(CLAIMS[name]), utf8(text))
            builder = builder.add_extension(said, critical=False)
        before = builder.sign(self._ca, hashes.SHA256())
        builder = builder.add_extension(x509.UnrecognizedExtension(SCT_LIST, self._sct(before)), critical=False)
        return builder.sign(self._ca, hashes.SHA256())

    def log(self, body: dict[str, Any]) -> dict[str, Any]:
        """The entry of a request to the log, with its proof of inclusion."""
        request = body["hashedRekordRequestV002"]
        spec = {
            "data": {"algorithm": "SHA2_256", "digest": request["digest"]},
            "signature": {
                "content": request["signature"]["content"],
                "verifier": {
                    "keyDetails": "PKIX_ECDSA_P256_SHA_256",
                    "x509Certificate": {"rawBytes": request["signature"]["verifier"]["x509Certificate"]["rawBytes"]},
                },
            },
        }
        entry = strict_json.dumps({"apiVersion": "0.0.2", "kind": "hashedrekord", "spec": {"hashedRekordV002": spec}})
        leaf = hashlib.sha256(b"\0" + entry).digest()
        note = f"{ORIGIN}\n1\n{b64(leaf)}\n"
        self.trusted_root()
        signed = b64(self._log_id[:4] + self._log.sign(note.encode()))
        return {
            "logIndex": "0",
            "logId": {"keyId": b64(self._log_id)},
            "kindVersion": {"kind": "hashedrekord", "version": "0.0.2"},
            "inclusionProof": {
                "logIndex": "0",
                "rootHash": b64(leaf),
                "treeSize": "1",
                "hashes": [],
                "checkpoint": {"envelope": f"{note}\n— {ORIGIN} {signed}\n"},
            },
            "canonicalizedBody": b64(entry),
        }

    def sign(self, payload: bytes, subject: str = SUBJECT, issuer: str = ISSUER, **certificate: Any) -> dict[str, Any]:
        """A whole Sigstore bundle (JSON) around `payload`, made without asking anybody over a network."""
        key = ec.generate_private_key(ec.SECP256R1())
        leaf = self.certify(key.public_key(), subject, issuer, **certificate)
        message = pae(PAYLOAD_TYPE, payload)
        signature = key.sign(message, ec.ECDSA(hashes.SHA256()))
        verifier = {"x509Certificate": {"rawBytes": b64(der(leaf))}}
        digest = b64(hashlib.sha256(message).digest())
        request = {"digest": digest, "signature": {"content": b64(signature), "verifier": verifier}}
        stamps = [{"signedTimestamp": b64(self.clock.stamp(signature))}]
        return {
            "mediaType": BUNDLE_TYPE,
            "verificationMaterial": {
                "certificate": {"rawBytes": b64(der(leaf))},
                "tlogEntries": [self.log({"hashedRekordRequestV002": request})],
                "timestampVerificationData": {"rfc3161Timestamps": stamps},
            },
            "dsseEnvelope": {
                "payload": b64(payload),
                "payloadType": PAYLOAD_TYPE,
                "signatures": [{"sig": b64(signature), "keyid": ""}],
            },
        }

    def envelope(self, payload: bytes, subject: str = SUBJECT, issuer: str = ISSUER, **certificate: Any) -> Envelope:
        """The same as an envelope."""
        return load_envelope(strict_json.dumps(self.sign(payload, subject, issuer, **certificate)), what="x")

    @contextmanager
    def served(self) -> Iterator[str]:
        """Its address, as long as it is served: certificates, log and time stamps."""
        instance = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.path == "/api/v2/signingCert":
                    answer = instance._certificate_for(json.loads(body), self.headers["Authorization"])
                elif self.path == "/api/v2/log/entries":
                    answer = json.dumps(instance.log(json.loads(body))).encode()
                elif self.path == "/tsa":
                    answer = instance.clock.reply(body)
                else:
                    self.send_error(404)
                    return
                self.send_response(200)
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_words: object) -> None:
                pass

        with served_by(Handler) as address:
            yield address

    def token(self, subject: str = SUBJECT, issuer: str = ISSUER, **more: str) -> str:
        """An identity token; what checks its signature is the authority alone, and ours does not."""
        now = int(datetime.now(UTC).timestamp())
        claims = {"aud": "sigstore", "sub": subject, "iss": issuer, "iat": now - 5, "exp": now + 600, **more}
        parts = [json.dumps(part).encode() for part in ({"alg": "HS256", "typ": "JWT"}, claims)]
        return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in (*parts, b"signed"))

    def _certificate_for(self, body: dict[str, Any], authorization: str) -> bytes:
        payload = authorization.removeprefix("Bearer ").split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        request = x509.load_pem_x509_csr(base64.b64decode(body["certificateSigningRequest"]))
        # Of a forge's job, the certificate names the workflow that ran and what the token says besides.
        workflow = claims.get("job_workflow_ref")
        subject = f"https://github.com/{workflow}" if workflow else claims["sub"]
        said = {name: claims[member] for name, member in JOB_CLAIMS.items() if member in claims}
        leaf = self.certify(request.public_key(), subject, claims["iss"], claims=said)
        chain = [one.public_bytes(serialization.Encoding.PEM).decode() for one in (leaf, self.root)]
        return json.dumps({"signedCertificateEmbeddedSct": {"chain": {"certificates": chain}}}).encode()

    def _sct(self, certificate: x509.Certificate) -> bytes:
        """A signed certificate timestamp (RFC 6962 §3.2) over the certificate without it, as an extension's value."""
        tbs = certificate.tbs_certificate_bytes
        millis = int(self.began.timestamp() * 1000)
        issuer = hashlib.sha256(spki(self._ca)).digest()
        signed = struct.pack("!BBQH", 0, 0, millis, 1) + issuer + struct.pack("!I", len(tbs))[1:] + tbs + b"\0\0"
        signature = self._ct.sign(signed, ec.ECDSA(hashes.SHA256()))
        sct = b"\0" + hashlib.sha256(spki(self._ct)).digest() + struct.pack("!QH", millis, 0)
        sct += b"\x04\x03" + struct.pack("!H", len(signature)) + signature
        listed = struct.pack("!H", len(sct) + 2) + struct.pack("!H", len(sct)) + sct
        length = bytes([len(listed)]) if len(listed) < 128 else b"\x81" + bytes([len(listed)])
        return b"\x04" + length + listed

    def _root(self) -> x509.Certificate:
        return (
            x509.CertificateBuilder()
            .subject_name(self._name)
            .issuer_name(self._name)
            .public_key(self._ca.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.began - DAY)
            .not_valid_after(self.began + 3650 * DAY)
            .add_extension(x509.BasicConstraints(True, 1), critical=True)
            .add_extension(x509.KeyUsage(False, False, False, False, False, True, True, False, False), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self._ca.public_key()), critical=False)
            .sign(self._ca, hashes.SHA256())
        )


def instance(name: str = "sigstore") -> Instance:
    """One instance per name and test process."""
    return _kept(name)


_kept = functools.cache(Instance)
