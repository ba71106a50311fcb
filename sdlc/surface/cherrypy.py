"""
CherryPy: trees of objects whose exposed methods are pages; classes with GET and POST for the method dispatcher.

A page handler answers every method; what it takes as arguments may also come as further segments of the path, so a
handler's key is the path at which it begins. `default` answers what nothing else does: `{}`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from sdlc.surface.folding import Folder
from sdlc.surface.guard import Guards, combined
from sdlc.surface.item import NO_GUARD, UNKNOWN_GUARD, Item
from sdlc.surface.module import Binding, Function, Scope
from sdlc.surface.objects import class_behind, importing, methods_in
from sdlc.surface.project import Project
from sdlc.surface.routes import METHODS, joined, keyword, normalized, place_of

_MOUNTS = frozenset({"cherrypy.quickstart", "cherrypy.tree.mount", "cherrypy.Application"})
_DEPTH = 8
_NOT_KNOWN = "the object that is mounted here is not known"
_OTHER = "another application hangs here"
_DISPATCH = "the class decides by itself where a request goes"


class CherryPy:
    """Reads one project."""

    def __init__(self, project: Project, folder: Folder, guards: Guards) -> None:
        self._project, self._folder, self._guards = project, folder, guards
        self._set: dict[Binding, list[tuple[str, ast.expr, Scope]]] = {}
        self._exposed: set[tuple[str, str]] = set()

    def items(self) -> Iterator[Item]:
        """Every page of every object that is mounted."""
        modules = list(importing(self._project, "cherrypy"))
        for module in modules:
            for target, value, scope in module.settings:
                if isinstance(target, ast.Attribute):
                    self._assigned(target, value, scope)
        for module in modules:
            for call, scope in module.calls:
                called = self._project.resolve(call.func, scope)
                if called == "cherrypy.tree.graft":
                    for text in self._folder.texts(keyword(call, "script_name", 1), scope):
                        below = f"{text.rstrip('/')}/{{?application}}"
                        yield self._item("*", below, call, scope, UNKNOWN_GUARD, _OTHER)
                elif called in _MOUNTS:
                    yield from self._mounted(call, scope)

    def _assigned(self, target: ast.Attribute, value: ast.expr, scope: Scope) -> None:
        """`root.api = Api()`, and `page.exposed = True` in a class."""
        if target.attr == "exposed" and isinstance(target.value, ast.Name) and scope.is_class:
            self._exposed.add((f"{id(scope)}", target.value.id))
            return
        owner = class_behind(self._project, target.value, scope)
        if owner is not None:
            self._set.setdefault(owner, []).append((target.attr, value, scope))

    def _mounted(self, call: ast.Call, scope: Scope) -> Iterator[Item]:
        given = keyword(call, "script_name", 1)
        root = keyword(call, "root", 0)
        guard = self._config(keyword(call, "config", 2), scope)
        cls = class_behind(self._project, root, scope)
        for prefix in self._folder.texts(given, scope) if given is not None else ("",):
            base = prefix.rstrip("/")
            if cls is not None:
                yield from self._below(cls, base, guard, ())
            elif not (isinstance(root, ast.Constant) and root.value is None):
                yield self._item("*", f"{base}/{{?application}}", call, scope, UNKNOWN_GUARD, _NOT_KNOWN)

    def _below(self, cls: Binding, path: str, guard: str, above: tuple[Binding, ...]) -> Iterator[Item]:
        if cls in above or len(above) >= _DEPTH:
            return
        functions = methods_in(self._project, cls)
        marks = cls.node.decorator_list if isinstance(cls.node, ast.ClassDef) else []
        listed = self._project.member(cls, "exposed")
        whole = any(self._is_expose(mark, cls.scope) for mark in marks) or listed is not None
        if "_cp_dispatch" in functions:
            where, scope = functions["_cp_dispatch"]
            yield self._item("*", f"{path}/{{?dispatch}}", where, scope, UNKNOWN_GUARD, _DISPATCH)
        for name, (function, scope) in functions.items():
            plain = [mark for mark in function.decorator_list if not self._is_own(mark, scope)]
            said = combined(guard, self._guards.of_marks(plain, scope), self._guards.of_body(function))
            if whole and name.lower() in METHODS and name.isupper():
                yield self._item(name, path or "/", function, scope, said)
            for shown in self._names(name, function, scope):
                ending = {"index": "", "default": "{x}"}.get(shown, shown)
                below = joined(path, f"/{ending}") if ending else path or "/"
                for method in self._allowed(function, scope):
                    yield self._item(method, below, function, scope, said)
        for name, child in self._children(cls):
            yield from self._below(child, f"{path}/{name}", guard, (*above, cls))

    def _names(self, name: str, node: Function, scope: Scope) -> list[str]:
        """The names under which a method is a page: its own, and its aliases."""
        for mark in node.decorator_list:
            if self._is_expose(mark, scope):
                given = keyword(mark, "alias", 0) if isinstance(mark, ast.Call) else None
                aliases = (
                    (self._folder.words(given, scope) or self._folder.texts(given, scope)) if given is not None else ()
                )
                return [name, *aliases]
        return [name] if (f"{id(scope)}", name) in self._exposed else []

    def _is_expose(self, mark: ast.expr, scope: Scope) -> bool:
        called = self._project.resolve(mark.func if isinstance(mark, ast.Call) else mark, scope)
        return called in ("cherrypy.expose", "cherrypy._helper.expose")

    def _is_own(self, mark: ast.expr, scope: Scope) -> bool:
        """A decorator of CherryPy that lets everybody in: `expose`, `tools.allow`."""
        called = self._project.resolve(mark.func if isinstance(mark, ast.Call) else mark, scope)
        return isinstance(called, str) and called.startswith("cherrypy.") and "auth" not in called

    def _children(self, cls: Binding) -> Iterator[tuple[str, Binding]]:
        for one in self._project.lineage(cls):
            for name, binding in list(one.inner.names.items()) if one.inner is not None else ():
                for value, scope in binding.values[:1] if not name.startswith("_") else ():
                    child = (
                        class_behind(self._project, value, scope) if isinstance(value, (ast.Call, ast.Name)) else None
                    )
                    if child is not None:
                        yield name, child
        for name, value, scope in self._set.get(cls, ()):
            child = class_behind(self._project, value, scope)
            if child is not None:
                yield name, child

    def _allowed(self, node: Function, scope: Scope) -> tuple[str, ...]:
        for mark in node.decorator_list:
            if isinstance(mark, ast.Call) and self._project.resolve(mark.func, scope) == "cherrypy.tools.allow":
                words = self._folder.words(keyword(mark, "methods", 0), scope)
                return tuple(sorted(words)) if words else ("*",)
        return ("*",)

    def _config(self, node: ast.expr | None, scope: Scope) -> str:
        """`tools.auth_basic.on` in the configuration guards what it stands beside: nobody can be sure where."""
        thing = self._project.resolve(node, scope)
        value = thing.values[0][0] if isinstance(thing, Binding) and len(thing.values) == 1 else node
        for one in ast.walk(value) if value is not None else ():
            if isinstance(one, ast.Constant) and isinstance(one.value, str) and "tools." in one.value:
                return UNKNOWN_GUARD if "auth" in one.value else NO_GUARD
        return NO_GUARD

    def _item(self, method: str, path: str, node: ast.AST, scope: Scope, guard: str, said: str = "") -> Item:
        where = normalized(path)
        return Item("http", f"{method} {where}", (place_of(node, scope),), "cherrypy", guard=guard, unresolved=said)
