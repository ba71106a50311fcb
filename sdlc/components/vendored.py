"""
Python packages that another one carries in a folder of its own (``pip/_vendor``, ``setuptools/_vendor``).

Three things tell which they are: the list that the vendoring tool keeps (``vendor.txt``), metadata that was copied
along (``NAME-VERSION.dist-info``), and ``__version__`` in the package itself. Without any of them it is still one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from packaging.requirements import InvalidRequirement, Requirement

FOLDERS = ("_vendor", "_vendored", "vendor", "vendored", "vendored_packages", "extern", "_extern", "third_party")
LISTS = ("vendor.txt", "vendored.txt", "requirements.txt", "vendor.in")

_METADATA = re.compile(r"(?P<name>[A-Za-z0-9][\w.]*?)-(?P<version>\d[\w.!+]*)\.(dist|egg)-info")
_VERSION = re.compile(r"""^__version__(?:\s*:\s*str)?\s*=\s*["'](\d[\w.!+-]{0,40})["']""", re.MULTILINE)


def listings(paths: Iterable[str]) -> list[str]:
    """Those of `paths` (of one distribution, relative, POSIX) that `packages_of` wants to see, sorted."""
    every = sorted(path for path in paths if _split(path)[0])
    told = {folder for path in every for folder, rest in [_split(path)] if rest in LISTS or _METADATA.match(rest)}
    return [path for path in every if _wanted(path, told)]


def packages_of(path: str, text: str) -> list[tuple[str, str]]:
    """(name, version) of what the file at `path` with content `text` tells; a version may be empty."""
    folder, rest = _split(path)
    name = path.rpartition("/")[2]
    if name in LISTS:
        return _of_list(text)
    if matched := _METADATA.fullmatch(rest.partition("/")[0]):
        return [(matched["name"], matched["version"])]
    package = rest.partition("/")[0].removesuffix(".py")
    said = _VERSION.search(text)
    return [(package, said[1] if said else "")] if folder else []


def _wanted(path: str, told: set[str]) -> bool:
    """Lists and metadata always; a package's own file only where neither of them speaks for its folder."""
    folder, rest = _split(path)
    if rest in LISTS:
        return True
    if rest.endswith(("-info/METADATA", "-info/PKG-INFO")):
        return rest.count("/") == 1
    own = re.fullmatch(r"[A-Za-z]\w*(/__init__)?\.py|_[A-Za-z0-9]\w*/__init__\.py", rest)
    return folder not in told and own is not None


def _split(path: str) -> tuple[str, str]:
    """(vendor folder, path in it) of a file that stands in one, else nothing and the path; the outermost counts.

    A folder at the very top is a package of that name, and one inside of metadata holds license texts.
    """
    parts = path.split("/")
    for number, part in enumerate(parts[:-1]):
        if number and part in FOLDERS and not parts[0].endswith("-info"):
            return "/".join(parts[: number + 1]), "/".join(parts[number + 1 :])
    return "", path


def _of_list(text: str) -> list[tuple[str, str]]:
    found = []
    for line in text.splitlines():
        plain = line.partition("#")[0].strip()
        try:
            requirement = Requirement(plain)
        except InvalidRequirement:
            continue
        pinned = [one.version for one in requirement.specifier if one.operator in ("==", "===")]
        found.append((requirement.name, pinned[0] if len(pinned) == 1 else ""))
    return found
