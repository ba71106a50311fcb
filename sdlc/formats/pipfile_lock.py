"""`Pipfile.lock`: what is in the section `default`; sections for development and others are not shipped."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from packaging.utils import canonicalize_name

from sdlc.errors import UnreadableError
from sdlc.formats import strict_json
from sdlc.formats.lock_rows import MAX_BYTES, SYSTEMS, merged, sha256_among, source_of, text, texts
from sdlc.formats.requirements_txt import Pin

SHIPPED = "default"
FORM = 6
OWN = (".", "./")
"""The product itself, which Pipenv lists among what it requires."""


def load_pipfile_lock(data: bytes, *, what: str) -> tuple[Pin, ...]:
    """The pins of the section `default`. Raises UnreadableError."""
    document = strict_json.loads_object(data, what=what, max_bytes=MAX_BYTES)
    try:
        if document["_meta"]["pipfile-spec"] != FORM:
            raise TypeError(f"its form {document['_meta']['pipfile-spec']!r:.20} is not {FORM}")
        rows = dict(document[SHIPPED])
        lines = _lines(data)
        return merged(_pin(name, row, lines.get(name, 1)) for name, row in rows.items() if row.get("path") not in OWN)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise UnreadableError(f"{what}: not a lock of Pipenv: {reason}", hint="pipenv lock") from None


def _pin(name: str, row: Mapping[str, Any], line: int) -> Pin:
    said = text(row.get("version", ""))
    version = said.removeprefix("==") if re.fullmatch(r"==(?!=)[^*,\s]+", said) else ""
    hashes = sha256_among(texts(row, "hashes"))
    return Pin(canonicalize_name(name), version, hashes, text(row.get("markers", "")), line, _source(row))


def _source(row: Mapping[str, Any]) -> str:
    for system in SYSTEMS:
        if system in row:
            return source_of(system, text(row[system]), text(row.get("ref", "")))
    if "path" in row:
        return source_of("path", text(row["path"]))
    if "file" in row:
        place = text(row["file"])
        return source_of("url" if "://" in place else "path", place)
    return ""


def _lines(data: bytes) -> dict[str, int]:
    """The line of each name of the section, as the tool indents it; empty when the file is written in another way."""
    found: dict[str, int] = {}
    inside = False
    for number, line in enumerate(data.decode().splitlines(), start=1):
        if matched := re.fullmatch(r'    "([^"]+)": \{\}?,?', line):
            inside = matched[1] == SHIPPED
        elif inside and (matched := re.fullmatch(r'        "([^"]+)": \{\}?,?', line)):
            found[matched[1]] = number
    return found
