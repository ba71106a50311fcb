"""
The search with atheris, which follows coverage: on raw bytes, or on the choices of a typed harness's strategy.

A call costs a microsecond or two, so what judges it must cost next to nothing: one timer that ticks on, instead of one
set for every input. Whatever is not a plain return or a declared exception is judged again, slowly and exactly.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from sdlc.harness.deadline import Deadline
from sdlc.harness.lexicon import Lexicon
from sdlc.harness.mutate import Mutator
from sdlc.harness.oracle import Crash, Oracle, TookTooLong, raise_took_too_long
from sdlc.harness.report import Report
from sdlc.harness.seeds import Known
from sdlc.harness.shrink import shrink
from sdlc.harness.sight import Sight
from sdlc.harness.silence import silence
from sdlc.harness.words import systematic

TICKS = 8
"""Ticks of the timer in the CPU time that one input may take."""

BEGIN = 1500
"""Inputs of words and marks that the corpus begins with; libFuzzer keeps those that reach something."""

TRIED = 100
SLOW = 20e-6
"""CPU seconds of an input from which a change that is made in Python, and takes some microseconds, is worth it."""

LENGTHS = ((100e-6, 4096), (400e-6, 1024), (2e-3, 512), (float("inf"), 256))
"""CPU seconds of a short input, and the bytes of a long one: what is slow is better tried often than at length.

The growth search has the long ones.
"""

CLOCK = 16
NOTE = 65536
"""Inputs between two looks at the clock, and between two notes in the report; powers of two."""


@dataclass
class Watch:
    """What watches the inputs behind the first `unwatched`."""

    sight: Sight
    unwatched: int


class Ticker:
    """Ends an input that is at work for TICKS ticks of CPU time; `armed` while the harness runs, and only then."""

    def __init__(self, oracle: Oracle) -> None:
        self._oracle = oracle
        self._last = -1
        self._ticks = 0
        self.armed = False

    def start(self) -> None:
        """Tick from now on; behind a known hang ten times as fast."""
        hung = any(key.startswith("Timeout ") for key in self._oracle.known)
        every = self._oracle.harness.seconds / TICKS / (10 if hung else 1)
        signal.signal(signal.SIGVTALRM, self._tick)
        signal.setitimer(signal.ITIMER_VIRTUAL, every, every)

    def stop(self) -> None:
        """Back to the timer of the oracle."""
        self.armed = False
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, raise_took_too_long)

    def _tick(self, _signal: int, _frame: object) -> None:
        if self._oracle.executions != self._last:
            self._last, self._ticks = self._oracle.executions, 0
            return
        self._ticks += 1
        if self.armed and self._ticks >= TICKS:
            self._ticks = 0
            raise TookTooLong


def search_with_atheris(
    oracle: Oracle, report: Report, deadline: Deadline, known: Known, lexicon: Lexicon, folder: Path, seed: int = 0
) -> None:
    """Coverage-guided search until the time is over; ends the process."""
    import atheris

    judge = typed_judge(oracle) if oracle.harness.strategy is not None else oracle.judge
    value_of: Callable[[bytes], Any] = getattr(judge, "value_of", lambda data: data)

    def end() -> None:
        report.write(finished=True)
        sys.stderr.flush()
        os._exit(0)

    def exactly(data: bytes) -> None:
        crash = judge(data)
        if crash is not None and oracle.knows(crash):
            report.again(crash, value_of(data))
        elif crash is not None:
            first = value_of(data)
            report.add(crash, value_of(shrink(judge, data, crash.key)), first)
        if deadline.over():
            end()

    # libFuzzer keeps the input of a fatal signal; a file that grows too large is the harness's own affair.
    flags = [f"-artifact_prefix={folder}/", "-close_fd_mask=3", "-handle_xfsz=0", f"-seed={seed}"]
    flags += ["-rss_limit_mb=0"]
    if oracle.harness.strategy is not None:
        flags += [f"-max_len={min(oracle.harness.max_len, LENGTHS[0][1])}"]
        atheris.Setup([sys.argv[0], *flags, *_beginnings(folder, known.words, [])], exactly)
        atheris.Fuzz()
    sight, oracle.sight = oracle.sight, Sight(())  # short inputs say little about a harness; what follows is watched
    begin = list(dict.fromkeys([*known.stored, *known.seeds, *islice(systematic(lexicon), BEGIN)]))
    begin = [data for data in begin if not oracle.avoids(data)]
    each = _seconds_each(exactly, begin)
    longest = next(length for limit, length in LENGTHS if each < limit)
    flags += [f"-max_len={min(oracle.harness.max_len, longest)}"]
    flags += _beginnings(folder, known.words, begin)
    one_input = _fast(oracle, exactly, report, deadline, end, Watch(sight, len(begin)))
    deadline.begin()
    if each > SLOW:
        atheris.Setup([sys.argv[0], *flags], one_input, custom_mutator=_mutations(lexicon, begin, seed))
    else:
        atheris.Setup([sys.argv[0], *flags], one_input)
    atheris.Fuzz()


def _seconds_each(exactly: Callable[[bytes], None], inputs: Sequence[bytes]) -> float:
    """CPU seconds of an input, over some of them, after a few that warm up."""
    some = inputs[:: max(1, len(inputs) // TRIED)]
    with silence():  # libFuzzer's own comes with its first input
        for data in some[:10]:
            exactly(data)
        began = time.process_time()
        for data in some:
            exactly(data)
        return (time.process_time() - began) / max(1, len(some))


def _mutations(lexicon: Lexicon, begin: Sequence[bytes], seed: int) -> Callable[[bytes, int, int], bytes]:
    """Half of the changes are those of libFuzzer, half keep the form of the input."""
    import atheris

    rng = random.Random(seed)  # noqa: S311 - inputs, no secrets
    mutator = Mutator(lexicon, rng)
    mutator.pool = begin

    def mutate(data: bytes, room: int, _seed: int) -> bytes:
        if rng.random() < 0.5:
            return bytes(atheris.Mutate(data, len(data) + min(room - len(data), 64) if len(data) < room else room))
        return mutator.change(data, room) if rng.random() < 0.95 else mutator.fresh()[:room]

    return mutate


def _fast(
    oracle: Oracle,
    exactly: Callable[[bytes], None],
    report: Report,
    deadline: Deadline,
    end: Callable[[], None],
    watch: Watch,
) -> Callable[[bytes], None]:
    """Judges nothing but the plain cases; `exactly` has the first inputs, which are watched, and all other cases."""
    function, raises, hanging = oracle.harness.function, oracle.harness.raises, oracle.hanging
    ticker = Ticker(oracle)
    watched = True

    def one_input(data: bytes) -> None:
        nonlocal watched
        if watched:
            if watch.unwatched == 0:
                oracle.sight = watch.sight
            watch.unwatched -= 1
            exactly(data)
            watched = watch.unwatched >= 0 or not watch.sight.done
            if not watched:
                ticker.start()
            return
        if hanging and oracle.avoids(data):
            return
        try:
            oracle.executions = count = oracle.executions + 1
            ticker.armed = True
            function(data)
            ticker.armed = False
        except raises:
            ticker.armed = False
        except BaseException:
            ticker.stop()
            exactly(data)
            ticker.start()
            return
        if count % CLOCK == 0:
            if deadline.over():
                ticker.stop()
                end()
            elif count % NOTE == 0:
                report.write()

    return one_input


def typed_judge(oracle: Oracle) -> Callable[[bytes], Crash | None]:
    """A typed harness is given what its strategy makes of the bytes, so a shrunk value is still one of its own."""
    import hypothesis

    typed: list[Any] = []

    @hypothesis.settings(database=None, deadline=None)
    @hypothesis.given(oracle.harness.strategy() if oracle.harness.strategy else hypothesis.strategies.nothing())
    def remember(value: Any) -> None:
        typed[:] = [value, oracle.judge(value)]

    feed = remember.hypothesis.fuzz_one_input

    def judge(data: bytes) -> Crash | None:
        typed.clear()
        feed(data)
        return typed[1] if typed else None

    def value_of(data: bytes) -> Any:
        judge(data)
        return typed[0] if typed else data

    judge.value_of = value_of  # type: ignore[attr-defined]
    return judge


def _beginnings(folder: Path, words: Sequence[bytes], inputs: Sequence[bytes]) -> list[str]:
    """Dictionary and corpus as libFuzzer takes them; a typed harness reads choices, to which no text is a seed.

    It writes what it keeps into the first folder, where nothing else lies.
    """
    dictionary, corpus, begin = folder / "dictionary", folder / "corpus", folder / "begin"
    dictionary.write_text("".join('"' + "".join(f"\\x{byte:02x}" for byte in word) + '"\n' for word in words))
    for made in (corpus, begin):
        made.mkdir(exist_ok=True)
    for number, seed in enumerate(inputs):
        (begin / str(number)).write_bytes(seed)
    folders = [str(corpus), str(begin)] if inputs else [str(corpus)]
    return [f"-dict={dictionary}", *folders] if words else folders
