"""What the readers of locks share: rows of TOML, their lines, hashes, and where a package comes from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from packaging.utils import canonicalize_name

from sdlc.errors import UnreadableError
from sdlc.formats import strict_toml
from sdlc.formats.requirements_txt import Pin

MAX_BYTES = 64 * 1024 * 1024
MAX_SOURCE = 500
SYSTEMS = ("git", "hg", "svn", "bzr")

_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/(?:[A-Za-z0-9._~+@:,=&;!-]|%[0-9A-Fa-f]{2})+)+")
_FILE = re.compile(r"[A-Za-z0-9._+!-]{1,200}")
_DIGEST = re.compile(r"[0-9a-fA-F]{64}")


def document_of(data: bytes, what: str) -> dict[str, Any]:
    """The TOML document in `data`. Raises UnreadableError."""
    if len(data) > MAX_BYTES:
        raise UnreadableError(f"{what}: larger than {MAX_BYTES // 2**20} MiB")
    try:
        return strict_toml.loads(data)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"{what}: not TOML: {error}", hint="lock again") from None


def lines_of(data: bytes, header: str, count: int) -> Iterator[int]:
    """The line at which each table begins; 1 for all of them when the file is written in another way."""
    found = [number for number, line in enumerate(data.decode().splitlines(), start=1) if line.strip() == header]
    return iter(found if len(found) == count else [1] * count)


def packages_of(document: Mapping[str, Any], data: bytes) -> Iterator[tuple[Mapping[str, Any], int]]:
    """Each `[[package]]` of the document in `data`, with the line at which it begins. Raises TypeError."""
    rows = tables(document, "package")
    return zip(rows, lines_of(data, "[[package]]", len(rows)), strict=True)


def pin_of(row: Mapping[str, Any], version: str, marker: str, line: int, source: str) -> Pin:
    """The pin of a row with a `name` and `files`, each with its `hash`. Raises KeyError or TypeError."""
    files = tables(row, "files")
    hashes = sha256_among(text(file.get("hash", "")) for file in files)
    return Pin(canonicalize_name(text(row["name"])), version, hashes, marker, line, source, files_of(files))


def tables(row: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """The list of tables under `key`, empty without one. Raises TypeError for anything else."""
    value = row.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise TypeError(f"{key}: tables are expected")
    return value


def text(value: Any) -> str:
    """`value`, which must be a text. Raises TypeError."""
    if not isinstance(value, str):
        raise TypeError(f"a text is expected, this is {value!r:.60}")
    return value


def texts(row: Mapping[str, Any], key: str) -> list[str]:
    """The list of texts under `key`, empty without one. Raises TypeError for anything else."""
    value = row.get(key, [])
    if not isinstance(value, list):
        raise TypeError(f"{key}: a list is expected, this is {value!r:.60}")
    return [text(one) for one in value]


def sha256_of(found: Iterable[str]) -> tuple[str, ...]:
    """Digests in lower case, sorted. Raises TypeError for one that is none."""
    digests = {digest.lower() for digest in found}
    for digest in digests:
        if not _DIGEST.fullmatch(digest):
            raise TypeError(f"{digest!r:.80} is no sha256")
    return tuple(sorted(digests))


def sha256_among(hashes: Iterable[str]) -> tuple[str, ...]:
    """The digests of those of `hashes` that say ``sha256:…``. Raises as `sha256_of`."""
    return sha256_of(one.removeprefix("sha256:") for one in hashes if one.startswith("sha256:"))


def files_of(rows: Iterable[Mapping[str, Any]]) -> tuple[tuple[str, str, str], ...]:
    """(sha256, file name, address) of each of the `rows` that names a file by hash; sorted."""
    found = set()
    for row in rows:
        digest = text(row.get("hash", "")) or "sha256:" + text(dict(row.get("hashes", {})).get("sha256", ""))
        place, name = text(row.get("url", "")), text(row.get("file", row.get("name", "")))
        address = source_of("url", place) if place else ""
        address = address if _ADDRESS.fullmatch(address) else ""
        name = name or unquote(address.rpartition("/")[2])
        name = name if _FILE.fullmatch(name) else ""
        if digest.startswith("sha256:") and _DIGEST.fullmatch(digest[7:]) and (name or address):
            found.add((digest[7:].lower(), name, address))
    return tuple(sorted(found))


def source_of(kind: str, place: str, revision: str = "") -> str:
    """Where a package comes from that is of no index: ``git+https://…@revision``, an address, or ``path …``.

    A user name or password in an address is left out: a lock is shown, and a token must not be.
    """
    if kind == "path":
        return f"path {place}"[:MAX_SOURCE]
    parts = urlsplit(place.removeprefix(f"{kind}+"))
    bare = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
    prefix, at = (f"{kind}+", f"@{revision or parts.fragment}") if kind in SYSTEMS else ("", "")
    return f"{prefix}{bare}{at if at != '@' else ''}"[:MAX_SOURCE]


def merged(pins: Iterable[Pin]) -> tuple[Pin, ...]:
    """One pin for each name, version and source, under any of the markers of its rows; in their order."""
    found: dict[tuple[str, str, str], Pin] = {}
    for pin in pins:
        key = (pin.name, pin.version, pin.source)
        other = found.setdefault(key, pin)
        if other is pin:
            continue
        markers = [f"({one.marker})" for one in (other, pin)] if pin.marker != other.marker else [pin.marker]
        marker = " or ".join(markers) if pin.marker and other.marker else ""
        hashes = tuple(sorted({*other.hashes, *pin.hashes}))
        files = tuple(sorted({*other.files, *pin.files}))
        found[key] = Pin(pin.name, pin.version, hashes, marker, other.line, pin.source, files)
    return tuple(found.values())
