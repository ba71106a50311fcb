"""
The license texts that distributions bring: in `.dist-info/licenses` (PEP 639), beside METADATA, or in a package.

Files come from strangers: links, what is too large and what leaves the environment is named and not read.
"""

from __future__ import annotations

import csv
import io
import re
import stat
import zipfile
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from packaging.utils import canonicalize_name

from sdlc.components.declared import Key, key_of
from sdlc.model.digest import sha256

MAX_TEXT = 1024 * 1024
MAX_TEXTS = 100
MAX_RECORD = 32 * 1024 * 1024
_NAMED = re.compile(r"(licen[cs]es?|copying|copyright|notice|unlicense)([._-][^/]*)?", re.IGNORECASE)
_CODE = (".py", ".pyc", ".pyi", ".so", ".js", ".html", ".json", ".css")


@dataclass
class Texts:
    """The texts of one distribution: `files` as (path, digest), what was `skipped` as (path, why), bytes by digest."""

    name: str
    version: str
    files: list[tuple[str, str]] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    content: dict[str, bytes] = field(default_factory=dict)

    def take(self, path: str, data: bytes) -> None:
        """One more text, unless it is too large."""
        if len(data) > MAX_TEXT:
            self.skipped.append((path, f"is larger than {MAX_TEXT // 1024} KiB"))
        elif data.strip():
            digest = sha256(data)
            self.files.append((path, digest))
            self.content[digest] = data


def is_license_text(path: str) -> bool:
    """True when `path`, relative to where a distribution is installed, is named like a license text."""
    parts = path.split("/")
    if parts[0].endswith(".dist-info") and len(parts) > 2 and parts[1] in ("licenses", "license_files"):
        return True
    return _NAMED.fullmatch(parts[-1]) is not None and not path.lower().endswith(_CODE)


def installed_texts(environment: Path, wanted: Collection[Key]) -> list[Texts]:
    """The texts of each distribution of `environment` whose key is `wanted`, in order of name."""
    root, found = environment.resolve(), []
    for folder in sorted(root.glob("lib*/python*/site-packages/*.dist-info")):
        name, _, version = folder.name.removesuffix(".dist-info").partition("-")
        if folder.resolve() != folder or key_of(name, version) not in wanted:
            continue
        texts = Texts(canonicalize_name(name), version)
        for path in _chosen(_listed(folder), texts):
            why, data = _read(folder.parent / path, root)
            texts.skipped += [(path, why)] if why else []
            texts.take(path, data)
        found.append(texts)
    return found


def wheel_texts(data: bytes, name: str, version: str) -> Texts:
    """The texts in the wheel `data`, which `load_wheel` has found fit to be unpacked."""
    texts = Texts(name, version)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sizes = {member.filename: member.file_size for member in archive.infolist() if not member.is_dir()}
        for path in _chosen(sizes, texts):
            if sizes[path] > MAX_TEXT:
                texts.skipped.append((path, f"is larger than {MAX_TEXT // 1024} KiB"))
            else:
                texts.take(path, archive.read(path))
    return texts


def _chosen(paths: Iterable[str], texts: Texts) -> Iterator[str]:
    chosen = sorted(filter(is_license_text, paths))
    if len(chosen) > MAX_TEXTS:
        texts.skipped.append((chosen[MAX_TEXTS], f"and more: only {MAX_TEXTS} texts are taken"))
    yield from chosen[:MAX_TEXTS]


def _listed(folder: Path) -> set[str]:
    """What RECORD lists, and what lies in `folder` and its `licenses` all the same."""
    listed = {f"{folder.name}/{path.relative_to(folder).as_posix()}" for path in folder.rglob("*") if path.is_file()}
    try:
        record = folder / "RECORD"
        if record.stat().st_size <= MAX_RECORD:
            text = record.read_text(encoding="utf-8")
            listed |= {row[0] for row in csv.reader(io.StringIO(text, newline="")) if row}
    except (OSError, ValueError, csv.Error):
        return listed  # the gate sbom names it: its distribution is then incomplete
    return listed


def _read(path: Path, root: Path) -> tuple[str, bytes]:
    """Why `path` is not read, or its bytes."""
    try:
        if not path.resolve().is_relative_to(root) or not stat.S_ISREG(path.lstat().st_mode):
            return "is no regular file of the environment", b""
        if path.stat().st_size > MAX_TEXT:
            return f"is larger than {MAX_TEXT // 1024} KiB", b""
        return "", path.read_bytes()
    except (OSError, ValueError, RuntimeError) as error:
        return f"cannot be read: {getattr(error, 'strerror', None) or error}".lower(), b""
