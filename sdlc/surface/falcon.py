"""Falcon: routes to resources and their `on_get`, `on_post_by_id`, …; sinks, static folders, hooks that guard."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from sdlc.surface.folding import Folder
from sdlc.surface.guard import Guards, combined
from sdlc.surface.item import NO_GUARD, UNKNOWN_GUARD, Item
from sdlc.surface.module import Function, Scope
from sdlc.surface.objects import class_behind, made, methods_in, used
from sdlc.surface.project import Project, Use
from sdlc.surface.routes import METHODS, Route, Tree, keyword, path_of_regex, place_of

APPLICATIONS = frozenset(
    {"falcon.App", "falcon.API", "falcon.app.App", "falcon.asgi.App", "falcon.asgi.app.App", "falcon.api.API"}
)
_NO_CLASS = "the resource that answers is not known"


class Falcon:
    """Reads one project."""

    def __init__(self, project: Project, folder: Folder, guards: Guards) -> None:
        self._project, self._folder, self._guards = project, folder, guards
        self._tree = Tree("falcon")

    def items(self) -> Iterator[Item]:
        """Every route of every application."""
        for owner, call, scope, _ in made(self._project, APPLICATIONS, "falcon"):
            self._tree.roots[owner] = self._middleware(keyword(call, "middleware"), scope)
        for use in used(self._project, APPLICATIONS):
            if use.name == "add_middleware":
                said = self._middleware(keyword(use.call, "middleware", 0), use.scope)
                self._tree.roots[use.owner] = combined(self._tree.roots.get(use.owner, NO_GUARD), said)
            elif use.name == "add_route":
                self._route(use)
            elif use.name == "add_sink":
                given = keyword(use.call, "prefix", 1)
                for text in self._folder.texts(given, use.scope) if given is not None else ("/",):
                    self._put(use, f"{path_of_regex(text).rstrip('/')}/{{x}}", ("*",), UNKNOWN_GUARD)
            elif use.name == "add_static_route":
                for text in self._folder.texts(keyword(use.call, "prefix", 0), use.scope):
                    self._put(use, f"{text.rstrip('/')}/{{x}}", ("GET",), NO_GUARD)
        return self._tree.items()

    def _put(
        self, use: Use, path: str, methods: tuple[str, ...], guard: str, kind: str = "http", said: str = ""
    ) -> None:
        self._tree.roots.setdefault(use.owner, NO_GUARD)
        self._tree.routes.append(Route(use.owner, path, methods, place_of(use.call, use.scope), guard, kind, said))

    def _route(self, use: Use) -> None:
        resource = class_behind(self._project, keyword(use.call, "resource", 1), use.scope)
        given = keyword(use.call, "suffix")
        suffix = f"_{self._folder.texts(given, use.scope)[0]}" if given is not None else ""
        functions = methods_in(self._project, resource)
        for path in self._folder.texts(keyword(use.call, "uri_template", 0), use.scope):
            if resource is None or "{?" in suffix:
                self._put(use, path, ("*",), UNKNOWN_GUARD, said=_NO_CLASS)
                continue
            marks = resource.node.decorator_list if isinstance(resource.node, ast.ClassDef) else []
            above = combined(NO_GUARD, *(self._of_mark(one, resource.scope) for one in marks))
            for name in METHODS:
                if f"on_{name}{suffix}" in functions:
                    guard = combined(above, self._of_function(*functions[f"on_{name}{suffix}"]))
                    self._put(use, path, (name.upper(),), guard)
            if f"on_websocket{suffix}" in functions:
                guard = combined(above, self._of_function(*functions[f"on_websocket{suffix}"]))
                self._put(use, path, ("GET",), guard, "ws")

    def _of_function(self, node: Function, scope: Scope) -> str:
        hooks = [self._of_mark(one, scope) for one in node.decorator_list]
        return combined(NO_GUARD, *hooks, self._guards.of_body(node))

    def _of_mark(self, mark: ast.expr, scope: Scope) -> str:
        """`@falcon.before(hook)`: the hook is what guards."""
        if isinstance(mark, ast.Call) and self._project.resolve(mark.func, scope) in ("falcon.before", "falcon.after"):
            last = getattr(mark.func, "attr", getattr(mark.func, "id", ""))
            return self._guards.of_mark(mark.args[0], scope) if last == "before" and mark.args else NO_GUARD
        return self._guards.of_mark(mark, scope)

    def _middleware(self, node: ast.expr | None, scope: Scope) -> str:
        """Middleware sees every request and may let some through: it is a guard that nobody can be sure of."""
        if node is None:
            return NO_GUARD
        for one, outer in self._folder.elements(node, scope) or [(node, scope)]:
            functions = methods_in(self._project, class_behind(self._project, one, outer))
            hooks = [functions[name][0] for name in ("process_request", "process_resource") if name in functions]
            if not functions or any(self._guards.of_hook(hook) != NO_GUARD for hook in hooks):
                return UNKNOWN_GUARD
        return NO_GUARD
