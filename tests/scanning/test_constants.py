"""What is said to be constant is what Python computes."""

from __future__ import annotations

import ast
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdlc.scanning.constants import UnknownError, truth_of, value_of

NAMES = {"n": 7, "t": "text", "no": False, "empty": None}
LEAVES = st.sampled_from(["n", "t", "no", "empty", "0", "1", "3", "2.5", "'a'", "'bc'", "True", "x", "f()", "len(t)"])


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operators = st.sampled_from(["+", "-", "*", "/", "//", "%", "<", "<=", "==", "!=", ">", "and", "or"])
    return st.one_of(
        st.builds("({} {} {})".format, inner, operators, inner),
        st.builds("(not {})".format, inner),
        st.builds("({}[{}])".format, inner, inner),
    )


@given(st.recursive(LEAVES, _grown, max_leaves=8), st.sampled_from([value_of, truth_of]))
@settings(max_examples=500)
@pytest.mark.filterwarnings("ignore::SyntaxWarning")
def test_what_is_known_is_what_python_computes(text: str, known: Callable[..., object]) -> None:
    tree = ast.parse(text, mode="eval").body
    try:
        found = known(tree, NAMES)
    except UnknownError:
        return
    for unknown in (0, 1, 5, "", "q"):
        scope = {**NAMES, "x": unknown, "f": lambda: unknown}  # noqa: B023 - called in this turn
        try:
            wanted = eval(compile(text, "t", "eval"), scope)
        except (TypeError, IndexError, ZeroDivisionError):
            # What is unknown may fail before it is decided; then nothing after it runs either.
            assert known is truth_of
            continue
        assert found == (bool(wanted) if known is truth_of else wanted)


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "x > 3",
        "f()",
        "9 ** 9",
        "'a' * 9",
        "1 / 0",
        "'a' + 1",
        "[1][0]",
        "t[9]",
        "t[1:]",
        "10 ** 20",
        "x == x",
        "(x or 1) - 1",
        "999999999 * 999999999",
        "t.upper()",
        "len([1])",
        "1 < 2 < 3",
        "lambda: 1",
        "f'{n}'",
    ],
)
def test_anything_else_is_unknown(text: str) -> None:
    with pytest.raises(UnknownError):
        value_of(ast.parse(text, mode="eval").body, NAMES)


def test_a_deep_expression_is_unknown() -> None:
    node: ast.expr = ast.Constant(1)
    for _ in range(5_000):
        node = ast.UnaryOp(ast.Not(), node)
    with pytest.raises(UnknownError):
        value_of(node, {})
