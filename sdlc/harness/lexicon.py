"""
What a product's inputs are made of: its own words, texts that its regular expressions match, and known trouble.

The trouble is what parsers of any format stumble over: numbers at the edge of a machine word, digits that int() does
not take, line ends that only some functions know, characters that grow when their case is changed.
"""

from __future__ import annotations

import ast
import random
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from sdlc.harness.patterns import parsed, sample

PLAIN = "a1 \n\"'()[]{}<>&#;:,.=/\\-_*+!?%@|~^$`\t\r0Z\0"
NUMBERS = (
    *("0", "-1", "00", "255", "256", "65536", "2147483648", "4294967296", "18446744073709551616"),
    *("1e999", "-0.0", "nan", "inf", "0x", "1_0", "1114112", "55296", "99999999999999999999"),
)
STRANGE = "²٣①½İßǆſ\u0085\u00a0\u2028\u2029\u200b\ufeff\ud7ff\U0010ffff\u0301\x1c\x7f"
BROKEN = (b"\xff", b"\xc3", b"\xed\xa0\x80", b"\x80", b"\xef\xbb\xbf", b"\x00\x01")
SAMPLES = 3
LONGEST = 32


class Lexicon:
    """Pieces of bytes by kind; `seeds` are whole inputs to begin with."""

    def __init__(
        self, words: Iterable[bytes], patterns: Iterable[tuple[str, int]], seeds: Iterable[bytes] = ()
    ) -> None:
        rng = random.Random(0)  # noqa: S311 - inputs, no secrets
        self.words = sorted({word for word in words if 0 < len(word) <= LONGEST}, key=lambda word: (len(word), word))
        self.trees = [tree for tree in (parsed(*pattern) for pattern in patterns) if tree]
        texts = (sample(tree, rng) for _ in range(SAMPLES) for tree in self.trees)
        self.samples = list(dict.fromkeys(encoded(text[:200]) for text in texts if text))
        self.marks = self._marks()
        self.trouble = [*map(encoded, NUMBERS), *map(encoded, STRANGE), *BROKEN]
        self.seeds = [seed for seed in seeds if len(seed) <= 4096]

    def _marks(self) -> list[bytes]:
        """Single characters, those that short words of the product have most first."""
        count: Counter[bytes] = Counter()
        for word in self.words:
            if len(word) <= 4:
                count.update(encoded(one) for one in set(word.decode("utf-8", "replace")) if not one.isalnum())
        ranked = [mark for mark, _ in count.most_common(40)]
        return list(dict.fromkeys([*ranked, *(encoded(one) for one in PLAIN)]))

    def piece(self, rng: random.Random) -> bytes:
        """One of them, marks most often; of marks and expressions the first ones, which are the likely ones, more."""
        kind = rng.random()
        if kind < 0.45 or not (self.words or self.samples):
            return self.marks[int(len(self.marks) * rng.random() ** 1.5)]
        if kind < 0.7 and self.words:
            return rng.choice(self.words)
        if kind < 0.9 and self.trees:
            return encoded(sample(self.trees[int(len(self.trees) * rng.random() ** 1.5)], rng)[:200])
        return rng.choice(self.trouble)


def encoded(text: str) -> bytes:
    """UTF-8, with half characters as they are."""
    return text.encode("utf-8", "surrogatepass")


def numbers(files: Iterable[str]) -> list[bytes]:
    """Integers of the Python `files`, as the characters that they may stand for, and written out with neighbors."""
    found: set[bytes] = set()
    for name in files:
        try:
            tree = ast.parse(Path(name).read_bytes())
        except (SyntaxError, ValueError, RecursionError, OSError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and type(node.value) is int and 1 < node.value < 2**63:
                found.add(str(node.value).encode())
                if node.value <= 0x10FFFF and not chr(node.value).isalnum():
                    found.add(encoded(chr(node.value)))
    return sorted(found)
