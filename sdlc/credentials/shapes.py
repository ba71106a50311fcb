"""Is this text what it claims to be? Checksums, encodings, structure and entropy, without asking any service."""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
import zlib
from collections import Counter
from collections.abc import Callable

from sdlc.credentials.placeholders import classes, is_login, is_password, is_placeholder

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_NOISE = re.compile(r"\\[rnt]|[^A-Za-z0-9+/=]")
_PEM_HEADER = re.compile(r"(?:Proc-Type|DEK-Info|Comment|Version|Charset|Hash|MessageID)(?:: |:)[^\n\\]{0,200}")


def holds(value: str, checks: tuple[tuple[str, ...], ...]) -> bool:
    """True when `value` passes every one of `checks`: a name of SHAPES and its arguments."""
    return all(SHAPES[name](value, *arguments) for name, *arguments in checks)


def entropy(value: str) -> float:
    """Shannon entropy in bits per character."""
    return -sum(n / len(value) * math.log2(n / len(value)) for n in Counter(value).values()) if value else 0.0


def folded(value: str) -> str:
    """The letters of a key in a file, without line ends, quotes and indentation: the same however it is written."""
    return _NOISE.sub("", _PEM_HEADER.sub("", value))


def _entropy(value: str, least: str) -> bool:
    return entropy(value) >= float(least) and not is_placeholder(value)


def _classes(value: str, least: str) -> bool:
    return classes(value) >= int(least)


def _base64(value: str, least: str) -> bool:
    decoded = _decode(value)
    return decoded is not None and len(decoded) >= int(least)


def _decode(value: str) -> bytes | None:
    text = value.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def _crc32_base62(value: str) -> bool:
    """The last six characters are the CRC-32 of what stands between the prefix and them."""
    body, check = value.partition("_")[2][:-6], value[-6:]
    number, digits = zlib.crc32(body.encode()), ""
    while number:
        number, digit = divmod(number, 62)
        digits = _BASE62[digit] + digits
    return digits.rjust(6, "0") == check


def _macaroon(value: str) -> bool:
    """Version 2, and a first field (location) that is text."""
    text = value.partition("-")[2]
    decoded = _decode(text[: len(text) // 4 * 4])
    if decoded is None or decoded[:2] != b"\x02\x01" or len(decoded) < 40:
        return False
    return decoded[3 : 3 + decoded[2]].isascii()


def _basic_pair(value: str) -> bool:
    """Base64 of `user:password`, both of them printable, and the password not a stand-in."""
    decoded = _decode(value)
    try:
        user, colon, password = decoded.decode("utf-8").partition(":") if decoded else ("", "", "")
    except UnicodeDecodeError:
        return False
    return bool(colon and user and user.isprintable() and password.isprintable() and is_login(password, user))


def _jwt(value: str) -> bool:
    """Three parts, the first two JSON objects, signed; and not the one that every manual prints."""
    parts = [_decode(part) for part in value.split(".")]
    try:
        header, claims = (json.loads(part) for part in parts[:2] if part is not None)
    except (ValueError, RecursionError):
        return False
    if not isinstance(header, dict) or not isinstance(claims, dict) or parts[2] is None:
        return False
    documented = str(claims.get("sub")) == "1234567890" or "John Doe" in str(claims.get("name"))
    return str(header.get("alg", "none")).lower() != "none" and len(parts[2]) >= 16 and not documented


def _discord_bot(value: str) -> bool:
    decoded = _decode(value.partition(".")[0])
    return decoded is not None and decoded.isdigit() and 15 <= len(decoded) <= 22


def _key_bytes(value: str) -> bytes:
    return _decode(folded(value)) or b""


def _pem(value: str) -> bool:
    """A body of base64 that holds a DER sequence as long as it says, or an OpenSSH key."""
    if "ENCRYPTED" in value:
        return False
    data = _key_bytes(value)
    if data.startswith(b"openssh-key-v1\0"):
        return len(data) > 100
    return _is_sequence(data)


def _is_sequence(data: bytes) -> bool:
    if len(data) < 30 or data[0] != 0x30:
        return False
    if data[1] < 0x80:
        return len(data) == 2 + data[1]
    size = data[1] & 0x7F
    return 1 <= size <= 3 and len(data) == 2 + size + int.from_bytes(data[2 : 2 + size], "big")


def _pem_encrypted(value: str) -> bool:
    """Under a passphrase: PKCS#8's own form, or OpenSSL's header lines."""
    if "ENCRYPTED" in value:
        return len(_key_bytes(value)) > 30
    data = _key_bytes(value)
    return _is_sequence(data) and b"\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0d" in data[:40]


def _pgp(value: str) -> bool:
    return len(folded(value)) >= 100 and entropy(folded(value)) > 4.5


def _password(value: str) -> bool:
    return is_password(value)


def _login(value: str) -> bool:
    return is_login(value)


SHAPES: dict[str, Callable[..., bool]] = {
    "base64": _base64,
    "basic-pair": _basic_pair,
    "classes": _classes,
    "crc32-base62": _crc32_base62,
    "discord-bot": _discord_bot,
    "entropy": _entropy,
    "jwt": _jwt,
    "login": _login,
    "macaroon": _macaroon,
    "password": _password,
    "pem": _pem,
    "pem-encrypted": _pem_encrypted,
    "pgp": _pgp,
}
