"""
`pdm.lock`: what is in the group `default` and in the groups of the extras that are shipped.

Only a lock with the strategy `inherit_metadata`, the usual one, says in which groups a row is and under which marker;
another is refused. A package with extras has a row more, which names the same files.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from packaging.utils import canonicalize_name

from sdlc.errors import UnreadableError
from sdlc.formats.lock_rows import SYSTEMS, document_of, merged, packages_of, pin_of, source_of, text, texts
from sdlc.formats.requirements_txt import Pin

SHIPPED = "default"
STRATEGY = "inherit_metadata"


def load_pdm_lock(data: bytes, *, what: str, extras: Collection[str] = ()) -> tuple[Pin, ...]:
    """The pins of the group `default`, with `extras`. Raises UnreadableError."""
    document = document_of(data, what)
    try:
        about = document["metadata"]
        version = text(about["lock_version"])
        if not re.fullmatch(r"4\.\d{1,3}(\.\d{1,3})*", version):
            raise TypeError(f"its version {version!r:.20} is not 4.x")
        if STRATEGY not in texts(about, "strategy"):
            raise UnreadableError(
                f"{what}: without the strategy {STRATEGY} it does not say which packages are shipped",
                hint=f"pdm lock --strategy {STRATEGY}",
            )
        wanted = {SHIPPED, *map(canonicalize_name, extras)}
        pins = [_pin(row, line) for row, line in packages_of(document, data) if _is_shipped(row, wanted)]
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise UnreadableError(f"{what}: not a lock of PDM: {reason}", hint="pdm lock") from None
    return merged(pins)


def _is_shipped(row: Mapping[str, Any], wanted: Collection[str]) -> bool:
    """A row of no group is reached by nothing that anybody could leave out."""
    groups = texts(row, "groups")
    return not groups or any(canonicalize_name(group) in wanted for group in groups)


def _pin(row: Mapping[str, Any], line: int) -> Pin:
    return pin_of(row, text(row.get("version", "")), text(row.get("marker", "")), line, _source(row))


def _source(row: Mapping[str, Any]) -> str:
    for system in SYSTEMS:
        if system in row:
            return source_of(system, text(row[system]), text(row.get("revision", row.get("ref", ""))))
    if "path" in row:
        return source_of("path", text(row["path"]))
    return source_of("url", text(row["url"])) if "url" in row else ""
