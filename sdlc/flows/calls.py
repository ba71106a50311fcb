"""What a call does: of functions of the tree by their summaries, of others as their documentation says."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from sdlc.flows.expressions import Expressions, shown
from sdlc.flows.library import CALLS, CALLS_METHODS, FILLS, KEEPS, KEEPS_METHODS, NO_DATA, NO_DATA_METHODS, TASKS
from sdlc.flows.matching import chain, resolved
from sdlc.flows.program import Class, Function
from sdlc.flows.summary import Summary
from sdlc.model.finding import Step
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
    stepped,
    way,
)

SAFE_TYPES = frozenset({"int", "float", "bool", "UUID", "Decimal", "date", "datetime", "timedelta"})
"""Annotations of parameters that hold no text."""


class Calls(Expressions):
    """Values of calls in one function."""

    def call(self, node: ast.Call) -> Value:
        """What comes back, and what happens to the arguments."""
        targets, held = self._targets(node)
        given, keywords = self._arguments(node)
        if targets:
            sure = len(targets) == 1
            return joined([self._target(one, node, given, keywords, sure=sure) for one in targets])
        return self._unknown(node, held, given, keywords)

    def answers(self, node: ast.Call) -> list[tuple[ast.expr, Value]]:
        """What functions of the tree give back to this call, by the expression that makes it."""
        found = []
        given, keywords = self._arguments(node)
        for target in self._targets(node)[0]:
            summary = self.engine.summaries.get(target.function) if isinstance(target, Callable) else None
            if summary is None or not isinstance(target, Callable):
                return []
            bound = self._bound(target, given, keywords)
            text = f"{target.function.name}() gives it back"
            for expression, value in summary.returns.items():
                self.engine.homes.setdefault(expression, target.function.module)
                found.append((expression, self._given(value, bound, target.function, node, text)))
        return found

    def _arguments(self, node: ast.Call) -> tuple[list[Value], dict[str, Value]]:
        """Values by place and by name; `*` and `**` are what is spread."""
        given = [self.value(one) for one in node.args]
        keywords = {word.arg or "**": self.value(word.value) for word in node.keywords}
        if any(map(_starred, node.args)):
            spread = [elements(value) for value, one in zip(given, node.args, strict=True) if _starred(one)]
            given = [value for value, one in zip(given, node.args, strict=True) if not _starred(one)]
            keywords["*"] = joined(spread)
        return given, keywords

    def _name_of(self, node: ast.Call) -> str:
        dotted = chain(node.func)
        if dotted is None:
            return ""
        if dotted.partition(".")[0] in self.env and not isinstance(node.func, ast.Name):
            return dotted
        return resolved(dotted, self.module.aliases)

    def _targets(self, node: ast.Call) -> tuple[tuple[Kind, ...], Value]:
        """The functions and classes of the tree that may be called, and the object in front of the dot."""
        func = node.func
        match func:
            case ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr=name) if self.function.owner:
                owner = self.function.owner
                method = self.engine.program.method_after(owner, owner, name)
                return ((Callable(method, self._self()),) if method else ()), self._self()
            case ast.Attribute():
                found = self._of_module(func)
                if found is not None:
                    return found.kinds, NOTHING
                held = self.value(func.value)
                member = self.member(held, func.attr, func)
                held = self.marked(func, held)
                kinds = tuple(kind for kind in member.kinds if not isinstance(kind, Object))
                tasks = [kind for kind in held.kinds if isinstance(kind, Callable)]
                if not kinds and tasks and func.attr in TASKS:
                    return tuple(tasks), NOTHING
                return (kinds or self._overridden(held, func.attr)), held
            case ast.Name():
                return self._called(self.name(func)), NOTHING
        held = self.value(func)
        return self._called(held), held

    def _called(self, value: Value) -> tuple[Kind, ...]:
        found: list[Kind] = []
        for kind in value.kinds:
            if isinstance(kind, Object):
                method = self.engine.program.method(kind.kind, "__call__")
                if method is not None:
                    found.append(Callable(method, value))
            else:
                found.append(kind)
        return tuple(found)

    def _overridden(self, held: Value, name: str) -> tuple[Kind, ...]:
        """Methods of the classes that inherit from an object's class, where that has none of this name."""
        found: list[Kind] = []
        for kind in held.kinds:
            if isinstance(kind, Object):
                heirs = self.engine.program.heirs.get(kind.kind, ())
                found += [Callable(one.methods[name], held) for one in heirs if name in one.methods]
        return tuple(found[:3]) if found else ()

    def _self(self) -> Value:
        parameters = self.function.parameters
        return self.env.get(parameters[0].arg, NOTHING) if parameters else NOTHING

    def _target(
        self, kind: Kind, node: ast.Call, given: Sequence[Value], keywords: dict[str, Value], *, sure: bool
    ) -> Value:
        if isinstance(kind, Class):
            return self._made(kind, node, given, keywords, sure=sure)
        if isinstance(kind, Callable):
            return self.call_function(kind, node, given, keywords, sure=sure)
        return NOTHING

    def _made(
        self, kind: Class, node: ast.Call, given: Sequence[Value], keywords: dict[str, Value], *, sure: bool
    ) -> Value:
        """A new object of `kind`."""
        made = Value(kinds=(Object(kind),))
        program = self.engine.program
        constructor = program.method(kind, "__init__")
        if constructor is not None:
            bound = self._bound(Callable(constructor, made), given, keywords)
            summary = self.engine.summary_of(constructor, self.function, wanted=any(bound.values()))
            if summary is not None:
                self._sinks(constructor, summary, bound, node, sure=sure)
                for name, value in summary.fields.get(_first(constructor), {}).items():
                    held = self._given(value, bound, constructor, node, f"{kind.name}() keeps it as {name[1:]}")
                    made = made.with_field(name, held)
        elif program.is_whole(kind) or kind.fields:
            names = [name for one in reversed(program.ancestry(kind)) for name in one.fields]
            for name, value in [*zip(names, given, strict=False), *keywords.items()]:
                if value and name not in ("*", "**"):
                    made = made.with_field(f".{name}", value)
            made = joined([made, keywords.get("*"), keywords.get("**")])
        if not program.is_whole(kind) and constructor is None:
            made = joined([made, *(one.everything().guessed() for one in [*given, *keywords.values()])])
        self.engine.keep_fields(kind, made)
        return made

    def call_function(
        self, target: Callable, node: ast.AST, given: Sequence[Value], keywords: dict[str, Value], *, sure: bool = True
    ) -> Value:
        """What comes back from a function of the tree, and what it does with its arguments."""
        function = target.function
        bound = self._bound(target, given, keywords)
        summary = self.engine.summary_of(function, self.function, wanted=any(bound.values()))
        kinds = self.engine.returned_kinds(function)
        if summary is None:
            return Value(kinds=kinds)
        self._sinks(function, summary, bound, node, sure=sure)
        self._effects(function, summary, bound, node, target)
        found = self._given(summary.result, bound, function, node, f"{function.name}() gives it back")
        if not sure:
            found = found.guessed()
        return joined([found, Value(kinds=kinds)]) if kinds else found

    # Arguments and parameters.

    def _bound(self, target: Callable, given: Sequence[Value], keywords: dict[str, Value]) -> dict[str, Value]:
        """What each parameter gets, and each free name holds."""
        function = target.function
        node = function.node
        if isinstance(node, ast.Module):
            return {}
        arguments = node.args
        row = [one for one in ([target.receiver] if target.receiver is not None else [])]
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
            if name.startswith("."):
                found = joined([self._plain_member(held, name)])
            else:
                found = self._plain_entry(held, name)
            held = found
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

    # What a function does.

    def _sinks(
        self, function: Function, summary: Summary, bound: dict[str, Value], node: ast.AST, *, sure: bool
    ) -> None:
        given: dict[Origin, tuple[Mapping[Origin, Flow], Step]] = {}
        for (origin, _), (sink, flow) in summary.sinks.items():
            if origin not in given:
                name = origin.name + "".join(origin.attributes)
                step = self.step(node, f"{function.name}() gets it as {name}")
                given[origin] = self._resolve(origin, bound).everything().flows, step
            flows, step = given[origin]
            for outer, before in flows.items():
                composed = _composed(before, flow, step)
                if composed is not None:
                    if sure:
                        self.harm(outer, composed, sink)
                    elif composed.sure:
                        self.harm(outer, composed._replace(sure=0), sink)

    def _effects(
        self, function: Function, summary: Summary, bound: dict[str, Value], node: ast.AST, target: Callable
    ) -> None:
        """What the call changes of the objects that it is given, and which of them it checks."""
        for name, expression in self._written(function, node, target):
            for attribute, value in summary.fields.get(name, {}).items():
                text = f"{function.name}() keeps it as {attribute[1:]}"
                held = self._given(value, bound, function, node, text)
                if held:
                    old = self.value_of_target(expression)
                    self.assign_again(expression, old.with_field(attribute, held, keep=True))
            if name in summary.added:
                held = self._given(summary.added[name], bound, function, node, f"{function.name}() puts it into {name}")
                if held:
                    self.fill(expression, held)
            if name in summary.cleans:
                self.check(expression, summary.cleans[name])

    def _written(self, function: Function, node: ast.AST, target: Callable) -> Iterator[tuple[str, ast.expr]]:
        """Parameters, and the expressions that stand for them in the call."""
        if not isinstance(node, ast.Call):
            return
        names = [one.arg for one in function.parameters]
        if target.receiver is not None and names:
            if isinstance(node.func, ast.Attribute):
                yield names[0], node.func.value
            names = names[1:]
        names = names[len(target.given) :]
        if any(isinstance(one, ast.Starred) for one in node.args):
            return
        yield from zip(names, node.args, strict=False)
        yield from ((word.arg, word.value) for word in node.keywords if word.arg)

    # Functions outside of the tree.

    def _unknown(
        self, node: ast.Call, held: Value, given: Sequence[Value], keywords: dict[str, Value]
    ) -> Value:
        func = node.func
        name = self._name_of(node)
        method = func.attr if isinstance(func, ast.Attribute) else ""
        called = self._handed_on(node, name, method, given, keywords)
        if called is not None:
            return called
        if method in FILLS and len(given) > FILLS[method] and isinstance(func, ast.Attribute):
            self.fill(func.value, given[FILLS[method]])
        elif method == "update" and isinstance(func, ast.Attribute):
            self.fill(func.value, joined([*given, *keywords.values()]))
        if method in ("get", "pop", "setdefault") and node.args and isinstance(node.args[0], ast.Constant) and held:
            if method == "setdefault" and len(given) > 1 and isinstance(func, ast.Attribute):
                self.fill(func.value, given[1])
            entry = self._subscripted(held, node.args[0].value)
            return joined([entry, *(one.whole() for one in given[1:])])
        if name in NO_DATA or method in NO_DATA_METHODS:
            return NOTHING
        data = [held if method else NOTHING, *given, *keywords.values()]
        if name == "getattr" and len(node.args) > 1 and isinstance(node.args[1], ast.Constant):
            return joined([self.member(given[0], str(node.args[1].value), node).guessed(), *given[2:]])
        found = joined([one.everything() for one in data])
        is_known = name in KEEPS or (method in KEEPS_METHODS and name not in KEEPS)
        if name in ("iter", "next", "list", "tuple", "sorted", "reversed", "copy.copy", "copy.deepcopy") and given:
            return joined([given[0], found])
        return found if is_known else found.guessed()

    def _subscripted(self, held: Value, key: object) -> Value:
        name = f"[{key!r}]"
        if name in held.fields:
            return held.fields[name]
        return read(Value(held.flows), name) if held.flows else NOTHING

    def _handed_on(
        self, node: ast.Call, name: str, method: str, given: Sequence[Value], keywords: dict[str, Value]
    ) -> Value | None:
        """A call of a function that calls a function of the tree with the arguments that it is given."""
        if name in ("functools.partial", "functools.partialmethod") and given:
            kinds: list[Kind] = []
            for kind in given[0].kinds:
                if isinstance(kind, Callable):
                    words = tuple((*kind.keywords, *((key, one) for key, one in keywords.items() if key[0] != "*")))
                    kinds.append(kind._replace(given=(*kind.given, *given[1:]), keywords=words))
                else:
                    kinds.append(kind)
            return Value(kinds=tuple(kinds)) if kinds else None
        if name.rpartition(".")[2] in ("Thread", "Process", "Timer") and "target" in keywords:
            arguments = keywords.get("args", NOTHING)
            places = range(len(arguments.fields) or 1)
            row = [arguments.fields.get(f"[{place}]", Value(arguments.flows)) for place in places]
            words = {key[2:-2]: one for key, one in keywords.get("kwargs", NOTHING).fields.items() if key[:2] == "['"}
            return joined([self._all(keywords["target"], node, row, words), NOTHING])
        form = CALLS.get(name) or (CALLS_METHODS.get(method) if method else None)
        if form is None:
            return None
        function, first, is_entry = form
        if len(given) <= function or not any(isinstance(kind, Callable | Class) for kind in given[function].kinds):
            return None
        row = [elements(one) if is_entry else one for one in given[first:]]
        words = {} if is_entry else keywords
        return self._all(given[function], node, row, words)

    def _all(self, called: Value, node: ast.Call, given: Sequence[Value], keywords: dict[str, Value]) -> Value:
        kinds = [kind for kind in called.kinds if not isinstance(kind, Object)]
        sure = len(kinds) == 1
        return joined([self._target(kind, node, given, keywords, sure=sure) for kind in kinds])

    def fill(self, node: ast.expr, value: Value) -> None:
        """Put data into the object that `node` names; statements.py knows."""
        raise NotImplementedError

    def value_of_target(self, node: ast.expr) -> Value:
        """What a name or attribute holds now; statements.py knows."""
        raise NotImplementedError

    def assign_again(self, node: ast.expr, value: Value) -> None:
        """Put a changed object back where it came from; statements.py knows."""
        raise NotImplementedError


def _starred(node: ast.expr) -> bool:
    return isinstance(node, ast.Starred)


def _first(function: Function) -> str:
    return function.parameters[0].arg if function.parameters else ""


def _is_safe_type(annotation: ast.expr) -> bool:
    match annotation:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in SAFE_TYPES
        case ast.BinOp(left=left, op=ast.BitOr(), right=ast.Constant(value=None)):
            return _is_safe_type(left)
        case ast.Constant(value=str(text)):
            return text in SAFE_TYPES
    return False


def _composed(before: Flow, after: Flow, step: Step) -> Flow | None:
    mask = before.mask & after.mask
    if not mask or not (before.sure or after.sure):
        return None  # clean, or guessed twice
    return Flow(mask, before.sure & after.sure & mask, way(before.steps, (step, *after.steps)), crossed=True)


def _through(value: Value, flow: Flow, step: Step) -> Value:
    flows = {}
    for origin, before in value.flows.items():
        composed = _composed(before, flow, step)
        if composed is not None:
            flows[origin] = composed
    return Value(flows) if flows else NOTHING


__all__ = ["Calls", "shown"]
