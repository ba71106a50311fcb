"""The standards that come with the toolkit, from its own package."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import sdlc
from sdlc.errors import UsageError
from sdlc.model.digest import Digest, sha256
from sdlc.standards.catalog import Standard, load_standard
from sdlc.standards.weaknesses import Categories, categories_of, load_parents

WEAKNESSES = "weaknesses.json"
OWN = ".sdlc/standards"
"""Where a product keeps standards of its own, or its reviewed copies of ours: `*.toml`."""


@cache
def our_standards() -> tuple[Standard, ...]:
    """All of them, sorted by id. Raises UsageError when the package lacks them."""
    loaded = (load_standard(data, f"rules/standards/{name}") for name, data in _files().items())
    return tuple(sorted(loaded, key=lambda standard: standard.id))


@cache
def standards_digest() -> Digest:
    """The digest over all of them and the table of weaknesses, names and bytes."""
    named = {**_files(), WEAKNESSES: _weaknesses()}
    return sha256("".join(f"{name} {sha256(data)}\n" for name, data in named.items()).encode())


@cache
def our_categories() -> Categories:
    """The categories that our standards name by weakness."""
    return categories_of(our_standards(), load_parents(_weaknesses(), f"rules/{WEAKNESSES}"))


def _weaknesses() -> bytes:
    path = _folder().parent / WEAKNESSES
    if not path.is_file():
        raise UsageError("the table of weaknesses is missing", hint="install secure-sdlc again")
    return path.read_bytes()


@cache
def _files() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(_folder().glob("*.toml"))}


def _folder() -> Path:
    package = Path(sdlc.__file__).parent
    for folder in (package / "rules" / "standards", package.parent / "rules" / "standards"):
        if folder.is_dir():
            return folder
    raise UsageError("the standards are missing", hint="install secure-sdlc again")
