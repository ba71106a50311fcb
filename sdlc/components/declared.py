"""
What a distribution declares of itself: license, producer, addresses, and what it requires.

Nothing is invented: a license counts when it is an SPDX expression, or a classifier that stands for exactly one; what
is missing is named with the reason, field by field, as those who read an SBOM for a regulator ask for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from email.utils import getaddresses
from typing import Any

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from packaging.utils import canonicalize_name, canonicalize_version

from sdlc.components.agreement import required
from sdlc.model.embedded import Declared, Inside

Key = tuple[str, str]
"""Normalized name and version of a distribution; versions that PEP 440 holds for equal are one."""
MAX_TEXT = 500
CLASSIFIERS = {
    "License :: OSI Approved :: MIT License": "MIT",
    "License :: OSI Approved :: MIT No Attribution License (MIT-0)": "MIT-0",
    "License :: OSI Approved :: ISC License (ISCL)": "ISC",
    "License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "License :: OSI Approved :: The Unlicense (Unlicense)": "Unlicense",
    "License :: OSI Approved :: Boost Software License 1.0 (BSL-1.0)": "BSL-1.0",
    "License :: OSI Approved :: zlib/libpng License": "Zlib",
    "License :: OSI Approved :: GNU General Public License v2 (GPLv2)": "GPL-2.0-only",
    "License :: OSI Approved :: GNU General Public License v2 or later (GPLv2+)": "GPL-2.0-or-later",
    "License :: OSI Approved :: GNU General Public License v3 (GPLv3)": "GPL-3.0-only",
    "License :: OSI Approved :: GNU General Public License v3 or later (GPLv3+)": "GPL-3.0-or-later",
    "License :: OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    "License :: OSI Approved :: GNU Lesser General Public License v3 or later (LGPLv3+)": "LGPL-3.0-or-later",
}
"""Those that mean one license; "BSD License" and "Apache Software License" are families."""

SOURCES = ("source", "source code", "code", "repository", "github", "gitlab")
SITES = ("homepage", "home", "website")

_EMAIL = re.compile(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,5}")
_PATH = r"(?:[A-Za-z0-9._~+@:,=&;!/-]|%[0-9A-Fa-f]{2})*"
_ADDRESS = re.compile(rf"https?://[A-Za-z0-9.-]+(:\d{{1,5}})?(/{_PATH})?(\?{_PATH})?(#{_PATH})?")


def key_of(name: str, version: str) -> Key:
    """The key of a distribution, under which its row and its component find each other."""
    return canonicalize_name(name), canonicalize_version(version)


def declared(metadata: Mapping[str, Any]) -> Declared:
    """What the observed `metadata` say. Raises KeyError, TypeError or ValueError when they are none."""
    urls = {str(key).lower(): str(value) for key, value in dict(metadata["urls"]).items()}
    source = next((urls[key] for key in SOURCES if key in urls), "")
    site = next((urls[key] for key in SITES if key in urls), "") or str(metadata["home"])
    producer, email = _producer(metadata)
    return Declared(
        license=_license(metadata),
        producer=producer,
        email=email,
        site=_address(site),
        source=_address(source),
        requires=tuple(str(line) for line in metadata["requires"]),
    )


def is_email(text: str) -> bool:
    """True when `text` is a plain e-mail address."""
    return _EMAIL.fullmatch(text) is not None


def is_address(text: str) -> bool:
    """True when `text` is a plain address of the web."""
    return len(text) <= MAX_TEXT and _ADDRESS.fullmatch(text) is not None


def graph(inside: Mapping[Key, Inside], python: str) -> dict[Key, tuple[str, ...]]:
    """The names that each distribution of `inside` requires on the target with Python `python`.

    An extra counts when something in `inside` asks for it.
    """
    extras: dict[str, set[str]] = {name: set() for name, _ in inside}
    while True:
        before = {name: set(asked) for name, asked in extras.items()}
        edges: dict[Key, tuple[str, ...]] = {}
        for (name, version), one in inside.items():
            needed = required(one.declared.requires, python, product=name, extras=before[name])
            readable = [row for row in needed if not isinstance(row, str)]
            edges[name, version] = tuple(sorted({canonicalize_name(row.name) for row in readable}))
            for row in readable:
                extras.get(canonicalize_name(row.name), set()).update(map(canonicalize_name, row.extras))
        if before == extras:
            return edges


def joined(about: Iterable[Declared]) -> Declared:
    """What several wheels of one distribution declare: the first, with the requirements of all."""
    every = list(about)
    lines = tuple(dict.fromkeys(line for one in every for line in one.requires))
    first = every[0]
    return Declared(first.license, first.producer, first.email, first.site, first.source, lines)


def _license(metadata: Mapping[str, Any]) -> str:
    for said in (str(metadata["license_expression"]), str(metadata["license"])):
        try:
            if said:
                return str(canonicalize_license_expression(said))
        except InvalidLicenseExpression:
            continue
    named = [one for one in map(str, metadata["classifiers"]) if one.startswith("License :: ")]
    return CLASSIFIERS.get(named[0], "") if len(named) == 1 else ""


def _producer(metadata: Mapping[str, Any]) -> tuple[str, str]:
    """Name and e-mail of the author, else of the maintainer; either may be empty."""
    for role in ("author", "maintainer"):
        name, said = str(metadata[role]), str(metadata[f"{role}_email"])
        for shown, email in getaddresses([said]):
            if is_email(email):
                return (shown or name)[:MAX_TEXT], email
        if name:
            return name[:MAX_TEXT], ""
    return "", ""


def _address(text: str) -> str:
    """`text` if it is a plain address of the web; others are no value of a field for addresses."""
    return text if is_address(text) else ""


def written_of(component: Mapping[str, Any]) -> tuple[str, ...]:
    """License, producer, e-mail, site and source as a component of a CycloneDX document says them."""
    licenses, maker = component.get("licenses", ()), component.get("manufacturer", {})
    links = {str(row["type"]): str(row["url"]) for row in component.get("externalReferences", ())}
    return (
        "".join(str(row["expression"]) for row in licenses),
        str(maker.get("name", "")),
        "".join(str(row["email"]) for row in maker.get("contact", ())),
        links.get("website", ""),
        links.get("vcs", ""),
    )


def due_of(about: Declared) -> tuple[str, ...]:
    """What `written_of` must give for a component that declares `about`."""
    return about.license, about.producer, about.email, about.site, about.source
