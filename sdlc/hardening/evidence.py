"""The raw artifacts of the gate, beside the tables of settings: what the footprint was read from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple
from typing import Any

from sdlc.errors import UnreadableError
from sdlc.formats import strict_json
from sdlc.hardening.declared import Declared
from sdlc.hardening.footprint import Provided, Seen
from sdlc.hardening.imports import Import

SCHEMA = "sdlc.footprint/1"


def dump_seen(seen: Seen) -> bytes:
    """`footprint.json`."""
    return strict_json.dumps(
        {
            "schema": SCHEMA,
            "said": seen.said,
            "python": seen.python,
            "declared": [list(astuple(one)) for one in seen.declared],
            "provided": [
                {name: list(value) if isinstance(value, tuple) else value for name, value in vars(one).items()}
                for one in seen.provided
            ],
            "imports": [list(astuple(one)) for one in seen.imports],
            "texts": sorted(seen.texts),
            "programs": sorted(seen.programs),
        }
    )


def load_seen(data: bytes) -> Seen:
    """What `dump_seen` wrote; raises UnreadableError."""
    document = strict_json.loads_object(data, what="footprint.json")
    try:
        if document["schema"] != SCHEMA:
            raise ValueError(f"the schema is not {SCHEMA}")
        return Seen(
            declared=tuple(
                Declared(str(n), str(m), str(e), str(p), int(at)) for n, m, e, p, at in document["declared"]
            ),
            provided=tuple(_provided(row) for row in document["provided"]),
            imports=tuple(Import(str(n), str(p), int(at), bool(o), bool(i)) for n, p, at, o, i in document["imports"]),
            texts=frozenset(map(str, document["texts"])),
            programs=frozenset(map(str, document["programs"])),
            python=str(document["python"]),
            said=str(document["said"]),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise UnreadableError(f"footprint.json: {type(error).__name__}: {error}") from None


def _provided(row: Mapping[str, Any]) -> Provided:
    lists = {name: tuple(map(str, row[name])) for name in ("modules", "scripts", "groups", "requires")}
    return Provided(str(row["name"]), str(row["version"]), **lists, only_types=bool(row["only_types"]))


def texts_of(data: bytes, what: str) -> dict[str, str]:
    """An object of texts; raises UnreadableError."""
    document = strict_json.loads_object(data, what=what)
    if not all(isinstance(value, str) for value in document.values()):
        raise UnreadableError(f"{what}: an object of texts is expected")
    return document
