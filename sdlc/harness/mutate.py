"""Changes of an input that keep its form: pieces are put in, taken out, doubled, nested, swapped and joined."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from sdlc.harness.lexicon import NUMBERS, Lexicon

TOKEN = re.compile(rb"[A-Za-z_]+|[0-9]+|\s+|[\x80-\xff]+|[^\sA-Za-z0-9_]")
DIGITS = re.compile(rb"[0-9]+")
PAIRS = ((b"(", b")"), (b"[", b"]"), (b"{", b"}"), (b"<", b">"), (b'"', b'"'), (b"'", b"'"), (b"<a>", b"</a>"))
TIMES = (2, 2, 2, 3, 3, 4, 8, 30)


class Mutator:
    """Works with the pieces of a lexicon; `pool` are other inputs to join with."""

    def __init__(self, lexicon: Lexicon, rng: random.Random) -> None:
        self._lexicon = lexicon
        self._rng = rng
        self.pool: Sequence[bytes] = lexicon.seeds

    def change(self, data: bytes, room: int) -> bytes:
        """One to four changes of `data`, at most `room` bytes."""
        for _ in range(self._rng.choice((1, 1, 2, 4))):
            data = self._once(data)[:room]
        return data

    def fresh(self) -> bytes:
        """An input of pieces. Few kinds of them and often: what belongs together meets so."""
        rng = self._rng
        few = [self._lexicon.piece(rng) for _ in range(rng.randint(1, 5))]
        return b"".join(rng.choice(few) * rng.choice((1, 1, 1, 1, 2, 3)) for _ in range(rng.randint(1, 9)))

    def _once(self, data: bytes) -> bytes:
        rng = self._rng
        kind = rng.randrange(10)
        if kind <= 1 or not data:
            at = self._place(data)
            return data[:at] + self._lexicon.piece(rng) + data[at:]
        if kind == 9:
            byte = bytes([rng.randint(32, 126) if rng.random() < 0.7 else rng.randrange(256)])
            at = rng.randint(0, len(data))
            return data[:at] + byte + data[at + rng.randrange(2) :]
        start, end = self._token(data)
        token = data[start:end]
        if kind == 2:
            return data[:start] + self._lexicon.piece(rng) + data[end:]
        if kind == 3:
            return data[:start] + data[end:]
        if kind == 4:
            return data[:start] + token * rng.choice(TIMES) + data[end:]
        if kind == 5:
            first, second = rng.choice(PAIRS)
            times = rng.choice(TIMES)
            return data[:start] + first * times + token + second * times + data[end:]
        if kind == 6 and (runs := list(DIGITS.finditer(data))):
            run = rng.choice(runs)
            return data[: run.start()] + rng.choice(NUMBERS).encode() + data[run.end() :]
        if kind == 7 and self.pool:
            other = rng.choice(self.pool)
            return data[: self._place(data)] + other[self._place(other) :]
        start, end = sorted((self._place(data), self._place(data)))
        at = self._place(data)
        return data[:at] + data[start:end] + data[at:]

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
