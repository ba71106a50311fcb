"""What a saved regression test calls."""

from __future__ import annotations

from pathlib import Path

import pytest

from sdlc.harness.regression import survives

HARNESS = """
from sdlc.harness import fuzz

@fuzz(raises=(ValueError,), seconds=0.05)
def fuzz_box(data):
    if data == b"declared":
        raise ValueError
    if data == b"crash":
        raise KeyError("hinge")
    while data == b"hang":
        pass

@fuzz(strategy=lambda: None)
def fuzz_typed(numbers):
    assert sum(numbers) < 4
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "fuzz_box.py"
    path.write_text(HARNESS)
    return path


def test_a_proper_answer_passes(file: Path) -> None:
    survives(file, "fuzz_box", b"")
    survives(file, "fuzz_box", b"declared")
    survives(file, "fuzz_typed", b"[1, 2]")


def test_what_is_not_declared_comes_out(file: Path) -> None:
    with pytest.raises(KeyError, match="hinge"):
        survives(file, "fuzz_box", b"crash")
    with pytest.raises(AssertionError, match=r"more than 0\.05 s of CPU"):
        survives(file, "fuzz_box", b"hang")
    with pytest.raises(AssertionError):
        survives(file, "fuzz_typed", b"[3, 2]")


def test_a_harness_that_is_gone_is_no_pass(file: Path) -> None:
    with pytest.raises(LookupError, match="has no harness fuzz_lid"):
        survives(file, "fuzz_lid", b"")
    with pytest.raises(FileNotFoundError):
        survives(file.with_name("fuzz_gone.py"), "fuzz_box", b"")
