"""
What a wheel says of itself, and whether its RECORD tells the truth about its members.

A wheel is a zip that a build made, and a build is code of the product: names that leave the folder, twins, encryption,
false sizes and bombs are refused before a byte is believed. Nothing is written to a disk.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import lzma
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass

from packaging.metadata import parse_email
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from sdlc.errors import UnreadableError

MAX_UNPACKED = 1024 * 1024 * 1024
MAX_MEMBERS = 100_000

_BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, csv.Error)
_BROKEN_TOO = (KeyError, ValueError, IndexError, EOFError, OSError, RuntimeError, OverflowError, MemoryError)
"""What `zipfile` raises for bytes that are no zip, an encrypted member or an unknown compression."""


@dataclass(frozen=True)
class WheelMetadata:
    """Name (normalized, PEP 503) and version of a wheel.

    `license` is its License-Expression or empty, `requires` its Requires-Dist lines, `extras` its Provides-Extra
    (normalized), and `wrong` the members whose bytes are not those of RECORD, or that only one of the two has, sorted.
    """

    name: str
    version: str
    license: str
    requires: tuple[str, ...]
    extras: tuple[str, ...]
    wrong: tuple[str, ...]


def load_wheel(data: bytes, *, what: str) -> WheelMetadata:
    """The wheel in `data`, whose file name is `what`; raises UnreadableError, also when the two disagree."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = _safe_names(archive, what)
            folder = _dist_info(names, what)
            metadata = archive.read(f"{folder}/METADATA")
            wrong = _wrong_members(archive, names, folder)
    except (*_BROKEN, *_BROKEN_TOO) as error:
        raise UnreadableError(f"{what}: not a readable wheel: {error}", hint="build it again") from None
    fields, unparsed = parse_email(metadata)
    bad = sorted(set(unparsed) & {"name", "version", "requires-dist", "provides-extra"})
    if bad or not fields.get("name") or not fields.get("version"):
        raise UnreadableError(f"{what}: METADATA has no clear {bad[0] if bad else 'name and version'}")
    name, version = canonicalize_name(fields["name"]), fields["version"]
    for said, where in (
        (what, "the file name"),
        (f"{folder.removesuffix('.dist-info')}-py3-none-any.whl", folder),
    ):
        if not _names(said, name, version):
            raise UnreadableError(f"{what}: METADATA says {name} {version}, {where} says something else")
    return WheelMetadata(
        name=name,
        version=version,
        license=fields.get("license_expression", ""),
        requires=tuple(fields.get("requires_dist", ())),
        extras=tuple(canonicalize_name(extra) for extra in fields.get("provides_extra", ())),
        wrong=wrong,
    )


def _names(file: str, name: str, version: str) -> bool:
    """True when `file` is a wheel's file name and names `name` in `version`."""
    try:
        parsed = parse_wheel_filename(file)
        return parsed[0] == name and parsed[1] == Version(version)
    except (InvalidWheelFilename, InvalidVersion, ValueError):
        return False


def _safe_names(archive: zipfile.ZipFile, what: str) -> list[str]:
    """The names of all members; raises UnreadableError for what must not be unpacked."""
    members = archive.infolist()
    if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_UNPACKED:
        raise UnreadableError(f"{what}: unpacks to more than {MAX_MEMBERS} members or {MAX_UNPACKED} bytes")
    names = [member.filename for member in members]
    if len(set(names)) != len(names):
        twin = next(name for name in names if names.count(name) > 1)
        raise UnreadableError(f"{what}: holds {twin!r:.120} twice", hint="build it again, with a standard backend")
    for name in names:
        if re.match(r"/|[A-Za-z]:", name) or "\\" in name or ".." in name.split("/"):
            raise UnreadableError(f"{what}: the member {name!r:.120} leaves the folder that it is unpacked to")
    return names


def _dist_info(names: list[str], what: str) -> str:
    folders = {name.partition("/")[0] for name in names if name.partition("/")[0].endswith(".dist-info")}
    if len(folders) != 1:
        raise UnreadableError(f"{what}: {len(folders)} .dist-info folders, exactly one is expected")
    return folders.pop()


def _wrong_members(archive: zipfile.ZipFile, names: list[str], folder: str) -> tuple[str, ...]:
    record = f"{folder}/RECORD"
    signatures = {f"{record}.jws", f"{record}.p7s"}  # made after RECORD, hence never in it
    rows = [row for row in csv.reader(io.StringIO(archive.read(record).decode("utf-8"))) if row]
    listed = {row[0]: row for row in rows}
    files = {name for name in names if not name.endswith("/")} - signatures
    wrong = files ^ (set(listed) - signatures)
    wrong |= {row[0] for row in rows if row != listed[row[0]]}
    for name in (files & set(listed)) - {record}:
        if not _is_recorded(archive.read(name), listed[name]):
            wrong.add(name)
    return tuple(sorted(wrong))


def _is_recorded(data: bytes, row: list[str]) -> bool:
    """True when `row` (path, ``algorithm=digest``, size or nothing) of RECORD is about `data`."""
    _, said, size = (*row, "", "")[:3]
    algorithm = said.partition("=")[0]
    if algorithm not in ("sha256", "sha384", "sha512") or size not in ("", str(len(data))):
        return False
    digest = base64.urlsafe_b64encode(hashlib.new(algorithm, data).digest()).rstrip(b"=").decode()
    return said == f"{algorithm}={digest}"
