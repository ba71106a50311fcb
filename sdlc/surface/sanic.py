"""Sanic: routes of applications and blueprints, groups of blueprints, versions, views as classes, static files."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from sdlc.surface.folding import Folder
from sdlc.surface.guard import Guards, combined
from sdlc.surface.item import NO_GUARD, UNKNOWN_GUARD, Item
from sdlc.surface.module import Binding, Function, Scope
from sdlc.surface.objects import decorated_by, holder, importing, made, methods_in, used
from sdlc.surface.project import Project, Use
from sdlc.surface.routes import (
    METHODS,
    Handler,
    Mount,
    Route,
    Tree,
    find_handler,
    hides_arguments,
    joined,
    keyword,
    place_of,
)

APPLICATIONS = frozenset({"sanic.Sanic", "sanic.app.Sanic", "sanic.Sanic.get_app"})
BLUEPRINTS = frozenset({"sanic.Blueprint", "sanic.blueprints.Blueprint"})
GROUPS = frozenset({f"{one}.group" for one in BLUEPRINTS} | {"sanic.blueprints.BlueprintGroup"})
_KINDS = APPLICATIONS | BLUEPRINTS | GROUPS
_SOCKETS = ("websocket", "add_websocket_route")
_HOOKS = ("on_request", "middleware")
_NOT_KNOWN = "the blueprint that is registered here is not known"


class Sanic:
    """Reads one project."""

    def __init__(self, project: Project, folder: Folder, guards: Guards) -> None:
        self._project, self._folder, self._guards = project, folder, guards
        self._tree = Tree("sanic")

    def items(self) -> Iterator[Item]:
        """Every route of every application."""
        for owner, _, _, _ in made(self._project, APPLICATIONS, "sanic"):
            self._tree.roots[owner] = NO_GUARD
        for module in importing(self._project, "sanic"):
            for call, scope in module.calls:
                if self._project.resolve(call.func, scope) in GROUPS:
                    self._grouped(holder(call, scope), call, scope)
            for function, scope in module.functions:
                for mark in function.decorator_list:
                    if isinstance(mark, ast.Attribute) and mark.attr in _HOOKS:
                        owners = self._project.things(mark.value, scope)
                        self._guard([one for one in owners if isinstance(one, Binding)], function)
        for use in used(self._project, _KINDS):
            if use.name == "blueprint" and self._project.kind_of(use.owner) in APPLICATIONS:
                self._registered(use)
            elif use.name in _HOOKS:
                self._hook(use)
            elif use.name in METHODS or use.name in ("route", "add_route", *_SOCKETS):
                self._route(use)
            elif use.name == "static":
                self._static(use)
        return self._tree.items()

    def _grouped(self, group: Binding, call: ast.Call, scope: Scope) -> None:
        for one in call.args:
            node = one.value if isinstance(one, ast.Starred) else one
            elements = self._folder.elements(node, scope) if isinstance(one, ast.Starred) else None
            for inner, outer in elements if elements is not None else [(node, scope)]:
                self._hung(group, inner, call, outer)

    def _registered(self, use: Use) -> None:
        for one, outer in self._folder.each(keyword(use.call, "blueprint", 0), use.scope):
            self._hung(use.owner, one, use.call, outer)

    def _hung(self, parent: Binding, node: ast.expr, call: ast.Call, scope: Scope) -> None:
        """A blueprint or a group below an application or a group; a version stands before every prefix."""
        for child in self._project.things(node, scope):
            kind = self._project.kind_of(child) if isinstance(child, Binding) else ""
            if not isinstance(child, Binding) or kind not in _KINDS:
                self._tree.routes.append(Route(parent, "/{?blueprint}", ("*",), place_of(call, scope), UNKNOWN_GUARD,
                                               unresolved=_NOT_KNOWN))  # fmt: skip
                continue
            is_root = self._project.kind_of(parent) in APPLICATIONS
            given = (keyword(call, "url_prefix"), scope) if is_root else (None, scope)
            if given[0] is None:
                given = self._own(child, "url_prefix")
            prefixes = self._folder.texts(*given) if given[0] is not None else ("",)
            version = self._version(*self._own(child, "version"))
            if version and not is_root:
                version = "/{?version}"  # of a blueprint in a group: before the prefix of the group
            self._tree.mounts += [Mount(parent, child, joined(version, prefix)) for prefix in prefixes]

    def _own(self, owner: Binding, name: str) -> tuple[ast.expr | None, Scope]:
        for value, scope in owner.values:
            if isinstance(value, ast.Call):
                return keyword(value, name, 1 if name == "url_prefix" and value.args else None), scope
        return None, owner.scope

    def _version(self, node: ast.expr | None, scope: Scope) -> str:
        if node is None:
            return ""
        found = self._folder.values(node, scope)[0]
        return f"/v{str(found).removeprefix('v')}" if found is not None else ""

    def _hook(self, use: Use) -> None:
        handler = decorated_by(use)
        if handler.function is None:
            given = keyword(use.call, "middleware_or_request", 0) or keyword(use.call, "middleware", 0)
            handler = find_handler(self._project, given, use.scope)
        if handler.function is not None:
            self._guard([use.owner], handler.function)

    def _guard(self, owners: list[Binding], node: Function) -> None:
        for owner in owners:
            said = self._guards.of_hook(node)
            self._tree.guards[owner] = combined(self._tree.guards.get(owner, NO_GUARD), said)

    def _static(self, use: Use) -> None:
        for text in self._folder.texts(keyword(use.call, "uri", 0), use.scope):
            is_file = "." in text.rpartition("/")[2]
            path = text if is_file else f"{text.rstrip('/')}/{{x}}"
            self._put(use, path, ("GET",), NO_GUARD)

    def _put(self, use: Use, path: str, methods: tuple[str, ...], guard: str, kind: str = "http") -> None:
        version = self._version(keyword(use.call, "version"), use.scope)
        if version and self._project.kind_of(use.owner) not in APPLICATIONS:
            version = "/{?version}"
        full = joined(version, path.rstrip("/"))  # Sanic takes both
        self._tree.routes.append(Route(use.owner, full, methods, place_of(use.call, use.scope), guard, kind))

    def _route(self, use: Use) -> None:
        adding = use.name in ("add_route", "add_websocket_route")
        path = keyword(use.call, "uri", 1 if adding else 0)
        handler = (
            find_handler(self._project, keyword(use.call, "handler", 0), use.scope) if adding else decorated_by(use)
        )
        kind = "ws" if use.name in _SOCKETS else "http"
        for text in self._folder.texts(path, use.scope) if path is not None else ("/{?uri}",):
            for methods, guard in self._answers(use, handler):
                self._put(use, text, methods, guard, kind)

    def _answers(self, use: Use, handler: Handler) -> list[tuple[tuple[str, ...], str]]:
        above = self._guards.of_marks(handler.marks, handler.scope or use.scope) if handler.marks else NO_GUARD
        if handler.made is not None:
            functions = methods_in(self._project, handler.made)
            listed = self._project.member(handler.made, "decorators")
            for value, outer in listed.values if listed is not None else ():
                marks = [one for one, _ in self._folder.elements(value, outer) or []]
                above = combined(above, self._guards.of_marks(marks, outer))
            return [((name.upper(),), combined(above, self._guards.of_handler(*functions[name])))
                    for name in METHODS if name in functions]  # fmt: skip
        guard = NO_GUARD if handler.anonymous else self._guards.of_handler(
            handler.function, handler.scope or use.scope, handler.marks)  # fmt: skip
        if use.name in METHODS:
            return [((use.name.upper(),), guard)]
        given = keyword(use.call, "methods", 2 if use.name == "add_route" else 1)
        if given is None:
            return [(("{?method}",) if hides_arguments(use.call) else ("GET",), guard)]
        words = self._folder.words(given, use.scope)
        return [(("{?method}",) if words is None else tuple(sorted({one.upper() for one in words})), guard)]
