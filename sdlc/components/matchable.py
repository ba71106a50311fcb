"""
What of an SBOM can be looked up in an advisory feed: its components, and what is nested inside of them.

An embedded part goes by the names of its own ecosystem: a crate by that of crates.io, a vendored package by that of
PyPI, a native library by every name that projects of OSS-Fuzz could have for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from packaging.utils import canonicalize_name

from sdlc.components.embedded import upstream
from sdlc.components.known_libraries import folded, known
from sdlc.components.nested_components import nested, places_in, purl_in
from sdlc.formats.osv_json import name_in

NO_VERSION = 0.6
"""How sure it can be at most that a part is affected of which nothing tells the version."""

_PURL = re.compile(r"pkg:([A-Za-z0-9.+-]+)/([^@?#]+)(?:@[^?#]*)?(?:\?[^#]*)?(#.+)?")


@dataclass(frozen=True)
class Listed:
    """One component.

    `names` are those that an advisory's package may have (`sdlc.formats.osv_json.name_in`). Of an embedded part,
    `carrier` is name and version of what carries it, `places` are the files in which it was seen, and `confidence` is
    how sure that is, from 0 to 1.
    """

    name: str
    version: str
    purl: str
    names: tuple[str, ...]
    carrier: tuple[str, str] | None = None
    places: tuple[str, ...] = ()
    confidence: float = 1.0


def listed(bom: Mapping[str, Any]) -> list[Listed]:
    """Everything that can be looked up, top-level components first. Raises KeyError, TypeError or ValueError."""
    top = [
        Listed(str(row["name"]), str(row.get("version", "")), str(row["purl"]), (str(row["name"]),))
        for row in bom.get("components", ())
    ]
    return [*top, *_embedded(bom)]


def _embedded(bom: Mapping[str, Any]) -> Iterator[Listed]:
    for carrier, part in nested(bom):
        purl, name, version = purl_in(part), str(part["name"]), upstream(str(part.get("version", "")))
        names, sure = _names(purl, name), float(part["evidence"]["identity"][0]["confidence"])
        if names:
            yield Listed(
                name=name,
                version=version,
                purl=purl,
                names=names,
                carrier=(str(carrier["name"]), str(carrier.get("version", ""))),
                places=tuple(places_in(part)),
                confidence=sure if version else min(sure, NO_VERSION),
            )


def _names(purl: str, name: str) -> tuple[str, ...]:
    """A part of its carrier's own (``pkg:pypi/box@1#speed``) has none: whoever asks for the carrier asks for it."""
    matched = _PURL.fullmatch(purl)
    kind, path = (matched[1].lower(), unquote(matched[2])) if matched else ("generic", name)
    if kind == "pypi":
        return () if matched is not None and matched[3] else (canonicalize_name(path),)
    if kind == "cargo":
        return (name_in("crates.io", path),)
    said = {folded(one) for one in (name, path.rpartition("/")[2])}
    libraries = [library for one in said if (library := known(one)) is not None]
    plain = said | {folded(one) for library in libraries for one in (library.name, *library.names)}
    return tuple(sorted(name_in("OSS-Fuzz", f"{prefix}{one}") for one in plain for prefix in ("", "lib")))
