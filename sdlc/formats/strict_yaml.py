"""
Strict YAML, with line and column of every entry.

Read from parser events, so nothing is constructed, resolved or executed: no tags, anchors, aliases, directives,
duplicate keys, several documents, and none of YAML's guesses (`no`, `on`, octals, dates, floats). A plain scalar is a
decimal integer, `true`, `false`, `null`, or text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from sdlc.errors import UnreadableError
from sdlc.model.finding import Place

MAX_BYTES = 2**20
MAX_DEPTH = 20

Key = str | int
Position = tuple[int, int]
Schema = TypeVar("Schema", bound=BaseModel)

_INTEGER = re.compile(r"(0|-?[1-9][0-9]{0,17})\Z")
_TOO_LARGE = re.compile(r"-?[1-9][0-9]{18,}\Z")
_GUESSED = re.compile(r"(yes|no|on|off|y|n)\Z", re.IGNORECASE)
_NUMBER_LIKE = re.compile(
    r"[-+]?(0[0-9_]+|0[xo][0-9a-f_]+|[0-9][0-9_]*|[0-9]*\.[0-9]+(e[-+]?[0-9]+)?|\.inf|\.nan)\Z", re.I
)


@dataclass(frozen=True)
class Problem:
    """One reason why a file is not what it has to be: because of its YAML, or of its schema."""

    of: Literal["yaml", "schema"]
    message: str
    place: Place


class EntryError(UnreadableError):
    """A file that is not what it has to be; every reason is in `problems`."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        first = problems[0]
        where = f"{first.place.path}:{first.place.line}:{first.place.column}"
        super().__init__(f"{where}: {first.message}", hint="mend that line, then run the same command again")
        self.problems = problems


@dataclass(frozen=True)
class Positions:
    """Where each entry of `path` stands: by its keys from the top, lines and columns from 1."""

    path: str
    marks: Mapping[tuple[Key, ...], Position]

    def place(self, *keys: Key) -> Place:
        """The entry that `keys` lead to, or the nearest one above it; keys that the file does not have are skipped."""
        known: tuple[Key, ...] = ()
        for key in keys:
            if (*known, key) in self.marks:
                known = (*known, key)
        line, column = self.marks[known]
        return Place(self.path, line, column)


def load_yaml(data: bytes, *, path: str) -> tuple[Any, Positions]:
    """The one document in `data` as dict, tuple, str, int, bool and None, and where its entries stand."""
    if len(data) > MAX_BYTES:
        _refuse(path, f"{len(data)} bytes of YAML, more than the {MAX_BYTES} that are read")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        _refuse(path, f"not UTF-8 at byte {error.start}", (line, 1))
    for number, words in enumerate(text.splitlines(), start=1):
        if words.startswith("%"):  # before the parser sees it, whose own refusals are not all of one kind
            _refuse(path, "YAML directives are not read; remove it", (number, 1))
    try:
        return _Builder(path).build(YAML(typ="safe", pure=True).parse(text))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        position = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        _refuse(path, f"not YAML: {error.problem or error.context}", position)
    except YAMLError as error:
        # Characters that YAML forbids: the reader's error carries an offset instead of a mark.
        offset = getattr(error, "position", 0)
        line = text.count("\n", 0, offset) + 1
        _refuse(path, f"not YAML: {getattr(error, 'reason', error)}", (line, 1))


@dataclass
class _Open:
    """A mapping or a sequence that is still being read; `key` is a mapping's key without a value so far."""

    keys: tuple[Key, ...]
    value: dict[str, Any] | list[Any]
    key: str | None = None


class _Builder:
    """Puts the document together from events, without recursion."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._marks: dict[tuple[Key, ...], Position] = {(): (1, 1)}
        self._stack: list[_Open] = []
        self._documents: list[Any] = []

    def build(self, events: Iterator[Any]) -> tuple[Any, Positions]:
        for event in events:
            at = (event.start_mark.line + 1, event.start_mark.column + 1)
            self._refuse_extras(event, at)
            match event:
                case ScalarEvent():
                    self._scalar(event, at)
                case MappingStartEvent() | SequenceStartEvent():
                    self._open({} if isinstance(event, MappingStartEvent) else [], at)
                case MappingEndEvent() | SequenceEndEvent():
                    self._close()
                case StreamStartEvent() | StreamEndEvent() | DocumentStartEvent() | DocumentEndEvent():
                    pass
                case _:
                    _refuse(self._path, f"{type(event).__name__} is not read here", at)
        if not self._documents:
            _refuse(self._path, "the file is empty")
        return self._documents[0], Positions(self._path, self._marks)

    def _refuse_extras(self, event: Any, at: Position) -> None:
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            _refuse(self._path, "anchors and aliases are not read; write it out", at)
        if getattr(event, "tag", None):
            _refuse(self._path, "YAML tags are not read; remove it", at)
        if isinstance(event, DocumentStartEvent):
            if event.version or event.tags:
                _refuse(self._path, "YAML directives are not read; remove it", at)
            if self._documents:
                _refuse(self._path, "a second document begins here; one file holds one", at)

    def _scalar(self, event: Any, at: Position) -> None:
        top = self._stack[-1] if self._stack else None
        if top is not None and isinstance(top.value, dict) and top.key is None:
            if event.value in top.value:
                _refuse(self._path, f"the key {event.value!r:.60} stands twice", at)
            top.key = event.value
            self._marks[(*top.keys, event.value)] = at
            return
        self._put(self._plain(event.value, at) if event.style is None else event.value, at)

    def _plain(self, text: str, at: Position) -> str | int | bool | None:
        if text in ("", "~", "null"):
            return None
        if text in ("true", "false"):
            return text == "true"
        if _INTEGER.match(text):
            return int(text)
        if _TOO_LARGE.match(text):
            _refuse(
                self._path, f"{text[:20]}… is too large: a number has at most 18 digits, no value here needs more", at
            )
        if _GUESSED.match(text) or _NUMBER_LIKE.match(text):
            _refuse(self._path, f"{text!r:.40} means different things to different readers; put it in quotes", at)
        return text

    def _open(self, value: dict[str, Any] | list[Any], at: Position) -> None:
        if len(self._stack) >= MAX_DEPTH:
            _refuse(self._path, f"nested deeper than {MAX_DEPTH} levels", at)
        top = self._stack[-1] if self._stack else None
        if top is not None and isinstance(top.value, dict) and top.key is None:
            _refuse(self._path, "a key must be plain text", at)
        self._stack.append(_Open(self._next_keys(at), value))

    def _close(self) -> None:
        closed = self._stack.pop()
        value = tuple(closed.value) if isinstance(closed.value, list) else closed.value
        self._put(value, None)

    def _next_keys(self, at: Position) -> tuple[Key, ...]:
        """The keys of the value that comes next; items of a sequence get their mark here."""
        if not self._stack:
            return ()
        top = self._stack[-1]
        keys: tuple[Key, ...] = (*top.keys, len(top.value) if top.key is None else top.key)
        self._marks.setdefault(keys, at)
        return keys

    def _put(self, value: Any, at: Position | None) -> None:
        if not self._stack:
            self._documents.append(value)
            return
        if at is not None:
            self._next_keys(at)
        top = self._stack[-1]
        if isinstance(top.value, list):
            top.value.append(value)
        elif top.key is not None:
            top.value[top.key] = value
            top.key = None


def validate(schema: type[Schema], document: Any, positions: Positions, forms: Mapping[str, str]) -> Schema:
    """`document` as `schema`; `forms` says in words what a pattern asks for. Raises EntryError."""
    try:
        return schema.model_validate(document)
    except ValidationError as error:
        problems = []
        for row in error.errors(include_url=False, include_context=False, include_input=False):
            keys = ".".join(str(key) for key in row["loc"]) or "the document"
            problems.append(
                Problem("schema", f"{keys}: {_say(row['type'], row['msg'], forms)}", positions.place(*row["loc"]))
            )
        raise EntryError(tuple(problems)) from None


def _say(kind: str, message: str, forms: Mapping[str, str]) -> str:
    if kind == "extra_forbidden":
        return "there is no such key"
    if kind == "missing":
        return "this key is required"
    if kind == "string_pattern_mismatch":
        pattern = message.removeprefix("String should match pattern ").strip("'")
        return forms.get(pattern, message[:1].lower() + message[1:])
    if kind in ("dict_type", "model_type"):
        return "keys with values are expected here"
    if kind in ("tuple_type", "list_type"):
        return "a list is expected here"
    message = message.removeprefix("Value error, ")
    return message[:1].lower() + message[1:]


def is_guessed(text: str) -> bool:
    """True for a plain word that YAML, or some reader of it, takes for something else than a text."""
    return text in ("", "~", "null", "true", "false") or bool(_GUESSED.match(text) or _NUMBER_LIKE.match(text))


def _refuse(path: str, message: str, at: Position = (1, 1)) -> NoReturn:
    raise EntryError((Problem("yaml", message, Place(path, *at)),))
