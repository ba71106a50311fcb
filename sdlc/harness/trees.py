"""
Changes of a JSON document that leave it one: a part is replaced by another, doubled, moved, taken out or wrapped.

Most changes of its text make it none, and what reads documents that were parsed already never sees those.
"""

from __future__ import annotations

import json
import random
from typing import Any

LEAVES = b"""[null, true, false, 0, 1, -1, 9223372036854775808, 0.5, 1e308, [], {},
    "", "a", "b", "/", "~1", "a/b", "0", "-", "\\u00e9"]"""
"""As text: each is a new one wherever it is put, since a list that stands in two documents changes with both."""

KEYS = ("", "a", "b", "c", "0", "/", "~", "a.b", "$ref", "type", "id")
LONGEST = 4096
"""Bytes of a document that is changed: a long one is not worth being parsed so often."""

Parts = list[tuple[Any, Any]]
"""Each place of a document: the list or object that holds it, and its index or key there."""


def changed(data: bytes, rng: random.Random) -> bytes | None:
    """The document with one to three of its parts changed; None for what is none, or too deep."""
    if data[:1] not in (b"{", b"[") or len(data) > LONGEST:
        return None
    try:
        document = [json.loads(data)]  # so that the whole is a part as well
        for _ in range(rng.choice((1, 1, 2, 3))):
            _change(document, rng)
        return json.dumps(document[0], ensure_ascii=False).encode("utf-8", "surrogatepass")
    except (ValueError, RecursionError):  # what is read may still be too deep to be copied or written
        return None


def _change(document: list[Any], rng: random.Random) -> None:
    parts = _parts(document)
    holder, key = rng.choice(parts)
    other_holder, other_key = rng.choice(parts)
    other = _copy(other_holder[other_key])
    way = rng.randrange(6)
    if way == 0:
        holder[key] = _leaf(rng)
    elif way == 1:
        holder[key] = other
    elif way == 2:
        _add(holder, other if rng.random() < 0.5 else _leaf(rng), rng)
    elif way == 3 and holder is not document:
        del holder[key]
    elif way == 4 and isinstance(holder, dict):
        holder[rng.choice((*KEYS, *holder))] = holder.pop(key)
    else:
        holder[key] = [holder[key], _copy(holder[key])] if rng.random() < 0.6 else {rng.choice(KEYS): holder[key]}
    if isinstance(holder, list) and holder is not document and rng.random() < 0.2:
        rng.shuffle(holder)


def _add(holder: Any, part: Any, rng: random.Random) -> None:
    if isinstance(holder, dict):
        holder[rng.choice((*KEYS, *holder))] = part
    else:
        holder.insert(rng.randint(0, len(holder)), part)


def _parts(document: list[Any]) -> Parts:
    found: Parts = []
    left: list[Any] = [document]
    while left:
        holder = left.pop()
        for key in list(holder) if isinstance(holder, dict) else range(len(holder)):
            found.append((holder, key))
            if isinstance(holder[key], dict | list):
                left.append(holder[key])
    return found


def _leaf(rng: random.Random) -> Any:
    return rng.choice(json.loads(LEAVES))


def _copy(part: Any) -> Any:
    return json.loads(json.dumps(part))
