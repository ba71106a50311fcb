"""
The records of a feed: a folder, one `.json` (a record or a list), `.jsonl`, either with `.gz`, or a `.zip`.

Every form is read with caps on one record and on the whole, and counts what comes out of it, not what a header claims.
Links, names that leave an archive and names that stand twice are refused: nothing is passed over in silence.
"""

from __future__ import annotations

import gzip
import io
import lzma
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import IO

from sdlc.errors import ToolError, UnreadableError
from sdlc.formats import strict_json

FEED_INFO = "feed.json"
EXPLOITED = ("kev.json", "kev.json.gz")
SCORES = ("epss.csv", "epss.csv.gz")
ASIDE = (FEED_INFO, *EXPLOITED, *SCORES)
"""Files of a feed's folder that are no records, by name."""
MAX_FEED = 1024 * 1024 * 1024
MAX_RECORD = 16 * 1024 * 1024
BROKEN = (OSError, EOFError, RuntimeError, ValueError, KeyError, struct.error, zlib.error, lzma.LZMAError)
AGAIN = "fetch it again"
Member = tuple[str, bytes]
_Sized = tuple[str, int, Callable[[], bytes]]


def members(path: Path) -> Iterator[Member]:
    """(name, JSON bytes) of every record at `path`; raises ToolError when nothing is there, UnreadableError."""
    if not path.exists():
        hint = "mend [gates.vulnerabilities] feed in sdlc.toml, or fetch the feed: sdlc feed fetch URL --out FOLDER"
        raise ToolError(f"the advisory feed {path} does not exist [feed-missing]", hint=hint)
    if path.is_dir():
        yield from _bounded(_folder(path), path.name)
        return
    read = _reader(path.name)
    try:
        stream = path.open("rb")
    except OSError as error:
        raise unreadable(path.name, error) from None
    with stream:
        yield from _bounded(read(stream, path.name), path.name)


def members_of(data: bytes, name: str) -> Iterator[Member]:
    """The same of a file that was just fetched; its form is the end of `name`."""
    return _bounded(_reader(name)(io.BytesIO(data), name), name)


def unreadable(name: str, error: Exception) -> UnreadableError:
    """The one refusal of a feed that is there and cannot be read."""
    return UnreadableError(f"the advisory feed {name} cannot be read: {error} [feed-unreadable]", hint=AGAIN)


def file_bytes(path: Path) -> bytes:
    """A file that stands beside the records, unpacked when it ends in `.gz`; raises UnreadableError."""
    try:
        if path.stat().st_size > MAX_FEED:
            raise ValueError(f"it holds more than {MAX_FEED} bytes")
        return unpacked(path.read_bytes(), path.name)
    except BROKEN as error:
        raise unreadable(path.name, error) from None


def unpacked(data: bytes, name: str) -> bytes:
    """`data`, unpacked when `name` ends in `.gz`; raises UnreadableError."""
    if not name.endswith(".gz"):
        return data
    try:
        plain: bytes = gzip.GzipFile(fileobj=io.BytesIO(data)).read(MAX_FEED + 1)
        if len(plain) > MAX_FEED:
            raise ValueError(f"it holds more than {MAX_FEED} bytes")
    except BROKEN as error:
        raise unreadable(name, error) from None
    return plain


def _bounded(rows: Iterator[_Sized], what: str) -> Iterator[Member]:
    total = 0
    try:
        for name, size, data in rows:
            total += size
            if total > MAX_FEED or size > MAX_RECORD:
                raise ValueError(f"{name}: a record of more than {MAX_RECORD} bytes, or a feed of {MAX_FEED}")
            if content := data().strip():
                yield name, content
            elif not name.endswith(")"):
                raise ValueError(f"{name} is empty")
    except (*BROKEN, zipfile.BadZipFile) as error:
        raise unreadable(what, error) from None


def _reader(name: str) -> Callable[[IO[bytes], str], Iterator[_Sized]]:
    plain = name.removesuffix(".gz")
    if name.endswith(".zip"):
        return _zip
    if plain.endswith((".jsonl", ".json")):
        return _lines if plain.endswith(".jsonl") else _one
    if name.endswith(".gz"):
        return _lines
    hint = "name the folder, or the file with the end that says what it holds"
    raise ToolError(f"the advisory feed {name} is no folder, .json, .jsonl, .gz or .zip [feed-unreadable]", hint=hint)


def _folder(path: Path) -> Iterator[_Sized]:
    """Links are refused and not followed: a record behind one that is not followed would be missing."""
    for file in sorted(path.rglob("*")):
        mode = file.lstat().st_mode
        name = file.relative_to(path).as_posix()
        if stat.S_ISDIR(mode):
            os.listdir(file)  # rglob passes over a folder that may not be read
        elif not stat.S_ISREG(mode):
            raise ValueError(f"{name} is no regular file; copy what it links to")
        elif file.suffix == ".json" and name not in ASIDE:
            yield name, file.stat().st_size, file.read_bytes
        elif file.name.endswith((".jsonl", ".jsonl.gz")):
            with file.open("rb") as stream:
                yield from _lines(stream, name)


def _zip(stream: IO[bytes], name: str) -> Iterator[_Sized]:
    """Nothing is unpacked to a disk, but a name that would leave the folder says what the archive is for."""
    with zipfile.ZipFile(stream) as archive:
        seen: set[str] = set()
        for member in sorted(archive.infolist(), key=lambda member: member.filename):
            inner = member.filename
            if inner in seen or inner.startswith("/") or "\\" in inner or ".." in inner.split("/"):
                raise ValueError(f"{name}: {inner!r:.120} is no name of one record")
            seen.add(inner)
            if inner.endswith(".json"):
                yield inner, member.file_size, partial(archive.read, member)


def _lines(stream: IO[bytes], name: str) -> Iterator[_Sized]:
    """One record a line; an empty line is none."""
    unpacked = gzip.GzipFile(fileobj=stream) if name.endswith(".gz") else stream
    for number, line in enumerate(iter(partial(unpacked.readline, MAX_RECORD + 1), b""), start=1):
        yield f"{name} (line {number})", len(line), partial(bytes, line)


def _one(stream: IO[bytes], name: str) -> Iterator[_Sized]:
    """One record in a file of its own, or a list of them."""
    unpacked = gzip.GzipFile(fileobj=stream) if name.endswith(".gz") else stream
    data: bytes = unpacked.read(MAX_FEED + 1)
    if len(data) > MAX_FEED or not data.lstrip().startswith(b"["):
        yield name, len(data), partial(bytes, data)
        return
    try:
        rows = strict_json.loads(data, what=name)
    except UnreadableError as error:
        raise ValueError(error.message) from None
    for number, row in enumerate(rows, start=1):
        one = strict_json.dumps(row)
        yield f"{name} (record {number})", len(one), partial(bytes, one)
