"""
`poetry.lock`: what is in the group `main`, with the extras that are shipped.

Since lock version 2.1 (Poetry 2.0) each row says in which groups it is and under which marker. Older ones do not, so
nobody can tell from them what is shipped, and they are refused.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from packaging.utils import canonicalize_name

from sdlc.errors import UnreadableError
from sdlc.formats.lock_rows import SYSTEMS, document_of, merged, packages_of, pin_of, source_of, text, texts
from sdlc.formats.requirements_txt import Pin
from sdlc.formats.shipped_extras import without_extras

SHIPPED = "main"
PLACES = ("directory", "file")


def load_poetry_lock(data: bytes, *, what: str, extras: Collection[str] = ()) -> tuple[Pin, ...]:
    """The pins of the group `main`, with `extras`. Raises UnreadableError."""
    document = document_of(data, what)
    try:
        version = text(document["metadata"]["lock-version"])
        if not re.fullmatch(r"2\.([1-9]|\d\d)", version):
            raise UnreadableError(
                f"{what}: lock version {version!r:.20} does not say which packages are shipped",
                hint="lock again with Poetry 2: poetry lock",
            )
        wanted = {canonicalize_name(name) for name in extras}
        pins = [_pin(row, line, wanted) for row, line in packages_of(document, data)]
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise UnreadableError(f"{what}: not a lock of Poetry: {reason}", hint="poetry lock") from None
    return merged(pin for pin in pins if pin is not None)


def _pin(row: Mapping[str, Any], line: int, extras: Collection[str]) -> Pin | None:
    """None for what is not shipped."""
    if SHIPPED not in texts(row, "groups"):
        return None
    said = row.get("markers", "")
    marker = without_extras(text(said.get(SHIPPED, "") if isinstance(said, dict) else said), extras)
    if marker is None:
        return None
    return pin_of(row, text(row["version"]), marker, line, _source(row.get("source", {})))


def _source(row: Mapping[str, Any]) -> str:
    kind = text(row.get("type", "legacy"))
    if kind in PLACES:
        return source_of("path", text(row["url"]))
    if kind in (*SYSTEMS, "url"):
        return source_of(kind, text(row["url"]), text(row.get("resolved_reference", row.get("reference", ""))))
    return ""
