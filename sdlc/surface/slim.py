"""Syntax trees in a quarter of the room: the trees of a whole product are in memory together, and Python's are wide."""

from __future__ import annotations

import ast
from typing import Any

_DROPPED = frozenset({"ctx", "kind", "type_comment", "type_ignores"})
"""Fields that no reader of the surface asks for."""


def slim(tree: ast.Module) -> ast.Module:
    """A copy of `tree` whose nodes have slots and no dictionary; of their positions the first line alone is kept.

    Every node is an instance of the class that it was of, so whoever reads one tree reads the other; `SLIM` has its
    exact type. The copy is to be read only: what is empty is one list for all.
    """
    copy: ast.Module = _new(SLIM[ast.Module])
    stack: list[tuple[ast.AST, ast.AST]] = [(tree, copy)]
    lines: dict[int, int] = {}
    while stack:
        old, new = stack.pop()
        for name in _FIELDS[type(old)]:
            value: Any = getattr(old, name, None)
            made = SLIM.get(type(value))
            if made is not None:
                child = _new(made)
                stack.append((value, child))
                value = child
            elif type(value) is list:
                value = _list(value, stack) if value else _EMPTY
            elif name == "lineno":
                value = lines.setdefault(value, value)
            setattr(new, name, value)
    return copy


def _list(values: list[Any], stack: list[tuple[ast.AST, ast.AST]]) -> list[Any]:
    found = []
    for value in values:
        made = SLIM.get(type(value))
        if made is None:
            found.append(value)
        else:
            child = _new(made)
            stack.append((value, child))
            found.append(child)
    return found


def _fields(kind: type[ast.AST]) -> tuple[str, ...]:
    place = ("lineno",) if "lineno" in kind._attributes else ()
    return (*(name for name in kind._fields if name not in _DROPPED), *place)


def _kinds(base: type[ast.AST]) -> list[type[ast.AST]]:
    """The classes of nodes below `base` that trees are made of; those without a field are one object each already."""
    found: dict[type[ast.AST], None] = {}
    waiting = [base]
    while waiting:
        kind = waiting.pop()
        waiting += [one for one in kind.__subclasses__() if one.__module__ == "ast"]
        if kind._fields or kind._attributes:
            found[kind] = None
    return list(found)


_EMPTY: list[Any] = []
_FIELDS = {kind: _fields(kind) for kind in _kinds(ast.AST)}
SLIM: dict[type[Any], type[ast.AST]] = {
    kind: type(kind.__name__, (kind,), {"__slots__": names, "__module__": __name__}) for kind, names in _FIELDS.items()
}
"""The class of slim nodes for each class of nodes."""
_new: Any = ast.AST.__new__
