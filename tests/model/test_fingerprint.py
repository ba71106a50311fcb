"""What changes the name of a finding, and what does not."""

from __future__ import annotations

import ast
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdlc.model.fingerprint import enclosing, fingerprint

NAMES = st.sampled_from(["alpha", "beta", "gamma", "delta"])
STATEMENTS = st.one_of(
    st.builds("{0} = {1}.get('{2}')".format, NAMES, NAMES, NAMES),
    st.builds("os.system({0} + '{1}')".format, NAMES, NAMES),
    st.builds("{0}({1}, {2}=[{3}, 'x'])".format, NAMES, NAMES, NAMES, NAMES),
    st.builds("{0} = f'a{{{1}}}b' if {2} else None".format, NAMES, NAMES, NAMES),
)


def name_of(source: str, line: int) -> str:
    return fingerprint("some-rule", enclosing(source, line)[0])


def test_the_name_has_its_shape() -> None:
    name = fingerprint("some-rule", "Pass()")
    assert name.startswith("f1:")
    assert len(name) == 35
    assert name != fingerprint("other-rule", "Pass()")


def test_the_name_is_the_same_for_ever() -> None:
    # Frozen: baselines and waivers that people keep hold these names.
    assert name_of("os.system('ls ' + name)", 1) == "f1:fab398ddefe50b3a9244fbc2e0ac1bba"


@given(STATEMENTS, st.integers(0, 5))
def test_moving_does_not_change_it(statement: str, lines: int) -> None:
    assert name_of(statement, 1) == name_of("# moved\n" * lines + statement, lines + 1)


@given(STATEMENTS)
def test_wrapping_does_not_change_it(statement: str) -> None:
    wrapped = "class Box:\n  def f(self):\n    if self:\n      " + statement
    assert name_of(statement, 1) == name_of(wrapped, 4)


@given(STATEMENTS)
def test_quotes_and_white_space_do_not_change_it(statement: str) -> None:
    reformatted = statement.replace("'", '"').replace(", ", " ,\n  ") if "f'" not in statement else statement
    assert name_of(statement, 1) == name_of(f"if 1:\n  {reformatted}", 2)


@given(STATEMENTS)
def test_printing_it_anew_does_not_change_it(statement: str) -> None:
    assert name_of(statement, 1) == name_of(ast.unparse(ast.parse(statement)), 1)


def test_parentheses_commas_and_line_breaks_do_not_change_it() -> None:
    assert name_of("f(a, b=1)", 1) == name_of("(f(\n    (a),\n    b=(1),\n))", 3)


@given(STATEMENTS)
def test_renaming_changes_it(statement: str) -> None:
    renamed = statement.replace("alpha", "omega").replace("beta", "omega").replace("gamma", "omega")
    renamed = renamed.replace("delta", "omega")
    assert name_of(statement, 1) != name_of(renamed, 1)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = None", "x = 'None'"),
        ("x = 1", "x = True"),
        ("x = '1'", "x = b'1'"),
        ("f(a, b)", "f(b, a)"),
        ("f([a], b)", "f([a, b])"),
        ("x = -1", "x = 1"),
        ("f(*a)", "f(**a)"),
        ("f('Name(id=1)')", "f(Name)"),
    ],
)
def test_a_different_meaning_has_a_different_name(one: str, other: str) -> None:
    assert name_of(one, 1) != name_of(other, 1)


def test_of_a_compound_statement_only_the_header_counts() -> None:
    assert name_of("if a:\n  b()", 1) == name_of("if a:\n  c()\nelse:\n  d()", 1)
    assert name_of("if a:\n  b()", 1) != name_of("if c:\n  b()", 1)
    assert name_of("with open(a) as b:\n  c()", 1) != name_of("with open(b) as b:\n  c()", 1)


def test_handlers_and_cases_are_statements() -> None:
    source = "try:\n  a()\nexcept KeyError:\n  b()\nexcept ValueError:\n  c()\n"
    assert len({name_of(source, line) for line in range(1, 7)}) == 6
    source = "match a:\n  case 1:\n    b()\n  case 2:\n    c()\n"
    assert len({name_of(source, line) for line in range(1, 6)}) == 5


FUNCTION = textwrap.dedent(
    """
    @decorated
    def f(a):
        '''Says something.'''
        b = a + 1
        return b
    """
)


def test_the_function_digest_ignores_words_and_form() -> None:
    same = FUNCTION.replace("Says something.", "Says more.").replace("a + 1", "(a\n     + 1)  # more")
    assert enclosing(FUNCTION, 5)[1] == enclosing(same, 5)[1]


def test_the_function_digest_changes_with_any_statement_in_it() -> None:
    changed = FUNCTION.replace("return b", "return a")
    assert enclosing(FUNCTION, 5)[0] == enclosing(changed, 5)[0]
    assert enclosing(FUNCTION, 5)[1] != enclosing(changed, 5)[1]


def test_a_decorator_belongs_to_its_function() -> None:
    assert enclosing(FUNCTION, 2) == enclosing(FUNCTION, 3)


def test_outside_of_functions_the_functions_do_not_count() -> None:
    source = "a = 1\ndef f():\n  return 1\n"
    assert enclosing(source, 1) == enclosing(source.replace("return 1", "return 2"), 1)
    assert enclosing(source, 1)[1] != enclosing(source + "b = 2\n", 1)[1]


def test_a_blank_line_belongs_to_the_module() -> None:
    assert enclosing("a = 1\n\nb = 2\n", 2)[0] == "Module"


def test_a_long_sum_is_no_problem() -> None:
    source = "x = " + " + ".join(["'a'"] * 900)
    assert name_of(source, 1) != name_of(source + " + 'a'", 1)


def test_what_is_not_python_is_said() -> None:
    with pytest.raises(SyntaxError):
        enclosing("def f(:", 1)
