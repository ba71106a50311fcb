"""What an expression holds: its value, computed from the values of the names in it."""

from __future__ import annotations

import ast
from collections.abc import Callable as Does
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from sdlc.flows.matching import chain, children, text_of
from sdlc.flows.program import Class, Fixed, Function, Instance, Module, Thing
from sdlc.flows.summary import Sink, Summary
from sdlc.flows.values import (
    NOTHING,
    Callable,
    Flow,
    Kind,
    Object,
    Origin,
    Value,
    elements,
    joined,
    read,
)
from sdlc.model.finding import Step

if TYPE_CHECKING:
    from sdlc.flows.engine import Engine

LEVELS = 150
"""Expressions in expressions; deeper ones are not followed, and that is said."""

ENTRIES = 12
"""Entries of a written list or mapping that are kept apart."""

SHOWN = 60
"""Signs of code that a step shows."""


class DeepError(Exception):
    """An expression is nested too deeply to be followed."""


class Expressions:
    """Values of expressions in one function."""

    def __init__(self, engine: Engine, function: Function) -> None:
        self.engine = engine
        self.function = function
        self.module = function.module
        self.marks = function.module.marks
        self.env: dict[str, Value] = {}
        self.summary = Summary()
        self.found: dict[tuple[Origin, ast.AST], tuple[Sink, Flow]] = {}
        self._level = 0

    # One expression.

    def value(self, node: ast.expr | None) -> Value:
        """What `node` holds; what it does on the way is noted."""
        if node is None or isinstance(node, ast.Constant):
            return NOTHING
        self._level += 1
        if self._level > LEVELS:
            self._level = 0
            raise DeepError(getattr(node, "lineno", 0))
        does = _DOES.get(type(node))
        found = does(self, node) if does else self._others(node)
        self._level -= 1
        return self.marked(node, found)

    def marked(self, node: ast.expr, found: Value) -> Value:
        """`found`, which `node` holds, with what the rules say of it."""
        marks = self.marks
        if node in marks.sources:
            found = joined([found, self.entering(node, marks.sources[node])])
        if node in marks.clean:
            found = found.without(marks.clean[node])
        if node in marks.sinks:
            self.arrive(node, found)
        for mask, other in marks.side.get(node, ()):
            self.check(other, mask)
        return found

    def entering(self, node: ast.expr | ast.arg, mask: int) -> Value:
        """Data that come in at `node`, for rules that have a sink at all."""
        mask &= self.engine.live
        if not mask:
            return NOTHING
        step = self.step(node, f"{shown(node)} comes from outside")
        return Value({Origin("", (), step): Flow(mask, mask, (step,))})

    def arrive(self, node: ast.AST, found: Value) -> None:
        """`found` reaches the sink that `node` is."""
        mask = self.marks.sinks[node]
        whole = found.whole()
        if not whole.mask & mask:
            return
        outer = self.marks.within.get(node, node)
        sink = Sink(self.module, outer, node)
        for origin, flow in whole.flows.items():
            self.harm(origin, flow.without(~mask), sink)

    def harm(self, origin: Origin, flow: Flow, sink: Sink) -> None:
        """A flow ends in a sink: it is found, or it is what this function does with a parameter."""
        if not flow.mask:
            return
        if origin.step is None:
            key = origin, sink.value
            known = self.summary.sinks.get(key)
            self.summary.sinks[key] = (sink, known[1].joined(flow) if known else flow)
        elif flow.crossed:
            place = origin, sink.value
            known = self.found.get(place)
            self.found[place] = (sink, known[1].joined(flow) if known else flow)

    def step(self, node: ast.AST, text: str) -> Step:
        """A step at `node`."""
        return Step(self.module.path, getattr(node, "lineno", 0), text)

    # Names and what belongs to them.

    def name(self, node: ast.Name) -> Value:
        name = node.id
        if name in self.env:
            return self._closing(self.env[name])
        return self.outside(name)

    def outside(self, name: str) -> Value:
        """What a name that this function does not assign stands for."""
        outer = self.function.outer
        while outer is not None:
            if name in outer.inner:
                return Value(kinds=(Callable(outer.inner[name]),))
            if name in self.engine.stored(outer):
                mask = self.engine.every
                return Value({Origin(name): Flow(mask, mask)})
            outer = outer.outer
        found = self.engine.program.named(self.module, name)
        held = self.engine.globals_of(self.module, name, self.function)
        return joined([self.thing(found), held])

    def thing(self, found: Thing | None) -> Value:
        """Code of the tree as a value."""
        match found:
            case Function():
                return Value(kinds=(Callable(found, self._class_of(found)),))
            case Class():
                return Value(kinds=(found,))
            case Instance(kind=kind):
                return Value(kinds=(Object(kind),))
            case Fixed(function=function, call=call):
                count = len(call.args) - 1
                named = tuple((word.arg, NOTHING) for word in call.keywords if word.arg)
                return Value(kinds=(Callable(function, None, (NOTHING,) * count, named),))
        return NOTHING

    def _class_of(self, function: Function) -> Value | None:
        return Value(kinds=(function.owner,)) if function.owner and function.is_marked("classmethod") else None

    def _closing(self, value: Value) -> Value:
        """A function that is defined here takes along what its free names hold now."""
        if not any(isinstance(kind, Callable) and kind.function.outer is self.function for kind in value.kinds):
            return value
        kinds = []
        for kind in value.kinds:
            if isinstance(kind, Callable) and kind.function.outer is self.function and not kind.closed:
                free = self.engine.free_names(kind.function)
                closed = tuple((name, self.env[name]) for name in free if self.env.get(name))
                kind = Callable(kind.function, kind.receiver, kind.given, kind.keywords, closed)
            kinds.append(kind)
        return Value(value.flows, tuple(kinds), value.fields)

    def attribute(self, node: ast.Attribute) -> Value:
        found = self._of_module(node)
        if found is not None:
            return found
        return self.member(self.value(node.value), node.attr, node)

    def _of_module(self, node: ast.Attribute) -> Value | None:
        """The value of `module.name`, where the name in front is a module of the tree or nothing that is known here."""
        dotted = chain(node)
        if dotted is None or dotted.partition(".")[0] in self.env:
            return None
        holder = self.engine.program.meant(self.module, node.value)
        if not isinstance(holder, Module):
            return None
        found = self.engine.program.member(holder, node.attr)
        return joined([self.thing(found), self.engine.globals_of(holder, node.attr, self.function)])

    def member(self, held: Value, name: str, node: ast.AST) -> Value:
        """The attribute `name` of a value."""
        found = [self.derived(held, f".{name}", known=any(isinstance(kind, Object) for kind in held.kinds))]
        for kind in held.kinds:
            owner = kind.kind if isinstance(kind, Object) else kind
            if not isinstance(owner, Class):
                continue
            method = self.engine.program.method(owner, name)
            if method is None:
                found.append(self.engine.attribute_of(owner, name, self.function))
                found.append(self.engine.typed_attribute(owner, name))
            elif isinstance(kind, Object) and method.is_marked("property", "cached_property"):
                found.append(self.call_function(Callable(method, held), node, [], {}))
            else:
                found.append(Value(kinds=(Callable(method, self._receiver(method, held, kind)),)))
        return joined(found)

    def derived(self, held: Value, name: str, *, known: bool) -> Value:
        """An attribute or entry as the data of the whole say; of an object of a `known` class that is a guess."""
        found = read(held, name)
        if not known or name in held.fields or all(origin.step is None for origin in found.flows):
            return found
        own = {origin: flow for origin, flow in found.flows.items() if origin.step is None}
        return joined([Value(own), Value(found.flows).guessed()])

    def _receiver(self, method: Function, held: Value, kind: Kind) -> Value | None:
        if method.is_marked("staticmethod"):
            return None
        if method.is_marked("classmethod"):
            return Value(kinds=(kind.kind,)) if isinstance(kind, Object) else Value(kinds=(kind,))
        return held if isinstance(kind, Object) else None

    def call_function(
        self, target: Callable, node: ast.AST, given: Sequence[Value], keywords: dict[str, Value], *, sure: bool = True
    ) -> Value:
        """What comes back from a function of the tree; calls.py knows."""
        raise NotImplementedError

    def call(self, node: ast.Call) -> Value:
        """What a call gives back; calls.py knows."""
        raise NotImplementedError

    def check(self, node: ast.AST, mask: int) -> None:
        """The name in `node` was checked for the rules of `mask`; statements.py knows."""
        raise NotImplementedError

    def assign(self, target: ast.expr, value: Value) -> None:
        """Put `value` into a name, attribute, entry or row of them; statements.py knows."""
        raise NotImplementedError

    # Other expressions.

    def _others(self, node: ast.AST) -> Value:
        return joined([self.value(one) for one in children(node) if isinstance(one, ast.expr)])

    def _sum(self, node: ast.BinOp) -> Value:
        """A row of operators is flattened: a long one is a deep tree."""
        found: list[Value] = []
        passed: list[ast.BinOp] = []
        left: ast.expr = node
        while isinstance(left, ast.BinOp) and (left is node or not self._is_marked(left)):
            passed.append(left)
            left = left.left
        found.append(self.value(left).whole())
        for one in reversed(passed):
            right = self.value(one.right).whole()
            if isinstance(one.op, ast.Mod) and isinstance(one.right, ast.Tuple):
                right = elements(right)
            found.append(right)
        return joined(found)

    def _is_marked(self, node: ast.expr) -> bool:
        marks = self.marks
        return node in marks.sources or node in marks.clean or node in marks.sinks or node in marks.side

    def _nothing(self, node: ast.expr) -> Value:
        """A comparison and the like: what is in it happens, and its result holds no data."""
        self._others(node)
        return NOTHING

    def _not(self, node: ast.UnaryOp) -> Value:
        found = self.value(node.operand)
        return NOTHING if isinstance(node.op, ast.Not) else found

    def _choice(self, node: ast.IfExp) -> Value:
        self.value(node.test)
        return joined([self.value(node.body), self.value(node.orelse)])

    def _joined_text(self, node: ast.JoinedStr) -> Value:
        return joined([self.value(one).whole() for one in node.values])

    def _formatted(self, node: ast.FormattedValue) -> Value:
        found = self.value(node.value)
        spec = node.format_spec
        last = spec.values[-1] if isinstance(spec, ast.JoinedStr) and spec.values else None
        if isinstance(last, ast.Constant) and str(last.value)[-1:] in tuple("dxXobeEfFgGn%"):
            return NOTHING  # only numbers are written so
        return found

    def _row(self, node: ast.List | ast.Tuple) -> Value:
        values = [self.value(one) for one in node.elts]
        if len(values) > ENTRIES or any(isinstance(one, ast.Starred) for one in node.elts):
            return joined(values)
        return Value(fields={f"[{place}]": one for place, one in enumerate(values) if one})

    def _set(self, node: ast.Set) -> Value:
        return joined([self.value(one) for one in node.elts])

    def _dict(self, node: ast.Dict) -> Value:
        found = NOTHING
        for number, (key, entry) in enumerate(zip(node.keys, node.values, strict=True)):
            self.value(key)
            value = self.value(entry)
            if key is None:
                found = joined([found, value])
            elif isinstance(key, ast.Constant) and number < ENTRIES:
                found = found.with_field(f"[{key.value!r}]", value)
            elif value:
                found = joined([found, value.everything()])
        return found

    def _subscript(self, node: ast.Subscript) -> Value:
        held = self.value(node.value)
        self.value(node.slice) if not isinstance(node.slice, ast.Slice) else self._others(node.slice)
        if isinstance(node.slice, ast.Constant):
            found = read(held, f"[{node.slice.value!r}]")
            return found if found or not held.kinds else elements(held)
        if isinstance(node.slice, ast.Slice):
            return held
        return elements(held)

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Value:
        before = dict(self.env)
        self._loops(node.generators)
        found = self.value(node.elt)
        self.env = {**self.env, **before}
        return found.whole() if not found.kinds else joined([found.whole(), Value(kinds=found.kinds)])

    def _dict_comprehension(self, node: ast.DictComp) -> Value:
        before = dict(self.env)
        self._loops(node.generators)
        found = joined([self.value(node.key).whole(), self.value(node.value).whole()])
        self.env = {**self.env, **before}
        return found

    def _loops(self, generators: Iterable[ast.comprehension]) -> None:
        for one in generators:
            self.assign(one.target, elements(self.value(one.iter)))
            for condition in one.ifs:
                self.value(condition)

    def _lambda(self, node: ast.Lambda) -> Value:
        function = self.module.functions.get(node)
        return self._closing(Value(kinds=(Callable(function),))) if function else NOTHING

    def _walrus(self, node: ast.NamedExpr) -> Value:
        found = self.value(node.value)
        self.assign(node.target, found)
        return found

    def _yield(self, node: ast.Yield | ast.YieldFrom) -> Value:
        if node.value is not None:
            self.summary.returns[node.value] = joined([self.summary.returns.get(node.value), self.value(node.value)])
        return NOTHING


def shown(node: ast.AST) -> str:
    """The code of `node`, cut."""
    text = " ".join(text_of(node).split())
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def _inner(self: Expressions, node: Any) -> Value:
    return self.value(node.value)


_DOES: dict[type[ast.AST], Does[[Any, Any], Value]] = {
    ast.Name: Expressions.name,
    ast.Attribute: Expressions.attribute,
    ast.Call: lambda self, node: self.call(node),
    ast.BinOp: Expressions._sum,
    ast.Compare: Expressions._nothing,
    ast.UnaryOp: Expressions._not,
    ast.IfExp: Expressions._choice,
    ast.JoinedStr: Expressions._joined_text,
    ast.FormattedValue: Expressions._formatted,
    ast.List: Expressions._row,
    ast.Tuple: Expressions._row,
    ast.Set: Expressions._set,
    ast.Dict: Expressions._dict,
    ast.Subscript: Expressions._subscript,
    ast.ListComp: Expressions._comprehension,
    ast.SetComp: Expressions._comprehension,
    ast.GeneratorExp: Expressions._comprehension,
    ast.DictComp: Expressions._dict_comprehension,
    ast.Lambda: Expressions._lambda,
    ast.NamedExpr: Expressions._walrus,
    ast.Yield: Expressions._yield,
    ast.YieldFrom: Expressions._yield,
    ast.Await: _inner,
    ast.Starred: _inner,
}
