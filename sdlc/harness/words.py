"""
The search with words: short inputs of the marks and words that the product knows, first all of them, then at random.

Most bugs of parsers show with very few tokens, only that these must be the right ones. Nothing is instrumented, so an
input costs little; what guides this search is where the harness refuses: an input that is refused at a new place is
changed further.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from itertools import islice, product

from sdlc.harness.deadline import Deadline
from sdlc.harness.lexicon import Lexicon
from sdlc.harness.mutate import Mutator
from sdlc.harness.oracle import Oracle
from sdlc.harness.report import Report
from sdlc.harness.shrink import shrink

MARKS = 40
WORDS = 120
POOL = 400
LONGEST = 2048
ENDINGS = (b"\n", b";", b":", b" ", b"=", b"(")


def search_with_words(oracle: Oracle, report: Report, deadline: Deadline, lexicon: Lexicon, seed: int = 0) -> None:
    """Until the time is over; half of it at most goes to the inputs that are all tried."""
    attempt = judged(oracle, report)
    first = deadline.within(0.5)
    for data in systematic(lexicon):
        attempt(data)
        if first.over():
            break
    rng = random.Random(seed)  # noqa: S311 - inputs, no secrets
    mutator = Mutator(lexicon, rng)
    pool = [b"", *lexicon.seeds[:POOL]]
    places: set[object] = set()
    mutator.pool = pool
    room = min(LONGEST, oracle.harness.max_len)
    while not deadline.over():
        data = mutator.fresh() if rng.random() < 0.5 else mutator.change(rng.choice(pool), room)
        attempt(data)
        place = oracle.left_at
        if place is not None and place not in places:
            places.add(place)
            if len(pool) < POOL:
                pool.append(data)


def systematic(lexicon: Lexicon) -> Iterator[bytes]:
    """Single pieces; pairs of marks; words with marks before and behind them; then three marks, the likely first."""
    yield b""
    yield from lexicon.marks
    yield from lexicon.trouble
    yield from lexicon.words
    yield from lexicon.samples
    marks = lexicon.marks[:MARKS]
    yield from (first + second for first, second in product(marks, repeat=2))
    for word in [*lexicon.words[:WORDS], *lexicon.samples[:WORDS]]:
        yield from (word + ending for ending in ENDINGS)
        yield from (mark + word for mark in marks[:12])
    yield from (b"".join(three) for three in islice(product(marks[:24], repeat=3), 20_000))


def judged(oracle: Oracle, report: Report) -> Callable[[bytes], None]:
    """Judges an input, and reports a crash that is not known yet, made smaller."""

    def attempt(data: bytes) -> None:
        if oracle.ends(data):
            return
        crash = oracle.judge(data)
        if crash is None:
            return
        if oracle.knows(crash):
            report.again(crash, data)
        else:
            report.add(crash, shrink(oracle.judge, data, crash.key), data)

    return attempt
