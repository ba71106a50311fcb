"""
The growth search as a phase: many patterns are tried at three sizes, and those that grow steeply are measured.

What crashes on the way is a crash as in any other phase; recursion without end is found here first. Steep growth alone
is none: an input fails when it takes more CPU time than its harness allows, and it is at most `max_len` bytes long.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from sdlc.harness.deadline import Deadline
from sdlc.harness.depth import LONGEST, search_depth
from sdlc.harness.lexicon import Lexicon, encoded
from sdlc.harness.lines import reaching
from sdlc.harness.mutate import TOKEN
from sdlc.harness.oracle import Crash, Oracle
from sdlc.harness.patterns import pumps
from sdlc.harness.pump import Growth, grow
from sdlc.harness.report import Report
from sdlc.harness.seeds import Known
from sdlc.harness.shrink import shrink
from sdlc.harness.sight import Sight
from sdlc.harness.specimens import specimens
from sdlc.harness.words import judged

CHARACTERS = [bytes([byte]) for byte in b"a9 \n\t=:,.;\"'[]{}()<>-_/\\#*!&%+|~^@$?`"]
PAIRS = [
    b"a,",
    b" ,",
    b"\n ",
    b"[]",
    b"()",
    b"{}",
    b"<a",
    b"a=",
    b"&#",
    b"\\\\",
    b"a.",
    b"0,",
    b" a",
    b"-a",
    b"[[",
    b"a:",
]
PAIRS_TO_NEST = [(b"[", b"]"), (b"(", b")"), (b"{", b"}"), (b"<a>", b"</a>"), (b"<", b">"), (b'"', b'"'), (b"> ", b"")]
OPENINGS = [b"<", b"&#", b"1", b'"', b"(", b"[", b"{", b"a "]
SUFFIXES = (b"", b"!", b"\n", b";")
WORD = 16
"""Bytes up to which a word of the product is a token."""

FEW, SMALL, LARGE = 28, 1024, 4096
"""Tokens, bytes and bytes of the three sizes."""
SIZES = 3

CLEAR = 0.02
"""CPU seconds from which a time says something."""

STEEP = 8.0
"""From this factor between SMALL and LARGE, four times the size, a pattern is measured: the power is 1.5."""

KEPT = 5

DEEPER, LOOKING = 0.3, 0.3
"""Shares of the time: for the search for recursion, and of that for which inputs it begins with."""

DEEP = 16384
"""Bytes of a fourth size, for what was quick: recursion needs depth, and a level may be long."""

Pattern = tuple[bytes, bytes, bytes, bytes]
"""Prefix, token, suffix, and what closes a token: one of them stands behind the suffix for every token."""

NOTHING: Pattern = (b"", b"", b"", b"")


def search_growth(
    oracle: Oracle, report: Report, deadline: Deadline, known: Known, lexicon: Lexicon, seed: int = 0
) -> None:
    """Patterns of the product's expressions, inputs and words until the time is over; the steepest go into the report.

    In a fixed order, another one for every `seed` but 0.
    """
    oracle.sight = Sight(())  # watching costs time, and time is what is measured
    rng = random.Random(seed)  # noqa: S311 - an order, no secret
    attempt = judged(oracle, report)
    begun = deadline.within(DEEPER)
    inputs = reaching(_begin(known), attempt, oracle.folders, begun.within(LOOKING))
    search_depth(oracle, report, inputs, begun, rng)
    common = list(_patterns(known))
    if seed:
        rng.shuffle(common)
    expressions = _of_expressions(lexicon, rng)  # twice in each turn: most of what is slow is one of them
    kinds = [expressions, expressions, _of_inputs(known, rng), _going_on(oracle, attempt, known), iter(common)]
    kinds += [_nested(known, rng), _in_context(lexicon, inputs, rng), _at_random(lexicon, known, rng)]
    tried: set[Pattern] = set()
    for pattern in _in_turn(kinds):
        if deadline.over():
            return
        if not pattern[1] or pattern in tried:
            continue
        tried.add(pattern)
        if _looks_steep(oracle, report, pattern):
            measured = measure(oracle, pattern)
            if measured is not None:
                _keep(oracle, report, measured)


def measure(oracle: Oracle, pattern: Pattern) -> Growth | None:
    """How `pattern` grows up to the harness's `max_len`; None when the harness raises what it does not declare."""
    harness = oracle.harness
    try:
        return grow(harness.function, *pattern, limit=harness.max_len, raises=harness.raises)
    except BaseException:  # a crash, and judged as such elsewhere
        return None


def row(growth: Growth) -> dict[str, Any]:
    """What the report says of one pattern; bytes in hexadecimal."""
    pattern = {"prefix": growth.prefix.hex(), "token": growth.token.hex(), "suffix": growth.suffix.hex()}
    pattern |= {"closing": growth.closing.hex()} if growth.closing else {}
    return pattern | {"exponent": growth.exponent, "exponential": growth.exponential, "second_at": growth.second_at}


def _patterns(known: Known) -> Iterator[Pattern]:
    words = [word for word in known.words if len(word) <= WORD]
    short = [seed for seed in known.stored if len(seed) <= 64]
    tokens = [*CHARACTERS, *PAIRS, *words[:100]]
    prefixes = [b"", *short[:4], *OPENINGS, *words[:60]]
    for prefix in prefixes:
        for suffix in SUFFIXES:
            for token in tokens:
                yield prefix, token, suffix, b""


def _of_expressions(lexicon: Lexicon, rng: random.Random) -> Iterator[Pattern]:
    """Every repetition of every regular expression, those of one expression after those of the others."""
    walks = [pumps(tree, rng) for _ in range(2) for tree in lexicon.trees]
    for pump in _in_turn(walks):
        prefix, token, suffix = (encoded(part) for part in pump)
        yield prefix, token, suffix, b""


def _of_inputs(known: Known, rng: random.Random) -> Iterator[Pattern]:
    """Pieces of inputs that other searches kept, repeated alone, in their place, and behind the whole."""
    short = sorted((one for one in known.kept if 0 < len(one) <= 200), key=len)
    for data in short[:200]:
        if len(data) <= 8:
            yield b"", data, b"", b""
        for size in (1, 2, 3):
            if len(data) > size:
                at = rng.randrange(len(data) - size + 1)
                yield data[:at], data[at : at + size], data[at + size :], b""
                yield b"", data[at : at + size], b"", b""
        yield data, data[-1:], b"", b""


def _nested(known: Known, rng: random.Random) -> Iterator[Pattern]:
    """Brackets, alone and in the places of inputs; then these inputs in themselves, cut at two places."""
    for opening, closing in PAIRS_TO_NEST:
        yield b"", opening, b"", closing
    taken = [data for data in (*known.stored, *known.kept, *specimens()) if 0 < len(data) <= 200]
    for data in sorted(taken, key=len):
        tokens = [match.span() for match in TOKEN.finditer(data)]
        start, end = rng.choice(tokens) if tokens else (0, 0)
        for opening, closing in PAIRS_TO_NEST[:3]:
            yield data[:start], opening, data[start:end] + data[end:], closing
        for start, end in (*rng.sample(tokens, min(4, len(tokens))), *tokens[1:2]):
            yield b"", data[:start], data[start:end], data[end:]


def _going_on(oracle: Oracle, attempt: Callable[[bytes], None], known: Known) -> Iterator[Pattern]:
    """Inputs that are taken, with a byte behind them that is taken as well, however often."""
    for data in sorted((one for one in known.kept if len(one) <= 400), key=len):
        attempt(data)
        if oracle.left_at is None:
            for byte in range(256):
                token = bytes([byte])
                attempt(data + token * 2)
                if oracle.left_at is None:
                    yield data, token, b"", b""
        yield NOTHING  # the others have their turns: most inputs go on with no byte at all


def _begin(known: Known) -> list[bytes]:
    """What other searches kept, the short ones first, and specimens."""
    kept = sorted({*known.stored, *known.kept, *known.seeds}, key=lambda data: (len(data), data))
    return [data for data in (*specimens(), *kept) if 0 < len(data) <= LONGEST]


def _in_context(lexicon: Lexicon, inputs: Sequence[bytes], rng: random.Random) -> Iterator[Pattern]:
    """Without end: what makes an expression slow, in the place of a token of an input; most are asked of a part."""
    while lexicon.trees and inputs:
        tree = lexicon.trees[int(len(lexicon.trees) * rng.random() ** 1.5)]
        found = [tuple(encoded(part) for part in pump) for pump in islice(pumps(tree, rng), 200)]
        for prefix, token, suffix in rng.sample(found, min(3, len(found))):
            data = inputs[int(len(inputs) * rng.random() ** 1.5)]
            start, end = rng.choice([match.span() for match in TOKEN.finditer(data)] or [(0, 0)])
            behind = data[end:] if rng.random() < 0.5 else b""
            yield data[:start] + prefix, token, suffix + behind, b""
        if not found:
            yield NOTHING


def _at_random(lexicon: Lexicon, known: Known, rng: random.Random) -> Iterator[Pattern]:
    """Without end: pieces behind pieces, and behind the beginnings of inputs."""
    kept = [b"", *known.kept]
    while True:
        data = rng.choice(kept)[:200]
        prefix = data[: rng.randint(0, len(data))] + (lexicon.piece(rng) if rng.random() < 0.5 else b"")
        token = b"".join(lexicon.piece(rng) for _ in range(rng.choice((1, 1, 2, 3))))
        yield prefix, token[:64], rng.choice((b"", b"", *lexicon.marks[:12])), b""


def _in_turn(many: Sequence[Iterator[Any]]) -> Iterator[Any]:
    """One of each, again and again, until all are at their end."""
    left = list(many)
    while left:
        for one in list(left):
            try:
                yield next(one)
            except StopIteration:
                left.remove(one)


def _looks_steep(oracle: Oracle, report: Report, pattern: Pattern) -> bool:
    prefix, token, suffix, closing = pattern
    level = len(token + closing)
    times: list[float] = []
    for count in (FEW, SMALL // level, LARGE // level, DEEP // level):
        data = prefix + token * count + suffix + closing * count
        if len(data) > oracle.harness.max_len or (len(times) == SIZES and not (closing and times[-1] < CLEAR)):
            break
        began = time.process_time()
        crash = oracle.judge(data)
        times.append(time.process_time() - began)
        if crash is not None:
            new = not oracle.knows(crash)
            _report(oracle, report, crash, data)
            return new and crash.exception == "Timeout"
    if times[:1] and times[0] > CLEAR:
        return True
    return len(times) >= SIZES and times[-1] > CLEAR and times[-1] > STEEP * times[-2]


def _keep(oracle: Oracle, report: Report, growth: Growth) -> None:
    report.growth = sorted([*report.growth, row(growth)], key=_badness)[:KEPT]
    report.write()
    if growth.fails(oracle.harness.max_len) and growth.second_at:
        room = growth.second_at - len(growth.prefix) - len(growth.suffix)
        data = growth.of(max(1, room // len(growth.token + growth.closing)))
        crash = oracle.judge(data)
        if crash is not None:
            kind = "exponential" if growth.exponential else f"of the power {growth.exponent:g}"
            said = f"{crash.message}: growth {kind}, a second at {growth.second_at} bytes"
            _report(oracle, report, replace(crash, message=said), data)


def _badness(one: dict[str, Any]) -> tuple[bool, float]:
    return not one["exponential"], -float(one["exponent"])


def _report(oracle: Oracle, report: Report, crash: Crash, data: bytes) -> None:
    if oracle.knows(crash):
        return
    judge: Callable[[bytes], Crash | None] = oracle.judge
    small = data if crash.exception == "Timeout" else shrink(judge, data, crash.key)
    report.add(crash, small, data)


def patterns_of(words: Sequence[str]) -> list[Pattern]:
    """Patterns as they stand on a command line: prefix, token, suffix, closing in hexadecimal, with commas."""
    found = []
    for word in words:
        prefix, token, suffix, closing = (bytes.fromhex(part) for part in word.split(","))
        found.append((prefix, token, suffix, closing))
    return found
