"""Specimens are what they are named after: the parsers of the standard library take theirs."""

from __future__ import annotations

import ast
import base64
import bz2
import configparser
import csv
import email
import gettext
import gzip
import io
import json
import lzma
import pickle
import plistlib
import re
import struct
import tarfile
import tomllib
import wave
import zipfile
import zlib
from collections.abc import Callable
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest

from sdlc.harness.containers import ZEROS, bombs
from sdlc.harness.specimens import specimens


def archive(data: bytes) -> None:
    assert zipfile.ZipFile(io.BytesIO(data)).namelist() == ["a/b"]


def tape(data: bytes) -> None:
    with tarfile.open(fileobj=io.BytesIO(data)) as bundle:
        assert bundle.getnames() == ["a"]


def sound(data: bytes) -> None:
    with wave.open(io.BytesIO(data)) as read:
        assert read.getnframes() == 2


def url(data: bytes) -> None:
    parts = urlsplit(data.decode())
    assert (parts.hostname, parts.port, parts.fragment) == ("host.example", 80, "g")


def zeros(inflate: Callable[[bytes], bytes]) -> Callable[[bytes], None]:
    def look(data: bytes) -> None:
        assert len(data) < 2048
        assert inflate(data) == ZEROS

    return look


def picture(data: bytes) -> None:
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    place, names = 8, []
    while place < len(data):
        size, name = struct.unpack_from(">I4s", data, place)
        body = data[place + 4 : place + 8 + size]
        assert struct.unpack_from(">I", data, place + 8 + size) == (zlib.crc32(body),)
        names.append(name)
        place += 12 + size
    assert (names[0], names[-1]) == (b"IHDR", b"IEND")


def many_streams(data: bytes) -> None:
    assert data.count(b"BZh9") == 250


def mail(data: bytes) -> None:
    assert email.message_from_bytes(data)["MIME-Version"] == "1.0"


def settings(data: bytes) -> None:
    parser = configparser.ConfigParser()
    parser.read_string(data.decode())
    assert parser["a"]["b"] == "c"


def table(data: bytes) -> None:
    assert list(csv.reader(io.StringIO(data.decode(), newline=""))) == [["a", "b"], ['c "d"', "1"]]


READERS: dict[str, Callable[[bytes], object]] = {
    "ISO time": lambda data: datetime.fromisoformat(data.decode()),
    "mail time": lambda data: parsedate_to_datetime(data.decode()),
    "URL": url,
    "JSON": json.loads,
    "TOML": lambda data: tomllib.loads(data.decode()),
    "XML": ElementTree.fromstring,
    "INI": settings,
    "CSV": table,
    "mail": mail,
    "Python": lambda data: ast.parse(data).body[0].name,  # type: ignore[attr-defined]
    "expression": lambda data: re.compile(re.escape(data) if b"[[" in data else data).groupindex["a"],
    "zip": archive,
    "tar": tape,
    "WAVE": sound,
    "property list": lambda data: plistlib.loads(data)["a"],
    "pickle": lambda data: pickle.loads(data)["a"],
    "messages": lambda data: gettext.GNUTranslations(io.BytesIO(data)),
    "JSON patch": lambda data: [one["op"] for one in json.loads(data)],
    "picture": picture,
    "base64 of zlib": zeros(lambda data: zlib.decompress(base64.b64decode(data, validate=True))),
    "a second's work": many_streams,
    "zlib": zeros(zlib.decompress),
    "gzip": zeros(gzip.decompress),
    "deflate": zeros(lambda data: zlib.decompress(data, -15)),
    "bzip2": zeros(bz2.decompress),
    "xz": zeros(lzma.decompress),
}


@pytest.mark.parametrize("name", READERS)
def test_a_specimen_is_taken_as(name: str) -> None:
    taken = 0
    for data in specimens():
        try:
            READERS[name](data)
        except Exception:
            continue
        taken += 1
    assert taken >= 1


def test_specimens_are_short_and_no_two_are_the_same() -> None:
    found, large = specimens(), bombs()
    assert len(set(found)) == len(found) > 180
    assert max(len(data) for data in found if data not in large) <= 2048
