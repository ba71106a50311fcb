"""
Looks into what is installed: carried SBOMs, bundled libraries, compiled files, vendored packages.

Files come from strangers. What is too large, is a link, leaves the environment, or is not what RECORD says is named
with its reason and never passed over; nothing is executed, and nothing is read twice.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import re
import stat
import zipfile
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from packaging.metadata import parse_email
from packaging.utils import canonicalize_name

from sdlc.components.binaries import audited_crates, is_bundled, is_compiled, sightings
from sdlc.components.declared import Key, key_of
from sdlc.components.vendored import listings
from sdlc.formats import foreign_sbom
from sdlc.formats.wheel_metadata import WheelMetadata

MAX_COMPILED = 512 * 1024 * 1024
MAX_TEXT = 2 * 1024 * 1024
MAX_SIGHTINGS = 5000
MAX_FIELD = 2000
MAX_FILES = 100_000
MAX_SKIPPED = 1000
MAGIC = (b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")


class _Skip(Exception):
    """Why one file is not read."""


@dataclass
class _Row:
    """Observations of one distribution, as `sdlc.components.embedded.inside` reads them."""

    name: str
    version: str
    metadata: dict[str, Any] = field(default_factory=dict)
    looked: int = 0
    libraries: list[str] = field(default_factory=list)
    sboms: list[dict[str, str]] = field(default_factory=list)
    sightings: list[dict[str, Any]] = field(default_factory=list)
    crates: list[dict[str, str]] = field(default_factory=list)
    vendored: list[dict[str, str]] = field(default_factory=list)
    skipped: list[dict[str, str]] = field(default_factory=list)

    def skip(self, path: str, why: str) -> None:
        if len(self.skipped) == MAX_SKIPPED:
            path, why = "…", "and more files"
        if len(self.skipped) <= MAX_SKIPPED:
            self.skipped.append({"path": path[:500], "why": why})


Read = Callable[[str, int], bytes]
"""The bytes of a path, if they are at most so many; raises _Skip."""


def look_into(environment: Path, wanted: Collection[Key]) -> list[dict[str, Any]]:
    """One row per distribution of `environment` whose key is `wanted`, in order of name.

    `environment` is the folder of a virtual environment; one that does not exist holds nothing.
    """
    root = environment.resolve()
    rows = []
    for folder in sorted(root.glob("lib*/python*/site-packages/*.dist-info")):
        if folder.is_symlink() or folder.resolve() != folder:
            continue
        row = _identified(folder)
        if key_of(row.name, row.version) in wanted:
            rows.append(vars(_installed(folder, root, row)))
    return sorted(rows, key=lambda row: (row["name"], row["version"]))


def look_into_wheel(data: bytes, wheel: WheelMetadata) -> dict[str, Any]:
    """The row of the wheel in `data`; `load_wheel` made `wheel` of it, and refused what must not be unpacked."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {member.filename: member for member in archive.infolist() if not member.is_dir()}

        def read(path: str, most: int) -> bytes:
            if members[path].file_size > most:
                raise _Skip(f"is larger than {most // 2**20} MiB")
            return archive.read(path)

        folder = next(path for path in members if re.fullmatch(r"[^/]+\.dist-info/METADATA", path))
        row = _declaring(read(folder, MAX_TEXT))
        for path in wheel.wrong:
            row.skip(path, "is not what RECORD says")
        return vars(_observed(row, sorted(members), read))


def _identified(folder: Path) -> _Row:
    """The row that METADATA in `folder` gives; where it names nothing, the folder's name does, and that is said."""
    try:
        row = _declaring(_bytes(folder / "METADATA", MAX_TEXT))
        why = "" if row.name and row.version else "names no distribution"
    except _Skip as error:
        row, why = _declaring(b""), str(error)
    if why:
        name, _, row.version = folder.name.removesuffix(".dist-info").partition("-")
        row.name = canonicalize_name(name)
        row.skip(f"{folder.name}/METADATA", why)
    return row


def _declaring(data: bytes) -> _Row:
    """A row with what METADATA says; name and version are empty when it does not."""
    said, _ = parse_email(data)
    texts = ("license_expression", "license", "author", "author_email", "maintainer", "maintainer_email")
    metadata: dict[str, Any] = {key: str(said.get(key, ""))[:MAX_FIELD] for key in texts}
    metadata["home"] = said.get("home_page", "")[:MAX_FIELD]
    metadata["urls"] = dict(list(said.get("project_urls", {}).items())[:50])
    metadata["requires"] = said.get("requires_dist", [])
    metadata["classifiers"] = [one for one in said.get("classifiers", []) if one.startswith("License :: ")]
    return _Row(canonicalize_name(said.get("name", "")), said.get("version", ""), metadata)


def _installed(folder: Path, root: Path, row: _Row) -> _Row:
    """`row` with what RECORD of `folder` lists, and what lies beside that in its folders of libraries and SBOMs."""
    site, record = folder.parent, f"{folder.name}/RECORD"
    listed: dict[str, str] = {}
    try:
        text = _bytes(folder / "RECORD", 16 * MAX_TEXT).decode("utf-8")
        for line in csv.reader(io.StringIO(text, newline="")):
            if line:
                listed[line[0]] = line[1] if len(line) > 1 else ""
    except _Skip as error:
        row.skip(record, str(error))
    except (ValueError, csv.Error):
        row.skip(record, "is no list of files")
    if len(listed) > MAX_FILES:
        row.skip(record, f"lists more than {MAX_FILES} files")
        listed = {}
    folders = {path.rpartition("/")[0] for path in listed if is_bundled(path)} | {f"{folder.name}/sboms"}
    for beside in sorted(folders):
        for path in _beside(site, beside):
            if path not in listed:
                row.skip(path, "RECORD does not list it")
                listed[path] = ""

    def read(path: str, most: int) -> bytes:
        full = site / path
        try:
            real = full.resolve()
        except (OSError, ValueError, RuntimeError):  # a circle of links, a name that no file can have
            raise _Skip("cannot be read: its path is none") from None
        if path.startswith("/") or not real.is_relative_to(root):
            raise _Skip("leaves the environment")
        if ".." not in path.split("/") and real != full:
            raise _Skip("is behind a symbolic link")
        data = _bytes(full, most)
        if not _is_recorded(data, listed[path]):
            row.skip(path, "is not what RECORD says")
        return data

    return _observed(row, sorted(listed), read)


def _beside(site: Path, folder: str) -> Iterator[str]:
    full = site / folder
    if ".." not in folder.split("/") and full.is_dir() and full.resolve() == full:
        yield from sorted(f"{folder}/{path.name}" for path in full.iterdir() if not path.is_dir())


def _observed(row: _Row, paths: list[str], read: Read) -> _Row:
    vendored = set(listings(paths))
    for path in paths:
        try:
            if _is_sbom(path):
                text = _text(read(path, foreign_sbom.MAX_BYTES))
                row.sboms.append({"path": path, "text": text})
            elif is_compiled(path) or path.startswith("../"):
                _compiled(row, path, read(path, MAX_COMPILED))
            elif path in vendored:
                row.vendored.append({"path": path, "text": _telling(path, _text(read(path, MAX_TEXT)))})
            else:
                continue
            row.looked += 1
        except _Skip as error:
            row.skip(path, str(error))
    return row


def _is_sbom(path: str) -> bool:
    parts = path.split("/")
    return len(parts) >= 3 and parts[0].endswith(".dist-info") and parts[1] == "sboms"


def _compiled(row: _Row, path: str, data: bytes) -> None:
    """A script of an installer is no compiled file, and a bundled library that is none is named all the same."""
    if is_bundled(path):
        row.libraries.append(path)
    if not data.startswith(MAGIC):
        if is_compiled(path):
            row.skip(path, "is no compiled file of a known form")
        return
    every = sightings(data)
    if len(every) > MAX_SIGHTINGS:
        row.skip(path, f"names more than {MAX_SIGHTINGS} libraries; the first of them are taken")
    row.sightings += [{"path": path, **vars(seen)} for seen in every[:MAX_SIGHTINGS]]
    try:
        row.crates += [{"path": path, **crate} for crate in audited_crates(data) or ()]
    except ValueError as error:
        row.skip(path, str(error))


def _telling(path: str, text: str) -> str:
    """Of a package's own file only the line that tells its version, of metadata nothing but the name of its folder."""
    if path.endswith(".py"):
        return "\n".join(line for line in text.splitlines() if line.startswith("__version__"))[:500]
    return "" if path.endswith(("METADATA", "PKG-INFO")) else text


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise _Skip("is not UTF-8") from None


def _bytes(path: Path, most: int) -> bytes:
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            raise _Skip("is no regular file")
        if status.st_size > most:
            raise _Skip(f"is larger than {most // 2**20} MiB")
        with path.open("rb") as stream:
            return stream.read(most)
    except FileNotFoundError:
        raise _Skip("is missing") from None
    except (OSError, ValueError, RuntimeError) as error:
        raise _Skip(f"cannot be read: {getattr(error, 'strerror', None) or error}".lower()) from None


def _is_recorded(data: bytes, said: str) -> bool:
    """True when RECORD's ``algorithm=digest`` is that of `data`, or says nothing."""
    algorithm, _, digest = said.partition("=")
    if not said or algorithm not in ("sha256", "sha384", "sha512"):
        return not said
    return base64.urlsafe_b64encode(hashlib.new(algorithm, data).digest()).rstrip(b"=").decode() == digest
