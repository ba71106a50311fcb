"""What an expression is always, where that can be said: numbers and short texts, compared and computed.

Nothing of the product is run. An expression that would fail, grow without bound, or ask anything else is unknown.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

MAX_TEXT = 1_000
MAX_NUMBER = 10**15

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_COMPARED: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_PLAIN = (bool, int, float, str, type(None))


class UnknownError(Exception):
    """The expression may be this today and that tomorrow."""


def value_of(node: ast.expr, names: Mapping[str, object]) -> object:
    """The value of `node`, where `names` are those with a value that never changes. Raises UnknownError."""
    try:
        found = _value(node, names)
    except (ArithmeticError, LookupError, TypeError, ValueError, RecursionError):
        raise UnknownError from None
    if not isinstance(found, _PLAIN):
        raise UnknownError
    if isinstance(found, str) and len(found) > MAX_TEXT:
        raise UnknownError
    if isinstance(found, int | float) and not abs(found) <= MAX_NUMBER:
        raise UnknownError
    return found


def _value(node: ast.expr, names: Mapping[str, object]) -> Any:
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name) if name in names:
            return names[name]
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            first, second = value_of(left, names), value_of(right, names)
            if isinstance(op, ast.Add) or (not isinstance(first, str) and not isinstance(second, str)):
                return _BINARY[type(op)](first, second)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return not value_of(operand, names)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            number: Any = value_of(operand, names)
            return -number
        case ast.BoolOp(op=op, values=values):
            known = [value_of(one, names) for one in values]
            return next((one for one in known if bool(one) is isinstance(op, ast.Or)), known[-1])
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARED:
            return _COMPARED[type(op)](value_of(left, names), value_of(right, names))
        case ast.Subscript(value=text, slice=index) if not isinstance(index, ast.Slice):
            held, position = value_of(text, names), value_of(index, names)
            if isinstance(held, str) and type(position) is int:
                return held[position]
        case ast.Call(func=ast.Name(id="len"), args=[only], keywords=[]):
            measured = value_of(only, names)
            if isinstance(measured, str):
                return len(measured)
        case _:
            pass
    raise UnknownError


def truth_of(node: ast.expr, names: Mapping[str, object]) -> bool:
    """Whether the condition `node` always holds, or never. Raises UnknownError.

    One part of an `and` or `or` may be enough: what the others are matters to its value, not to its truth.
    """
    match node:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return not truth_of(operand, names)
        case ast.BoolOp(op=op, values=values):
            ends = isinstance(op, ast.Or)
            parts = [_truth_or_none(one, names) for one in values]
            if ends in parts:
                return ends
            if None not in parts:
                return not ends
            raise UnknownError
    return bool(value_of(node, names))


def _truth_or_none(node: ast.expr, names: Mapping[str, object]) -> bool | None:
    try:
        return truth_of(node, names)
    except (UnknownError, RecursionError):
        return None
