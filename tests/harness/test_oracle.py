"""What counts as a crash, and how a crash is told apart from another."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sdlc.harness.fuzz import fuzz, harnesses_of
from sdlc.harness.oracle import Crash, Oracle, normalized, own_folders

HERE = (str(Path(__file__).parent),)


def oracle_of(function: Any) -> Oracle:
    [harness] = harnesses_of(SimpleNamespace(function=function))
    return Oracle(harness, HERE)


@fuzz(raises=(KeyError,))
def picky(data: bytes) -> None:
    if data == b"key":
        raise KeyError("declared")
    if b"!" in data:
        inner(data)


def inner(data: bytes) -> None:
    raise ValueError(f"undeclared {len(data)}")


def test_a_declared_harness_is_still_a_function() -> None:
    picky(b"fine")
    with pytest.raises(KeyError):
        picky(b"key")


@pytest.mark.parametrize("data", [b"", b"fine", b"key"])
def test_a_proper_answer_is_no_crash(data: bytes) -> None:
    assert oracle_of(picky).judge(data) is None


def test_a_crash_is_named_by_its_innermost_own_function() -> None:
    crash = oracle_of(picky).judge(b"ab!")
    assert crash is not None
    assert crash.key == "ValueError in test_oracle.py:inner: undeclared #"
    assert crash.message == "undeclared 3"
    assert crash.line == inner.__code__.co_firstlineno + 1


def test_a_subclass_of_a_declared_exception_is_declared_and_its_base_is_not() -> None:
    @fuzz(raises=(LookupError,))
    def base(data: bytes) -> None:
        raise KeyError

    @fuzz(raises=(KeyError,))
    def sub(data: bytes) -> None:
        raise LookupError

    assert oracle_of(base).judge(b"") is None
    assert oracle_of(sub).judge(b"") is not None


def test_recursion_without_end_is_a_crash_of_where_it_began() -> None:
    def deeper(data: bytes) -> None:
        deeper(data)

    @fuzz()
    def recursive(data: bytes) -> None:
        deeper(data)

    crash = oracle_of(recursive).judge(b"")
    assert crash is not None
    assert crash.key == "RecursionError in test_oracle.py:recursive"


def test_too_much_cpu_is_a_crash_that_nobody_can_swallow() -> None:
    @fuzz(seconds=0.05)
    def slow(data: bytes) -> None:
        while True:
            try:
                sum(range(1000))
            except Exception:
                continue

    crash = oracle_of(slow).judge(b"")
    assert crash is not None
    assert crash.exception == "Timeout"
    assert crash.message == "more than 0.05 s of CPU"


def test_waiting_is_not_working() -> None:
    import time

    @fuzz(seconds=0.05)
    def sleepy(data: bytes) -> None:
        time.sleep(0.2)

    assert oracle_of(sleepy).judge(b"") is None


def test_leaving_the_interpreter_is_a_crash() -> None:
    @fuzz(raises=(ValueError,))
    def leaves(data: bytes) -> None:
        raise SystemExit(0)

    crash = oracle_of(leaves).judge(b"")
    assert crash is not None
    assert crash.exception == "SystemExit"


def test_an_exception_that_fails_at_its_own_text_is_a_crash_too() -> None:
    class Mute(Exception):
        def __str__(self) -> str:
            raise LookupError

    @fuzz()
    def mute(data: bytes) -> None:
        raise Mute

    crash = oracle_of(mute).judge(b"")
    assert crash is not None
    assert crash.message == "(its text raises LookupError)"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("list index 3 of 4", "list index 17 of 90"),
        ("no key 'a'", "no key 'bc'"),
        ("<Box at 0x7f00>", "<Box at 0x1234>"),
        ("line\nbreak", "line\u2028break"),
    ],
)
def test_what_depends_on_the_input_does_not_tell_crashes_apart(one: str, other: str) -> None:
    assert normalized(one) == normalized(other)


def test_other_words_tell_crashes_apart() -> None:
    assert normalized("too short") != normalized("too long")


def test_a_place_with_ever_new_messages_is_known_after_three() -> None:
    oracle = oracle_of(picky)
    crashes = [Crash("ValueError", word, "box.py", 1, "parse") for word in ("one", "two", "three", "four")]
    for crash in crashes[:3]:
        assert not oracle.knows(crash)
        oracle.known[crash.key] = crash.site
    assert oracle.knows(crashes[3])
    assert not oracle.knows(Crash("ValueError", "one", "box.py", 1, "other"))


def test_a_known_hang_costs_a_tenth() -> None:
    import time

    @fuzz(seconds=0.5)
    def slow(data: bytes) -> None:
        while data:
            sum(range(1000))

    oracle = oracle_of(slow)
    crash = oracle.judge(b"x")
    assert crash is not None
    oracle.known[crash.key] = crash.site
    began = time.process_time()
    again = oracle.judge(b"x")
    assert again is not None
    assert again.key == crash.key
    assert time.process_time() - began < 0.3


def test_the_folders_of_packages_and_modules() -> None:
    import json

    folders = own_folders(["json", "no_such_package"])
    assert folders == (str(Path(json.__file__).parent),)
