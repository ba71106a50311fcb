"""
SBOMs of others, such as a wheel carries in ``.dist-info/sboms`` (PEP 770): CycloneDX or SPDX 2, both in JSON.

Only what identifies a component is taken. A member of another type than its schema's is refused, because a component
that was passed over would be missing without a word.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sdlc.errors import UnreadableError
from sdlc.formats import strict_json

MAX_BYTES = 16 * 1024 * 1024
MAX_TEXT = 1000


@dataclass(frozen=True)
class Row:
    """One component; whatever the document does not say is empty. `license` is an SPDX expression or an identifier."""

    name: str
    version: str
    purl: str
    license: str


def load_sbom(data: bytes, *, what: str) -> tuple[Row, ...]:
    """Every component of the document in `data`, nested ones and the one it is about included, in its order.

    Raises UnreadableError.
    """
    document = strict_json.loads_object(data, what=what, max_bytes=MAX_BYTES)
    try:
        if document.get("bomFormat") == "CycloneDX":
            about = _mapping(_mapping(document.get("metadata") or {}).get("component") or {})
            return tuple(_of_cyclonedx([*([about] if about else []), *_mappings(document, "components")]))
        if str(document.get("spdxVersion", "")).startswith("SPDX-2"):
            return tuple(_of_spdx(package) for package in _mappings(document, "packages"))
    except (KeyError, TypeError) as error:
        raise UnreadableError(f"{what}: not an SBOM: {error}") from None
    raise UnreadableError(f"{what}: neither CycloneDX nor SPDX 2 in JSON")


def _of_cyclonedx(components: list[Mapping[str, Any]]) -> Iterator[Row]:
    for one in components:
        licenses = [
            _text(row.get("expression") or _mapping(row.get("license") or {}).get("id") or "")
            for row in _mappings(one, "licenses")
        ]
        said = licenses[0] if len(licenses) == 1 else ""
        yield Row(_text(one["name"]), _text(one.get("version") or ""), _text(one.get("purl") or ""), said)
        yield from _of_cyclonedx(_mappings(one, "components"))


def _of_spdx(package: Mapping[str, Any]) -> Row:
    locators = [
        _text(row["referenceLocator"])
        for row in _mappings(package, "externalRefs")
        if row.get("referenceType") == "purl"
    ]
    said = _text(package.get("licenseDeclared") or "")
    return Row(
        _text(package["name"]),
        _text(package.get("versionInfo") or ""),
        locators[0] if locators else "",
        "" if said in ("NOASSERTION", "NONE") else said,
    )


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise TypeError(f"a text of at most {MAX_TEXT} letters is expected, this is {value!r:.60}")
    return value


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise TypeError(f"an object is expected, this is {value!r:.60}")
    return value


def _mappings(row: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    value = row.get(key)
    if not isinstance(value, list | None):
        raise TypeError(f"{key}: a list is expected, this is {value!r:.60}")
    return [_mapping(one) for one in value or []]
