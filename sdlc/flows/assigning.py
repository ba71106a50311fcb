"""Names, attributes and entries that get a value, are filled, or are checked."""

from __future__ import annotations

import ast

from sdlc.flows.expressions import Expressions
from sdlc.flows.matching import chain
from sdlc.flows.values import NOTHING, Object, Value, elements, joined, read


class Assigning(Expressions):
    """What assignments do in one function."""

    def assign(self, target: ast.expr, value: Value) -> None:
        """Put `value` into a name, an attribute, an entry, or a row of them."""
        match target:
            case ast.Name(id=name):
                self.env[name] = value
            case ast.Tuple(elts=several) | ast.List(elts=several):
                for place, one in enumerate(several):
                    if isinstance(one, ast.Starred):
                        self.assign(one.value, elements(value))
                    else:
                        self.assign(one, _at(value, place))
            case ast.Attribute(value=holder, attr=name):
                old = self.value_of_target(holder)
                if value or old:
                    self.assign_again(holder, old.with_field(f".{name}", value))
            case ast.Subscript(value=holder, slice=ast.Constant(value=key)):
                old = self.value_of_target(holder)
                if value or old:
                    self.assign_again(holder, old.with_field(f"[{key!r}]", value))
            case ast.Subscript(value=holder, slice=key):
                self.value(key)
                self.fill(holder, value)
            case ast.Starred(value=inner):
                self.assign(inner, value)

    def value_of_target(self, node: ast.expr) -> Value:
        """What a name, attribute or entry holds now; other expressions are not looked at again."""
        match node:
            case ast.Name(id=name):
                return self.env.get(name, NOTHING)
            case ast.Attribute(value=holder, attr=name):
                held = self.value_of_target(holder)
                return joined([read(held, f".{name}"), self._typed(held, name)])
            case ast.Subscript(value=holder, slice=ast.Constant(value=key)):
                return read(self.value_of_target(holder), f"[{key!r}]")
        return NOTHING

    def _typed(self, held: Value, name: str) -> Value | None:
        kinds = [kind for kind in held.kinds if isinstance(kind, Object)]
        return self.engine.typed_attribute(kinds[0].kind, name) if kinds else None

    def assign_again(self, node: ast.expr, value: Value) -> None:
        """Put a changed object back where it came from."""
        match node:
            case ast.Name(id=name):
                self.env[name] = value
            case ast.Attribute(value=holder, attr=name):
                self.assign_again(holder, self.value_of_target(holder).with_field(f".{name}", value))
            case ast.Subscript(value=holder, slice=ast.Constant(value=key)):
                self.assign_again(holder, self.value_of_target(holder).with_field(f"[{key!r}]", value))

    def fill(self, node: ast.expr, value: Value) -> None:
        """Data are put into the object that `node` names."""
        data = value.everything()
        if not data and not value.kinds:
            return
        old = self.value_of_target(node)
        self.assign_again(node, joined([old, data, Value(kinds=value.kinds)]))

    def check(self, node: ast.AST, mask: int) -> None:
        """What the one name in `node` holds was checked for the rules of `mask`."""
        names = [node] if chain(node) is not None else _inside(node)
        for one in names:
            if isinstance(one, ast.Name | ast.Attribute):
                old = self.value_of_target(one)
                if old:
                    self.assign_again(one, old.without(mask))


def _inside(node: ast.AST) -> list[ast.AST]:
    """The name in a call such as `str(path.resolve())`, where it is the only one that is given."""
    while True:
        match node:
            case ast.Call(func=ast.Attribute(value=inner), args=[]):
                node = inner
            case ast.Call(args=[inner], keywords=[]):
                node = inner
            case ast.Attribute() | ast.Name():
                return [node] if chain(node) is not None else []
            case _:
                return []


def _at(value: Value, place: int) -> Value:
    name = f"[{place}]"
    if name in value.fields or not any(key.startswith("[") for key in value.fields):
        return read(value, name)
    return Value(value.flows) if value.flows else NOTHING
