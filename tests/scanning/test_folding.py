"""What semgrep reads: dead code is gone, entries are written out, lines keep their numbers, doubt keeps everything."""

from __future__ import annotations

import ast
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdlc.formats.python_source import Source, load_source
from sdlc.scanning.folding import fold


def folded(body: str, *, head: str = "def f(param, other):\n") -> str:
    text = head + textwrap.indent(textwrap.dedent(body), "    ")
    data = text.encode()
    source = load_source("a.py", data)
    assert isinstance(source, Source)
    new = fold(source, data)
    assert new.count(b"\n") == data.count(b"\n")
    return ast.unparse(ast.parse(new))


@pytest.mark.parametrize(
    ("body", "gone"),
    [
        ("n = 106\nif 7 * 18 + n > 200:\n    bar = 'x'\nelse:\n    bar = param\n", True),
        ("n = 1\nif 7 * 18 + n > 200:\n    bar = 'x'\nelse:\n    bar = param\n", False),
        ("n = 1\nn += other\nif n > 3:\n    bar = 'x'\nelse:\n    bar = param\n", False),
        ("if other:\n    bar = 'x'\nelif False:\n    bar = param\nelse:\n    bar = 'y'\n", True),
        ("if True:\n    bar = 'x'\nelif other:\n    bar = param\nelse:\n    bar = param\n", True),
        ("if True:\n    bar = 'x'\nelse:\n    elif_not = param\n", True),
        ("if not True:\n    def bar():\n        return param\n", True),
        ("if other and False:\n    bar = param\n", True),
        ("if other or True:\n    bar = 'x'\nelse:\n    bar = param\n", True),
        ("bar = 'x' if 1 < 2 else param\n", True),
        ("bar = 'x' if other else param\n", False),
        ("g = 'ABC'[1]\nmatch g:\n    case 'A':\n        bar = param\n    case 'B':\n        bar = 1\n", True),
        ("g = 'ABC'[0]\nmatch g:\n    case 'A':\n        bar = param\n    case 'B':\n        bar = 1\n", False),
        ("g = 'B'\nmatch g:\n    case 'A' | 'C':\n        bar = param\n    case _:\n        bar = 1\n", True),
        ("g = 'B'\nmatch g:\n    case 'B' if other:\n        bar = 1\n    case _:\n        bar = param\n", False),
        ("g = 'B'\nmatch g:\n    case str():\n        bar = param\n    case _:\n        bar = 1\n", False),
        ("global n\nn = 1\nif n > 3:\n    bar = param\n", False),
        ("n = 1\ndef g():\n    nonlocal n\n    n = 5\ng()\nif n > 3:\n    bar = param\n", False),
        ("for n in other:\n    if n > 3:\n        bar = param\n", False),
        ("if False:\n    @other(1)\n    def bar():\n        return param\n", True),
    ],
)
def test_what_never_runs_is_gone_and_nothing_else(body: str, gone: bool) -> None:
    assert ("param" not in folded(body).partition("\n")[2]) == gone


def test_a_name_of_the_module_may_be_changed_from_elsewhere() -> None:
    text = "DEBUG = False\nif DEBUG:\n    run(x)\nif False:\n    run(y)\n"
    source = load_source("a.py", text.encode())
    assert isinstance(source, Source)
    assert fold(source, text.encode()) == b"DEBUG = False\nif DEBUG:\n    run(x)\nif False:\n    pass\n"


@pytest.mark.parametrize(
    ("body", "read"),
    [
        ("a = ['x', param]\na.pop(0)\nreturn a[0]\n", "param"),
        ("a = ['x', param, 'y']\na.pop(0)\nreturn a[1]\n", "'y'"),
        ("a = []\na.append('x')\na.append(param)\na.insert(0, 'z')\nreturn a[-1]\n", "param"),
        ("a = []\nif other:\n    a.append(param)\nreturn a[0]\n", "a[0]"),
        ("a = [param]\nother(a)\nreturn a[0]\n", "a[0]"),
        ("a = ['x']\nb = a\nb[0] = param\nreturn a[0]\n", "a[0]"),
        ("a = ['x']\na[0] = param\nreturn a[0]\n", "a[0]"),
        ("a = ['x']\ndef g():\n    a.append(1)\nreturn a[0]\n", "a[0]"),
        ("a = [other]\nother = param\nreturn a[0]\n", "a[0]"),
        ("a = ['x', *param]\nreturn a[0]\n", "a[0]"),
        ("a = ['x']\na.pop(3)\nreturn a[0]\n", "a[0]"),
        ("a = ['x']\nfor i in other:\n    a.append(i)\nreturn a[0]\n", "a[0]"),
        (
            "c = configparser.ConfigParser()\nc.add_section('s')\nc.set('s', 'K', param)\nreturn c.get('s', 'k')\n",
            "param",
        ),
        ("c = ConfigParser()\nc.set('s', 'k', param)\nc.set('s', 'v', 'x')\nreturn c.get('s', 'v')\n", "'x'"),
        ("c = ConfigParser()\nc.set('s', 'k', '%(j)s')\nreturn c.get('s', 'k')\n", "c.get('s', 'k')"),
        ("c = ConfigParser()\nc.set('s', 'k', 'x')\nc.read(param)\nreturn c.get('s', 'k')\n", "c.get('s', 'k')"),
    ],
)
def test_an_entry_is_what_was_put_there(body: str, read: str) -> None:
    assert folded(body).endswith(f"return {read}")


def test_a_slice_hands_on_what_it_is_of() -> None:
    assert folded("return param[1:len(other) - 5]\n").endswith("return param[0]")
    assert "param[1:2] = []" in folded("param[1:2] = []\n")
    assert "param[1:2]" in folded("return f'{param[1:2]}'\n"), "the places inside of f-strings differ between Pythons"


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbfif False:\n    run()\n",
        b"if False:\r\n    run()\r\n",
        b"# coding: latin-1\nif False:\n    run('\xe9')\n",
    ],
)
def test_a_text_whose_places_are_unsure_stays_as_it_is(data: bytes) -> None:
    source = load_source("a.py", data)
    assert isinstance(source, Source)
    assert fold(source, data) == data


@given(
    st.lists(
        st.one_of(
            st.builds("a.append({!r})".format, st.text("xyé", max_size=3)),
            st.builds("a.insert({}, {!r})".format, st.integers(-3, 3), st.text("xyé", max_size=3)),
            st.builds("a.pop({})".format, st.integers(-2, 2)),
            st.just("a.pop()"),
        ),
        max_size=8,
    ),
    st.integers(-3, 3),
)
def test_what_is_written_out_is_what_python_would_read(changes: list[str], index: int) -> None:
    text = "\n".join(
        ["def f():", "    a = ['p', 'q']", *(f"    {change}" for change in changes), f"    return a[{index}]"]
    )
    source = load_source("a.py", text.encode())
    assert isinstance(source, Source)
    outcomes = []
    for version in (text, fold(source, text.encode()).decode()):
        scope: dict[str, object] = {}
        exec(version, scope)
        try:
            outcomes.append(scope["f"]())  # type: ignore[operator]
        except IndexError:
            outcomes.append(IndexError)
    assert outcomes[0] == outcomes[1]
