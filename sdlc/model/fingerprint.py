"""
The names of findings in Python code, made of what the code says and not of where it stands.

A fingerprint is the hash of a rule and of the normalized syntax tree of the smallest enclosing statement: positions,
quotes, parentheses, trailing commas and line breaks are gone, identifiers stay. So a finding keeps its name when code
is moved, wrapped or reformatted, and gets a new one when it is rewritten. The digest of the enclosing function goes
with a waiver: it lapses when the code around the finding changes its meaning.
"""

from __future__ import annotations

import ast
import hashlib
import warnings
from collections.abc import Iterator

from sdlc.model.digest import Digest, sha256

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SCOPES = (*_FUNCTIONS, ast.ClassDef)
_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")
_IGNORED = ("kind", "type_comment", "type_ignores", "ctx")


def fingerprint(rule: str, statement: str) -> str:
    """The name of the finding of `rule` in `statement`: ``f1:`` and 32 hex digits."""
    return "f1:" + hashlib.sha256(f"{rule}\0{statement}".encode()).hexdigest()[:32]


def enclosing(source: str, line: int) -> tuple[str, Digest]:
    """The normalized statement at `line` (from 1) of `source`, and the digest of the function around it.

    Raises SyntaxError, ValueError or RecursionError for text that Python does not parse.
    """
    return enclosing_in(parse(source), line)


def parse(source: str | bytes) -> ast.Module:
    """`ast.parse` that does not print the warnings of foreign code."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source)


def enclosing_in(tree: ast.Module, line: int) -> tuple[str, Digest]:
    """`enclosing` for source that is parsed already.

    Of a compound statement (`if`, `for`, `with`, `def`, ...) only the header counts. Outside of functions the digest is
    that of the class or module without the functions and classes in it.
    """
    scope: ast.AST = tree
    node: ast.AST = tree
    while (inner := _child_at(node, line)) is not None:
        node = inner
        if isinstance(node, _SCOPES):
            scope = node
    statement = "Module" if node is tree else _dump(node, header=True)
    return statement, _scope_digest(scope)


def _child_at(node: ast.AST, line: int) -> ast.AST | None:
    """The statement, handler or case directly below `node` that covers `line`; the last one on a shared line."""
    found = None
    for child in _statements(node):
        first, last = _lines(child)
        if first <= line <= last:
            found = child
    return found


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    for block in _BLOCKS:
        children = getattr(node, block, ())
        if isinstance(children, list):
            yield from (child for child in children if isinstance(child, (ast.stmt, ast.excepthandler, ast.match_case)))


def _lines(node: ast.AST) -> tuple[int, int]:
    if isinstance(node, ast.match_case):  # the only one without a position of its own
        return node.pattern.lineno, _lines(node.body[-1])[1]
    first = min([getattr(node, "lineno", 0), *(mark.lineno for mark in getattr(node, "decorator_list", ()))])
    return first, getattr(node, "end_lineno", None) or first


def _scope_digest(scope: ast.AST) -> Digest:
    if isinstance(scope, _FUNCTIONS):
        return sha256(_dump(scope).encode("utf-8", "surrogatepass"))
    own = [_dump(child) for child in _statements(scope) if not isinstance(child, _SCOPES)]
    return sha256("\n".join([_dump(scope, header=True), *own]).encode("utf-8", "surrogatepass"))


def _dump(root: object, *, header: bool = False) -> str:
    """`root` as text, the same under every version of Python: fields that are empty are left out.

    It keeps its own stack, because a sum of a thousand terms is a tree a thousand levels deep.
    """
    text: list[str] = []
    stack: list[object] = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, _Text):
            text.append(node)
        elif isinstance(node, list):
            stack.append(_Text("]"))
            for item in reversed(node):
                stack += (_Text(","), item)
            stack.append(_Text("["))
        elif isinstance(node, ast.AST):
            stack.append(_Text(")"))
            for name, value in reversed(_fields(node, header=header and node is root)):
                stack += (_Text(","), value, _Text(f"{name}="))
            stack.append(_Text(f"{type(node).__name__}("))
        else:
            text.append(ascii(node))
    return "".join(text)


class _Text(str):
    """A finished piece of text, told apart from a string of the program."""

    __slots__ = ()


def _fields(node: ast.AST, *, header: bool) -> list[tuple[str, object]]:
    """Names and values that carry meaning; a constant None has none, and its node's name is enough."""
    fields: list[tuple[str, object]] = []
    for name in sorted(node._fields):
        value = getattr(node, name, None)
        is_block = name in _BLOCKS and isinstance(value, list)
        if name in _IGNORED or value is None or value == [] or (is_block and header):
            continue
        if name == "body" and isinstance(node, _SCOPES):
            value = _without_docstring(node.body)
        fields.append((name, value))
    return fields


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0] if body else None
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        return body[1:]
    return body
