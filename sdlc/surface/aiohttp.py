"""aiohttp: routes by methods of the router, by tables of routes and by lists; sub-applications; middlewares."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from sdlc.surface.folding import Folder
from sdlc.surface.guard import Guards, combined
from sdlc.surface.item import NO_GUARD, UNKNOWN_GUARD, Item
from sdlc.surface.module import Binding, Scope
from sdlc.surface.project import Project
from sdlc.surface.routes import (
    METHODS,
    Handler,
    Mount,
    Route,
    Tree,
    decorated,
    find_handler,
    keyword,
    methods_of_class,
    place_of,
)

APPLICATIONS = frozenset({"aiohttp.web.Application", "aiohttp.web_app.Application"})
TABLES = frozenset({"aiohttp.web.RouteTableDef", "aiohttp.web_routedef.RouteTableDef"})
_ADDING = frozenset({f"add_{method}" for method in METHODS} | {"add_route", "add_view", "add_static"})
_NOT_KNOWN = "a route of this list is not a constant"


class Aiohttp:
    """Reads one project."""

    def __init__(self, project: Project, folder: Folder, guards: Guards) -> None:
        self._project, self._folder, self._guards = project, folder, guards
        self._tree = Tree("aiohttp")

    def items(self) -> Iterator[Item]:
        """Every route of every application."""
        for module in self._project.modules.values():
            if not any(name.partition(".")[0] == "aiohttp" for name in module.imported):
                continue
            for call, scope in module.calls:
                if self._project.resolve(call.func, scope) in APPLICATIONS:
                    self._constructed(call, scope)
                elif isinstance(call.func, ast.Attribute):
                    self._method(call, call.func, scope)
        return self._tree.items()

    def _constructed(self, call: ast.Call, scope: Scope) -> None:
        for outer in (scope, scope.enclosing_class):
            for binding in outer.names.values() if outer is not None else ():
                if any(value is call for value, _ in binding.values):
                    self._tree.roots[binding] = self._middlewares(call, scope)

    def _middlewares(self, call: ast.Call, scope: Scope) -> str:
        """Middleware sees every request and may let some through: it is a guard that nobody can be sure of."""
        given = keyword(call, "middlewares")
        if given is None:
            return NO_GUARD
        for one, outer in self._folder.elements(given, scope) or []:
            handler = find_handler(self._project, one, outer)
            if handler.function is None or self._guards.of_hook(handler.function) != NO_GUARD:
                return UNKNOWN_GUARD
        return NO_GUARD

    def _method(self, call: ast.Call, func: ast.Attribute, scope: Scope) -> None:
        name = func.attr
        if name in _ADDING or name == "add_routes":
            for owner in self._owners(func.value, scope):
                if name == "add_routes":
                    self._listed(owner, keyword(call, "routes", 0), scope)
                else:
                    self._added(owner, call, name.removeprefix("add_"), scope)
        elif name == "add_subapp":
            for owner in self._owners(func.value, scope):
                for child in self._project.things(keyword(call, "subapp", 1), scope):
                    if isinstance(child, Binding):
                        prefixes = self._folder.texts(keyword(call, "prefix", 0), scope)
                        self._tree.mounts += [Mount(owner, child, prefix) for prefix in prefixes]
        elif name in METHODS or name in ("view", "route", "static"):
            table = self._project.resolve(func.value, scope)
            if isinstance(table, Binding) and self._project.kind_of(table) in TABLES:
                self._tabled(table, call, name, scope)

    def _owners(self, node: ast.expr, scope: Scope) -> Iterator[Binding]:
        """The application behind `app.router` or `app`."""
        base = node.value if isinstance(node, ast.Attribute) and node.attr == "router" else node
        for thing in self._project.things(base, scope):
            if isinstance(thing, Binding) and self._project.kind_of(thing) in APPLICATIONS:
                yield thing
                return
        if isinstance(node, ast.Name):  # router = app.router
            binding = scope.lookup(node.id)
            for value, outer in binding.values if binding is not None else ():
                if isinstance(value, ast.Attribute) and value.attr == "router":
                    yield from self._owners(value, outer)

    def _added(self, owner: Binding, call: ast.Call, name: str, scope: Scope) -> None:
        """`add_get(path, handler)`, `add_route(method, path, handler)`, `web.get(path, handler)` and their like."""
        first = 1 if name == "route" else 0
        handler = find_handler(self._project, keyword(call, "handler", first + 1), scope)
        methods: tuple[str, ...] = (name.upper(),)
        if name == "route":
            methods = tuple(text.upper() for text in self._folder.texts(keyword(call, "method", 0), scope))
        self._put(
            owner, call, scope, handler, name, methods, keyword(call, "path", first) or keyword(call, "prefix", first)
        )

    def _tabled(self, table: Binding, call: ast.Call, name: str, scope: Scope) -> None:
        on = decorated(scope.module).get(call)
        node = on[0] if on is not None else None
        function = node if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) else None
        made = scope.names.get(node.name) if isinstance(node, ast.ClassDef) else None
        methods: tuple[str, ...] = (name.upper(),)
        if name == "route":
            methods = tuple(text.upper() for text in self._folder.texts(keyword(call, "method", 0), scope))
        path = keyword(call, "path", 1 if name == "route" else 0) or keyword(call, "prefix", 0)
        self._put(table, call, scope, Handler(function, made, scope=scope), name, methods, path)

    def _put(
        self,
        owner: Binding,
        call: ast.Call,
        scope: Scope,
        handler: Handler,
        name: str,
        methods: tuple[str, ...],
        path: ast.expr | None,
    ) -> None:
        guard, ending = self._guard_of(handler, scope), ""
        if name == "view":
            methods = methods_of_class(self._project, handler.made) if handler.made is not None else ("*",)
        if name == "static":
            methods, ending, guard = ("GET",), "/{x}", NO_GUARD
        for text in self._folder.texts(path, scope):
            full = text.rstrip("/") + ending if ending else text
            kind = "ws" if self._is_socket(handler) else "http"
            self._tree.routes.append(Route(owner, full, methods, place_of(call, scope), guard, kind))

    def _is_socket(self, handler: Handler) -> bool:
        node = handler.function
        return node is not None and any(
            isinstance(one, ast.Attribute) and one.attr == "WebSocketResponse" for one in ast.walk(node)
        )

    def _guard_of(self, handler: Handler, scope: Scope) -> str:
        if handler.made is not None:
            inner = handler.made.inner
            nodes = [b.node for b in inner.names.values()] if inner is not None else []
            said = [self._guards.of_handler(node, inner or scope) for node in nodes
                    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name in METHODS]  # fmt: skip
            return NO_GUARD if NO_GUARD in said else combined(*said, UNKNOWN_GUARD)
        if handler.anonymous:
            return NO_GUARD
        return self._guards.of_handler(handler.function, handler.scope or scope, handler.marks)

    def _listed(self, owner: Binding, node: ast.expr | None, scope: Scope) -> None:
        """`[web.get("/", handler), ...]`, or a table."""
        thing = self._project.resolve(node, scope)
        if isinstance(thing, Binding) and self._project.kind_of(thing) in TABLES:
            self._tree.mounts.append(Mount(owner, thing, ""))
            return
        elements = self._folder.elements(node, scope)
        for one, outer in elements if elements is not None else [(node, scope)]:
            made = self._project.resolve(one.func, outer) if isinstance(one, ast.Call) else None
            last = made.rpartition(".")[2] if isinstance(made, str) and made.startswith("aiohttp.") else ""
            if isinstance(one, ast.Call) and (last in METHODS or last in ("route", "view", "static")):
                self._added(owner, one, last, outer)
            else:
                spot = place_of(one, outer) if one is not None else place_of(ast.Pass(), outer)
                self._tree.routes.append(Route(owner, "/{?route}", ("*",), spot, UNKNOWN_GUARD, unresolved=_NOT_KNOWN))
