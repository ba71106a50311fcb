"""Litestar: handlers and controllers that are listed in routers and applications, guards of every layer."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from sdlc.surface.folding import Folder
from sdlc.surface.guard import Guards, combined
from sdlc.surface.item import NO_GUARD, UNKNOWN_GUARD, Item
from sdlc.surface.module import Binding, Function, Scope
from sdlc.surface.objects import holder, made, used
from sdlc.surface.project import Project
from sdlc.surface.routes import METHODS, Mount, Route, Tree, keyword, place_of

APPLICATIONS = frozenset({"litestar.Litestar", "litestar.app.Litestar"})
ROUTERS = frozenset({"litestar.Router", "litestar.router.Router"})
_CONTROLLERS = frozenset({"litestar.Controller", "litestar.controller.Controller"})
_SOCKETS = frozenset({"websocket", "websocket_listener", "websocket_stream", "WebsocketListener"})
_HANDLERS = frozenset(METHODS) | _SOCKETS | {"route", "asgi"}
_NOT_KNOWN = "a handler of this list is not known"
_OPENAPI = "the pages of the API's documentation are set elsewhere"


class Litestar:
    """Reads one project."""

    def __init__(self, project: Project, folder: Folder, guards: Guards) -> None:
        self._project, self._folder, self._guards = project, folder, guards
        self._tree = Tree("litestar")

    def items(self) -> Iterator[Item]:
        """Every handler of every application."""
        for owner, call, scope, kind in made(self._project, APPLICATIONS | ROUTERS, "litestar"):
            guard = self._listed_guards(keyword(call, "guards"), scope)
            hidden = UNKNOWN_GUARD if keyword(call, "middleware") is not None or keyword(
                call, "on_app_init") is not None else NO_GUARD  # fmt: skip
            if kind in APPLICATIONS:
                self._tree.roots[owner] = combined(guard, hidden)
                self._pages(owner, call, scope)
            else:
                self._tree.guards[owner] = combined(guard, hidden)
            given = keyword(call, "route_handlers", 0 if kind in APPLICATIONS else None)
            for one, outer in self._folder.each(given, scope):
                self._one(owner, one, call, outer, self._prefix(owner, call, scope))
        for use in used(self._project, APPLICATIONS | ROUTERS):
            if use.name == "register":
                self._one(use.owner, keyword(use.call, "value", 0), use.call, use.scope, "")
        return self._tree.items()

    def _prefix(self, owner: Binding, call: ast.Call, scope: Scope) -> str:
        """An application's own path; a router's is told where it hangs."""
        given = keyword(call, "path")
        return (
            self._folder.texts(given, scope)[0].rstrip("/") if owner in self._tree.roots and given is not None else ""
        )

    def _pages(self, owner: Binding, call: ast.Call, scope: Scope) -> None:
        """What Litestar serves by itself, unless it is switched off."""
        given = keyword(call, "openapi_config")
        if isinstance(given, ast.Constant) and given.value is None:
            return
        paths: tuple[str, ...]
        if given is None:
            paths = ("/schema", "/schema/openapi.json", "/schema/openapi.yaml", "/schema/openapi.yml", "/schema/{x}")
        else:
            path = keyword(given, "path") if isinstance(given, ast.Call) else None
            base = self._folder.texts(path, scope)[0] if path is not None else "/schema"
            paths = (f"{base.rstrip('/')}/{{?openapi}}",)
        for path_ in paths:
            said = _OPENAPI if "{?" in path_ else ""
            self._tree.routes.append(Route(owner, path_, ("GET",), place_of(call, scope), NO_GUARD, unresolved=said))

    def _one(self, owner: Binding, node: ast.expr | None, call: ast.Call, scope: Scope, prefix: str) -> None:
        thing = self._project.resolve(node, scope)
        if isinstance(thing, Binding) and len(thing.values) == 1 and isinstance(thing.values[0][0], ast.Call):
            node, scope = thing.values[0]
        called = self._project.resolve(node.func, scope) if isinstance(node, ast.Call) else None
        if isinstance(thing, Binding) and isinstance(thing.node, ast.ClassDef):
            self._controller(owner, thing, prefix)
        elif isinstance(thing, Binding) and isinstance(thing.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            self._handler(owner, thing.node, thing.scope, prefix)
        elif isinstance(thing, Binding) and self._project.kind_of(thing) in ROUTERS:
            self._hung(owner, thing, prefix)
        elif isinstance(node, ast.Call) and called in ROUTERS:
            child = next((one for one in self._tree.guards if any(value is node for value, _ in one.values)), None)
            self._hung(owner, child or holder(node, scope), prefix)
        elif isinstance(node, ast.Call) and isinstance(called, str) and called.endswith("create_static_files_router"):
            base = self._folder.texts(keyword(node, "path", 0), scope)[0]
            self._put(owner, f"{prefix}{base.rstrip('/')}/{{x}}", ("GET",), node, scope, NO_GUARD)
        else:
            spot, below = place_of(call, scope), f"{prefix}/{{?handler}}"
            self._tree.routes.append(Route(owner, below, ("*",), spot, UNKNOWN_GUARD, unresolved=_NOT_KNOWN))

    def _hung(self, owner: Binding, child: Binding, prefix: str) -> None:
        for value, scope in child.values:
            if isinstance(value, ast.Call):
                given = keyword(value, "path", 0)
                paths = self._folder.texts(given, scope) if given is not None else ("",)
                self._tree.mounts += [Mount(owner, child, prefix + _plain(path)) for path in paths]

    def _controller(self, owner: Binding, thing: Binding, prefix: str) -> None:
        """A class whose methods are handlers; a listener that is a class is one handler."""
        path, guards = self._project.member(thing, "path"), self._project.member(thing, "guards")
        bases: tuple[str, ...] = ("",)
        if path is not None and path.values:
            bases = self._folder.texts(*path.values[0])
        above = self._listed_guards(*guards.values[0]) if guards is not None and guards.values else NO_GUARD
        if not _CONTROLLERS & set(self._project.ancestors(thing)):
            kind = "ws" if any(one.rpartition(".")[2] in _SOCKETS for one in self._project.ancestors(thing)) else ""
            said = "" if kind else _NOT_KNOWN
            for base in bases:
                where = prefix + (_plain(base) if kind else "/{?handler}")
                spot = place_of(thing.node or ast.Pass(), thing.scope)
                self._tree.routes.append(Route(owner, where, ("GET",), spot, above, kind or "http", said))
            return
        for one in self._project.lineage(thing):
            for binding in one.inner.names.values() if one.inner is not None else ():
                if isinstance(binding.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    for base in bases:
                        self._handler(owner, binding.node, binding.scope, prefix + _plain(base), above, strict=False)

    def _handler(
        self, owner: Binding, node: Function, scope: Scope, prefix: str, above: str = NO_GUARD, *, strict: bool = True
    ) -> None:
        known = False
        for mark in node.decorator_list:
            called = self._project.resolve(mark.func if isinstance(mark, ast.Call) else mark, scope)
            name = called.rpartition(".")[2] if isinstance(called, str) and called.startswith("litestar") else ""
            if name not in _HANDLERS or not isinstance(mark, ast.Call):
                continue
            known = True
            given = keyword(mark, "path", 0)
            paths: list[str] = []
            for one, outer in self._folder.each(given, scope):
                paths += self._folder.texts(one, outer)
            others = [one for one in node.decorator_list if one is not mark]
            guard = combined(self._listed_guards(keyword(mark, "guards"), scope), above,
                             self._guards.of_marks(others, scope), self._guards.of_body(node))  # fmt: skip
            for path in paths or [""]:
                kind = "ws" if name in _SOCKETS else "http"
                self._put(owner, prefix + _plain(path), self._methods(name, mark, scope), mark, scope, guard, kind)
        if strict and not known:
            self._put(owner, f"{prefix}/{{?handler}}", ("*",), node, scope, UNKNOWN_GUARD)

    def _put(
        self,
        owner: Binding,
        path: str,
        methods: tuple[str, ...],
        node: ast.AST,
        scope: Scope,
        guard: str,
        kind: str = "http",
    ) -> None:
        self._tree.routes.append(Route(owner, path, methods, place_of(node, scope), guard, kind))

    def _methods(self, name: str, mark: ast.Call, scope: Scope) -> tuple[str, ...]:
        if name in METHODS:
            return (name.upper(),)
        if name != "route":
            return ("*",)
        given = keyword(mark, "http_method")
        found = []
        for one, outer in self._folder.each(given, scope):
            thing = self._project.resolve(one, outer)
            said = thing.rpartition(".")[2] if isinstance(thing, str) else self._folder.texts(one, outer)[0]
            found.append(said if "{?" in said else said.upper())
        return tuple(sorted(set(found))) or ("{?method}",)

    def _listed_guards(self, node: ast.expr | None, scope: Scope) -> str:
        """A function in `guards` is there to refuse: each one is a guard, by its name."""
        if node is None:
            return NO_GUARD
        elements = self._folder.elements(node, scope)
        if elements is None:
            return UNKNOWN_GUARD
        names = [getattr(one, "id", getattr(one, "attr", UNKNOWN_GUARD)) for one, _ in elements]
        return combined(NO_GUARD, *names)


def _plain(path: str) -> str:
    """A path as a part of a longer one: Litestar leaves out slashes at the end."""
    return f"/{path.strip('/')}" if path.strip("/") else ""
