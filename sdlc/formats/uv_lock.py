"""
Locks in TOML: `uv.lock` and `pylock.toml` (PEP 751), as pins with hashes and markers.

A universal lock holds rows for every platform, extra and group. Of `uv.lock` only what the product reaches is taken,
through its dependencies and the extras that are shipped, never through groups for development; a row's marker says on
which way it is reached. Of `pylock.toml` every row counts that its marker does not keep for extras or groups which are
not shipped.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from packaging.utils import canonicalize_name

from sdlc.errors import UnreadableError
from sdlc.formats.lock_rows import document_of, files_of, lines_of, sha256_of, source_of, tables, text, texts
from sdlc.formats.requirements_txt import Pin
from sdlc.formats.shipped_extras import without_extras

MAX_WAYS = 32
"""More ways than so many to reach a package count as one without a condition."""

_OWN = ("virtual", "editable")
_Key = tuple[str, str]
_Way = frozenset[str]


def load_uv_lock(data: bytes, *, what: str, extras: Collection[str] = ()) -> tuple[Pin, ...]:
    """What the product of `uv.lock` reaches with its `extras`. Raises UnreadableError."""
    document = document_of(data, what)
    try:
        rows = {_key(row): row for row in tables(document, "package")}
        if len(rows) != len(document["package"]):
            raise TypeError("a package stands twice")
        own = [key for key, row in rows.items() if set(row["source"]) & set(_OWN)]
        if not own:
            raise TypeError("it names no product: no package has a virtual or editable source")
        lines = dict(zip(rows, lines_of(data, "[[package]]", len(rows)), strict=True))
        ways = _reached(rows, own, {"", *map(canonicalize_name, extras)})
        return tuple(_of_uv(rows[key], ways[key], lines[key]) for key in rows if key in ways and key not in own)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise UnreadableError(f"{what}: not a lock of uv: {type(error).__name__}: {error}", hint="uv lock") from None


def load_pylock(data: bytes, *, what: str, extras: Collection[str] = ()) -> tuple[Pin, ...]:
    """Every package of a `pylock.toml` that is for its `extras` or its default groups. Raises UnreadableError."""
    document = document_of(data, what)
    try:
        version = text(document["lock-version"])
        if not re.fullmatch(r"1\.\d{1,3}", version):
            raise TypeError(f"its version {version!r:.20} is not 1.x")
        rows = tables(document, "packages")
        lines = lines_of(data, "[[packages]]", len(rows))
        shipped, groups = set(map(canonicalize_name, extras)), set(texts(document, "default-groups"))
        markers = [without_extras(text(row.get("marker", "")), shipped, groups) for row in rows]
        every = zip(rows, lines, markers, strict=True)
        return tuple(_of_pylock(row, line, marker) for row, line, marker in every if marker is not None)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise UnreadableError(f"{what}: not a pylock.toml: {type(error).__name__}: {error}") from None


def _of_uv(row: Mapping[str, Any], ways: Iterable[_Way], line: int) -> Pin:
    files = [*tables(row, "wheels"), *([row["sdist"]] if "sdist" in row else [])]
    digests = [text(file.get("hash", "")) for file in files]
    found = {digest.removeprefix("sha256:").lower() for digest in digests if digest.startswith("sha256:")}
    ways_said = sorted({" and ".join(f"({one})" for one in sorted(way)) for way in ways})
    marker = "" if "" in ways_said else " or ".join(ways_said)
    return Pin(*_key(row), sha256_of(found), marker, line, _source_in_uv(row["source"]), files_of(files))


def _source_in_uv(source: Mapping[str, Any]) -> str:
    for kind in ("git", "url", "path", "directory", "editable"):
        if kind in source:
            return source_of(kind if kind in ("git", "url") else "path", text(source[kind]))
    return ""


def _of_pylock(row: Mapping[str, Any], line: int, marker: str) -> Pin:
    files = [*tables(row, "wheels"), *(row[key] for key in ("sdist", "archive") if key in row)]
    found = {text(file["hashes"]["sha256"]).lower() for file in files if "sha256" in file["hashes"]}
    return Pin(*_key(row), sha256_of(found), marker, line, _source_in_pylock(row), files_of(files))


def _source_in_pylock(row: Mapping[str, Any]) -> str:
    if "vcs" in row:
        one = row["vcs"]
        return source_of(text(one["type"]), text(one.get("url", one.get("path", ""))), text(one["commit-id"]))
    if "archive" in row:
        one = row["archive"]
        return source_of("url", text(one["url"])) if "url" in one else source_of("path", text(one["path"]))
    return source_of("path", text(row["directory"]["path"])) if "directory" in row else ""


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
            name, version = canonicalize_name(text(edge["name"])), text(edge.get("version", ""))
            targets = [other for other in by_name[name] if version in ("", other[1])]
            if not targets:
                raise TypeError(f"{name} {version} is required and not locked")
            for other in targets:
                forks = " or ".join(text(one) for one in rows[other].get("resolution-markers", ()))
                further = way | {one for one in (text(edge.get("marker", "")), forks) if one}
                queue += [(other, asked, further) for asked in ("", *map(canonicalize_name, edge.get("extra", ())))]
    found: dict[_Key, set[_Way]] = {}
    for (key, _), several in ways.items():
        found.setdefault(key, set()).update(several)
    return found


def _edges(row: Mapping[str, Any], extra: str) -> list[Mapping[str, Any]]:
    if not extra:
        return tables(row, "dependencies")
    said = row.get("optional-dependencies", {})
    optional: dict[str, Any] = {canonicalize_name(name): rows for name, rows in said.items()}
    return tables(optional, extra)


def _key(row: Mapping[str, Any]) -> _Key:
    return canonicalize_name(text(row["name"])), text(row.get("version", ""))
