"""One function, statement by statement: what its names hold, what it gives back, what reaches a sink."""

from __future__ import annotations

import ast
from collections.abc import Callable as Does
from collections.abc import Iterable, Sequence
from typing import Any

from sdlc.flows.calls import Calls
from sdlc.flows.expressions import DeepError
from sdlc.flows.library import ENDS
from sdlc.flows.matching import chain, resolved
from sdlc.flows.program import Class
from sdlc.flows.values import NOTHING, Callable, Flow, Object, Origin, Value, elements, joined

AGAIN = 2
"""Loops in loops whose body is followed a second time."""

BLOCKS_DEEP = 60
"""Blocks in blocks; deeper ones are not followed, and that is said."""

RETURNS = 16
"""Expressions that one function gives back and that are told apart."""

SAFE = frozenset({"int", "float", "bool", "complex", "UUID", "Decimal", "date", "datetime"})

Env = dict[str, Value]


class Statements(Calls):
    """One function that is followed once."""

    def run(self) -> None:
        """Follow the whole function. Raises DeepError."""
        node = self.function.node
        self._exits: list[Env] = []
        self._left: list[Env] = []
        self._loops_open = 0
        self._blocks_open = 0
        if not isinstance(node, ast.Module):
            self._enter(node.args)
        if isinstance(node, ast.Lambda):
            self.summary.returns[node.body] = self.value(node.body)
            return
        if self.block(node.body):
            self._exits.append(self.env)
        self._leave()

    def _enter(self, arguments: ast.arguments) -> None:
        """Every parameter holds what it is given, and what comes from outside."""
        every = self.engine.every
        first = self.function.parameters[:1]
        for one in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]:
            value = Value({Origin(one.arg): Flow(every, every)})
            kind = self.engine.program.kind_of(self.module, one.annotation)
            if kind is not None:
                value = joined([value, Value(kinds=(Object(kind),))])
            if one in self.marks.sources:
                value = joined([value, self.entering(one, self.marks.sources[one])])
            self.env[one.arg] = value
        for rest in (arguments.vararg, arguments.kwarg):
            if rest is not None:
                self.env[rest.arg] = Value({Origin(rest.arg): Flow(every, every)})
        owner = self.function.owner
        if owner is not None and first and not self.function.is_marked("staticmethod"):
            itself: Class | Object = owner if self.function.is_marked("classmethod") else Object(owner)
            name = first[0].arg
            self.env[name] = joined([self.env[name], Value(kinds=(itself,))])
        for default in [*arguments.defaults, *arguments.kw_defaults]:
            self.value(default)

    def _leave(self) -> None:
        """What is known when the function comes back."""
        every = self.engine.every
        names = [] if isinstance(self.function.node, ast.Module) else _names(self.function.node.args)
        for name in names:
            ends = [env[name] for env in self._exits if name in env]
            if not ends:
                continue
            after = joined(ends)
            own = Origin(name)
            if name in self.engine.stored_names(self.function):
                continue  # it is the name of something else by now
            fields = {key: value for key, value in after.fields.items() if _is_new(name, key, value)}
            if fields:
                self.summary.fields[name] = fields
            added = {origin: flow for origin, flow in after.flows.items() if origin.name != name or origin.step}
            if added and own in after.flows and not self._is_source(name):
                self.summary.added[name] = Value(added)
            masks = [env[name].flows.get(own) for env in self._exits if name in env]
            cleaned = every
            for flow in masks:
                cleaned &= ~(flow.mask if flow else 0)
            if cleaned and not _lost(masks, ends):
                self.summary.cleans[name] = cleaned
        self._remember()

    def _is_source(self, name: str) -> bool:
        node = self.function.node
        assert not isinstance(node, ast.Module)  # noqa: S101 - a module has no parameters
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        return any(one.arg == name and one in self.marks.sources for one in arguments)

    def _remember(self) -> None:
        """Attributes of objects and names of modules that hold data from outside, for functions that read them."""
        owner = self.function.owner
        if owner is not None and self.function.parameters:
            for name, value in self.summary.fields.get(self.function.parameters[0].arg, {}).items():
                if name.startswith("."):
                    self.engine.keep_attribute(owner, name[1:], value)
        if self.function.is_code_of_module:
            for env in self._exits:
                for name, value in env.items():
                    self.engine.keep_global(self.module, name, value)

    # Blocks.

    def block(self, body: Sequence[ast.stmt]) -> bool:
        """Follow statements; False when nothing comes after them."""
        self._blocks_open += 1
        if self._blocks_open > BLOCKS_DEEP:
            raise DeepError(getattr(body[0], "lineno", 0) if body else 0)
        goes_on = True
        for statement in body:
            if not self.statement(statement):
                goes_on = False
                break
        self._blocks_open -= 1
        return goes_on

    def statement(self, node: ast.stmt) -> bool:
        """Follow one statement; False when it does not come to the next one."""
        does = _DOES.get(type(node))
        goes_on = does(self, node) if does else self._plain(node)
        for mask, other in self.marks.side.get(node, ()):
            self.check(other, mask)
        return goes_on

    def _plain(self, node: ast.stmt) -> bool:
        for one in ast.iter_child_nodes(node):
            if isinstance(one, ast.expr):
                self.value(one)
        return True

    def _expression(self, node: ast.Expr) -> bool:
        self.value(node.value)
        match node.value:
            case ast.Call(func=ast.Name() | ast.Attribute() as func):
                dotted = chain(func)
                return dotted is None or resolved(dotted, self.module.aliases) not in ENDS
        return True

    def _define(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
        for mark in node.decorator_list:
            self.value(mark)
        function = self.module.functions.get(node)
        if function is not None:
            self.env[node.name] = Value(kinds=(Callable(function),))
        return True

    def _class(self, node: ast.ClassDef) -> bool:
        kind = self.module.classes.get(node)
        if kind is not None:
            self.env[node.name] = Value(kinds=(kind,))
        for one in node.body:
            if isinstance(one, ast.Assign | ast.AnnAssign) and one.value is not None:
                self.value(one.value)
        return True

    def _return(self, node: ast.Return) -> bool:
        if node.value is not None:
            value = self.value(node.value)
            call = node.value.value if isinstance(node.value, ast.Await) else node.value
            made = self.answers(call) if value and isinstance(call, ast.Call) else []
            self.engine.returned(self, node, made)
            returns = self.summary.returns
            # What another function makes counts as made there.
            for expression, one in made if len(returns) + len(made) <= RETURNS else [(node.value, value)]:
                returns[expression] = joined([returns.get(expression), one])
            if not made:
                returns[node.value] = joined([returns.get(node.value), value])
        self._exits.append(self.env)
        return False

    def _raise(self, node: ast.Raise) -> bool:
        self._plain(node)
        return False

    def _stop(self, node: ast.stmt) -> bool:  # noqa: ARG002 - the shape of all
        self._left.append(self.env)
        return False

    def _if(self, node: ast.If) -> bool:
        ends: list[Env] = []
        branch: ast.If | None = node
        while branch is not None:
            self.value(branch.test)
            for mask, other in self.marks.side.get(branch, ()):
                self.check(other, mask)
            before = self.env
            self.env = dict(before)
            self._known(branch.test, is_true=True)
            if self.block(branch.body):
                ends.append(self.env)
            self.env = dict(before)
            self._known(branch.test, is_true=False)
            if len(branch.orelse) == 1 and isinstance(branch.orelse[0], ast.If):
                branch = branch.orelse[0]
                continue
            if self.block(branch.orelse):
                ends.append(self.env)
            branch = None
        self.env = _merged(ends)
        return bool(ends)

    def _known(self, test: ast.expr, *, is_true: bool) -> None:
        """What a condition says of names in a branch: that they are numbers, or that a function checked them."""
        match test:
            case ast.UnaryOp(op=ast.Not(), operand=inner):
                self._known(inner, is_true=not is_true)
            case ast.BoolOp(op=op, values=parts) if isinstance(op, ast.And) is is_true:
                for one in parts:
                    self._known(one, is_true=is_true)
            case ast.Call(func=ast.Name(id="isinstance"), args=[checked, kinds]) if is_true:
                names = kinds.elts if isinstance(kinds, ast.Tuple) else [kinds]
                if names and all((chain(one) or "").rpartition(".")[2] in SAFE for one in names):
                    self.check(checked, self.engine.every)
            case ast.Call() if is_true:
                self._predicate(test)

    def _predicate(self, call: ast.Call) -> None:
        """A function of the tree said yes to its argument."""
        targets, _ = self._targets(call)
        for one in targets:
            if isinstance(one, Callable):
                for name, mask in self.engine.says_yes(one.function).items():
                    for parameter, expression in self._written(one.function, call, one):
                        if parameter == name:
                            self.check(expression, mask)

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While) -> bool:
        outer, self._left = self._left, []
        if isinstance(node, ast.While):
            self.value(node.test)
        before = self.env
        self._loops_open += 1
        for _ in range(2 if self._loops_open <= AGAIN else 1):
            self.env = dict(self.env)
            if not isinstance(node, ast.While):
                self.assign(node.target, elements(self.value(node.iter)))
            goes_on = self.block(node.body)
            if isinstance(node, ast.While):
                self.value(node.test)
            self.env = _merged([before, *([self.env] if goes_on else []), *self._left])
            self._left = []
        self._loops_open -= 1
        self._left = outer
        return self.block(node.orelse)

    def _with(self, node: ast.With | ast.AsyncWith) -> bool:
        for item in node.items:
            value = self.value(item.context_expr)
            if item.optional_vars is not None:
                self.assign(item.optional_vars, value)
        return self.block(node.body)

    def _try(self, node: ast.Try) -> bool:
        before = dict(self.env)
        goes_on = self.block(node.body)
        after = self.env
        ends = []
        if goes_on and self.block(node.orelse):
            ends.append(self.env)
        for handler in node.handlers:
            self.env = _merged([before, after])
            if handler.name:
                self.env[handler.name] = NOTHING
            if self.block(handler.body):
                ends.append(self.env)
        self.env = _merged(ends or [before, after])
        return self.block(node.finalbody) and bool(ends)

    def _match(self, node: ast.Match) -> bool:
        subject = self.value(node.subject)
        before, ends = self.env, [self.env]
        for case in node.cases:
            self.env = dict(before)
            for one in ast.walk(case.pattern):
                name = getattr(one, "name", None) or getattr(one, "rest", None)
                if isinstance(one, ast.MatchAs | ast.MatchStar | ast.MatchMapping) and isinstance(name, str):
                    self.env[name] = subject.everything()
            self.value(case.guard)
            if self.block(case.body):
                ends.append(self.env)
        self.env = _merged(ends)
        return True

    # Assignments.

    def _assign(self, node: ast.Assign) -> bool:
        value = self.value(node.value)
        for target in node.targets:
            self.assign(target, value)
        return True

    def _annotated(self, node: ast.AnnAssign) -> bool:
        if node.value is not None:
            value = self.value(node.value)
            kind = self.engine.program.kind_of(self.module, node.annotation)
            self.assign(node.target, joined([value, Value(kinds=(Object(kind),))]) if kind else value)
        return True

    def _augmented(self, node: ast.AugAssign) -> bool:
        value = self.value(node.value)
        self.assign(node.target, joined([self.value_of_target(node.target), value.whole()]))
        return True

    def _delete(self, node: ast.Delete) -> bool:
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.env.pop(target.id, None)
        return True


def _names(arguments: ast.arguments) -> list[str]:
    row = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return [one.arg for one in row] + [one.arg for one in (arguments.vararg, arguments.kwarg) if one]


def _is_new(name: str, key: str, value: Value) -> bool:
    """Whether a field holds something else than it did when the function began."""
    own = Origin(name, (key,))
    return bool(value) and (set(value.flows) != {own} or bool(value.kinds) or bool(value.fields))


def _lost(masks: Iterable[Flow | None], ends: Iterable[Value]) -> bool:
    """Whether the name may have been given another value, so that a missing flow says nothing."""
    return any(flow is None and (end.kinds or end.fields or end.flows) for flow, end in zip(masks, ends, strict=True))


def _merged(ends: Sequence[Env]) -> Env:
    """What names hold where several ways meet."""
    if not ends:
        return {}
    first, *others = ends
    if not others:
        return dict(first)
    found: Env = {}
    for name in dict.fromkeys(name for env in ends for name in env):
        found[name] = joined([env.get(name) for env in ends])
    return found


_DOES: dict[type[ast.AST], Does[[Any, Any], bool]] = {
    ast.Expr: Statements._expression,
    ast.Assign: Statements._assign,
    ast.AnnAssign: Statements._annotated,
    ast.AugAssign: Statements._augmented,
    ast.Delete: Statements._delete,
    ast.Return: Statements._return,
    ast.Raise: Statements._raise,
    ast.Break: Statements._stop,
    ast.Continue: Statements._stop,
    ast.If: Statements._if,
    ast.For: Statements._loop,
    ast.AsyncFor: Statements._loop,
    ast.While: Statements._loop,
    ast.With: Statements._with,
    ast.AsyncWith: Statements._with,
    ast.Try: Statements._try,
    ast.TryStar: Statements._try,
    ast.Match: Statements._match,
    ast.FunctionDef: Statements._define,
    ast.AsyncFunctionDef: Statements._define,
    ast.ClassDef: Statements._class,
}
