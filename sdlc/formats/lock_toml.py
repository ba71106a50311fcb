"""
Locks in TOML: `uv.lock` and `pylock.toml` (PEP 751), as pins with hashes and markers.

A universal lock holds rows for every platform, extra and group. Of `uv.lock` only what the product reaches is taken,
through its dependencies and the extras that are shipped, never through groups for development; a row's marker says on
which way it is reached. Of `pylock.toml` every row counts, with the marker that it has.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from packaging.utils import canonicalize_name

from sdlc.errors import UnreadableError
from sdlc.formats.requirements_txt import Pin, load_requirements

MAX_BYTES = 64 * 1024 * 1024
MAX_WAYS = 32
"""More ways than so many to reach a package count as one without a condition."""

_DIGEST = re.compile(r"[0-9a-fA-F]{64}")
_OWN = ("virtual", "editable")
_Key = tuple[str, str]
_Way = frozenset[str]


def load_lock(data: bytes, *, what: str, extras: Collection[str] = ()) -> tuple[Pin, ...]:
    """The pins of the lock at the path `what`, whose name says of which kind it is. Raises UnreadableError."""
    name = what.rpartition("/")[2]
    if name == "uv.lock":
        return load_uv_lock(data, what=what, extras=extras)
    if re.fullmatch(r"pylock(\.[^.]+)?\.toml", name):
        return load_pylock(data, what=what)
    return load_requirements(data, what=what)


def load_uv_lock(data: bytes, *, what: str, extras: Collection[str] = ()) -> tuple[Pin, ...]:
    """What the product of `uv.lock` reaches with its `extras`. Raises UnreadableError."""
    document = _document(data, what)
    try:
        rows = {_key(row): row for row in _tables(document, "package")}
        if len(rows) != len(document["package"]):
            raise TypeError("a package stands twice")
        own = [key for key, row in rows.items() if set(row["source"]) & set(_OWN)]
        if not own:
            raise TypeError("it names no product: no package has a virtual or editable source")
        lines = dict(zip(rows, _lines(data, "[[package]]", len(rows)), strict=True))
        ways = _reached(rows, own, {"", *map(canonicalize_name, extras)})
        return tuple(_of_uv(rows[key], ways[key], lines[key]) for key in rows if key in ways and key not in own)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise UnreadableError(f"{what}: not a lock of uv: {type(error).__name__}: {error}", hint="uv lock") from None


def load_pylock(data: bytes, *, what: str) -> tuple[Pin, ...]:
    """Every package of a `pylock.toml`. Raises UnreadableError."""
    document = _document(data, what)
    try:
        version = _text(document["lock-version"])
        if not re.fullmatch(r"1\.\d{1,3}", version):
            raise TypeError(f"its version {version!r:.20} is not 1.x")
        rows = _tables(document, "packages")
        lines = _lines(data, "[[packages]]", len(rows))
        return tuple(_of_pylock(row, line) for row, line in zip(rows, lines, strict=True))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise UnreadableError(f"{what}: not a pylock.toml: {type(error).__name__}: {error}") from None


def _of_uv(row: Mapping[str, Any], ways: Iterable[_Way], line: int) -> Pin:
    files = [*_tables(row, "wheels"), *([row["sdist"]] if "sdist" in row else [])]
    digests = [_text(file.get("hash", "")) for file in files]
    found = {digest.removeprefix("sha256:").lower() for digest in digests if digest.startswith("sha256:")}
    texts = sorted({" and ".join(f"({one})" for one in sorted(way)) for way in ways})
    marker = "" if "" in texts else " or ".join(texts)
    return Pin(*_key(row), _hashes(found), marker, line)


def _of_pylock(row: Mapping[str, Any], line: int) -> Pin:
    files = [*_tables(row, "wheels"), *(row[key] for key in ("sdist", "archive") if key in row)]
    found = {_text(file["hashes"]["sha256"]).lower() for file in files if "sha256" in file["hashes"]}
    return Pin(*_key(row), _hashes(found), _text(row.get("marker", "")), line)


def _reached(
    rows: Mapping[_Key, Mapping[str, Any]], own: Iterable[_Key], extras: Collection[str]
) -> dict[_Key, set[_Way]]:
    """By package, the sets of markers that must all hold on a way from the product to it."""
    by_name: dict[str, list[_Key]] = {}
    for key in rows:
        by_name.setdefault(key[0], []).append(key)
    ways: dict[tuple[_Key, str], set[_Way]] = {}
    queue: list[tuple[_Key, str, _Way]] = [(key, extra, frozenset()) for key in own for extra in extras]
    while queue:
        key, extra, way = queue.pop()
        known = ways.setdefault((key, extra), set())
        if any(shorter <= way for shorter in known):
            continue
        if len(known) >= MAX_WAYS:
            way = frozenset()
        known.difference_update({longer for longer in known if way <= longer})
        known.add(way)
        for edge in _edges(rows[key], extra):
            name, version = canonicalize_name(_text(edge["name"])), _text(edge.get("version", ""))
            targets = [other for other in by_name[name] if version in ("", other[1])]
            if not targets:
                raise TypeError(f"{name} {version} is required and not locked")
            for other in targets:
                forks = " or ".join(_text(one) for one in rows[other].get("resolution-markers", ()))
                further = way | {one for one in (_text(edge.get("marker", "")), forks) if one}
                queue += [(other, asked, further) for asked in ("", *map(canonicalize_name, edge.get("extra", ())))]
    found: dict[_Key, set[_Way]] = {}
    for (key, _), several in ways.items():
        found.setdefault(key, set()).update(several)
    return found


def _edges(row: Mapping[str, Any], extra: str) -> list[Mapping[str, Any]]:
    if not extra:
        return _tables(row, "dependencies")
    said = row.get("optional-dependencies", {})
    optional: dict[str, Any] = {canonicalize_name(name): rows for name, rows in said.items()}
    return _tables(optional, extra)


def _key(row: Mapping[str, Any]) -> _Key:
    return canonicalize_name(_text(row["name"])), _text(row.get("version", ""))


def _hashes(found: Collection[str]) -> tuple[str, ...]:
    for digest in found:
        if not _DIGEST.fullmatch(digest):
            raise TypeError(f"{digest!r:.80} is no sha256")
    return tuple(sorted(found))


def _document(data: bytes, what: str) -> dict[str, Any]:
    if len(data) > MAX_BYTES:
        raise UnreadableError(f"{what}: larger than {MAX_BYTES // 2**20} MiB")
    try:
        return tomllib.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"{what}: not TOML: {error}", hint="lock again") from None


def _lines(data: bytes, header: str, count: int) -> Iterator[int]:
    """The line at which each table begins; 1 for all of them when the file is written in another way."""
    found = [number for number, line in enumerate(data.decode().splitlines(), start=1) if line.strip() == header]
    return iter(found if len(found) == count else [1] * count)


def _tables(row: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    value = row.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise TypeError(f"{key}: tables are expected")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"a text is expected, this is {value!r:.60}")
    return value
