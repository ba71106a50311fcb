"""
Is a source archive what the commit holds? Every file of it must be one of the tree's, byte for byte.

What nobody reviewed must not reach those who build from the archive: files that are only in an archive and in no commit
carried the backdoor of xz (CVE-2024-3094). Pure: archive and list of the tree in, differences out.
"""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from sdlc.errors import UnreadableError
from sdlc.model.digest import Digest, sha256

SUFFIXES = (".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".zip")
GENERATED = ("PKG-INFO", "*.egg-info/*", "setup.cfg")
"""What build backends write into every source archive themselves; compared by nobody, since it is in no commit."""

MAX_BYTES = 512 * 2**20
MAX_FILES = 100_000


@dataclass(frozen=True)
class Difference:
    """A file of the archive, and whether it is in the commit at all."""

    path: str
    in_commit: bool


def is_source_archive(name: str) -> bool:
    """Whether a file of this name holds sources; a wheel does not."""
    return name.endswith(SUFFIXES)


def differences(
    data: bytes, tree: Mapping[str, Digest], generated: Sequence[str] = (), *, what: str
) -> tuple[Difference, ...]:
    """Each file of the archive in `data` that is not, or not so, in `tree` (path → SHA-256).

    The archive's one top folder is left out; `generated` are further globs of files that the build makes. Raises
    UnreadableError for an archive that cannot be read, that has links or devices, or unpacks to absurd sizes.
    """
    found: list[Difference] = []
    seen: set[str] = set()
    folder, total = "", 0
    for name, content in _files(data, what):
        total += len(content)
        if total > MAX_BYTES or len(seen) >= MAX_FILES:
            raise UnreadableError(f"{what}: unpacks to more than {MAX_BYTES // 2**20} MiB or {MAX_FILES} files")
        top, _, path = name.partition("/")
        folder = folder or top
        if not path or ".." in path.split("/") or path in seen or top != folder:
            raise UnreadableError(f"{what}: {name!r:.80} stands outside of its folder, or twice")
        seen.add(path)
        if any(fnmatchcase(path, glob) for glob in (*GENERATED, *generated)) and path not in tree:
            continue
        if tree.get(path) != sha256(content):
            found.append(Difference(path, path in tree))
    if not seen:
        raise UnreadableError(f"{what}: there is no file in it")
    return tuple(sorted(found, key=lambda one: one.path))


def _files(data: bytes, what: str) -> Iterator[tuple[str, bytes]]:
    try:
        if what.endswith(".zip"):
            yield from _of_zip(data, what)
        else:
            yield from _of_tar(data, what)
    except (tarfile.TarError, zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError) as error:
        raise UnreadableError(f"{what}: not a readable archive: {error}") from None


def _of_tar(data: bytes, what: str) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:*") as archive:
        for member in archive:
            if member.isdir():
                continue
            if not member.isreg() or member.size > MAX_BYTES:
                raise UnreadableError(f"{what}: {member.name!r:.80} is a link, a device, or larger than what is read")
            stream = archive.extractfile(member)
            yield member.name, stream.read() if stream else b""


def _of_zip(data: bytes, what: str) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist():
            if info.is_dir():
                continue
            if info.file_size > MAX_BYTES or (info.external_attr >> 28) == 0xA:
                raise UnreadableError(f"{what}: {info.filename!r:.80} is a link, or larger than what is read")
            yield info.filename, archive.read(info)
