from __future__ import annotations

import threading
from collections.abc import Mapping

import pytest

from sdlc.errors import UsageError
from sdlc.executors.local import run_tasks


def test_each_task_sees_the_answers_of_what_it_needs_and_of_nothing_else() -> None:
    seen: dict[str, dict[str, str]] = {}

    def work(name: str, needs: Mapping[str, str]) -> str:
        seen[name] = dict(needs)
        return name.upper()

    answers = run_tasks({"a": (), "b": ("a",), "c": ("a", "b")}, work, jobs=2)
    assert answers == {"a": "A", "b": "B", "c": "C"}
    assert seen == {"a": {}, "b": {"a": "A"}, "c": {"a": "A", "b": "B"}}


def test_independent_tasks_run_at_once() -> None:
    meeting = threading.Barrier(2, timeout=10)
    run_tasks({"a": (), "b": ()}, lambda _name, _needs: meeting.wait(), jobs=2)


def test_a_circle_is_a_sentence() -> None:
    with pytest.raises(UsageError, match="circle"):
        run_tasks({"a": ("b",), "b": ("a",)}, lambda _name, _needs: None, jobs=1)


def test_an_exception_interrupts_what_still_runs() -> None:
    release = threading.Event()

    def work(name: str, _needs: Mapping[str, object]) -> None:
        if name == "crash":
            raise RuntimeError("boom")
        assert release.wait(10)

    with pytest.raises(RuntimeError, match="boom"):
        run_tasks({"crash": (), "waits": ()}, work, jobs=2, interrupt=release.set)
