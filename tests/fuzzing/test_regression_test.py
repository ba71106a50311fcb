"""The written test is Python whatever the crash says, and its name is that of the crash."""

from __future__ import annotations

import ast

import pytest

from sdlc.fuzzing.regression_test import crash_id, regression_test


@pytest.mark.parametrize("what", ["KeyError in f(): 'x'", '"""\nimport os\n', "\ud800 \u2028 \x00", "\\"])
@pytest.mark.parametrize("data", [b"", b"'\"\\\n\x00\xff", b"x" * 5000])
def test_it_is_python_that_holds_nothing_of_the_crash_but_literals(what: str, data: bytes) -> None:
    tree = ast.parse(regression_test("fuzz/fuzz_box.py", "fuzz_box", "ab12", what, data))
    assert [type(node).__name__ for node in tree.body] == [
        "Expr", "ImportFrom", "ImportFrom", "Assign", "Assign", "Assign", "FunctionDef",
    ]  # fmt: skip
    failed = tree.body[4]
    assert isinstance(failed, ast.Assign)
    assert ast.literal_eval(failed.value) == what
    assert isinstance(tree.body[6], ast.FunctionDef)
    assert tree.body[6].name == "test_ab12"


def test_a_large_input_stays_in_its_file() -> None:
    text = regression_test("fuzz/fuzz_box.py", "fuzz_box", "ab12", "", b"x" * 5000).decode()
    assert "fuzz/regressions/fuzz_box/ab12.bin" in text
    assert "xxxx" not in text


def test_the_name_depends_on_harness_and_key_alone() -> None:
    assert crash_id("fuzz_box", "KeyError in a.py:f") == crash_id("fuzz_box", "KeyError in a.py:f")
    assert crash_id("fuzz_box", "KeyError in a.py:f") != crash_id("fuzz_lid", "KeyError in a.py:f")
