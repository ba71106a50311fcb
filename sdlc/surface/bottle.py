"""Bottle: routes of applications and of the module itself, applications mounted and merged into others."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from sdlc.surface.folding import Folder
from sdlc.surface.guard import Guards, combined
from sdlc.surface.item import NO_GUARD, UNKNOWN_GUARD, Item
from sdlc.surface.module import Binding, Scope
from sdlc.surface.objects import handler_on, importing, made, used
from sdlc.surface.project import Project
from sdlc.surface.routes import METHODS, Mount, Route, Tree, find_handler, hides_arguments, keyword, place_of

APPLICATIONS = frozenset({"bottle.Bottle", "bottle.app", "bottle.default_app", "bottle.app.push", "bottle.AppStack"})
_ROUTING = frozenset(METHODS) | {"route"}
_OLD_PARAMETER = re.compile(r"(?<=/):[A-Za-z_]\w*(#[^#]*#)?")
_NOT_MOUNTED = "what is mounted here is not known"


class Bottle:
    """Reads one project."""

    def __init__(self, project: Project, folder: Folder, guards: Guards) -> None:
        self._project, self._folder, self._guards = project, folder, guards
        self._tree = Tree("bottle")

    def items(self) -> Iterator[Item]:
        """Every route of every application, and of the one that the module itself holds."""
        for owner, _, _, _ in made(self._project, APPLICATIONS, "bottle"):
            self._tree.roots[owner] = NO_GUARD
        for use in used(self._project, APPLICATIONS):
            if use.name in _ROUTING:
                self._route(use.owner, use.name, use.call, use.scope)
            elif use.name == "mount":
                self._mounted(use.owner, use.call, use.scope)
            elif use.name == "merge":
                children = self._project.things(keyword(use.call, "routes", 0), use.scope)
                self._tree.mounts += [Mount(use.owner, one, "") for one in children if isinstance(one, Binding)]
            elif use.name == "hook":
                self._hook(use.owner, use.call, use.scope)
        for module in importing(self._project, "bottle"):
            for call, scope in module.calls:
                called = self._project.resolve(call.func, scope)
                if isinstance(called, str) and called.startswith("bottle.") and called[7:] in _ROUTING:
                    self._route(None, called[7:], call, scope)
        return self._tree.items()

    def _hook(self, owner: Binding, call: ast.Call, scope: Scope) -> None:
        name = self._folder.texts(keyword(call, "name", 0), scope)[0]
        node = handler_on(call, scope).function
        if name == "before_request" and node is not None:
            said = self._guards.of_hook(node)
            self._tree.guards[owner] = combined(self._tree.guards.get(owner, NO_GUARD), said)

    def _mounted(self, owner: Binding, call: ast.Call, scope: Scope) -> None:
        for prefix in self._folder.texts(keyword(call, "prefix", 0), scope):
            for child in self._project.things(keyword(call, "app", 1), scope):
                if isinstance(child, Binding) and self._project.kind_of(child) in APPLICATIONS:
                    self._tree.mounts.append(Mount(owner, child, prefix))
                else:
                    below = f"{prefix.rstrip('/')}/{{?application}}"
                    self._tree.routes.append(Route(owner, below, ("*",), place_of(call, scope), UNKNOWN_GUARD,
                                                   unresolved=_NOT_MOUNTED))  # fmt: skip

    def _route(self, owner: Binding | None, name: str, call: ast.Call, scope: Scope) -> None:
        callback = keyword(call, "callback", 2)
        handler = find_handler(self._project, callback, scope) if callback is not None else handler_on(call, scope)
        guard = NO_GUARD if handler.anonymous else self._guards.of_handler(
            handler.function, handler.scope or scope, handler.marks)  # fmt: skip
        path = keyword(call, "path", 0)
        methods, spot = self._methods(name, call, scope), place_of(call, scope)
        texts = [text for one, outer in self._folder.each(path, scope) for text in self._folder.texts(one, outer)]
        for text in texts or ["/{?path}"]:
            self._tree.routes.append(Route(owner, _OLD_PARAMETER.sub("{x}", text), methods, spot, guard))

    def _methods(self, name: str, call: ast.Call, scope: Scope) -> tuple[str, ...]:
        if name != "route":
            return (name.upper(),)
        given = keyword(call, "method", 1)
        if given is None:
            return ("{?method}",) if hides_arguments(call) else ("GET",)
        words = self._folder.words(given, scope)
        found = words if words is not None else self._folder.texts(given, scope)
        return tuple("*" if one.upper() == "ANY" else one if "{?" in one else one.upper() for one in found)
