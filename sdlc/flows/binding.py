"""What a caller gives as the parameters of what it calls, and what that gives back in terms of the caller."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from sdlc.flows.assigning import Assigning
from sdlc.flows.program import Function
from sdlc.flows.values import NOTHING, Callable, Flow, Kind, Object, Origin, Value, joined, read, stepped, way
from sdlc.model.finding import Step

SAFE_TYPES = frozenset({"int", "float", "bool", "UUID", "Decimal", "date", "datetime", "timedelta"})
"""Annotations of parameters that hold no text."""


class Binding(Assigning):
    """Arguments of calls in one function."""

    def _bound(self, target: Callable, given: Sequence[Value], keywords: dict[str, Value]) -> dict[str, Value]:
        """What each parameter gets, and each free name holds."""
        function = target.function
        node = function.node
        if isinstance(node, ast.Module):
            return {}
        arguments = node.args
        row: list[Value] = [] if target.receiver is None else [target.receiver]
        if target.receiver is None and function.owner and self._is_bound_by_place(function, given):
            row.append(NOTHING)
        row += [*target.given, *given]
        bound: dict[str, Value] = dict(target.closed)
        names = [one.arg for one in function.parameters]
        bound.update(zip(names, row, strict=False))
        words = {**dict(target.keywords), **keywords}
        rest = [words.pop("*", NOTHING), words.pop("**", NOTHING)]
        known = {*names, *(one.arg for one in arguments.kwonlyargs)}
        left = NOTHING
        for name, value in words.items():
            if name in known:
                bound[name] = value
            else:
                left = left.with_field(f"[{name!r}]", value)
        if arguments.vararg is not None:
            bound[arguments.vararg.arg] = joined([*row[len(names) :], rest[0]])
        if arguments.kwarg is not None:
            bound[arguments.kwarg.arg] = joined([left, rest[1]])
        spread = rest[0].guessed(), rest[1]
        for place, name in enumerate([*names, *(one.arg for one in arguments.kwonlyargs)]):
            if name not in bound and (rest[0] or rest[1]):
                entry = self._entry(spread[1], name)
                bound[name] = joined([spread[0] if place < len(names) else None, entry])
        for one in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]:
            if one.annotation is not None and _is_safe_type(one.annotation) and one.arg in bound:
                bound[one.arg] = NOTHING
        return bound

    def _is_bound_by_place(self, function: Function, given: Sequence[Value]) -> bool:
        """Whether a method is called through its object, whose value is not known, and not through its class."""
        if function.is_marked("staticmethod") or function.is_code_of_module:
            return False
        return len(given) < len(function.parameters) and function.name.rpartition(".")[2] == "__init__"

    def _entry(self, value: Value, name: str) -> Value:
        return value.fields.get(f"[{name!r}]", Value(value.flows) if value.flows else NOTHING)

    def _resolve(self, origin: Origin, bound: dict[str, Value]) -> Value:
        """What a caller's values say of an origin of the function that is called."""
        held = bound.get(origin.name, NOTHING)
        for name in origin.attributes:
            if not held:
                return NOTHING
            held = self._plain_member(held, name) if name.startswith(".") else self._plain_entry(held, name)
        return held

    def _plain_member(self, held: Value, name: str) -> Value:
        from_fields = held.fields.get(name)
        if from_fields is not None:
            return from_fields
        kinds = [kind for kind in held.kinds if isinstance(kind, Object)]
        derived = self.derived(held, name, known=bool(kinds))
        stored = [self.engine.attribute_of(kind.kind, name[1:], self.function) for kind in kinds]
        return joined([derived, *stored])

    def _plain_entry(self, held: Value, name: str) -> Value:
        if name in held.fields:
            return held.fields[name]
        return read(Value(held.flows), name) if held.flows else NOTHING

    def _given(
        self, value: Value, bound: dict[str, Value], function: Function, node: ast.AST, text: str, level: int = 0
    ) -> Value:
        """`value` of the function that is called, in terms of this one."""
        if not value:
            return NOTHING
        found: list[Value] = []
        step = self.step(node, text)
        for origin, flow in value.flows.items():
            if origin.step is not None:
                found.append(stepped(Value({origin: flow}), step, crossed=True))
                continue
            held = self._resolve(origin, bound)
            if not held:
                continue
            if flow.mask == self.engine.every and not flow.steps:
                # The argument itself comes back.
                found.append(stepped(held, step, crossed=True))
            else:
                found.append(_through(held.everything(), flow, step))
        kinds = tuple(self._given_kind(kind, bound, function, node, text, level) for kind in value.kinds)
        fields = {
            name: one
            for name, one in (
                (name, self._given(one, bound, function, node, text, level + 1)) for name, one in value.fields.items()
            )
            if one
        }
        return joined([*found, Value(kinds=kinds, fields=fields)])

    def _given_kind(
        self, kind: Kind, bound: dict[str, Value], function: Function, node: ast.AST, text: str, level: int
    ) -> Kind:
        if not isinstance(kind, Callable) or level > 1:
            return kind

        def there(value: Value) -> Value:
            return self._given(value, bound, function, node, text, level + 1)

        return Callable(
            kind.function,
            there(kind.receiver) if kind.receiver is not None else None,
            tuple(map(there, kind.given)),
            tuple((name, there(value)) for name, value in kind.keywords),
            tuple((name, there(value)) for name, value in kind.closed),
        )


def _is_safe_type(annotation: ast.expr) -> bool:
    match annotation:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in SAFE_TYPES
        case ast.BinOp(left=left, op=ast.BitOr(), right=ast.Constant(value=None)):
            return _is_safe_type(left)
        case ast.Constant(value=str(text)):
            return text in SAFE_TYPES
    return False


def composed_flow(before: Flow, after: Flow, step: Step) -> Flow | None:
    """One way after the other, with the step between them; None where nothing is left of it."""
    mask = before.mask & after.mask
    if not mask or not (before.sure or after.sure):
        return None  # clean, or guessed twice
    return Flow(mask, before.sure & after.sure & mask, way(before.steps, (step, *after.steps)), crossed=True)


def _through(value: Value, flow: Flow, step: Step) -> Value:
    flows = {}
    for origin, before in value.flows.items():
        composed = composed_flow(before, flow, step)
        if composed is not None:
            flows[origin] = composed
    return Value(flows) if flows else NOTHING
