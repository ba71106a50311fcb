"""
Patterns of our rules as syntax trees: the part of semgrep's language that sources, sanitizers and sinks are written in.

`$X` becomes a name that stands for any code, `...` any number of arguments, statements or entries, `<... X ...>` an
expression that holds X, `"..."` any text and `"=~/re/"` one that the regular expression finds. What cannot be read
raises PatternError: nothing is guessed, and a test lists what is left to semgrep alone.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from sdlc.model.fingerprint import parse

ANY = "sdlc_any_"
"""Before the name of a metavariable in a tree."""

REST = "sdlc_rest"
"""The name that stands for `...`."""

DEEP = "sdlc_deep"
"""The function that stands for `<... X ...>`."""

_META = re.compile(r"\$([A-Z][A-Z0-9_]*)")
_FUNCTION = re.compile(r"\A((?:@[^\n]+\n)*)((?:async\s+)?def)\s+([\w$]+)\((.*)\):\n", re.DOTALL)
_TEXT = re.compile(r"""[rbf]*("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')""")


class PatternError(ValueError):
    """The pattern says something that is not read here."""


@dataclass(frozen=True)
class Parameter:
    """One parameter of a pattern: `name` None is `...`; annotation and default are None where there is none."""

    name: str | None
    annotation: ast.expr | None = None
    default: ast.expr | None = None


@dataclass(frozen=True)
class Function:
    """A function with any body; `parameters` None: any."""

    name: str
    is_async: bool
    decorators: tuple[ast.expr, ...]
    parameters: tuple[Parameter, ...]


@dataclass(frozen=True)
class Sequence:
    """Statements of one block that follow each other, with others between them; `open`: the rest of the block too."""

    statements: tuple[ast.stmt, ...]
    open: bool


Pattern = ast.expr | ast.stmt | Function | Sequence


def read_pattern(text: str) -> Pattern:
    """The tree of `text`. Raises PatternError."""
    function = _FUNCTION.match(text)
    if function:
        return _function(function)
    code = _plain(text)
    try:
        body = parse(code).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise PatternError(f"no Python: {text!r:.80}") from None
    if not body:
        raise PatternError("it is empty")
    if len(body) == 1:
        [only] = body
        return only.value if isinstance(only, ast.Expr) else only
    kept = tuple(one for one in body if not is_rest_statement(one))
    if len(kept) == len(body) or is_rest_statement(body[0]):
        raise PatternError(f"statements that follow each other directly: {text!r:.80}")
    return Sequence(kept, is_rest_statement(body[-1]))


def metavariable(node: object) -> str | None:
    """The metavariable that a name of a pattern is, as `$X`."""
    name = node.id if isinstance(node, ast.Name) else node
    return f"${name[len(ANY) :]}" if isinstance(name, str) and name.startswith(ANY) else None


def is_rest(node: object) -> bool:
    """Whether the argument or entry of a pattern is `...`."""
    match node:
        case ast.Starred(value=ast.Name(id=name)) | ast.keyword(arg=None, value=ast.Name(id=name)):
            return name == REST
        case ast.Name(id=name):
            return name == REST
    return False


def is_rest_statement(node: ast.stmt) -> bool:
    """Whether the statement of a pattern is `...`."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and node.value.value is Ellipsis


def _function(match: re.Match[str]) -> Function:
    marks = tuple(_expression(line[1:]) for line in match[1].splitlines())
    parameters = tuple(_parameter(part.strip()) for part in match[4].split(",") if part.strip())
    return Function(_plain(match[3]), match[2].startswith("async"), marks, parameters)


def _parameter(text: str) -> Parameter:
    if text == "...":
        return Parameter(None)
    head, _, default = text.partition("=")
    name, _, annotation = head.partition(":")
    if not _plain(name.strip()).isidentifier():
        raise PatternError(f"no parameter: {text!r:.40}")
    return Parameter(
        _plain(name.strip()),
        _expression(annotation.strip()) if annotation else None,
        _expression(default.strip()) if default else None,
    )


def _expression(text: str) -> ast.expr:
    read = read_pattern(text)
    if not isinstance(read, ast.expr):
        raise PatternError(f"no expression: {text!r:.40}")
    return read


def _plain(text: str) -> str:
    """`text` as Python that parses: strings stay, but for the metavariables in them."""
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        kept.append(_META.sub(lambda found: ANY + found[1], match[0]))
        return f"\0{len(kept) - 1}\0"

    code = _TEXT.sub(keep, text)
    code = code.replace("<...", f"{DEEP}(").replace("...>", ")")
    code = _with_rest(_META.sub(lambda found: ANY + found[1], code))
    return re.sub(r"\0(\d+)\0", lambda found: kept[int(found[1])], code)


def _with_rest(code: str) -> str:
    """`...` between brackets as what Python lets stand there, wherever it stands."""
    written, open_ones, place = [], [], 0
    while place < len(code):
        sign = code[place]
        if sign in "([{":
            open_ones.append(sign)
        elif sign in ")]}" and open_ones:
            open_ones.pop()
        if open_ones and code.startswith("...", place):
            written.append(("**" if open_ones[-1] == "{" else "*") + REST)
            place += 3
            continue
        written.append(sign)
        place += 1
    return "".join(written)
