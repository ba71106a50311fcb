"""What a wheel says of itself, and whether its RECORD tells the truth about its members."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import zipfile
from dataclasses import dataclass
from email.parser import BytesParser

from packaging.utils import canonicalize_name

from sdlc.errors import UnreadableError

MAX_UNPACKED = 1024 * 1024 * 1024


@dataclass(frozen=True)
class WheelMetadata:
    """`requires` are Requires-Dist lines; `wrong` names members whose bytes are not those of RECORD."""

    name: str
    version: str
    license: str
    requires: tuple[str, ...]
    wrong: tuple[str, ...]


def load_wheel(data: bytes, *, what: str) -> WheelMetadata:
    """The wheel in `data`; raises UnreadableError."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(member.file_size for member in archive.infolist()) > MAX_UNPACKED:
                raise UnreadableError(f"{what}: unpacks to more than {MAX_UNPACKED} bytes")
            names = archive.namelist()
            folder = _dist_info(names, what)
            message = BytesParser().parsebytes(archive.read(f"{folder}/METADATA"))
            wrong = _wrong_members(archive, names, folder)
    except (zipfile.BadZipFile, KeyError, csv.Error, ValueError, NotImplementedError) as error:
        raise UnreadableError(f"{what}: not a readable wheel: {error}") from None
    if not message["Name"] or not message["Version"]:
        raise UnreadableError(f"{what}: METADATA has no name or version")
    return WheelMetadata(
        name=canonicalize_name(message["Name"]),
        version=message["Version"],
        license=message["License-Expression"] or "",
        requires=tuple(message.get_all("Requires-Dist") or ()),
        wrong=wrong,
    )


def _dist_info(names: list[str], what: str) -> str:
    folders = {name.partition("/")[0] for name in names if name.partition("/")[0].endswith(".dist-info")}
    if len(folders) != 1:
        raise UnreadableError(f"{what}: {len(folders)} .dist-info folders, exactly one is expected")
    return folders.pop()


def _wrong_members(archive: zipfile.ZipFile, names: list[str], folder: str) -> tuple[str, ...]:
    record = f"{folder}/RECORD"
    listed = {row[0]: row[1] for row in csv.reader(io.StringIO(archive.read(record).decode("utf-8"))) if row}
    files = [name for name in names if not name.endswith("/")]
    wrong = {name for name in files if name not in listed} | {name for name in listed if name not in files}
    for name in set(files) & set(listed):
        if name in (record, f"{folder}/RECORD.jws", f"{folder}/RECORD.p7s"):
            continue
        digest = base64.urlsafe_b64encode(hashlib.sha256(archive.read(name)).digest()).rstrip(b"=").decode()
        if listed[name] != f"sha256={digest}":
            wrong.add(name)
    return tuple(sorted(wrong))
