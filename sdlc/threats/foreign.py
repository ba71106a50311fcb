"""
Models of other tools, read with care: whatever is wrong with one is a sentence with its place, never a guess.

A `Node` is a value and the way to it; asking it for something that it is not raises UnreadableError.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from sdlc.errors import UnreadableError
from sdlc.formats import strict_json
from sdlc.threats.load import Key, ModelError, Positions, load_yaml

MAX_BYTES = 8 * 2**20
_ID = re.compile(r"[a-z][a-z0-9-]{0,63}")


@dataclass(frozen=True)
class Imported:
    """A model in our form, as JSON values, and a sentence for everything that is not in it as it was."""

    document: dict[str, Any]
    losses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """A file and, where that is known, the lines of its entries."""

    path: str
    positions: Positions | None = None

    def refuse(self, keys: tuple[Key, ...], message: str) -> NoReturn:
        """Raise UnreadableError about the entry that `keys` lead to."""
        place = self.positions.place(*keys) if self.positions else None
        where = f"{self.path}:{place.line}:{place.column}" if place else self.path
        named = "".join(f"[{key}]" if isinstance(key, int) else f".{key:.60}" for key in keys).lstrip(".")
        raise UnreadableError(
            f"{where}: {named + ': ' if named else ''}{message}", hint="mend that entry, then import the file again"
        )


@dataclass(frozen=True)
class Node:
    """`value` of the document `source`, at the end of `keys`."""

    value: Any
    source: Source
    keys: tuple[Key, ...] = ()

    def __getitem__(self, name: str) -> Node:
        """The entry `name` of an object; one without a value where there is none."""
        return Node(self.object().get(name), self.source, (*self.keys, name))

    def __bool__(self) -> bool:
        return self.value is not None

    def object(self) -> Mapping[str, Any]:
        """The object that this is; an empty one for none."""
        if self.value is None:
            return {}
        if not isinstance(self.value, dict):
            self.refuse("an object is expected")
        return self.value

    def items(self) -> list[Node]:
        """The entries of the list that this is; none for none."""
        if self.value is None:
            return []
        if not isinstance(self.value, (list, tuple)):
            self.refuse("a list is expected")
        return [Node(value, self.source, (*self.keys, index)) for index, value in enumerate(self.value)]

    def text(self, otherwise: str | None = None) -> str:
        """The text that this is, in one line; `otherwise` for none, and for an empty one."""
        value = self.value
        if value is None or (isinstance(value, str) and not value.strip()):
            if otherwise is None:
                self.refuse("a text is expected")
            return otherwise
        if not isinstance(value, str):
            self.refuse("a text is expected")
        return " ".join("".join(sign if sign.isprintable() else " " for sign in value).split())[:4000] or "-"

    def name(self) -> str:
        """What other entries refer to this one by: a text, or a number."""
        if isinstance(self.value, int) and not isinstance(self.value, bool):
            return str(self.value)
        return self.text()

    def integer(self) -> int:
        """The whole number that this is."""
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            self.refuse("a whole number is expected")
        return self.value

    def number(self, otherwise: float) -> float:
        """The number that this is; `otherwise` for none."""
        if self.value is None:
            return otherwise
        if isinstance(self.value, bool) or not isinstance(self.value, (int, float)):
            self.refuse("a number is expected")
        return float(self.value)

    def flag(self, *, otherwise: bool = False) -> bool:
        """The truth value that this is; `otherwise` for none."""
        if self.value is None:
            return otherwise
        if not isinstance(self.value, bool):
            self.refuse("true or false is expected")
        return self.value

    def refuse(self, message: str) -> NoReturn:
        """Raise UnreadableError about this entry."""
        self.source.refuse(self.keys, message)


@dataclass
class Ids:
    """Ids of our kind for those of another tool: stable, and no two the same."""

    taken: set[str] = field(default_factory=set)

    def new(self, *wanted: str) -> str:
        """The first of `wanted` that makes an id that is not taken, or one with a number behind it."""
        made = next((made for made in map(plain, wanted) if made), "entry")
        name, number = made, 1
        while name in self.taken:
            number += 1
            name = f"{made[: 63 - len(str(number))]}-{number}"
        self.taken.add(name)
        return name


def plain(text: str) -> str:
    """`text` as an id; empty where nothing of it can be one."""
    made = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    if made and not made[0].isalpha():
        made = f"x-{made}"
    return made[:64].rstrip("-")


def is_id(text: str) -> bool:
    """True when `text` is an id of ours as it is."""
    return bool(_ID.fullmatch(text))


def read_document(data: bytes, *, path: str) -> Node:
    """The document in `data`, JSON or YAML; raises UnreadableError."""
    if len(data) > MAX_BYTES:
        raise UnreadableError(f"{path}: {len(data)} bytes, more than the {MAX_BYTES} that are read")
    if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] != b"{":
        document, positions = load_yaml(data, path=path)
        return Node(document, Source(path, positions))
    document = strict_json.loads(data, what=path, max_bytes=MAX_BYTES)
    try:
        # Most JSON is YAML of the strict kind, too; where it is not, places are named by their keys alone.
        _, positions = load_yaml(data, path=path)
    except ModelError:
        return Node(document, Source(path))
    return Node(document, Source(path, positions))


def texts(value: Any) -> Iterator[str]:
    """Every text in `value`."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from texts(inner)
