"""Pyramid: named routes, the views that answer them, prefixes of included functions, permissions, static views."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from sdlc.surface.folding import Folder
from sdlc.surface.guard import Guards, combined
from sdlc.surface.item import NO_GUARD, UNKNOWN_GUARD, Item
from sdlc.surface.module import Binding, Module, Scope
from sdlc.surface.objects import importing
from sdlc.surface.project import DEPTH, Project
from sdlc.surface.routes import decorated, find_handler, joined, keyword, normalized, place_of

_CONFIG = frozenset({"pyramid.config.Configurator"})
_VIEW = frozenset({"pyramid.view.view_config"})
_OPEN = "NO_PERMISSION_REQUIRED"
_REST = re.compile(r"\*\w+$")
_NO_VIEW = "no view that answers this route was seen"
_TRAVERSAL = "the view is found by traversal of objects"


@dataclass(frozen=True)
class _View:
    """What answers a route; `methods` are upper case, or `*`."""

    methods: tuple[str, ...]
    guard: str


class Pyramid:
    """Reads one project."""

    def __init__(self, project: Project, folder: Folder, guards: Guards) -> None:
        self._project, self._folder, self._guards = project, folder, guards
        self._included: dict[ast.AST, list[tuple[ast.AST | None, str]]] = defaultdict(list)
        self._views: dict[str, list[_View]] = defaultdict(list)
        self._default = NO_GUARD

    def items(self) -> Iterator[Item]:
        """Every route with every view that answers it."""
        modules = list(importing(self._project, "pyramid"))
        routes, static, lost = [], [], []
        for module in self._project.modules.values():
            for call, scope in module.calls:
                name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
                if name in _CALLS and self._is_config(call.func, scope):
                    if name == "include":
                        self._include(call, scope)
                    elif name == "add_route":
                        routes.append((call, scope))
                    elif name == "add_static_view":
                        static.append((call, scope))
                    elif name == "add_view":
                        lost += self._added(call, scope)
                    elif name == "set_default_permission":
                        self._default = "default_permission"
        for module in modules:
            lost += self._decorated(module)
        for call, scope in routes:
            yield from self._route(call, scope)
        for call, scope in static:
            for prefix in self._prefixes(scope.node):
                for text in self._folder.texts(keyword(call, "name", 0), scope):
                    path = normalized(joined(prefix, f"{text.strip('/')}/{{x}}"))
                    yield self._item("GET", path, call, scope, NO_GUARD)
        yield from lost

    def _is_config(self, func: ast.expr, scope: Scope) -> bool:
        """A Configurator, or what a function of the product calls `config` as Pyramid's own does."""
        if not isinstance(func, ast.Attribute):
            return False
        owner = self._project.resolve(func.value, scope)
        if not isinstance(owner, Binding):
            return False
        known = self._project.kind_of(owner)
        named = owner.name in ("config", "configurator") and (owner.parameter or not known)
        return known in _CONFIG or (named and known == "")

    def _include(self, call: ast.Call, scope: Scope) -> None:
        given = keyword(call, "route_prefix", 1)
        node = keyword(call, "callable", 0)
        prefixes = self._folder.texts(given, scope) if given is not None else ("",)
        thing = self._project.resolve(node, scope)
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            package = scope.module.name if scope.module.is_package else scope.module.name.rpartition(".")[0]
            name = node.value
            while name.startswith(".."):
                name, package = name[1:], package.rpartition(".")[0]
            thing = self._project.dotted(f"{package}{name}" if name.startswith(".") else name, scope.module)
        if isinstance(thing, Module):
            thing = thing.top.names.get("includeme")
        if isinstance(thing, Binding) and thing.node is not None:
            self._included[thing.node] += [(scope.node, prefix) for prefix in prefixes]

    def _prefixes(self, node: ast.AST | None, depth: int = 0) -> list[str]:
        """The prefixes below which the function `node` is included; none for what begins by itself."""
        above = self._included.get(node, []) if node is not None and depth < DEPTH else []
        found = [joined(prefix, own.strip("/")) for outer, own in above for prefix in self._prefixes(outer, depth + 1)]
        return found or [""]

    def _methods(self, node: ast.expr | None, scope: Scope) -> tuple[str, ...]:
        if node is None:
            return ("*",)
        words = self._folder.words(node, scope) or self._folder.texts(node, scope)
        return tuple(sorted({one if "{?" in one else one.upper() for one in words} - {"HEAD"})) or ("HEAD",)

    def _permission(self, node: ast.expr | None) -> str:
        if node is None:
            return self._default
        if getattr(node, "id", getattr(node, "attr", "")) == _OPEN:
            return NO_GUARD
        return "permission"

    def _added(self, call: ast.Call, scope: Scope) -> list[Item]:
        handler = find_handler(self._project, keyword(call, "view", 0), scope)
        guard = combined(self._permission(keyword(call, "permission")), NO_GUARD if handler.function is None else
                         self._guards.of_handler(handler.function, handler.scope or scope))  # fmt: skip
        return self._view(call, scope, keyword(call, "route_name"), keyword(call, "request_method"), guard)

    def _decorated(self, module: Module) -> list[Item]:
        lost = []
        for mark, (node, scope) in decorated(module).items():
            if not isinstance(mark, ast.Call) or self._project.resolve(mark.func, scope) not in _VIEW:
                continue
            owner = node if isinstance(node, ast.ClassDef) else scope.node
            base = self._defaults(owner, scope)
            said = {name: keyword(mark, name) or base.get(name) for name in _SAID}
            own = NO_GUARD if isinstance(node, ast.ClassDef) else self._guards.of_handler(node, scope, ())
            others = [one for one in node.decorator_list if one is not mark and isinstance(one, ast.Call)
                      and self._project.resolve(one.func, scope) in _VIEW]  # fmt: skip
            if others or own == UNKNOWN_GUARD:
                plain = [one for one in node.decorator_list if one is not mark and one not in others]
                own = combined(self._guards.of_marks(plain, scope), NO_GUARD)
            guard = combined(self._permission(said["permission"]), own)
            lost += self._view(mark, scope, said["route_name"], said["request_method"], guard)
        return lost

    def _defaults(self, node: ast.AST | None, scope: Scope) -> dict[str, ast.expr]:
        """What `@view_defaults` of the class says."""
        for mark in node.decorator_list if isinstance(node, ast.ClassDef) else ():
            if isinstance(mark, ast.Call) and self._project.resolve(mark.func, scope) == "pyramid.view.view_defaults":
                return {word.arg: word.value for word in mark.keywords if word.arg}
        return {}

    def _view(
        self, call: ast.Call, scope: Scope, route: ast.expr | None, method: ast.expr | None, guard: str
    ) -> list[Item]:
        methods = self._methods(method, scope)
        if route is None:
            return [self._item(one, "/{?traversal}", call, scope, guard, _TRAVERSAL) for one in methods]
        for name in self._folder.texts(route, scope):
            self._views[name].append(_View(methods, guard))
        return []

    def _route(self, call: ast.Call, scope: Scope) -> Iterator[Item]:
        pattern = keyword(call, "pattern", 1) or keyword(call, "path")
        asked = self._methods(keyword(call, "request_method"), scope)
        for name in self._folder.texts(keyword(call, "name", 0), scope):
            views = self._views.get(name, [])
            for prefix in self._prefixes(scope.node):
                for text in self._folder.texts(pattern, scope) if pattern is not None else ("/{?pattern}",):
                    below = joined(prefix, _REST.sub("{x}", text))
                    path = normalized(prefix if prefix and not text.strip("/") else below)
                    if not views:
                        for method in asked:
                            yield self._item(method, path, call, scope, UNKNOWN_GUARD, _NO_VIEW)
                    for view in views:
                        both = view.methods if asked == ("*",) else asked if view.methods == ("*",) else tuple(
                            one for one in asked if one in view.methods)  # fmt: skip
                        for method in both:
                            yield self._item(method, path, call, scope, view.guard)

    def _item(self, method: str, path: str, call: ast.Call, scope: Scope, guard: str, said: str = "") -> Item:
        said = said or ("a part of the path or the method is not a constant" if "{?" in f"{method} {path}" else "")
        return Item("http", f"{method} {path}", (place_of(call, scope),), "pyramid", guard=guard, unresolved=said)


_SAID = ("route_name", "request_method", "permission")
_CALLS = frozenset({"include", "add_route", "add_static_view", "add_view", "set_default_permission"})
