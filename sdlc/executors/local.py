"""Runs tasks on this machine's cores, each as soon as what it depends on has ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from graphlib import CycleError, TopologicalSorter
from typing import TypeVar

from sdlc.errors import UsageError

Answer = TypeVar("Answer")


def run_tasks(
    depends_on: Mapping[str, tuple[str, ...]],
    work: Callable[[str, Mapping[str, Answer]], Answer],
    *,
    jobs: int,
    started: Callable[[str], None] = lambda _: None,
    ended: Callable[[str, Answer], None] = lambda _name, _answer: None,
    interrupt: Callable[[], None] = lambda: None,
) -> dict[str, Answer]:
    """`work(name, answers of what it depends on)` for every name, at most `jobs` at once.

    `started` and `ended` are called in this thread. An exception of `work` ends the run and is raised;
    `interrupt` is called first, and must make running work end soon.
    """
    sorter = TopologicalSorter({name: set(needs) & set(depends_on) for name, needs in depends_on.items()})
    try:
        sorter.prepare()
    except CycleError as error:
        raise UsageError(f"gates need each other in a circle: {' → '.join(error.args[1])}") from None
    answers: dict[str, Answer] = {}
    with ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
        running: dict[Future[Answer], str] = {}
        try:
            while sorter.is_active():
                for name in sorted(sorter.get_ready()):
                    needs = {need: answers[need] for need in depends_on[name] if need in answers}
                    started(name)
                    running[pool.submit(work, name, needs)] = name
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    name = running.pop(future)
                    answers[name] = future.result()
                    ended(name, answers[name])
                    sorter.done(name)
        except BaseException:
            interrupt()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return answers
