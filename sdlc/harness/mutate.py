"""
Changes of an input that keep its form: pieces are put in, taken out, doubled, nested, swapped, joined and cut off.

Places lie between two tokens: a word, a number, white space, a mark. Names of an input are made equal to others of it,
since parsers stumble over what is there twice; lines change their order, bytes become numbers at the edge of a field.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

from sdlc.harness.lexicon import NUMBERS, Lexicon
from sdlc.harness.trees import changed

TOKEN = re.compile(rb"[A-Za-z_]+|[0-9]+|\s+|[\x80-\xff]+|[^\sA-Za-z0-9_]")
DIGITS = re.compile(rb"[0-9]+")
NAME = re.compile(rb"[A-Za-z_][A-Za-z0-9_]*|[0-9]+")
BINARY = re.compile(rb"[\x00-\x08\x0e-\x1f\x80-\xff]")
WIDTHS = (1, 2, 2, 4, 4, 8)
"""Bytes of a field of a binary format."""

EDGES = (0, 1, -1, 2, 0x7F, 0x80, 0x7FFF, 0x8000, 0x7FFFFFFF, 0x80000000, 2**63 - 1, 2**63, 2**40, 255, 256)
PAIRS = ((b"(", b")"), (b"[", b"]"), (b"{", b"}"), (b"<", b">"), (b'"', b'"'), (b"'", b"'"), (b"<a>", b"</a>"))
BEFORE_LINES = (b" ", b"  ", b"    ", b"\t", b"> ", b">", b"- ", b"* ", b"# ", b"| ")
TIMES = (*(2, 2, 2, 3, 3, 4, 8, 30) * 6, 200, 1000)
"""How often a piece is doubled or nested; seldom so often that a parser that calls itself ends."""


class Mutator:
    """Works with the pieces of a lexicon; `pool` are other inputs to join with."""

    def __init__(self, lexicon: Lexicon, rng: random.Random) -> None:
        self._lexicon = lexicon
        self._rng = rng
        self.pool: Sequence[bytes] = lexicon.seeds
        self._ways: tuple[Callable[[bytes], bytes], ...] = (
            *(self._put_in, self._put_in, self._replace, self._remove, self._double, self._wrap, self._renumber),
            *(self._join, self._move, self._nest, self._indent, self._cut, self._byte),
            *(self._rename, self._line, self._field, self._tree),
        )

    def change(self, data: bytes, room: int) -> bytes:
        """One to four changes of `data`, at most `room` bytes."""
        for _ in range(self._rng.choice((1, 1, 2, 4))):
            data = (self._rng.choice(self._ways) if data else self._put_in)(data)[:room]
        return data

    def fresh(self) -> bytes:
        """An input of pieces. Few kinds of them and often: what belongs together meets so."""
        rng = self._rng
        few = [self._lexicon.piece(rng) for _ in range(rng.randint(1, 5))]
        return b"".join(rng.choice(few) * rng.choice((1, 1, 1, 1, 2, 3)) for _ in range(rng.randint(1, 9)))

    def _put_in(self, data: bytes) -> bytes:
        at = self._place(data)
        return data[:at] + self._lexicon.piece(self._rng) + data[at:]

    def _cut(self, data: bytes) -> bytes:
        """Ends where something is still open: at the end of its input a parser looks for what is not there."""
        return data[: self._place(data)]

    def _replace(self, data: bytes) -> bytes:
        start, end = self._token(data)
        return data[:start] + self._lexicon.piece(self._rng) + data[end:]

    def _remove(self, data: bytes) -> bytes:
        start, end = self._token(data) if self._rng.random() < 0.5 else self._part(data)
        return data[:start] + data[end:]

    def _double(self, data: bytes) -> bytes:
        start, end = self._token(data)
        return data[:start] + data[start:end] * self._rng.choice(TIMES) + data[end:]

    def _wrap(self, data: bytes) -> bytes:
        start, end = self._token(data)
        opening, closing = self._rng.choice(PAIRS)
        times = self._rng.choice(TIMES)
        return data[:start] + opening * times + data[start:end] + closing * times + data[end:]

    def _renumber(self, data: bytes) -> bytes:
        runs = list(DIGITS.finditer(data))
        if not runs:
            return self._put_in(data)
        run = self._rng.choice(runs)
        return data[: run.start()] + self._rng.choice(NUMBERS).encode() + data[run.end() :]

    def _join(self, data: bytes) -> bytes:
        other = self._rng.choice(self.pool) if self.pool else data
        return data[: self._place(data)] + other[self._place(other) :]

    def _move(self, data: bytes) -> bytes:
        start, end = self._part(data)
        at = self._place(data)
        return data[:at] + data[start:end] + data[at:]

    def _nest(self, data: bytes) -> bytes:
        """In itself: what stands before a part and what stands behind it are repeated around the part."""
        start, end = self._part(data)
        times = self._rng.choice(TIMES)
        return data[:start] * times + data[start:end] + data[end:] * times

    def _indent(self, data: bytes) -> bytes:
        """A piece before each line, or each but the first."""
        before = self._rng.choice(BEFORE_LINES) if self._rng.random() < 0.7 else self._lexicon.piece(self._rng)
        text = data.replace(b"\n", b"\n" + before)
        return before + text if self._rng.random() < 0.7 else text

    def _rename(self, data: bytes) -> bytes:
        """One name or number, once or wherever it stands, becomes another one of the same input."""
        names = [match.group() for match in NAME.finditer(data)]
        if len(names) < 2:
            return self._put_in(data)
        before, after = self._rng.choice(names), self._rng.choice(names)
        renamed: bytes = re.sub(rb"\b%s\b" % before, after, data, count=self._rng.choice((0, 1, 1)))
        return renamed

    def _line(self, data: bytes) -> bytes:
        """One line goes to another place, or comes there a second time, or goes."""
        lines = data.splitlines(keepends=True)
        if len(lines) < 2:
            return self._move(data)
        line = self._rng.choice(lines) if self._rng.random() < 0.4 else lines.pop(self._rng.randrange(len(lines)))
        if self._rng.random() < 0.8:
            lines.insert(self._rng.randint(0, len(lines)), line)
        return b"".join(lines)

    def _field(self, data: bytes) -> bytes:
        """A field of a binary format gets a number at the edge of what it holds."""
        if not BINARY.search(data):
            return self._renumber(data)
        width, number = self._rng.choice(WIDTHS), self._rng.choice(EDGES)
        field = (number % (1 << 8 * width)).to_bytes(width, self._rng.choice(("big", "little")))
        at = self._rng.randint(0, len(data))
        return data[:at] + field + data[at + (width if self._rng.random() < 0.7 else 0) :]

    def _tree(self, data: bytes) -> bytes:
        """JSON keeps being JSON."""
        return changed(data, self._rng) or self._rename(data)

    def _byte(self, data: bytes) -> bytes:
        byte = bytes([self._rng.randint(32, 126) if self._rng.random() < 0.7 else self._rng.randrange(256)])
        at = self._rng.randint(0, len(data))
        return data[:at] + byte + data[at + self._rng.randrange(2) :]

    def _part(self, data: bytes) -> tuple[int, int]:
        start, end = sorted((self._place(data), self._place(data)))
        return start, end

    def _place(self, data: bytes) -> int:
        """Between two tokens."""
        return self._token(data)[self._rng.randrange(2)] if data else 0

    def _token(self, data: bytes) -> tuple[int, int]:
        at = self._rng.randrange(len(data))
        near = max(0, at - 16)
        for match in TOKEN.finditer(data, near):
            if match.end() > at:
                return match.span()
        return at, at + 1
