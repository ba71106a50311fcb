"""
One thing that the outside can reach, or that the code can do to the outside; and the table of all of them.

A key is `kind:locator` and holds no file, line or function, so moving, renaming and reformatting leave it as it is.
Parameters of a path are `{}`; what could not be resolved is `{?name}` in the locator, with a reason beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from sdlc.errors import UnreadableError
from sdlc.formats import strict_json

SCHEMA = "sdlc.surface/1"
NETWORK = ("http", "ws", "grpc", "dicom-scp", "listen")
"""Kinds that somebody reaches over a network."""

ENTRY = (*NETWORK, "task", "celery", "cli", "file")
"""Kinds by which something comes in: each one needs a claim. All other kinds are capabilities."""

NO_GUARD, UNKNOWN_GUARD = "none", "unknown"
LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, order=True)
class Spot:
    """A line of a file: POSIX path from the top of the product, line from 1."""

    path: str
    line: int


@dataclass(frozen=True)
class Item:
    """One entry point or capability.

    `guard` is the name of what was seen to ask who is there, `none`, or `unknown`. `bind` is the address of a
    listener, empty where there is none, `?` when it could not be resolved. `tls` is `on`, `off` or `unknown`, empty
    where it means nothing. `unresolved` says why a part of it is not known; empty when all is.
    """

    kind: str
    locator: str
    places: tuple[Spot, ...]
    seen_by: str = ""
    guard: str = ""
    bind: str = ""
    tls: str = ""
    unresolved: str = ""

    @property
    def key(self) -> str:
        """What a claim is compared with."""
        return f"{self.kind}:{self.locator}"

    @property
    def is_entry(self) -> bool:
        """True for what lets something in, false for a capability."""
        return self.kind in ENTRY


@dataclass(frozen=True)
class Surface:
    """All items, sorted; how many files were parsed, how many left out by reason, and which could not be parsed."""

    items: tuple[Item, ...]
    files: int
    excluded: Mapping[str, int] = field(default_factory=dict)
    unparsed: Mapping[str, str] = field(default_factory=dict)


def merged(items: Iterable[Item]) -> tuple[Item, ...]:
    """`items` in order of their keys; those that differ in their places alone are one."""
    together: dict[tuple[str, ...], set[Spot]] = {}
    for item in items:
        about = (item.kind, item.locator, item.guard, item.bind, item.tls, item.unresolved, item.seen_by)
        together.setdefault(about, set()).update(item.places)
    return tuple(
        Item(kind, locator, tuple(sorted(spots)), seen_by, guard, bind, tls, unresolved)
        for (kind, locator, guard, bind, tls, unresolved, seen_by), spots in sorted(together.items())
    )


def dump_surface(surface: Surface) -> bytes:
    """`surface.json`."""
    rows = [
        {name: value for name, value in asdict(item).items() if value and name != "places"}
        | {"places": [[spot.path, spot.line] for spot in item.places]}
        for item in surface.items
    ]
    return strict_json.dumps(
        {
            "schema": SCHEMA,
            "files": surface.files,
            "excluded": dict(surface.excluded),
            "unparsed": dict(surface.unparsed),
            "items": rows,
        }
    )


def load_surface(data: bytes) -> Surface:
    """The table in `data`; raises UnreadableError."""
    document = strict_json.loads_object(data, what="surface.json")
    if document.get("schema") != SCHEMA:
        raise UnreadableError(f"surface.json: the schema is not {SCHEMA}")
    try:
        items = tuple(_item(row) for row in document["items"])
        excluded = {str(reason): int(count) for reason, count in document["excluded"].items()}
        unparsed = {str(path): str(reason) for path, reason in document["unparsed"].items()}
        return Surface(items, int(document["files"]), excluded, unparsed)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise UnreadableError(f"surface.json: {type(error).__name__}: {error}") from None


def _item(row: Mapping[str, Any]) -> Item:
    places = tuple(Spot(str(path), int(line)) for path, line in row["places"])
    if not places:
        raise ValueError("an item without a place")
    texts = {name: str(row[name]) for name in ("seen_by", "guard", "bind", "tls", "unresolved") if name in row}
    return Item(str(row["kind"]), str(row["locator"]), places, **texts)
