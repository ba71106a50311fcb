"""
The search with Hypothesis, which knows structure and makes crashes small.

It is imported late, from the product's own environment: a product may lock it, or atheris (`guided.py`), or both.
"""

from __future__ import annotations

import sys
import time
from typing import Any

from sdlc.harness.deadline import Deadline
from sdlc.harness.fuzz import Harness
from sdlc.harness.oracle import Crash, Oracle
from sdlc.harness.report import Report
from sdlc.harness.seeds import Known

ROUND = 300
"""Examples of one run of Hypothesis; the next begins with another seed."""

AT_LEAST, TYPED_AT_LEAST = 20, 100
"""Examples that are tried however late it is: on a busy machine Hypothesis needs seconds to begin.

A typed harness has fewer other searches, and with less than a hundred inputs nothing was searched.
"""

SHRINKS = 1000
SHRINK_SECONDS = 10.0
"""Bounds of making one crash smaller, so that the search behind it goes on."""


def search_with_hypothesis(
    oracle: Oracle, report: Report, deadline: Deadline, known: Known, seed: int = 0, rounds: int = 0
) -> None:
    """Rounds of Hypothesis, one at least, until the time is over, or so many `rounds`; it shrinks what crashes."""
    strategy = _strategy(oracle.harness, known)
    number = seed * 1_000_000
    while True:
        found = _one_round(oracle, strategy, number, deadline)
        if found is not None:
            report.add(*found)
        number += 1
        if deadline.over() or number - seed * 1_000_000 == rounds:
            return


def _one_round(oracle: Oracle, strategy: Any, number: int, deadline: Deadline) -> tuple[Crash, Any, Any] | None:
    """Up to ROUND examples; the first unknown crash, the smallest value that Hypothesis came to, the first."""
    import hypothesis

    last: list[Any] = []
    ends: list[float] = []
    first: list[Any] = []
    bound = [sys.maxsize]
    least = TYPED_AT_LEAST if oracle.harness.strategy is not None else AT_LEAST

    @hypothesis.seed(number)
    @hypothesis.settings(
        max_examples=ROUND,
        deadline=None,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
        report_multiple_bugs=False,
        verbosity=hypothesis.Verbosity.quiet,
    )
    @hypothesis.given(strategy)
    def once(value: Any) -> None:
        late = time.monotonic() > ends[0] if ends else deadline.over()
        if (late and oracle.executions >= least) or oracle.executions > bound[0]:
            return
        crash = oracle.judge(value)
        if crash is None or oracle.knows(crash) or (last and last[0].key != crash.key):
            return
        if not last:
            ends.append(time.monotonic() + SHRINK_SECONDS)
            bound[0] = oracle.executions + SHRINKS
            first.append(value)
        last[:] = [crash, value]
        raise AssertionError(crash.key)

    try:
        once()
    except BaseException as error:
        if not last or isinstance(error, KeyboardInterrupt):
            raise
    return (last[0], last[1], first[0]) if last else None


def _strategy(harness: Harness, known: Known) -> Any:
    """The harness' own strategy, or bytes: of words, of seeds with a piece put in place of a part, and any."""
    from hypothesis import strategies as st

    if harness.strategy is not None:
        return harness.strategy()
    # Not st.text(): its table of all characters takes seconds to make, and nothing here needs it.
    points = st.one_of(st.integers(32, 126), st.integers(0, 0x10FFFF))
    text = st.lists(points, max_size=12).map(lambda many: "".join(map(chr, many)).encode("utf-8", "surrogatepass"))
    glue = st.sampled_from([b" ", b"\n", b"=", b":", b",", b'"', b"[", b"]", b"{", b"}", b"(", b")", b"-", b"0", b"1"])
    piece = st.one_of([*([st.sampled_from(known.words)] if known.words else []), glue, text])
    kinds = [st.lists(piece, max_size=12).map(b"".join), st.binary(max_size=64), text]
    for seeds in filter(None, (known.seeds, known.stored)):
        place = st.tuples(st.integers(0, max(map(len, seeds))), st.integers(0, 8), piece)
        kinds.append(st.tuples(st.sampled_from(seeds), st.lists(place, max_size=3)).map(_spliced))
    return st.one_of(kinds)


def _spliced(choice: tuple[bytes, list[tuple[int, int, bytes]]]) -> bytes:
    """A seed in which pieces replace `length` bytes at a position, which counts around."""
    data, places = choice
    for position, length, piece in places:
        at = position % (len(data) + 1)
        data = data[:at] + piece + data[at + length :]
    return data
