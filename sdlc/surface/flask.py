"""Flask and Quart: routes of applications and blueprints, class-based views, hooks that guard, static files."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from sdlc.surface.folding import Folder, is_known
from sdlc.surface.guard import Guards, combined
from sdlc.surface.item import NO_GUARD, UNKNOWN_GUARD, Item
from sdlc.surface.module import Binding, Function, Scope
from sdlc.surface.objects import importing
from sdlc.surface.project import Project, Use
from sdlc.surface.routes import (
    METHODS,
    Handler,
    Mount,
    Route,
    Tree,
    decorated,
    find_handler,
    hides_arguments,
    keyword,
    methods_of_class,
    place_of,
)

APPLICATIONS = frozenset({"flask.Flask", "flask.app.Flask", "quart.Quart", "quart.app.Quart"})
BLUEPRINTS = frozenset({"flask.Blueprint", "flask.blueprints.Blueprint", "quart.Blueprint"})
_KINDS = APPLICATIONS | BLUEPRINTS
_SHORT = frozenset(METHODS)
NOT_KNOWN = "the blueprint that is registered here is not known"
_HOOKS = ("before_request", "before_app_request")


class Flask:
    """Reads one project."""

    def __init__(self, project: Project, folder: Folder, guards: Guards, paths: frozenset[str]) -> None:
        self._project, self._folder, self._guards, self._paths = project, folder, guards, paths
        self._tree = Tree("flask")

    def items(self) -> Iterator[Item]:
        """Every route of every application."""
        for module in self._project.modules.values():
            if not any(name.partition(".")[0] in ("flask", "quart") for name in module.imported):
                continue
            for binding in _bindings(module.top):
                self._constructed(binding)
            for node, scope in module.functions:
                inner = module.scope_of[node]
                for binding in _bindings(inner):
                    self._constructed(binding)
                for mark in node.decorator_list:
                    if isinstance(mark, ast.Attribute) and mark.attr in _HOOKS:
                        self._hook(mark, node, scope)
            for made, _ in module.classes:
                for binding in _bindings(module.scope_of[made]):
                    self._constructed(binding)
        for use in self._uses():
            self._use(use)
        return self._tree.items()

    def _uses(self) -> Iterator[Use]:
        """Calls on applications and blueprints, and the unmistakable ones on what is not known."""
        if not any(True for _ in importing(self._project, "flask", "quart")):
            return
        for module in self._project.modules.values():
            for call, scope in module.calls:
                if not isinstance(call.func, ast.Attribute):
                    continue
                name = call.func.attr
                for owner in self._project.things(call.func.value, scope):
                    if isinstance(owner, Binding) and (
                        self._project.kind_of(owner) in _KINDS
                        or (name in ("register_blueprint", "add_url_rule") and owner.node is None)
                    ):
                        yield Use(owner, name, call, scope)

    def _constructed(self, binding: Binding) -> None:
        if self._project.kind_of(binding) not in APPLICATIONS or binding.parameter:
            return
        if self._project.follow(binding) is not binding:
            return
        self._tree.roots.setdefault(binding, NO_GUARD)
        for value, scope in binding.values:
            if isinstance(value, ast.Call):
                self._static(binding, value, scope)

    def _static(self, binding: Binding, call: ast.Call, scope: Scope) -> None:
        """The folder of static files, where there is one."""
        folder, url = keyword(call, "static_folder"), keyword(call, "static_url_path")
        if isinstance(folder, ast.Call) and folder.args and getattr(folder.func, "attr", "") == "join":
            folder = folder.args[-1]  # of os.path.join: the address has its last word alone
        name = self._folder.value(folder, scope) if folder is not None else "static"
        here = scope.module.path.rpartition("/")[0]
        below = f"{here}/{name}/".lstrip("/")
        if name is None or (folder is None and url is None and not any(p.startswith(below) for p in self._paths)):
            return
        last = str(name).rstrip("/").rpartition("/")[2]
        path = self._folder.texts(url, scope)[0] if url is not None else f"/{last}"
        self._tree.routes.append(Route(binding, f"{path.rstrip('/')}/{{x}}", ("GET",), place_of(call, scope), NO_GUARD))

    def _hook(self, mark: ast.Attribute, node: Function, scope: Scope) -> None:
        for owner in self._project.things(mark.value, scope):
            if isinstance(owner, Binding):
                self._guard(owner, mark.attr, node)

    def _guard(self, owner: Binding, name: str, node: Function | None) -> None:
        said = self._guards.of_hook(node) if node is not None else UNKNOWN_GUARD
        if name == "before_app_request":
            for root in self._tree.roots:
                self._tree.roots[root] = combined(self._tree.roots[root], said)
        self._tree.guards[owner] = combined(self._tree.guards.get(owner, NO_GUARD), said)

    def _use(self, use: Use) -> None:
        if use.name in _HOOKS and use.call.args:
            self._guard(use.owner, use.name, find_handler(self._project, use.call.args[0], use.scope).function)
        elif use.name == "register_blueprint":
            self._register(use)
        elif use.name == "add_url_rule":
            view = keyword(use.call, "view_func", 2)
            self._route(use, find_handler(self._project, view, use.scope))
        elif use.name == "route" or use.name in _SHORT or use.name == "websocket":
            on = decorated(use.scope.module).get(use.call)
            node = on[0] if on is not None else None
            function = node if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) else None
            self._route(use, Handler(function, scope=use.scope))

    def _register(self, use: Use) -> None:
        parent = use.owner if self._project.kind_of(use.owner) in _KINDS else None
        given = keyword(use.call, "url_prefix", 1)
        for child in self._project.things(keyword(use.call, "blueprint", 0), use.scope):
            if not isinstance(child, Binding):
                below = self._folder.texts(given, use.scope)[0] if given is not None else ""
                route = Route(parent, f"{below}/{{?blueprint}}", ("*",), place_of(use.call, use.scope), UNKNOWN_GUARD,
                              unresolved=NOT_KNOWN)  # fmt: skip
                self._tree.routes.append(route)
                continue
            prefixes: tuple[str, ...] = ("",)
            if given is not None:
                prefixes = self._folder.prefixes(given, use.scope)
            elif hides_arguments(use.call):
                prefixes = ("/{?url_prefix}",)
            else:
                for value, scope in child.values:
                    own = keyword(value, "url_prefix") if isinstance(value, ast.Call) else None
                    prefixes = self._folder.prefixes(own, scope) if own is not None else prefixes
            self._tree.mounts += [Mount(parent, child, prefix) for prefix in prefixes]

    def _route(self, use: Use, handler: Handler) -> None:
        owner = use.owner if self._project.kind_of(use.owner) in _KINDS else None
        paths = self._folder.texts(keyword(use.call, "rule", 0), use.scope)
        if keyword(use.call, "rule", 0) is None:
            paths = ("/{?rule}",)
        guard = self._guard_of(handler, use.scope)
        kind = "ws" if use.name == "websocket" else "http"
        for path in paths:
            methods = self._methods(use, handler)
            self._tree.routes.append(Route(owner, path, methods, place_of(use.call, use.scope), guard, kind))

    def _guard_of(self, handler: Handler, scope: Scope) -> str:
        if handler.made is None:
            if handler.anonymous:
                return NO_GUARD
            return self._guards.of_handler(handler.function, handler.scope or scope, handler.marks)
        answers = [self._guards.of_marks(handler.marks, scope)]
        listed = self._project.member(handler.made, "decorators")
        for value, outer in listed.values if listed is not None else ():
            found = self._folder.elements(value, outer)
            answers.append(UNKNOWN_GUARD if found is None else self._guards.of_marks([one for one, _ in found], outer))
        return combined(*answers)

    def _methods(self, use: Use, handler: Handler) -> tuple[str, ...]:
        if use.name in _SHORT:
            return (use.name.upper(),)
        given = keyword(use.call, "methods")
        if given is None and handler.made is not None:
            listed = self._project.member(handler.made, "methods")
            if listed is None or not listed.values:
                return methods_of_class(self._project, handler.made) or ("GET",)
            given = listed.values[0][0]
        if given is None:
            return ("{?method}",) if hides_arguments(use.call) else ("GET",)
        words = self._folder.words(given, use.scope)
        if words is None or not is_known(words):
            return ("{?method}",)
        listed_methods = tuple(sorted({word.upper() for word in words}))
        return tuple(one for one in listed_methods if one not in ("HEAD", "OPTIONS")) or listed_methods


def _bindings(scope: Scope) -> list[Binding]:
    return [binding for binding in scope.names.values() if binding.values]
