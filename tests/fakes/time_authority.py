"""A time-stamp authority of our own on loopback: keys and certificates made here, replies signed by `openssl ts`."""

from __future__ import annotations

import functools
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

from sdlc.signing.time_stamps import TimeAuthority

CONFIGURATION = """\
[tsa]
default_tsa = ours
[ours]
serial = {folder}/serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""
DAY = timedelta(days=1)
ALWAYS = datetime(2200, 1, 1, tzinfo=UTC)


class Authority:
    """Stamps at the real time: nobody can ask it for another one."""

    def __init__(self, name: str) -> None:
        if shutil.which("openssl") is None:
            pytest.skip("openssl is not installed: it plays the time-stamp authority")
        self.name = name
        self._folder = tempfile.TemporaryDirectory(prefix="tsa-")
        folder = Path(self._folder.name)
        self.began = datetime.now(UTC)
        root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        self.root = self._certificate(f"{name} root", root_key, f"{name} root", root_key, authority=True)
        leaf = self._certificate(name, key, f"{name} root", root_key, authority=False)
        self.certificate = leaf
        (folder / "serial").write_text("01\n")
        (folder / "tsa.conf").write_text(CONFIGURATION.format(folder=folder))
        (folder / "leaf.pem").write_bytes(leaf.public_bytes(serialization.Encoding.PEM))
        (folder / "key.pem").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )

    @property
    def trusted(self) -> TimeAuthority:
        """What a trust root holds of it."""
        return TimeAuthority(self.name, self.pem, self.began.replace(microsecond=0) - DAY, ALWAYS)

    @property
    def pem(self) -> str:
        return self.root.public_bytes(serialization.Encoding.PEM).decode()

    def stamp(self, signature: bytes) -> bytes:
        """A reply over `signature`, of now."""
        builder = TimestampRequestBuilder().data(signature).hash_algorithm(HashAlgorithm.SHA256)
        return self.reply(builder.cert_request(cert_request=True).build().as_bytes())

    def reply(self, query: bytes) -> bytes:
        """The answer to a request in DER."""
        folder = Path(self._folder.name)
        (folder / "query").write_bytes(query)
        words = ["openssl", "ts", "-reply", "-config", "tsa.conf", "-queryfile", "query", "-out", "reply"]
        words += ["-signer", "leaf.pem", "-inkey", "key.pem"]
        subprocess.run(words, cwd=folder, check=True, capture_output=True)
        return (folder / "reply").read_bytes()

    @contextmanager
    def served(self) -> Iterator[str]:
        """Its address, as long as it is served."""
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                answer = authority.reply(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_words: object) -> None:
                pass

        with served_by(Handler) as address:
            yield address

    def _certificate(
        self,
        name: str,
        key: ec.EllipticCurvePrivateKey,
        issuer: str,
        signer: ec.EllipticCurvePrivateKey,
        *,
        authority: bool,
    ) -> x509.Certificate:
        def named(text: str) -> x509.Name:
            return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

        builder = (
            x509.CertificateBuilder()
            .subject_name(named(name))
            .issuer_name(named(issuer))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.began - DAY)
            .not_valid_after(self.began + 3650 * DAY)
            .add_extension(x509.BasicConstraints(authority, 0 if authority else None), critical=True)
            .add_extension(
                x509.KeyUsage(not authority, False, False, False, False, authority, authority, False, False),
                critical=True,
            )
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        )
        if not authority:
            usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
            builder = builder.add_extension(usage, critical=True)
        return builder.sign(signer, hashes.SHA256())


@contextmanager
def served_by(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """The address of a server on loopback that answers with `handler`."""
    server = HTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def authority(name: str = "clockwork") -> Authority:
    """One authority per name and test process."""
    return _kept(name)


_kept = functools.cache(Authority)
