"""
The search by coverage where there is no atheris: on bytes, or on the choices that Hypothesis reads from bytes.

And what a corpus is pruned by: the smallest inputs that together reach all lines that all of them reach.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sdlc.harness.deadline import Deadline
from sdlc.harness.guided import typed_judge
from sdlc.harness.lexicon import Lexicon
from sdlc.harness.lines import Lines
from sdlc.harness.mutate import Mutator
from sdlc.harness.oracle import Crash, Oracle
from sdlc.harness.report import Report
from sdlc.harness.shrink import shrink
from sdlc.harness.sight import Sight
from sdlc.harness.words import systematic

POOL = 2000
CHOICES = 512
BEGIN = 300


def search_by_lines(
    oracle: Oracle, report: Report, deadline: Deadline, lexicon: Lexicon, folder: Path, seed: int = 0
) -> None:
    """Until the time is over; inputs that reach a new line are changed further, and kept in the folder `corpus`."""
    rng = random.Random(seed)  # noqa: S311 - inputs, no secrets
    typed = oracle.harness.strategy is not None
    judge: Callable[[bytes], Crash | None] = typed_judge(oracle) if typed else oracle.judge
    value_of: Callable[[bytes], Any] = getattr(judge, "value_of", lambda data: data)
    mutator = Mutator(lexicon, rng)
    pool: list[bytes] = [rng.randbytes(CHOICES) for _ in range(8)] if typed else [b""]
    begin = [] if typed else [*lexicon.seeds, *list(systematic(lexicon))[:BEGIN]]
    room = CHOICES if typed else min(1024, oracle.harness.max_len)
    corpus = folder / "corpus"
    corpus.mkdir(exist_ok=True)
    with Lines(oracle.folders) as lines:
        report.way = lines.way
        while not deadline.over():
            data = begin.pop(0) if begin else _changed(rng.choice(pool), mutator, rng, room, typed=typed)
            crashes: list[Crash | None] = []
            watched = oracle.sight.watching
            if watched:  # a trace has one owner
                crashes.append(judge(data))
                new = 0
            else:
                new = lines.new(lambda data=data, crashes=crashes: crashes.append(judge(data)))  # type: ignore[misc]
            if new and len(pool) < POOL:
                pool.append(data)
                (corpus / f"{len(pool):05}").write_bytes(data)
            crash = crashes[0] if crashes else None
            if crash is not None and oracle.knows(crash):
                report.again(crash, value_of(data))
            elif crash is not None:
                first = value_of(data)
                report.add(crash, value_of(shrink(judge, data, crash.key)), first)
        report.lines = len(lines)


def _changed(data: bytes, mutator: Mutator, rng: random.Random, room: int, *, typed: bool) -> bytes:
    if not typed:
        return mutator.change(data, room) if rng.random() < 0.9 else mutator.fresh()[:room]
    if rng.random() < 0.2:
        return rng.randbytes(room)
    found = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 8))):
        found[rng.randrange(len(found))] = rng.choice((0, 1, 255, rng.randrange(256)))
    return bytes(found)


def pruned(oracle: Oracle, report: Report, inputs: Sequence[bytes]) -> list[int]:
    """Places of the inputs to keep: each reaches a line that the smaller ones do not. What crashes is not kept."""
    oracle.sight = Sight(())
    keep: list[int] = []
    with Lines(oracle.folders) as lines:
        for place in sorted(range(len(inputs)), key=lambda place: (len(inputs[place]), inputs[place])):
            crashes: list[Crash | None] = []
            new = lines.new(lambda place=place, crashes=crashes: crashes.append(oracle.judge(inputs[place])))  # type: ignore[misc]
            crash = crashes[0] if crashes else None
            if crash is not None:
                if not oracle.knows(crash):
                    report.add(crash, inputs[place])
            elif new:
                keep.append(place)
    return keep
