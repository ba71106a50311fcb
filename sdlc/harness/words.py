"""
The search with words: short inputs of the marks and words that the product knows, first all of them, then at random.

Most bugs of parsers show with very few tokens, only that these must be the right ones. Nothing is instrumented, so an
input costs little; what guides this search is where the harness refuses: an input that is refused at a new place is
changed further. Behind the search by coverage it has a second turn, beside the inputs that one kept.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice, product

from sdlc.harness.deadline import Deadline
from sdlc.harness.lexicon import Lexicon
from sdlc.harness.lines import reaching
from sdlc.harness.mutate import BEFORE_LINES, TOKEN, Mutator
from sdlc.harness.oracle import Oracle
from sdlc.harness.report import Report
from sdlc.harness.shrink import shrink
from sdlc.harness.sight import Sight
from sdlc.harness.specimens import specimens

MARKS = 40
WORDS = 120
POOL = 400
LONGEST = 2048
FRESH = 0.5
"""Share of inputs that are made anew and are no changes."""

LOOKING = 0.15
"""Share of the time at most in which known inputs are looked at, to see what they reach."""

TOKENS = 150
PLANTED, PLACES = 12, 40
"""Inputs, and places of each, at which every mark is tried."""

INDENTED = 12
ENDINGS = (b"\n", b";", b":", b" ", b"=", b"(")


def search_with_words(oracle: Oracle, report: Report, deadline: Deadline, lexicon: Lexicon, seed: int = 0) -> None:
    """Until the time is over; half of it at most goes to the inputs that are all tried."""
    known = [*lexicon.seeds[:POOL], *specimens()]

    def first(pool: list[bytes]) -> Iterator[bytes]:
        yield from planted(pool[:PLANTED], lexicon)
        yield from systematic(lexicon, cut_off=True)

    _search(oracle, report, deadline, lexicon, seed, known, first)


def search_beside(
    oracle: Oracle, report: Report, deadline: Deadline, lexicon: Lexicon, kept: Sequence[bytes], seed: int = 0
) -> None:
    """As with words, but beside inputs that a search by coverage kept: those have what is hard to come by.

    Without instrumentation the same second holds several times as many executions.
    """
    known = [*sorted(set(kept), key=lambda data: (len(data), data)), *specimens()]
    _search(oracle, report, deadline, lexicon, seed, known, lambda pool: beside(pool, lexicon))


def _search(
    oracle: Oracle,
    report: Report,
    deadline: Deadline,
    lexicon: Lexicon,
    seed: int,
    known: Sequence[bytes],
    first: Callable[[list[bytes]], Iterable[bytes]],
) -> None:
    """What comes `first`, then changes of `known` inputs that reach something, and of those refused at a new place."""
    attempt = judged(oracle, report)
    rng = random.Random(seed)  # noqa: S311 - inputs, no secrets
    mutator = Mutator(lexicon, rng)
    room = min(LONGEST, oracle.harness.max_len)
    fitting = [data for data in known if len(data) <= room]
    sight, oracle.sight = oracle.sight, Sight(())  # a trace has one owner
    pool = [b"", *reaching(fitting, attempt, oracle.folders, deadline.within(LOOKING))]
    oracle.sight = sight
    mutator.pool = pool
    places: set[object] = set()
    most = len(pool) + POOL

    def go_on(data: bytes) -> None:
        attempt(data)
        place = oracle.left_at
        if place is not None and place not in places:
            places.add(place)
            if len(pool) < most and len(data) <= room:
                pool.append(data)

    half = deadline.within(0.5)
    for data in first(list(pool)):
        go_on(data)
        if half.over():
            break
    while not deadline.over():
        go_on(mutator.fresh() if rng.random() < FRESH else mutator.change(_often(pool, rng), room))


def _often(pool: Sequence[bytes], rng: random.Random) -> bytes:
    """One of `pool`, those in front, which reach most, more often."""
    return pool[int(len(pool) * rng.random() ** 1.5)]


def systematic(lexicon: Lexicon, *, cut_off: bool = False) -> Iterator[bytes]:
    """Single pieces and specimens; pairs of marks; words with marks around them; then three marks, the likely first.

    With `cut_off` the thousands of beginnings of specimens, too: who takes the first inputs alone wants words instead.
    """
    yield b""
    yield from lexicon.marks
    yield from lexicon.trouble
    yield from lexicon.words
    yield from lexicon.samples
    yield from specimens()
    marks = lexicon.marks[:MARKS]
    yield from (first + second for first, second in product(marks, repeat=2))
    for word in [*lexicon.words[:WORDS], *lexicon.samples[:WORDS]]:
        yield from (word + ending for ending in ENDINGS)
        yield from (mark + word for mark in marks[:12])
    for specimen in specimens() if cut_off else ():
        yield from cut(specimen)
    yield from (b"".join(three) for three in islice(product(marks[:24], repeat=3), 20_000))


def planted(inputs: Iterable[bytes], lexicon: Lexicon) -> Iterator[bytes]:
    """Each mark at each place of `inputs`, and in place of each token: what is new mostly stands inside of the old.

    In a fixed order, so that a mark that a change of the product knows is met every time.
    """
    marks = lexicon.marks[:MARKS]
    for data in inputs:
        for token in islice(TOKEN.finditer(data), PLACES):
            yield from (data[: token.start()] + mark + data[token.start() :] for mark in marks)
            yield from (data[: token.start()] + mark + data[token.end() :] for mark in marks)


def beside(inputs: Iterable[bytes], lexicon: Lexicon) -> Iterator[bytes]:
    """Each of `inputs` with a mark behind it and before it, without each token, and cut off behind each.

    The first of them also with their lines inside of something, cut off there.
    """
    marks = lexicon.marks[:MARKS]
    for place, data in enumerate(inputs):
        yield from (data + mark for mark in marks)
        yield from (mark + data for mark in marks[:12])
        yield from (data[: token.start()] + data[token.end() :] for token in islice(TOKEN.finditer(data), MARKS))
        yield from cut(data)
        for before in BEFORE_LINES if place < INDENTED and b"\n" in data else ():
            yield from cut(before + data.replace(b"\n", b"\n" + before))


def cut(data: bytes) -> Iterator[bytes]:
    """The beginnings of `data`, up to each of its tokens."""
    return (data[: token.end()] for token in islice(TOKEN.finditer(data), TOKENS))


def judged(oracle: Oracle, report: Report) -> Callable[[bytes], None]:
    """Judges an input, and reports a crash that is not known yet, made smaller."""

    def attempt(data: bytes) -> None:
        if oracle.avoids(data):
            return
        crash = oracle.judge(data)
        if crash is None:
            return
        if oracle.knows(crash):
            report.again(crash, data)
        else:
            report.add(crash, shrink(oracle.judge, data, crash.key), data)

    return attempt
