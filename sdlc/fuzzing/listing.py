"""Which harnesses a file declares, read from its text: nothing of the product is executed to list them."""

from __future__ import annotations

import ast
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


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
