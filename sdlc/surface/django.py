"""Django and its REST framework: urlpatterns with includes, class-based views and mixins, routers of view sets."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from sdlc.surface.django_views import Views
from sdlc.surface.folding import Folder
from sdlc.surface.guard import Guards
from sdlc.surface.item import UNKNOWN_GUARD, Item, Spot
from sdlc.surface.module import Binding, Module, Scope
from sdlc.surface.project import DEPTH, Project
from sdlc.surface.routes import NOT_CONSTANT, find_handler, keyword, normalized, path_of_regex, place_of

PATTERNS = "urlpatterns"
ROUTERS = ("rest_framework.routers.DefaultRouter", "rest_framework.routers.SimpleRouter")
NOT_KNOWN = "a part of the list of addresses is not a constant"
NO_ROOT = "it is in urlpatterns that nothing includes, and ROOT_URLCONF names others"


class Django:
    """Reads one project."""

    def __init__(self, project: Project, folder: Folder, guards: Guards) -> None:
        self._project, self._folder = project, folder
        self._views = Views(project, folder, guards)
        self._seen: set[Module] = set()

    def items(self) -> Iterator[Item]:
        """Every address from the root list down; lists that nothing includes come below an unknown prefix."""
        with_patterns = [m for m in self._project.modules.values() if PATTERNS in m.top.names and _uses_django(m)]
        roots = self._roots()
        for module in roots:
            yield from self._module(module, "")
        for module in with_patterns:
            if module in self._seen:
                continue
            included = self._is_included(module, with_patterns)
            if not roots and not included:
                yield from self._module(module, "")
        for module in with_patterns:
            if module not in self._seen:
                yield from self._module(module, "{?prefix}/")

    def _roots(self) -> list[Module]:
        found: dict[Module, None] = {}
        for module in self._project.modules.values():
            binding = module.top.names.get("ROOT_URLCONF")
            for value, scope in binding.values if binding is not None else ():
                for text in self._folder.texts(value, scope):
                    named = self._project.find_module(text, module)
                    if named is not None and PATTERNS in named.top.names:
                        found[named] = None
        return list(found)

    def _is_included(self, module: Module, others: list[Module]) -> bool:
        for other in others:
            for call, scope in other.calls:
                if other is not module and self._is(call, scope, "include") and call.args:
                    for text in self._folder.texts(call.args[0], scope):
                        if self._project.find_module(text, other) is module:
                            return True
        return False

    def _module(self, module: Module, prefix: str, depth: int = 0) -> Iterator[Item]:
        self._seen.add(module)
        binding = module.top.names.get(PATTERNS)
        for value, scope in binding.values if binding is not None else ():
            yield from self._list(value, scope, prefix, depth)

    def _list(self, node: ast.expr, scope: Scope, prefix: str, depth: int) -> Iterator[Item]:
        if depth > DEPTH:
            return
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            yield from self._list(node.left, scope, prefix, depth + 1)
            yield from self._list(node.right, scope, prefix, depth + 1)
            return
        if isinstance(node, ast.Call):
            yield from self._call(node, scope, prefix, depth)
            return
        if isinstance(node, ast.Attribute) and node.attr == "urls":
            yield from self._router(node, scope, prefix)
            return
        elements = self._folder.elements(node, scope)
        if elements is None:
            yield self._unknown(node, scope, prefix, NOT_KNOWN)
            return
        for one, outer in elements:
            yield from self._list(one, outer, prefix, depth + 1)

    def _call(self, call: ast.Call, scope: Scope, prefix: str, depth: int) -> Iterator[Item]:
        if self._is(call, scope, "i18n_patterns"):
            for one in call.args:
                yield from self._list(one, scope, f"{prefix}{{}}/", depth + 1)
        elif self._is(call, scope, "format_suffix_patterns") and call.args:
            yield from self._list(call.args[0], scope, prefix, depth + 1)
        elif self._is(call, scope, "static") and call.args:
            for text in self._folder.texts(call.args[0], scope):
                locator = f"GET {normalized(text.rstrip('/'))}/{{}}"
                said = NOT_CONSTANT if "{?" in locator else ""
                yield Item("http", locator, (place_of(call, scope),), "django", "none", unresolved=said)
        elif self._is(call, scope, "path") or self._is(call, scope, "re_path") or self._is(call, scope, "url"):
            is_pattern = not self._is(call, scope, "path")
            for text in self._folder.texts(keyword(call, "route", 0) or keyword(call, "regex", 0), scope):
                below = prefix + (path_of_regex(text) if is_pattern else text)
                yield from self._entry(call, scope, below, depth)
        else:
            yield self._unknown(call, scope, prefix, NOT_KNOWN)

    def _entry(self, call: ast.Call, scope: Scope, below: str, depth: int) -> Iterator[Item]:
        view = keyword(call, "view", 1)
        if isinstance(view, ast.Call) and self._is(view, scope, "include"):
            yield from self._included(view, scope, below, depth)
            return
        if isinstance(view, ast.Attribute) and view.attr == "urls":
            yield from self._router(view, scope, below)
            return
        handler = find_handler(self._project, view, scope)
        methods, guard = self._views.judged(handler, view, scope)
        path = normalized(below)
        for method in methods:
            said = NOT_CONSTANT if "{?" in path or "{?" in method else ""
            if "{?prefix}" in path:
                said = NO_ROOT
            yield Item("http", f"{method} {path}", (place_of(call, scope),), "django", guard, unresolved=said)

    def _included(self, call: ast.Call, scope: Scope, below: str, depth: int) -> Iterator[Item]:
        node = call.args[0] if call.args else None
        if isinstance(node, ast.Tuple) and node.elts:
            node = node.elts[0]
        if isinstance(node, ast.Attribute) and node.attr == "urls":
            yield from self._router(node, scope, below)
            return
        named = self._project.resolve(node, scope)
        if isinstance(named, Module):
            yield from self._module(named, below, depth + 1)
            return
        if isinstance(node, (ast.List, ast.BinOp)) or (
            isinstance(named, Binding) and self._folder.elements(node, scope)
        ):
            yield from self._list(node, scope, below, depth + 1) if node is not None else ()
            return
        for text in self._folder.texts(node, scope):
            module = self._project.find_module(text, scope.module)
            if module is not None and depth < DEPTH:
                yield from self._module(module, below, depth + 1)
            else:
                said = f"the addresses that {text} holds are not in the product" if "{?" not in text else NOT_KNOWN
                yield self._unknown(call, scope, below, said)

    def _router(self, node: ast.Attribute, scope: Scope, below: str) -> Iterator[Item]:
        """`router.urls` of the REST framework, or `admin.site.urls`."""
        router = self._project.resolve(node.value, scope)
        kind = self._project.kind_of(router)
        if kind not in ROUTERS or not isinstance(router, Binding):
            said = "" if _ends_with_site(node) else NOT_KNOWN
            guard = "admin.site" if _ends_with_site(node) else UNKNOWN_GUARD
            locator = f"* {normalized(below.rstrip('/'))}/{'{}' if not said else '{?urls}'}"
            yield Item("http", locator, (place_of(node, scope),), "django", guard, unresolved=said)
            return
        slash = "/"
        for value, outer in router.values:
            given = keyword(value, "trailing_slash") if isinstance(value, ast.Call) else None
            slash = "" if given is not None and self._folder.value(given, outer) is False else slash
        if kind.endswith("DefaultRouter"):
            locator = f"GET {normalized(below)}"
            yield Item("http", locator, (place_of(node, scope),), "django", self._views.default_guard())
        for module in self._project.modules.values():
            for call, outer in module.calls:
                if not isinstance(call.func, ast.Attribute) or call.func.attr != "register":
                    continue
                if self._project.resolve(call.func.value, outer) is router:
                    handler = find_handler(self._project, keyword(call, "viewset", 1), outer)
                    for text in self._folder.texts(keyword(call, "prefix", 0), outer):
                        yield from self._registered(call, outer, handler.made, below + path_of_regex(text), slash)

    def _registered(self, call: ast.Call, scope: Scope, made: Binding | None, base: str, slash: str) -> Iterator[Item]:
        spot = place_of(call, scope)
        if made is None:
            said = "the class of the view set is not known"
            yield self._at(spot, f"* {normalized(base)}/{{?viewset}}", UNKNOWN_GUARD, said)
            return
        for method, ending, guard in self._views.of_viewset(made):
            path = normalized(base + ending + slash)
            yield self._at(spot, f"{method} {path}", guard, NOT_CONSTANT if "{?" in path else "")

    def _unknown(self, node: ast.AST, scope: Scope, prefix: str, reason: str) -> Item:
        locator = f"* {normalized(prefix.rstrip('/'))}/{{?urls}}".replace("//", "/")
        return self._at(place_of(node, scope), locator, UNKNOWN_GUARD, reason)

    def _at(self, spot: Spot, locator: str, guard: str, reason: str) -> Item:
        return Item("http", locator, (spot,), "django", guard, unresolved=reason)

    def _is(self, call: ast.Call, scope: Scope, name: str) -> bool:
        made = self._project.resolve(call.func, scope)
        return isinstance(made, str) and made.startswith(("django.", "rest_framework.")) and made.endswith(f".{name}")


def _uses_django(module: Module) -> bool:
    return any(name.partition(".")[0] in ("django", "rest_framework") for name in module.imported)


def _ends_with_site(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Attribute) and node.value.attr == "site"
