"""
Settings in a module of Python, as Django and Flask have them: names, attributes of classes, and what is put into a
`config`. What comes from the environment counts with its default, for that is what is shipped.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from sdlc.errors import UnreadableError
from sdlc.hardening.setting import OUTSIDE, Setting, shown
from sdlc.model.fingerprint import parse

KIND = "defaults-python"
STAR = "import *"
"""The key under which a module is named of which everything is imported."""

_FROM_OUTSIDE = frozenset(["get", "getenv", "config", "env", "bool", "str", "int", "list", "env_bool", "env_list"])
_MODES = ("permissions", "permission", "mode", "umask")
_MAX_DEPTH = 30


class _Outside:
    """A value that the code does not tell."""


def settings_in(path: str, text: str) -> Iterator[Setting]:
    """The settings in `text`; raises UnreadableError."""
    try:
        tree = parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None)
        said = getattr(error, "msg", None) or str(error)
        raise UnreadableError(f"{path}{f':{line}' if line else ''}: {said}", hint="mend the file there") from None
    yield from _body(path, tree.body, "")


def _body(path: str, body: list[ast.stmt], scope: str) -> Iterator[Setting]:
    for node in body:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                yield from _assigned(path, target, node.value, scope)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            yield from _assigned(path, node.target, node.value, scope)
        elif isinstance(node, ast.ClassDef) and not scope:
            yield from _body(path, node.body, node.name)
        elif isinstance(node, (ast.If, ast.Try, ast.With)):
            inner = [*node.body, *getattr(node, "orelse", []), *getattr(node, "finalbody", [])]
            yield from _body(path, inner, scope)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not scope:
            yield from (one for one in _body(path, node.body, "") if one.key.startswith("config."))
        elif isinstance(node, ast.ImportFrom) and any(one.name == "*" for one in node.names):
            yield Setting(path, node.lineno, KIND, scope, STAR, "." * node.level + (node.module or ""))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            yield from _updated(path, node.value, scope)


def _assigned(path: str, target: ast.expr, value: ast.expr, scope: str) -> Iterator[Setting]:
    if isinstance(target, ast.Name) and (target.id.isupper() or scope):
        yield from _value(path, value, target.id, scope, 0)
    elif isinstance(target, ast.Subscript) and _is_config(target.value) and isinstance(target.slice, ast.Constant):
        yield from _value(path, value, f"config.{target.slice.value!s}", scope, 0)
    elif isinstance(target, ast.Attribute) and target.attr == "debug":
        yield from _value(path, value, "config.DEBUG", scope, 0)


def _updated(path: str, call: ast.Call, scope: str) -> Iterator[Setting]:
    """`app.config.update(DEBUG=True)`, and `app.run(debug=True)`."""
    function = call.func
    if not isinstance(function, ast.Attribute):
        return
    if function.attr in ("update", "from_mapping", "setdefault") and _is_config(function.value):
        for word in call.keywords:
            if word.arg:
                yield from _value(path, word.value, f"config.{word.arg}", scope, 0)
        for one in call.args:
            yield from _value(path, one, "config", scope, 0)
    elif function.attr == "run":
        for word in call.keywords:
            if word.arg == "debug":
                yield from _value(path, word.value, "config.run.debug", scope, 0)


def _is_config(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "config"


def _value(path: str, node: ast.expr, key: str, scope: str, depth: int) -> Iterator[Setting]:
    if isinstance(node, ast.Dict) and depth < _MAX_DEPTH:
        for name, value in zip(node.keys, node.values, strict=True):
            if isinstance(name, ast.Constant):
                yield from _value(path, value, f"{key}.{name.value!s}", scope, depth + 1)
    elif isinstance(node, (ast.List, ast.Tuple, ast.Set)) and depth < _MAX_DEPTH:
        for value in node.elts:
            yield from _value(path, value, key, scope, depth + 1)
        if not node.elts:
            yield Setting(path, node.lineno, KIND, scope, key, "[]")
    else:
        found = _folded(node, 0)
        if isinstance(found, list):
            for one in found:
                yield Setting(path, node.lineno, KIND, scope, key, shown(key, str(one)))
        else:
            yield Setting(path, node.lineno, KIND, scope, key, _plain(key, found))


def _plain(key: str, value: Any) -> str:
    if value is _Outside:
        return OUTSIDE
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and value >= 0 and key.lower().rpartition("_")[2] in _MODES:
        return f"0o{value:o}"
    return shown(key, "" if value is None else str(value))


def _folded(node: ast.expr, depth: int) -> Any:
    """The value of `node`, or `_Outside`."""
    if depth > _MAX_DEPTH:
        return _Outside
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, (ast.List, ast.Tuple)):
        values = [_folded(one, depth + 1) for one in node.elts]
        return _Outside if _Outside in values else values
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        inner = _folded(node.operand, depth + 1)
        return _Outside if inner is _Outside else not inner
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        return _compared(node.ops[0], _folded(node.left, depth + 1), _folded(node.comparators[0], depth + 1))
    if isinstance(node, ast.BoolOp):
        values = [_folded(one, depth + 1) for one in node.values]
        known = [one for one in values if one is not _Outside]
        if isinstance(node.op, ast.Or) and known and len(known) < len(values):
            return known[-1]  # `environ.get("X") or "default"`
        return _Outside if len(known) < len(values) else (any(known) if isinstance(node.op, ast.Or) else all(known))
    return _called(node, depth) if isinstance(node, ast.Call) else _Outside


def _compared(operator: ast.cmpop, left: Any, right: Any) -> Any:
    if _Outside in (left, right):
        return _Outside
    try:
        if isinstance(operator, (ast.Eq, ast.Is)):
            return left == right
        if isinstance(operator, (ast.NotEq, ast.IsNot)):
            return left != right
        if isinstance(operator, (ast.In, ast.NotIn)):
            return (left in right) == isinstance(operator, ast.In)
    except TypeError:
        return _Outside
    return _Outside


def _called(node: ast.Call, depth: int) -> Any:
    """The default of what is read from the environment; what `bool`, `int`, `str`, `lower` and `split` make of one."""
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    default = next((word.value for word in node.keywords if word.arg == "default"), None)
    first = _folded(node.args[0], depth + 1) if node.args else _Outside
    if isinstance(node.func, ast.Attribute) and name in ("lower", "upper", "strip", "split"):
        inner = _folded(node.func.value, depth + 1)
        words = [first] if name == "split" and isinstance(first, str) else []
        return getattr(inner, name)(*words) if isinstance(inner, str) and (words or name != "split") else _Outside
    if isinstance(node.func, ast.Name) and name in ("bool", "int", "str") and len(node.args) == 1:
        try:
            return {"bool": bool, "int": int, "str": str}[name](first) if first is not _Outside else _Outside
        except (TypeError, ValueError):
            return _Outside
    if name in _FROM_OUTSIDE and default is None and len(node.args) > 1:
        default = node.args[1]
    return _folded(default, depth + 1) if default is not None else _Outside
