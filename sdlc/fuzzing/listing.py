"""Which harnesses a file declares, read from its text: nothing of the product is executed to list them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Declared:
    """One function under `@fuzz(…)`; `typed` when it takes what a strategy makes, not bytes."""

    name: str
    line: int
    typed: bool
    says: str


def declared(source: bytes) -> list[Declared]:
    """The harnesses in `source`, in its order; raises SyntaxError or ValueError for what is no Python."""
    found = []
    for node in ast.parse(source).body:
        if not isinstance(node, ast.FunctionDef):
            continue
        for mark in node.decorator_list:
            if isinstance(mark, ast.Call) and _name(mark.func) == "fuzz":
                typed = any(word.arg == "strategy" for word in mark.keywords)
                says = (ast.get_docstring(node) or "").partition("\n")[0]
                found.append(Declared(node.name, node.lineno, typed, says))
    return found


BLANKET = ("Exception", "BaseException")


def swallows(source: bytes, packages: Sequence[str] = ()) -> dict[str, int]:
    """Harnesses in `source` that hide every exception, and the line where: what cannot crash proves nothing.

    By `raises=(Exception,)`, or a handler of everything that raises nothing, or `suppress(Exception)`, around a use of
    what is imported from `packages` (empty: of anything). What is no Python has none.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return {}
    names = set(_imported(tree, packages)) if packages else None
    found = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            marks = [m for m in node.decorator_list if isinstance(m, ast.Call) and _name(m.func) == "fuzz"]
            lines = [line for part in ([*marks, *node.body] if marks else []) for line in _hidden(part, names)]
            if lines:
                found[node.name] = min(lines)
    return found


def _imported(tree: ast.Module, packages: Sequence[str]) -> Iterator[str]:
    """Names that an import of `packages` binds anywhere in the file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                if one.name.partition(".")[0] in packages:
                    yield one.asname or one.name.partition(".")[0]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in packages:
            yield from (one.asname or one.name for one in node.names)


def _hidden(part: ast.AST, names: set[str] | None) -> Iterator[int]:
    for node in ast.walk(part):
        if isinstance(node, ast.Try) and _uses(node.body, names):
            for handler in node.handlers:
                everything = handler.type is None or _blanket(handler.type)
                if everything and not any(isinstance(inner, ast.Raise) for inner in ast.walk(handler)):
                    yield handler.lineno
        elif isinstance(node, ast.With) and _uses(node.body, names):
            for item in node.items:
                call = item.context_expr
                if isinstance(call, ast.Call) and _name(call.func) == "suppress" and any(map(_blanket, call.args)):
                    yield call.lineno
        elif isinstance(node, ast.keyword) and node.arg == "raises" and _blanket(node.value):
            yield node.value.lineno


def _uses(body: list[ast.stmt], names: set[str] | None) -> bool:
    used = {node.id for statement in body for node in ast.walk(statement) if isinstance(node, ast.Name)}
    return names is None or not used.isdisjoint(names)


def _blanket(node: ast.expr) -> bool:
    names = node.elts if isinstance(node, ast.Tuple | ast.List) else [node]
    return any(_name(name) in BLANKET for name in names)


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
