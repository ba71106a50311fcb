"""Which harnesses a change can matter to: what cannot be excluded counts."""

from __future__ import annotations

import pytest

from sdlc.fuzzing.affected import Change, Function, affected, closure, functions

BOX = b"""\
LIMIT = 3

def lid(text):
    a = 1
    return a

def hinge(text):
    return 2

def lost(text):
    return 3
"""
FILES = {
    "src/box/__init__.py": b"from box import inner\nfrom . import deep\n",
    "src/box/inner.py": BOX,
    "src/box/deep/__init__.py": b"from ..other import thing\n",
    "src/box/other.py": b"thing = 1\n",
    "src/alone.py": b"def alone():\n    pass\n",
    "fuzz/fuzz_lid.py": b"from box.inner import lid\nimport shared\n",
    "fuzz/fuzz_hinge.py": b"import box.inner\n",
    "fuzz/shared.py": b"",
    "tests/test_box.py": b"import box\n",
}
LID = Function("src/box/inner.py", "lid", 3, 5)
HINGE = Function("src/box/inner.py", "hinge", 7, 8)
HARNESSES = {"fuzz_lid": ("fuzz/fuzz_lid.py", [LID]), "fuzz_hinge": ("fuzz/fuzz_hinge.py", [HINGE])}


def ask(path: str, *pieces: tuple[int, int]) -> dict[str, str]:
    return affected(FILES, [Change(path, pieces)], HARNESSES, "fuzz")


def test_only_who_reaches_the_changed_function() -> None:
    assert ask("src/box/inner.py", (4, 4)) == {"fuzz_lid": "reaches lid() in src/box/inner.py"}
    assert list(ask("src/box/inner.py", (8, 8))) == ["fuzz_hinge"]


@pytest.mark.parametrize(
    ("path", "pieces"),
    [
        ("src/box/inner.py", [(1, 1)]),  # outside of functions
        ("src/box/inner.py", [(3, 3)]),  # the head of a function: it may have a default
        ("src/box/inner.py", [(11, 11)]),  # a function that nobody reaches
        ("src/box/inner.py", []),  # a new file
        ("src/box/other.py", [(1, 1)]),  # imported by what is imported
        ("pyproject.toml", []),
        ("requirements.txt", []),
        ("src/box/table.json", []),
    ],
)
def test_what_cannot_be_excluded_counts_for_all(path: str, pieces: list[tuple[int, int]]) -> None:
    assert list(ask(path, *pieces)) == ["fuzz_lid", "fuzz_hinge"]


@pytest.mark.parametrize(
    "path",
    ["src/alone.py", "tests/test_box.py", "docs/a.txt", "README.md", "fuzz/corpus/fuzz_lid/a", ".sdlc/policy.toml"],
)
def test_what_no_harness_reads_counts_for_none(path: str) -> None:
    assert ask(path, (1, 2)) == {}


def test_a_file_of_harnesses_counts_for_its_own() -> None:
    assert list(ask("fuzz/fuzz_lid.py", (1, 1))) == ["fuzz_lid"]
    assert list(ask("fuzz/shared.py", (1, 1))) == ["fuzz_lid"]


def test_a_function_that_is_imported_at_run_time_is_seen_by_what_is_reached() -> None:
    reached = {"fuzz_lid": ("fuzz/fuzz_lid.py", [Function("src/alone.py", "alone", 1, 2)])}
    assert list(affected(FILES, [Change("src/alone.py", ((2, 2),))], reached, "fuzz")) == ["fuzz_lid"]


def test_what_is_no_python_is_no_excuse() -> None:
    files = {**FILES, "src/box/inner.py": b"def lid(:\n"}
    assert list(affected(files, [Change("src/box/inner.py", ((1, 1),))], HARNESSES, "fuzz")) == list(HARNESSES)


def test_bodies_of_functions_and_imports_at_any_depth() -> None:
    assert functions(BOX) == [(4, 5), (8, 8), (11, 11)]
    assert closure("fuzz/fuzz_hinge.py", FILES) == {
        "fuzz/fuzz_hinge.py",
        "src/box/__init__.py",
        "src/box/inner.py",
        "src/box/deep/__init__.py",
        "src/box/other.py",
    }
