"""
Credentials that open nothing, made at run time: none of their values stands in this repository.

Every one is of the true form: prefixes are joined here from parts, checksums are computed, keys are real keys. The same
seed gives the same values.
"""

from __future__ import annotations

import base64
import json
import random
import re
import string
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

ALNUM = string.ascii_letters + string.digits
URL = ALNUM + "-_"
HEX = "0123456789abcdef"
UPPER = string.ascii_uppercase + string.digits


class Mint:
    """Makes credentials by the name of their kind, with a random generator of its own."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def pick(self, alphabet: str, length: int) -> str:
        """`length` characters, no four of them alike in a row, every class of the alphabet among them."""
        while True:
            text = "".join(self.random.choices(alphabet, k=length))
            runs = any(text[at : at + 4] == text[at] * 4 for at in range(length))
            digits = any(map(str.isdigit, text)) or not any(map(str.isdigit, alphabet))
            letters = all(any(map(test, text)) for test in (str.islower, str.isupper) if any(map(test, alphabet)))
            if not runs and ((digits and letters) or length < 12):
                return text

    def crc(self, prefix: str) -> str:
        """A token that ends in its CRC-32 in base 62."""
        body = self.pick(ALNUM, 30)
        number, digits = zlib.crc32(body.encode()), ""
        for _ in range(6):
            number, digit = divmod(number, 62)
            digits = (string.digits + string.ascii_uppercase + string.ascii_lowercase)[digit] + digits
        return f"{prefix}_{body}{digits}"

    def password(self) -> str:
        """Letters, digits and two signs, as a generator of passwords makes them."""
        return (
            self.pick(string.ascii_lowercase, 3) + self.pick(UPPER, 4) + self.random.choice("#+!") + self.pick(HEX, 4)
        )

    def basic(self) -> str:
        """`user:password` in base64."""
        return base64.b64encode(f"archive:{self.password()}".encode()).decode()

    def jwt(self) -> str:
        """Header, claims and a signature of 32 bytes."""
        claims = {"sub": self.pick(HEX, 12), "iat": 1700000000}
        parts = [json.dumps(part).encode() for part in ({"alg": "HS256", "typ": "JWT"}, claims)]
        parts.append(self.random.randbytes(32))
        return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)

    def pem(self, form: str, passphrase: bytes = b"") -> str:
        """A new key of the form `rsa`, `ec`, `pkcs8` or `openssh`."""
        forms = serialization.PrivateFormat
        how = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
        key = rsa.generate_private_key(65537, 2048) if form == "rsa" else ec.generate_private_key(ec.SECP256R1())
        if form == "openssh":
            key = ed25519.Ed25519PrivateKey.generate()
        layout = {"openssh": forms.OpenSSH, "pkcs8": forms.PKCS8}.get(form, forms.TraditionalOpenSSL)
        return key.private_bytes(serialization.Encoding.PEM, layout, how).decode().strip()

    def block(self, label: str) -> str:
        """An armored block with 600 random bytes."""
        body = base64.encodebytes(self.random.randbytes(600)).decode().strip()
        return f"-----BEGIN {label}-----\n\n{body}\n=aB3d\n-----END {label}-----"

    def putty(self) -> str:
        """A key file with one line of key."""
        head = (join("PuTTY-User-", "Key-File-3: ssh-ed25519"), "Encryption: none", "Comment: imported")
        public = ("Public-Lines: 2", self.pick(ALNUM, 64), self.pick(ALNUM, 24))
        return "\n".join([*head, *public, "Private-Lines: 1", self.pick(ALNUM, 44), "Private-MAC: 00"])

    def discord(self) -> str:
        """The bot's number, a time and a signature."""
        number = base64.b64encode(f"8{self.pick('123456790', 17)}".encode()).decode().rstrip("=")
        return ".".join([number, self.pick(ALNUM, 6), self.pick(ALNUM, 38)])

    def base64(self, size: int) -> str:
        """`size` random bytes."""
        return base64.b64encode(self.random.randbytes(size)).decode()

    def macaroon(self) -> str:
        """What an upload token of a package index holds."""
        location = join("py", "pi.", "org").encode()
        head = b"\x02\x01" + bytes([len(location)]) + location
        return base64.urlsafe_b64encode(head + self.random.randbytes(90)).decode().rstrip("=")

    def uuid(self) -> str:
        """Random, without the bits of a version."""
        return "-".join(self.pick(HEX, length) for length in (8, 4, 4, 4, 12))


def join(*parts: str) -> str:
    """A value whose parts never stand together in this file."""
    return "".join(parts)


MAKERS: dict[str, Callable[[Mint], str]] = {
    "private-key": lambda m: m.pem("rsa"),
    "private-key-ec": lambda m: m.pem("ec"),
    "private-key-pkcs8": lambda m: m.pem("pkcs8"),
    "private-key-openssh": lambda m: m.pem("openssh"),
    "private-key-encrypted": lambda m: m.pem("pkcs8", b"opens nothing"),
    "pgp-private-key": lambda m: m.block(join("PGP PRIVATE ", "KEY BLOCK")),
    "putty-private-key": lambda m: m.putty(),
    "age-secret-key": lambda m: join("AGE-SECRET", "-KEY-1", m.pick("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58)),
    "aws-access-key": lambda m: join("AK", "IA", m.pick(string.ascii_uppercase + "234567", 16)),
    "aws-secret-key": lambda m: m.pick(ALNUM + "/+", 40),
    "azure-storage-key": lambda m: m.base64(64),
    "azure-client-secret": lambda m: join(m.pick(ALNUM, 3), "8Q", "~", m.pick(ALNUM, 34)),
    "azure-shared-access-signature": lambda m: m.base64(32).replace("+", "A"),
    "gcp-api-key": lambda m: join("AI", "za", m.pick(URL, 34), "7"),
    "gcp-service-account": lambda m: m.pick(HEX, 40),
    "google-oauth-secret": lambda m: join("GOC", "SPX-", m.pick(ALNUM, 28)),
    "digitalocean-token": lambda m: join("dop", "_v1_", m.pick(HEX, 64)),
    "databricks-token": lambda m: join("da", "pi", m.pick(HEX, 32)),
    "vault-token": lambda m: join("hv", "s.", m.pick(ALNUM, 90)),
    "terraform-token": lambda m: join(m.pick(ALNUM, 14), ".atlas", "v1.", m.pick(ALNUM, 64)),
    "github-token": lambda m: m.crc(join("gh", "p")),
    "github-token-unproved": lambda m: join("gh", "p_", m.pick(ALNUM, 35), "z"),
    "github-fine-grained-token": lambda m: join("github", "_pat_", m.pick(ALNUM, 22), "_", m.pick(ALNUM, 59)),
    "gitlab-token": lambda m: join("gl", "pat-", m.pick(ALNUM, 20)),
    "bitbucket-app-password": lambda m: join("AT", "BB", m.pick(ALNUM, 32)),
    "atlassian-token": lambda m: join("AT", "ATT3", m.pick(URL, 180), "=", m.pick(UPPER, 8)),
    "pypi-token": lambda m: join("py", "pi-", m.macaroon()),
    "npm-token": lambda m: m.crc(join("n", "pm")),
    "npm-token-unproved": lambda m: join("n", "pm_", m.pick(ALNUM, 35), "z"),
    "npmrc-password": lambda m: m.uuid(),
    "rubygems-token": lambda m: join("ruby", "gems_", m.pick(HEX, 48)),
    "docker-hub-token": lambda m: join("dckr", "_pat_", m.pick(ALNUM, 27)),
    "docker-auth": lambda m: m.basic(),
    "slack-token": lambda m: join("xo", "xb-", m.pick("13579", 12), "-", m.pick("24680", 12), "-", m.pick(ALNUM, 24)),
    "slack-webhook": lambda m: join("T", m.pick(UPPER, 10), "/B", m.pick(UPPER, 10), "/", m.pick(ALNUM, 24)),
    "discord-webhook": lambda m: m.pick(URL, 67) + "a",
    "discord-bot-token": lambda m: m.discord(),
    "teams-webhook": lambda m: f"{m.uuid()}@{m.uuid()}/IncomingWebhook/{m.pick(HEX, 32)}/{m.uuid()}",
    "telegram-bot-token": lambda m: join(m.pick("2468", 9), ":A", "A", m.pick(ALNUM, 33)),
    "stripe-live-key": lambda m: join("sk", "_live_", m.pick(ALNUM, 24)),
    "stripe-test-key": lambda m: join("sk", "_test_", m.pick(ALNUM, 24)),
    "square-token": lambda m: join("sq0", "csp-", m.pick(ALNUM, 43)),
    "braintree-token": lambda m: join("access_token", "$production$", m.pick(HEX, 16), "$", m.pick(HEX, 32)),
    "shopify-token": lambda m: join("shp", "at_", m.pick(HEX, 32)),
    "twilio-api-key": lambda m: join("S", "K", m.pick(HEX, 32)),
    "twilio-auth-token": lambda m: m.pick(HEX, 32),
    "sendgrid-key": lambda m: join("S", "G.", m.pick(ALNUM, 22), ".", m.pick(ALNUM, 43)),
    "mailgun-key": lambda m: join("ke", "y-", m.pick(HEX, 32)),
    "mailchimp-key": lambda m: join(m.pick(HEX, 32), "-u", "s12"),
    "anthropic-key": lambda m: join("sk-", "ant-", "api03-", m.pick(ALNUM, 93), "AA"),
    "openai-key": lambda m: join("sk-", "proj-", m.pick(ALNUM, 40), "T3Blbk", "FJ", m.pick(ALNUM, 40)),
    "huggingface-token": lambda m: join("h", "f_", m.pick(string.ascii_letters, 34)),
    "newrelic-key": lambda m: join("NR", "AK-", m.pick(UPPER, 27)),
    "grafana-token": lambda m: join("gl", "sa_", m.pick(ALNUM, 32), "_", m.pick(HEX, 8)),
    "json-web-token": lambda m: m.jwt(),
    "database-password": lambda m: m.pick(string.ascii_lowercase, 4) + m.pick(HEX, 9) + "k8q",
    "password-in-address": lambda m: m.pick(string.ascii_lowercase, 4) + m.pick(HEX, 9) + "7vw",
    "basic-auth-header": lambda m: m.basic(),
    "bearer-token": lambda m: m.pick(ALNUM, 44),
    "basic-auth-pair": lambda m: m.password(),
    "curl-login": lambda m: m.password(),
    "netrc-password": lambda m: m.password(),
    "pgpass-password": lambda m: m.password(),
    "htpasswd-plain": lambda m: join("$apr", "1$", m.pick(ALNUM, 8), "$", m.pick(ALNUM, 22)),
    "pacs-user": lambda m: m.password(),
    "pacs-peer": lambda m: m.password(),
    "dicom-user-passcode": lambda m: m.password(),
    "connection-string": lambda m: m.password(),
    "password-in-xml": lambda m: m.password(),
    "assigned-secret": lambda m: m.password(),
    "assigned-secret-hex": lambda m: m.pick(HEX, 64),
    "detect-secrets": lambda m: m.pick(HEX, 64),
}


SAMPLES = Path(__file__).parent.parent / "samples" / "secrets"
_FIELD = re.compile(r"@([a-z0-9-]+)(\|json)?@")


@dataclass(frozen=True)
class Sample:
    """A file with a credential of `kind`, and the values in it."""

    kind: str
    name: str
    text: str
    values: tuple[str, ...]


def samples(seed: int) -> list[Sample]:
    """The vulnerable samples (`<kind>[__number]__<file name>`), with values made from `seed`."""
    mint = Mint(seed)
    return [_fill(path, mint) for path in sorted((SAMPLES / "vulnerable").iterdir())]


def _fill(path: Path, mint: Mint) -> Sample:
    values: list[str] = []

    def put(field: re.Match[str]) -> str:
        values.append(MAKERS[field[1]](mint))
        return json.dumps(values[-1])[1:-1] if field[2] else values[-1]

    kind, _, rest = path.name.partition("__")
    text = _FIELD.sub(put, path.read_text())
    return Sample(kind, f"{path.name[:40]}/{rest.rpartition('__')[2]}", text, tuple(values))
