"""Objects of libraries: where one is made, which name holds it, and what is called on it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from sdlc.surface.module import Binding, Function, Module, Scope
from sdlc.surface.project import Project, Use
from sdlc.surface.routes import Handler, decorated


def importing(project: Project, *libraries: str) -> Iterator[Module]:
    """The modules that import one of `libraries`."""
    for module in project.modules.values():
        if any(name.partition(".")[0] in libraries for name in module.imported):
            yield module


def made(project: Project, kinds: frozenset[str], *libraries: str) -> Iterator[tuple[Binding, ast.Call, Scope, str]]:
    """Every object of `kinds`, or of a class derived from one, where it is made: its name, the call, the kind."""
    for module in importing(project, *libraries):
        for call, scope in module.calls:
            kind = kind_of_call(project, call, scope)
            if kind in kinds:
                yield holder(call, scope), call, scope, kind


def kind_of_call(project: Project, call: ast.Call, scope: Scope) -> str:
    """The library class that `call` makes an object of, through classes of the product too."""
    thing = project.resolve(call.func, scope)
    if isinstance(thing, str):
        return thing
    return next(project.ancestors(thing), "") if isinstance(thing, Binding) else ""


def holder(call: ast.Call, scope: Scope) -> Binding:
    """The name that the new object gets; one of its own where it gets none."""
    for outer in (scope, scope.enclosing_class):
        for binding in outer.names.values() if outer is not None else ():
            if any(value is call for value, _ in binding.values):
                return binding
    return Binding("<made here>", scope, [(call, scope)])


def used(project: Project, kinds: frozenset[str]) -> Iterator[Use]:
    """Every method call on an object of `kinds`; one that can be several objects comes once for each."""
    if not any(True for _ in importing(project, *{kind.partition(".")[0] for kind in kinds})):
        return
    for module in project.modules.values():
        for call, scope in module.calls:
            if isinstance(call.func, ast.Attribute):
                for owner in project.things(call.func.value, scope):
                    if isinstance(owner, Binding) and project.kind_of(owner) in kinds:
                        yield Use(owner, call.func.attr, call, scope)


def decorated_by(use: Use) -> Handler:
    """What the call stands on as a decorator."""
    return handler_on(use.call, use.scope)


def handler_on(call: ast.expr, scope: Scope) -> Handler:
    """The function or class that `call` is a decorator of."""
    on = decorated(scope.module).get(call)
    node = on[0] if on is not None else None
    function = node if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) else None
    return Handler(function, scope.names.get(node.name) if isinstance(node, ast.ClassDef) else None, scope=scope)


def methods_in(project: Project, cls: Binding | None) -> dict[str, tuple[Function, Scope]]:
    """The functions of a class of the product by name, inherited ones too; the nearest wins."""
    found: dict[str, tuple[Function, Scope]] = {}
    for one in project.lineage(cls):
        for name, binding in one.inner.names.items() if one.inner is not None else ():
            if isinstance(binding.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                found.setdefault(name, (binding.node, binding.scope))
    return found


def class_behind(project: Project, node: ast.expr | None, scope: Scope) -> Binding | None:
    """The class of the product that `node` is, or makes an object of, or is the name of an object of."""
    if isinstance(node, ast.Call):
        thing = project.resolve(node.func, scope)
        if isinstance(thing, Binding) and isinstance(thing.node, ast.ClassDef):
            return thing
    thing = project.resolve(node, scope)
    if isinstance(thing, Binding) and isinstance(thing.node, ast.ClassDef):
        return thing
    behind = project.class_of(thing)
    return behind if isinstance(behind, Binding) else None
