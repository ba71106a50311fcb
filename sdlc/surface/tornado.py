"""Tornado: lists of rules of an application, classes that answer them, websockets, static files."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from sdlc.surface.folding import Folder
from sdlc.surface.guard import Guards, combined
from sdlc.surface.item import NO_GUARD, UNKNOWN_GUARD, Item
from sdlc.surface.module import Binding, Scope
from sdlc.surface.objects import importing, kind_of_call, methods_in
from sdlc.surface.project import Project
from sdlc.surface.routes import METHODS, Route, Tree, hides_arguments, keyword, path_of_regex, place_of

APPLICATIONS = frozenset({"tornado.web.Application"})
_SOCKET = "tornado.websocket.WebSocketHandler"
_RULES = frozenset({"url", "URLSpec", "Rule"})
_READERS = frozenset({"tornado.web.StaticFileHandler", "tornado.web.RedirectHandler"})
_NOT_KNOWN = "a rule of this list is not a constant"
_NO_CLASS = "the class that answers is not known"


class Tornado:
    """Reads one project."""

    def __init__(self, project: Project, folder: Folder, guards: Guards) -> None:
        self._project, self._folder, self._guards = project, folder, guards
        self._tree = Tree("tornado")

    def items(self) -> Iterator[Item]:
        """Every rule of every application."""
        for module in importing(self._project, "tornado"):
            for call, scope in module.calls:
                if kind_of_call(self._project, call, scope) in APPLICATIONS or self._initializes(call, scope):
                    own = isinstance(self._project.resolve(call.func, scope), Binding)
                    given = keyword(call, "handlers", 0)
                    if given is not None:
                        self._listed(given, scope)
                    elif hides_arguments(call) and not own:
                        self._hidden(call, scope)
                    self._static(call, scope)
                elif getattr(call.func, "attr", "") == "add_handlers" and self._is_application(call.func, scope):
                    self._listed(keyword(call, "host_handlers", 1), scope)
        return self._tree.items()

    def _is_application(self, func: ast.expr, scope: Scope) -> bool:
        """The object whose method `func` is: an application, or the `self` of a class that is derived from one."""
        node = func.value if isinstance(func, ast.Attribute) else func
        if isinstance(node, ast.Name) and node.id == scope.self_name:
            return self._is_derived(scope)
        return any(self._project.kind_of(one) in APPLICATIONS for one in self._project.things(node, scope))

    def _is_derived(self, scope: Scope) -> bool:
        owner = scope.enclosing_class
        if owner is None or owner.parent is None:
            return False
        binding = owner.parent.names.get(getattr(owner.node, "name", ""))
        return any(one in APPLICATIONS for one in self._project.ancestors(binding))

    def _initializes(self, call: ast.Call, scope: Scope) -> bool:
        """`super().__init__(handlers)` in a class that is derived from the application's."""
        func = call.func
        if not isinstance(func, ast.Attribute) or func.attr != "__init__":
            return False
        by_name = self._project.resolve(func.value, scope) in APPLICATIONS
        above = isinstance(func.value, ast.Call) and getattr(func.value.func, "id", "") == "super"
        return by_name or (above and self._is_derived(scope))

    def _hidden(self, call: ast.Call, scope: Scope) -> None:
        """`kwargs.update(handlers=…)` before `super().__init__(**kwargs)`; without it, nobody knows the rules."""
        given = [keyword(one, "handlers") for one, where in scope.module.calls if where is scope
                 and isinstance(one.func, ast.Attribute) and one.func.attr in ("update", "setdefault")]  # fmt: skip
        for node in [one for one in given if one is not None] or [call]:
            self._listed(node, scope)

    def _static(self, call: ast.Call, scope: Scope) -> None:
        if keyword(call, "static_path") is None:
            return
        given = keyword(call, "static_url_prefix")
        prefix = self._folder.texts(given, scope)[0] if given is not None else "/static/"
        for path in (f"{prefix}{{x}}", "/{x}"):  # the second: favicon.ico and robots.txt
            self._tree.routes.append(Route(None, path, ("GET",), place_of(call, scope), NO_GUARD))

    def _listed(self, node: ast.expr | None, scope: Scope) -> None:
        for one, outer in self._folder.each(node, scope):
            path, target = self._rule(one, outer)
            if path is None:
                self._tree.routes.append(Route(None, "/{?route}", ("*",), place_of(one, outer), UNKNOWN_GUARD,
                                               unresolved=_NOT_KNOWN))  # fmt: skip
            else:
                for text in self._folder.texts(path, outer):
                    self._put(path_of_regex(text), target, one, outer)

    def _rule(self, node: ast.expr, scope: Scope) -> tuple[ast.expr | None, ast.expr | None]:
        """Path and target of `(path, handler)`, `url(path, handler)` and `Rule(PathMatches(path), handler)`."""
        path: ast.expr | None
        target: ast.expr | None
        if isinstance(node, ast.Tuple) and len(node.elts) >= 2:
            path, target = node.elts[0], node.elts[1]
        elif isinstance(node, ast.Call) and kind_of_call(self._project, node, scope).rpartition(".")[2] in _RULES:
            first, second = keyword(node, "pattern", 0) or keyword(node, "matcher", 0), keyword(node, "handler", 1)
            if first is None:
                return None, None
            path, target = first, second if second is not None else keyword(node, "target", 1)
        else:
            return None, None
        if isinstance(path, ast.Call):
            path = path.args[0] if path.args and getattr(path.func, "id", "") == "PathMatches" else None
        return path, target

    def _put(self, path: str, target: ast.expr | None, rule: ast.expr, scope: Scope) -> None:
        thing = self._project.resolve(target, scope)
        if isinstance(target, ast.Constant) and isinstance(target.value, str):
            thing = self._project.dotted(target.value, scope.module)
        spot = place_of(rule, scope)
        if isinstance(thing, str) and thing in _READERS:
            self._tree.routes.append(Route(None, path, ("GET",), spot, NO_GUARD))
            return
        if not isinstance(thing, Binding) or not isinstance(thing.node, ast.ClassDef):
            self._tree.routes.append(Route(None, path, ("*",), spot, UNKNOWN_GUARD, unresolved=_NO_CLASS))
            return
        functions = methods_in(self._project, thing)
        prepared = functions.get("prepare")
        above = self._guards.of_hook(prepared[0]) if prepared is not None else NO_GUARD
        names = [name for name in METHODS if name in functions]
        kinds = set(self._project.ancestors(thing))
        if _SOCKET in kinds:
            node, inner = functions.get("open", (None, scope))
            said = self._guards.of_handler(node, inner) if node is not None else NO_GUARD
            self._tree.routes.append(Route(None, path, ("GET",), spot, combined(said, above), "ws"))
            return
        for name in names:
            node, inner = functions[name]
            guard = combined(self._guards.of_handler(node, inner), above)
            self._tree.routes.append(Route(None, path, (name.upper(),), spot, guard))
        if kinds & _READERS and "get" not in names:
            self._tree.routes.append(Route(None, path, ("GET",), spot, above))
