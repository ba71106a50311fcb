"""What a call does: of functions of the tree by their summaries, of others as their documentation says."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from sdlc.flows.binding import composed_flow
from sdlc.flows.library import TASKS
from sdlc.flows.outside import Outside
from sdlc.flows.program import Class, Function
from sdlc.flows.summary import Summary
from sdlc.flows.values import NOTHING, Callable, Flow, Kind, Object, Origin, Value, elements, joined
from sdlc.model.finding import Step


class Calls(Outside):
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
        if node.args and _starred(node.args[-1]) and not any(map(_starred, node.args[:-1])):
            row = _row(given[-1])
            if row is not None:
                return [*given[:-1], *row], {word.arg or "**": self.value(word.value) for word in node.keywords}
        keywords = {word.arg or "**": self.value(word.value) for word in node.keywords}
        if any(map(_starred, node.args)):
            spread = [elements(value) for value, one in zip(given, node.args, strict=True) if _starred(one)]
            given = [value for value, one in zip(given, node.args, strict=True) if not _starred(one)]
            keywords["*"] = joined(spread)
        return given, keywords

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
                composed = composed_flow(before, flow, step)
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
            match node.func:
                case ast.Attribute(value=ast.Call(func=ast.Name(id="super"))) if self.function.parameters:
                    yield names[0], ast.Name(self.function.parameters[0].arg, ast.Load())
                case ast.Attribute(value=holder):
                    yield names[0], holder
            names = names[1:]
        names = names[len(target.given) :]
        if any(isinstance(one, ast.Starred) for one in node.args):
            return
        yield from zip(names, node.args, strict=False)
        yield from ((word.arg, word.value) for word in node.keywords if word.arg)

    def all_of(self, called: Value, node: ast.Call, given: Sequence[Value], keywords: dict[str, Value]) -> Value:
        """What comes back when one of the functions that `called` may be is called."""
        kinds = [kind for kind in called.kinds if not isinstance(kind, Object)]
        sure = len(kinds) == 1
        return joined([self._target(kind, node, given, keywords, sure=sure) for kind in kinds])


def _row(value: Value) -> list[Value] | None:
    """The entries of a written row; None for a value of which nobody knows how long it is."""
    if value.flows or not value.fields:
        return None
    places = [int(name[1:-1]) for name in value.fields if name[1:-1].isdecimal()]
    if len(places) != len(value.fields):
        return None
    return [value.fields.get(f"[{place}]", NOTHING) for place in range(max(places) + 1)]


def _starred(node: ast.expr) -> bool:
    return isinstance(node, ast.Starred)


def _first(function: Function) -> str:
    return function.parameters[0].arg if function.parameters else ""
