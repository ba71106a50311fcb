"""Patterns of rules against code: what each form of pattern is, and is not."""

from __future__ import annotations

import ast

import pytest

from sdlc.flows.matching import Matcher, text_of
from sdlc.flows.pattern import PatternError, read_pattern

ALIASES = {"sp": "subprocess", "run": "subprocess.run", "request": "flask.request", "near": ".subprocess.near"}

FITS = [
    ("os.system($X)", "os.system(name)"),
    ("subprocess.run($X, ..., shell=True, ...)", "sp.run(name, cwd='/', shell=True)"),
    ("subprocess.$RUN($X, ...)", "run(name, check=True)"),
    ("flask.request.$PART", "request.args"),
    ("$CURSOR.execute($Q, ...)", "self.db.cursor().execute(text, 1)"),
    ("f(..., $X, ...)", "f(1, 2, 3)"),
    ("f($X, $X)", "f(a.b, a.b)"),
    ('f("...")', "f('text')"),
    ('f("=~/^a+$/")', "f('aaa')"),
    ('open($P, "=~/[wax]/", ...)', "open(p, 'wb', 1)"),
    ("[..., $X, ...]", "[1, 2]"),
    ("{...}", "{1: 2}"),
    ("{...}", "{1, 2}"),
    ('{..., "where": $X, ...}', "{'a': 1, 'where': text}"),
    ('f"...{$PART}..."', "f'a {b} c'"),
    ("$LEFT + $RIGHT", "a + b"),
    ("$LEFT % $RIGHT", "'%s' % b"),
    ("self.kwargs[...]", "self.kwargs['x']"),
    ("$S[$K] = $V", "session['a'] = b"),
    ("$R.location = $U", "r.location = u"),
    ("return $X", "return a"),
    ("return $X, $Y", "return a, 200"),
    ("f(<... random.$D(...) ...>)", "f('a' + str(random.choice(b)))"),
    ("$M(**$F)", "Model(**form)"),
    ("if $V not in $A:\n  ...\n", "if name not in GOOD:\n    stop()"),
    ("def $F(..., $P, ...):\n  ...\n", "def view(request, name):\n    pass"),
    ("def $F(..., $P: $T, ...):\n  ...\n", "def view(name: str):\n    pass"),
    ("def $F(..., $P=$D, ...):\n  ...\n", "def view(name='a'):\n    pass"),
    ("@$A.$R(...)\ndef $F(...):\n  ...\n", "@app.route('/')\nasync def view():\n    pass"),
    ("async def $F(..., reader, ...):\n  ...\n", "async def serve(reader, writer):\n    pass"),
    ("class $C(..., web.Handler, ...):\n  ...\n", "class Page(Mixin, web.Handler):\n    x = 1"),
    ("with f(...) as $S:\n  ...\n", "with f(1) as s, g() as t:\n    pass"),
    ("for $M in $C:\n  ...\n", "for m in c:\n    pass"),
]

FITS_NOT = [
    ("os.system($X)", "os.popen(name)"),
    ("os.system($X)", "os.system(name, 1)"),
    ("subprocess.$RUN($X)", "near(name)"),
    ("subprocess.run($X, ..., shell=True, ...)", "sp.run(name)"),
    ("subprocess.run($X, ..., shell=True, ...)", "sp.run(name, shell=False)"),
    ("flask.request.$PART", "other.args"),
    ("f($X, $X)", "f(a, b)"),
    ('f("...")', "f(b'text')"),
    ('f("=~/^a+$/")', "f('aab')"),
    ("f($X)", "f(x, y=1)"),
    ('{..., "where": $X, ...}', "{'a': 1}"),
    ('f"...{$PART}..."', "f'a'"),
    ("$LEFT % $RIGHT", "a + b"),
    ("return $X, $Y", "return a"),
    ("def $F(..., $P, ...):\n  ...\n", "def view(name: str):\n    pass"),
    ("def $F(..., $P, ...):\n  ...\n", "def view(name='a'):\n    pass"),
    ("@$A.$R(...)\ndef $F(...):\n  ...\n", "@route\ndef view():\n    pass"),
    ("async def $F(..., reader, ...):\n  ...\n", "def serve(reader, writer):\n    pass"),
    ("class $C(..., web.Handler, ...):\n  ...\n", "class Page(Mixin):\n    x = 1"),
    ("if $V not in $A:\n  ...\n", "if name in GOOD:\n    stop()"),
]


def code_of(text: str) -> ast.AST:
    [statement] = ast.parse(text).body
    return statement.value if isinstance(statement, ast.Expr) else statement


@pytest.mark.parametrize(("pattern", "code"), FITS)
def test_code_that_is_what_the_pattern_says(pattern: str, code: str) -> None:
    assert any(Matcher(ALIASES).fits(read_pattern(pattern), code_of(code), {})) or list(
        Matcher(ALIASES).fits(read_pattern(pattern), code_of(code), {})
    ) == [{}]


@pytest.mark.parametrize(("pattern", "code"), FITS_NOT)
def test_code_that_is_something_else(pattern: str, code: str) -> None:
    assert list(Matcher(ALIASES).fits(read_pattern(pattern), code_of(code), {})) == []


def test_a_metavariable_stands_for_code() -> None:
    ways = list(Matcher(ALIASES).fits(read_pattern("f(..., $X, ...)"), code_of("f(a.b, 'c', g(1))"), {}))
    assert [text_of(way["$X"]) for way in ways] == ["a.b", "c", "g(1)"]


@pytest.mark.parametrize("pattern", ["", "f(", "for $X in", "a\nb\n", "...\nf()\n", "def $F(*$A):\n  ...\n"])
def test_a_pattern_that_is_not_read_is_refused(pattern: str) -> None:
    with pytest.raises(PatternError):
        read_pattern(pattern)
