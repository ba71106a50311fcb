"""
What a compiled file tells of the libraries in it: its name, the texts that they leave, the crates it was made of.

A text is evidence and no proof: a program may name a library that it only talks to. So each sighting has the place
where it was seen and a confidence, and whoever reads the SBOM can look.
"""

from __future__ import annotations

import json
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sdlc.components.known_libraries import KNOWN, known

BUNDLED_FOLDER = re.compile(r"(?:\.libs|\.dylibs)\Z")
"""Folders that auditwheel and delvewheel (``NAME.libs``) and delocate (``.dylibs``) put libraries into."""

MAX_CRATES = 8 * 1024 * 1024

_HASHES = r"(?:-[0-9a-f]{32}|-[0-9a-f]{8})*"
_SHARED = re.compile(rf"(?P<stem>.+?){_HASHES}(?P<in>(?:\.\d+)*)\.(?:so|pyd|dll|dylib)(?:\.(?P<so>[\w.]+))?")
_SOURCE = re.compile(rb"/([A-Za-z][A-Za-z0-9_+-]{0,40}?)-(\d{1,4}\.\d{1,5}(?:\.\d{1,5}){0,2}(?:-[a-z0-9.]{1,12})?)/")
_OF_CRATE = re.compile(rb"(?:/registry/src/[^/\x00]{1,80}|/rust/deps)\Z")
_PACKAGE = re.compile(
    rb"lib([\w+-]{1,40})\.so[\d.]{0,12}-(\d[\w.~^]{0,20}-[\w.~^]{1,20})\.(?:x86_64|aarch64|i686|ppc64le|s390x)\.debug"
)
_CRATES = b".dep-v0"
_PROGRAM, _NO_BITS, _EXECUTABLE = 1, 8, 4
_TABLES = (b".eh_frame", b".gcc_except_table", b".debug_info", b".debug_loc", b".debug_ranges", b".debug_abbrev")


@dataclass(frozen=True)
class Sighting:
    """A text in a binary: at which `offset` (bytes), and what it means.

    `kind` is `string` (the library says it), `source` (the path that it was compiled at), `crate` (such a path of
    Rust) or `package` (the name of its debug file in an RPM distribution).
    """

    kind: str
    name: str
    version: str
    offset: int
    text: str
    confidence: float


def is_compiled(path: str) -> bool:
    """Whether a file of this name is a compiled one."""
    name = path.rpartition("/")[2]
    return re.search(r"\.(so|pyd|dll|dylib)(\.[\w.]+)?\Z", name) is not None


def is_bundled(path: str) -> bool:
    """Whether `path` (relative, POSIX) stands in a folder of bundled libraries."""
    return any(BUNDLED_FOLDER.search(part) for part in path.split("/")[:-1])


def named_library(path: str) -> tuple[str, str, str]:
    """(library, release, number) of a bundled file's name; release and number are empty where it does not tell.

    A library that nobody knows goes by the file's name without ending, hash and number.
    """
    matched = _SHARED.fullmatch(path.rpartition("/")[2])
    if matched is None:
        return path.rpartition("/")[2], "", ""
    stem, number = matched["stem"], matched["so"] or matched["in"].lstrip(".")
    library = known(re.sub(r"-r\d+\Z", "", stem))
    if library is None:
        return stem, "", number
    return library.name, library.release(number) if library.release else "", number


def sightings(data: bytes) -> list[Sighting]:
    """Every library and crate that `data` shows, each text once, at its first place; machine code is passed over."""
    found: dict[tuple[str, str, str], Sighting] = {}
    for start, end in _texts(data):
        for seen in (*_strings(data, start, end), *_sources(data, start, end), *_packages(data, start, end)):
            found.setdefault((seen.kind, seen.name, seen.version), seen)
    return sorted(found.values(), key=lambda seen: (seen.offset, seen.kind, seen.name))


def _strings(data: bytes, start: int, end: int) -> Iterator[Sighting]:
    for library in KNOWN:
        for pattern in library.strings:
            if pattern.given and data.find(pattern.given, start, end) < 0:
                continue
            for matched in pattern.expression.finditer(data, start, end):
                version = pattern.release(matched[1].decode()) if pattern.expression.groups else ""
                text, at = matched[0].strip(b"\0"), matched.start() + (matched[0][:1] == b"\0")
                yield _sighting("string", library.name, version.encode(), at, text, pattern.confidence)


def _sources(data: bytes, start: int, end: int) -> Iterator[Sighting]:
    for matched in _SOURCE.finditer(data, start, end):
        name, text = matched[1].decode(), matched[0].strip(b"/")
        if _OF_CRATE.search(data, max(start, matched.start() - 120), matched.start()):
            yield _sighting("crate", name, matched[2], matched.start() + 1, text, 0.9)
        elif (library := known(name)) is not None:
            yield _sighting("source", library.name, matched[2], matched.start() + 1, text, 0.7)


def _packages(data: bytes, start: int, end: int) -> Iterator[Sighting]:
    for matched in _PACKAGE.finditer(data, start, end):
        name = f"lib{matched[1].decode()}"
        library = known(name)
        yield _sighting("package", library.name if library else name, matched[2], matched.start(), matched[0], 0.9)


def _texts(data: bytes) -> list[tuple[int, int]]:
    """Where texts can stand, as (start, end): all but machine code and tables, if `data` is an ELF file."""
    spans, at = [], 0
    tables = [row for row in _sections(data) if _has_no_text(data, row)]
    for start, end in sorted((row[4], min(row[4] + row[5], len(data))) for row in tables):
        if start > at:
            spans.append((at, start))
        at = max(at, end)
    return [*spans, (at, len(data))] if at < len(data) else spans


def _has_no_text(data: bytes, row: tuple[int, ...]) -> bool:
    """Machine code, symbols, relocations, hashes; how the stack is unwound, and what a debugger reads."""
    _, kind, flags, *_, name = row
    if kind != _PROGRAM:
        return kind != _NO_BITS
    return bool(flags & _EXECUTABLE) or data.startswith(_TABLES, name)


def _sighting(kind: str, name: str, version: bytes, offset: int, text: bytes, confidence: float) -> Sighting:
    return Sighting(kind, name, version.decode().rstrip("."), offset, text.decode("ascii", "replace"), confidence)


def audited_crates(data: bytes) -> list[dict[str, str]] | None:
    """Name and version of what `cargo auditable` wrote into `data`, None without it; ValueError for a broken one.

    The list is zlib-compressed JSON in the ELF section ``.dep-v0``; what unpacks to more than MAX_CRATES is broken.
    """
    section = _section(data, _CRATES)
    if section is None:
        return None
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(section, MAX_CRATES)
        rows: Any = json.loads(text)["packages"]
        return [{"name": str(row["name"]), "version": str(row["version"])} for row in rows]
    except (zlib.error, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"its list of crates is broken: {type(error).__name__}") from None


def _section(data: bytes, wanted: bytes) -> bytes | None:
    """The bytes of the ELF section `wanted`, or None."""
    for *_, start, size, name in _sections(data):
        if data.startswith(wanted + b"\0", name):
            return data[start : start + size]
    return None


def _sections(data: bytes) -> list[tuple[int, ...]]:
    """(name, type, flags, address, start, size, place of its name) of each section of a 64-bit little-endian ELF.

    Empty for any other file, and for one whose table is no table; without those that begin behind the file's end.
    """
    if data[:6] != b"\x7fELF\x02\x01" or len(data) < 64:
        return []
    (start,) = struct.unpack_from("<Q", data, 40)
    size, count, names = struct.unpack_from("<HHH", data, 58)
    if size != 64 or names >= count or start + size * count > len(data):
        return []
    rows = [struct.unpack_from("<IIQQQQ", data, start + number * size) for number in range(count)]
    return [(*row, rows[names][4] + row[0]) for row in rows if row[4] <= len(data) and rows[names][4] <= len(data)]
