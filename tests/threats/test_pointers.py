"""A pointer leads to what the syntax tree defines, and to nothing that only looks like it."""

from __future__ import annotations

import pytest

from sdlc.errors import UnreadableError
from sdlc.threats.pointers import Resolution, dump_pointers, load_pointers, resolve

SOURCES = {
    "src/box.py": b"""
# def in_a_comment(): ...
TEXT = "def in_a_string(): ..."
LIMIT: int = 10
only_annotated: int
class Box:
    async def take(self): ...
    class Lid:
        def open(self): ...
try:
    import fast
except ImportError:
    def slow(): ...
def outer():
    def inner(): ...
""",
    "src/broken.py": b"def (:\n",
    "fuzz/fuzz_box.py": b"def fuzz_take(data): ...\n",
    "src/other.py": b"def fuzz_elsewhere(data): ...\n",
    "README.md": b"in_a_text\n",
}


@pytest.mark.parametrize(
    "pointer",
    [
        "src/box.py",
        "README.md",
        "src/box.py::Box",
        "src/box.py::Box.take",
        "src/box.py::Box::take",
        "src/box.py::Box.Lid.open",
        "src/box.py::LIMIT",
        "src/box.py::slow",
        "harness:fuzz_take",
    ],
)
def test_what_is_defined_resolves(pointer: str) -> None:
    assert resolve(pointer, tuple(SOURCES), SOURCES.__getitem__).resolves


@pytest.mark.parametrize(
    ("pointer", "reason"),
    [
        ("src/gone.py", "there is no file"),
        ("src", "there is no file"),
        ("../src/box.py", "there is no file"),
        ("src/box.py::in_a_comment", "defines no"),
        ("src/box.py::in_a_string", "defines no"),
        ("src/box.py::only_annotated", "defines no"),
        ("src/box.py::inner", "defines no"),
        ("src/box.py::take", "defines no"),
        ("src/broken.py::x", "not readable as Python"),
        ("README.md::in_a_text", "not Python"),
        ("harness:fuzz_elsewhere", "none of 1 fuzz_"),
    ],
)
def test_what_is_not_defined_does_not(pointer: str, reason: str) -> None:
    row = resolve(pointer, tuple(SOURCES), SOURCES.__getitem__)
    assert not row.resolves
    assert reason in row.reason


def test_the_table_goes_round_and_refuses_two_answers() -> None:
    rows = [Resolution("b", False, "why"), Resolution("a", True)]
    assert load_pointers(dump_pointers(rows)) == {"a": rows[1], "b": rows[0]}
    with pytest.raises(UnreadableError, match="two rows"):
        load_pointers(dump_pointers([*rows, Resolution("b", True)]))
    with pytest.raises(UnreadableError):
        load_pointers(b'{"pointers":[{}]}')
