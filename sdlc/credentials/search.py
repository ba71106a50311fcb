"""Every credential in a text: at most one per place, named by the first kind that proves it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch

from sdlc.credentials.assigned import find_assigned
from sdlc.credentials.kinds import ASSIGNED, SECOND_OPINION, Kind
from sdlc.credentials.placeholders import is_placeholder
from sdlc.credentials.shapes import folded, holds

MOST = 500
"""More in one text are not reported one by one: the text is a problem of its own."""

_COMMENT = re.compile(
    r"(?:#|//|;|--|/\*|<!--|%|\brem\b|^\s*\*)\s*nosec\b\s*:?\s*(?P<rule>[a-z0-9]+(?:-[a-z0-9]+)*)?(?:\s+--\s+(?P<reason>[^\n]*))?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Match:
    """One credential. `value` is the credential itself and never leaves memory; `canonical` is it without its layout.

    `suppression` is the rule and the reason of a `nosec` comment on its line or alone on the line before; None
    without one.
    """

    kind: str
    line: int
    end_line: int
    value: str = field(repr=False)
    canonical: str = field(repr=False)
    suppression: tuple[str, str] | None = None


class TooManyError(ValueError):
    """A text with more credentials than anybody would read."""


def search(text: str, path: str, kinds: Sequence[Kind], *, binary: bool, second: Iterable[str] = ()) -> list[Match]:
    """The credentials in `text`; `second` are values that detect-secrets reported. Raises TooManyError."""
    found: list[tuple[int, int, Kind]] = []
    taken: list[tuple[int, int]] = []
    for start, end, kind in _candidates(text, path, kinds, binary, second):
        if any(start < other_end and other_start < end for other_start, other_end in taken):
            continue
        taken.append((start, end))
        found.append((start, end, kind))
        if len(found) > MOST:
            raise TooManyError(path)
    if not found:
        return []
    breaks = [match.start() for match in re.finditer("\n", text)]
    return [_match(text, start, end, kind, breaks) for start, end, kind in sorted(found, key=lambda row: row[:2])]


def _candidates(
    text: str, path: str, kinds: Sequence[Kind], binary: bool, second: Iterable[str]
) -> Iterator[tuple[int, int, Kind]]:
    lower = text.lower()
    for kind in kinds:
        if binary and kind.generic:
            continue
        if kind.id == ASSIGNED:
            for start, end in find_assigned(text, path):
                yield start, end, kind
        elif kind.id == SECOND_OPINION:
            for value in second:
                at = text.find(value) if value and not is_placeholder(value) else -1
                if at >= 0:
                    yield at, at + len(value), kind
        elif kind.pattern is not None and _is_near(kind, lower, path):
            for match in kind.pattern.finditer(text):
                start, end = match.span("secret" if "secret" in kind.pattern.groupindex else 0)
                if holds(text[start:end], kind.checks):
                    yield start, end, kind


def _is_near(kind: Kind, lower: str, path: str) -> bool:
    if kind.paths:
        return any(fnmatch(path, pattern) for pattern in kind.paths)
    return any(word in lower for word in kind.keywords)


def _match(text: str, start: int, end: int, kind: Kind, breaks: list[int]) -> Match:
    value = text[start:end]
    first, last = bisect_right(breaks, start - 1), bisect_right(breaks, end - 1)
    canonical = folded(value) if kind.fold else value
    return Match(kind.id, first + 1, last + 1, value, canonical, _suppression(text, breaks, first, last))


def _suppression(text: str, breaks: list[int], first: int, last: int) -> tuple[str, str] | None:
    """The comment on one of the lines `first` to `last` (from 0), or alone on the line before."""
    for number in range(first, min(last, first + 1) + 1):
        if (comment := _COMMENT.search(_line(text, breaks, number))) is not None:
            return comment["rule"] or "", (comment["reason"] or "").strip()
    before = _line(text, breaks, first - 1) if first else ""
    comment = _COMMENT.match(before.strip())
    return (comment["rule"] or "", (comment["reason"] or "").strip()) if comment else None


def _line(text: str, breaks: list[int], number: int) -> str:
    start = breaks[number - 1] + 1 if number else 0
    end = breaks[number] if number < len(breaks) else len(text)
    return text[max(start, end - 2000) : end]
