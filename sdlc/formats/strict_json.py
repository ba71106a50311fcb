"""
The one reader of foreign JSON, and the one writer of ours.

Refused before anything is believed: duplicate keys, NaN and infinities, numbers of absurd size, deep nesting,
oversized documents, a byte-order mark, text that is not UTF-8, lone surrogates. `dumps` writes the one form that
we hash: sorted keys, no white space, UTF-8.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

from sdlc.errors import UnreadableError

MAX_BYTES = 256 * 1024 * 1024
MAX_DEPTH = 64
MAX_DIGITS = 40

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
"""A half of a pair, escaped; UTF-8 itself holds none."""
_HALF = re.compile("[\ud800-\udfff]")
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
"""A string, or what is left of one that does not end; without going back, so that no text takes long."""
_BRACKET = re.compile(r"[\[{\]}]")


def loads(data: bytes, *, what: str, max_bytes: int = MAX_BYTES) -> Any:
    """The document in `data`; raises UnreadableError whose message begins with `what` (a file or member name)."""
    if len(data) > max_bytes:
        raise UnreadableError(f"{what}: {len(data)} bytes of JSON, more than the {max_bytes} that are read")
    if data.startswith(b"\xef\xbb\xbf"):
        raise UnreadableError(f"{what}: begins with a byte-order mark")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableError(f"{what}: not UTF-8 at byte {error.start}") from None
    _refuse_deep_nesting(text, what)
    try:
        document = json.loads(
            text,
            object_pairs_hook=_refuse_duplicate_keys,
            parse_constant=_refuse_constant,
            parse_int=_bounded_int,
            parse_float=_finite_float,
        )
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise UnreadableError(f"{what}: not JSON at {where}: {error.msg}") from None
    except ValueError as error:
        raise UnreadableError(f"{what}: {error}") from None
    if _SURROGATE.search(text):
        _refuse_surrogates(document, what)
    return document


def loads_object(data: bytes, *, what: str, max_bytes: int = MAX_BYTES) -> dict[str, Any]:
    """`loads`, for a document that must be an object."""
    document = loads(data, what=what, max_bytes=max_bytes)
    if not isinstance(document, dict):
        raise UnreadableError(f"{what}: a JSON object is expected, this is a {type(document).__name__}")
    return document


def dumps(document: object) -> bytes:
    """The one byte form of `document`: sorted keys, no white space, UTF-8, no NaN."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8")


def pretty(document: object, *, in_order: bool = False) -> bytes:
    """`document` for people: sorted keys (unless they are to stay `in_order`), two spaces, a final newline."""
    text = json.dumps(document, sort_keys=not in_order, indent=2, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode()


def _refuse_duplicate_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        twin = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"the key {twin!r:.60} stands twice in one object")
    return result


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


def _bounded_int(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise ValueError(f"a number of {len(text)} digits")
    return int(text)


def _finite_float(text: str) -> float:
    value = float(text)
    if len(text) > MAX_DIGITS or not math.isfinite(value):
        raise ValueError(f"the number {text:.40} is out of range")
    return value


def _refuse_deep_nesting(text: str, what: str) -> None:
    """Count brackets outside of strings, so that no recursion depends on foreign input."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return
    depth = 0
    for bracket in _BRACKET.findall(_STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        if depth > MAX_DEPTH:
            raise UnreadableError(f"{what}: nested deeper than {MAX_DEPTH} levels")


def _refuse_surrogates(value: Any, what: str) -> None:
    if isinstance(value, str):
        if _HALF.search(value):
            raise UnreadableError(f"{what}: a lone surrogate in a string")
    elif isinstance(value, dict):
        for key, item in value.items():
            _refuse_surrogates(key, what)
            _refuse_surrogates(item, what)
    elif isinstance(value, list):
        for item in value:
            _refuse_surrogates(item, what)
