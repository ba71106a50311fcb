"""FastAPI and Starlette: routes, routers, mounts, websockets, dependencies that guard, pages of the API's docs."""

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

FASTAPI = frozenset({"fastapi.FastAPI", "fastapi.applications.FastAPI"})
APPLICATIONS = FASTAPI | {"starlette.applications.Starlette"}
ROUTERS = frozenset(
    {"fastapi.APIRouter", "fastapi.routing.APIRouter", "starlette.routing.Router", "fastapi.routing.Router"}
)
_KINDS = APPLICATIONS | ROUTERS
_OPEN_PAGES = (("docs_url", "/docs"), ("redoc_url", "/redoc"), ("openapi_url", "/openapi.json"))
_SOCKETS = ("websocket", "websocket_route", "add_websocket_route", "add_api_websocket_route")
_ADDING = ("add_api_route", "add_route", *_SOCKETS[2:])
_NOT_MOUNTED = "what is mounted here is not known"


class Starlette:
    """Reads one project."""

    def __init__(self, project: Project, folder: Folder, guards: Guards) -> None:
        self._project, self._folder, self._guards = project, folder, guards
        self._tree = Tree("starlette")
        self._anonymous = 0

    def items(self) -> Iterator[Item]:
        """Every route of every application."""
        for module in self._project.modules.values():
            if any(name.partition(".")[0] in ("fastapi", "starlette") for name in module.imported):
                for call, scope in module.calls:
                    made = self._project.resolve(call.func, scope)
                    kind = (
                        made
                        if isinstance(made, str)
                        else next(self._project.ancestors(made), "")
                        if isinstance(made, Binding)
                        else ""
                    )
                    if kind in _KINDS:
                        self._constructed(call, scope, kind)
        for use in self._uses():
            self._use(use)
        return self._tree.items()

    def _constructed(self, call: ast.Call, scope: Scope, kind: str) -> None:
        """An application or a router where it is made: its own prefix is handled with its routes."""
        owner = self._holder(call, scope)
        guard = self._listed_guard(call, scope, "dependencies")
        if kind in APPLICATIONS:
            self._tree.roots[owner] = combined(guard, self._middleware(call, scope))
            self._tree.seen_by = "starlette"
        elif guard != NO_GUARD:
            self._tree.guards[owner] = guard
        routes = keyword(call, "routes", 1 if kind.startswith("starlette.app") else None)
        if routes is not None:
            self._listed(owner, routes, scope, self._prefix_of(call, scope))
        if kind in FASTAPI:
            self._pages(owner, call, scope)

    def _holder(self, call: ast.Call, scope: Scope) -> Binding:
        """The name that the new object gets; one of its own where it gets none."""
        for outer in (scope, scope.enclosing_class):
            for binding in outer.names.values() if outer is not None else ():
                if any(value is call for value, _ in binding.values):
                    return binding
        self._anonymous += 1
        return Binding(f"<{self._anonymous}>", scope, [(call, scope)])

    def _pages(self, owner: Binding, call: ast.Call, scope: Scope) -> None:
        """What FastAPI serves by itself, unless it is switched off."""
        given = {name: keyword(call, name) for name, _ in _OPEN_PAGES}
        values = {n: d if given[n] is None else self._folder.value(given[n], scope) for n, d in _OPEN_PAGES}
        if not values["openapi_url"]:
            return
        if values["docs_url"]:
            values["swagger_ui_oauth2_redirect_url"] = "/docs/oauth2-redirect"
            own = keyword(call, "swagger_ui_oauth2_redirect_url")
            if own is not None:
                values["swagger_ui_oauth2_redirect_url"] = self._folder.value(own, scope)
        for value in values.values():
            if value:
                path = str(value)
                self._tree.routes.append(Route(owner, path, ("GET",), place_of(call, scope), NO_GUARD))

    def _prefix_of(self, call: ast.Call, scope: Scope) -> str:
        given = keyword(call, "prefix")
        return self._folder.prefixes(given, scope)[0] if given is not None else ""

    def _own_prefix(self, owner: Binding) -> str:
        for value, scope in owner.values:
            if isinstance(value, ast.Call):
                return self._prefix_of(value, scope)
        return ""

    def _uses(self) -> Iterator[Use]:
        if not any(True for _ in importing(self._project, "fastapi", "starlette")):
            return
        for module in self._project.modules.values():
            for call, scope in module.calls:
                if isinstance(call.func, ast.Attribute):
                    for owner in self._project.things(call.func.value, scope):
                        if isinstance(owner, Binding) and self._project.kind_of(owner) in _KINDS:
                            yield Use(owner, call.func.attr, call, scope)

    def _use(self, use: Use) -> None:
        if use.name == "include_router":
            self._include(use)
        elif use.name in ("mount", "host"):
            self._mounted(use.owner, use.call, use.scope, "/" if use.name == "host" else None)
        elif use.name == "add_middleware":
            said = self._of_middleware(keyword(use.call, "middleware_class", 0), use.scope)
            self._tree.guards[use.owner] = combined(self._tree.guards.get(use.owner, NO_GUARD), said)
        elif use.name == "middleware":
            on = decorated(use.scope.module).get(use.call)
            said = self._judged(on[0]) if on is not None else UNKNOWN_GUARD
            self._tree.guards[use.owner] = combined(self._tree.guards.get(use.owner, NO_GUARD), said)
        elif use.name in METHODS or use.name in ("route", "api_route", *_SOCKETS[:2]):
            on = decorated(use.scope.module).get(use.call)
            node = on[0] if on is not None else None
            function = node if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) else None
            made = use.scope.names.get(node.name) if isinstance(node, ast.ClassDef) else None
            self._route(use, Handler(function, made, scope=use.scope))
        elif use.name in _ADDING:
            self._route(use, find_handler(self._project, keyword(use.call, "endpoint", 1) or keyword(
                use.call, "route", 1), use.scope))  # fmt: skip

    def _include(self, use: Use) -> None:
        given = keyword(use.call, "prefix")
        guard = self._listed_guard(use.call, use.scope, "dependencies")
        for child in self._project.things(keyword(use.call, "router", 0), use.scope):
            if not isinstance(child, Binding):
                self._tree.routes.append(Route(use.owner, "/{?router}", ("*",), place_of(use.call, use.scope),
                                               UNKNOWN_GUARD, unresolved=_NOT_MOUNTED))  # fmt: skip
                continue
            prefixes = self._folder.prefixes(given, use.scope) if given is not None else ("",)
            self._tree.mounts += [Mount(use.owner, child, prefix, guard) for prefix in prefixes]

    def _route(self, use: Use, handler: Handler) -> None:
        kind = "ws" if use.name in _SOCKETS else "http"
        guard = combined(self._guard_of(handler, use.scope), self._listed_guard(use.call, use.scope, "dependencies"))
        node = keyword(use.call, "path", 0)
        for path in self._folder.texts(node, use.scope) if node is not None else ("/{?path}",):
            full = self._own_prefix(use.owner) + path
            methods = self._methods(use.name, use.call, use.scope, handler) if kind == "http" else ("GET",)
            self._tree.routes.append(Route(use.owner, full, methods, place_of(use.call, use.scope), guard, kind))

    def _methods(self, name: str, call: ast.Call, scope: Scope, handler: Handler) -> tuple[str, ...]:
        if name in METHODS:
            return (name.upper(),)
        given = keyword(call, "methods")
        if given is None or (isinstance(given, ast.Constant) and given.value is None):
            if handler.made is not None:
                return methods_of_class(self._project, handler.made) or ("*",)
            return ("{?method}",) if hides_arguments(call) else ("GET",)
        words = self._folder.words(given, scope)
        if words is None or not is_known(words):
            return ("{?method}",)
        upper = tuple(sorted({word.upper() for word in words}))
        return tuple(one for one in upper if one != "HEAD") or upper

    def _listed(self, owner: Binding, node: ast.expr, scope: Scope, prefix: str = "") -> None:
        """`routes=[Route(...), Mount(...), ...]`."""
        elements = self._folder.elements(node, scope)
        for one, outer in elements if elements is not None else [(node, scope)]:
            lent = self._lent(one, outer)
            if lent is not None:
                self._tree.mounts.append(Mount(owner, lent, prefix))
                continue
            call = one if isinstance(one, ast.Call) else None
            if call is None and isinstance(one, (ast.Name, ast.Attribute)):
                thing = self._project.resolve(one, outer)
                if isinstance(thing, Binding) and len(thing.values) == 1 and isinstance(thing.values[0][0], ast.Call):
                    call, outer = thing.values[0][0], thing.values[0][1]
            made = self._project.resolve(call.func, outer) if call is not None else None
            last = made.rpartition(".")[2] if isinstance(made, str) else ""
            if call is not None and last in ("Route", "APIRoute", "WebSocketRoute", "APIWebSocketRoute"):
                handler = find_handler(self._project, keyword(call, "endpoint", 1), outer)
                kind = "ws" if "WebSocket" in last else "http"
                guard = combined(
                    self._guard_of(handler, outer),
                    self._middleware(call, outer),
                    self._listed_guard(call, outer, "dependencies"),
                )
                for path in self._folder.texts(keyword(call, "path", 0), outer):
                    methods = self._methods("route", call, outer, handler) if kind == "http" else ("GET",)
                    self._tree.routes.append(Route(owner, prefix + path, methods, place_of(call, outer), guard, kind))
            elif call is not None and last in ("Mount", "Host"):
                self._mounted(owner, call, outer, "/" if last == "Host" else None)
            else:
                said = "a route of this list is not a constant"
                self._tree.routes.append(
                    Route(owner, f"{prefix}/{{?route}}", ("*",), place_of(one, outer), UNKNOWN_GUARD, unresolved=said)
                )

    def _lent(self, node: ast.expr, scope: Scope) -> Binding | None:
        """The router whose list of routes `node` is: `router.routes`, or what a function makes and returns of it."""
        if isinstance(node, ast.Call):
            made = self._project.resolve(node.func, scope)
            given = made.scope.module.returns.get(made.node, []) if isinstance(made, Binding) and made.node else []
            return self._lent(*given[0]) if len(given) == 1 and isinstance(given[0][0], ast.Attribute) else None
        if not isinstance(node, ast.Attribute) or node.attr != "routes":
            return None
        thing = self._project.resolve(node.value, scope)
        return thing if isinstance(thing, Binding) and self._project.kind_of(thing) in _KINDS else None

    def _mounted(self, owner: Binding, call: ast.Call, scope: Scope, fixed: str | None) -> None:
        paths = (fixed,) if fixed is not None else self._folder.texts(keyword(call, "path", 0), scope)
        routes, app = keyword(call, "routes"), keyword(call, "app", 1)
        for path in paths:
            if routes is not None:
                child = Binding("<mount>", scope)
                guard = self._middleware(call, scope)
                self._tree.mounts.append(Mount(owner, child, path, guard))
                self._listed(child, routes, scope)
                continue
            thing = self._project.resolve(app, scope)
            made = self._project.resolve(app.func, scope) if isinstance(app, ast.Call) else None
            if isinstance(thing, Binding) and self._project.kind_of(thing) in _KINDS:
                self._tree.mounts.append(Mount(owner, thing, path))
            elif isinstance(app, ast.Call) and isinstance(made, str) and made in _KINDS:
                self._tree.mounts.append(Mount(owner, self._held(app, scope), path))
            elif isinstance(made, str) and made.endswith("StaticFiles"):
                route = Route(owner, f"{path.rstrip('/')}/{{x}}", ("GET",), place_of(call, scope), NO_GUARD)
                self._tree.routes.append(route)
            else:
                below = f"{path.rstrip('/')}/{{?application}}"
                self._tree.routes.append(Route(owner, below, ("*",), place_of(call, scope), UNKNOWN_GUARD,
                                               unresolved=_NOT_MOUNTED))  # fmt: skip

    def _held(self, call: ast.Call, scope: Scope) -> Binding:
        """The object that `call` makes without a name: found among those that were made already."""
        for owner in (*self._tree.roots, *self._tree.guards):
            if any(value is call for value, _ in owner.values):
                return owner
        return Binding("<made here>", scope, [(call, scope)])

    def _guard_of(self, handler: Handler, scope: Scope) -> str:
        if handler.anonymous:
            return NO_GUARD
        if handler.made is not None:
            inner = handler.made.inner
            bodies = [b.node for b in inner.names.values()] if inner is not None else []
            said = [self._guards.of_handler(n, inner or scope) for n in bodies
                    if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef)) and n.name in METHODS]  # fmt: skip
            if not said or NO_GUARD in said:
                return NO_GUARD if said else UNKNOWN_GUARD
            return combined(*said)
        own = self._guards.of_handler(handler.function, handler.scope or scope, handler.marks)
        if handler.function is None:
            return own
        return combined(self.of_parameters(handler.function, handler.scope or scope), own)

    def of_parameters(self, node: Function, scope: Scope, deep: int = 0) -> str:
        """The guard among the dependencies of a function, and of theirs."""
        if deep > 4:
            return NO_GUARD
        defaults = [*node.args.defaults, *(one for one in node.args.kw_defaults if one is not None)]
        found = [(one, scope) for one in defaults]
        for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
            found += self._annotated(argument.annotation, scope)
        answers = []
        for mark, outer in found:
            if not isinstance(mark, ast.Call):
                continue
            name = mark.func.attr if isinstance(mark.func, ast.Attribute) else getattr(mark.func, "id", "")
            if name in ("Depends", "Security"):
                answers.append(self._depends(mark, outer, deep))
        return combined(*answers) if answers else NO_GUARD

    def _depends(self, mark: ast.Call, scope: Scope, deep: int = 0) -> str:
        said = self._guards.of_mark(mark, scope)
        if said not in (NO_GUARD, UNKNOWN_GUARD) or not mark.args:
            return said
        thing = self._project.resolve(mark.args[0], scope)
        if isinstance(thing, Binding) and isinstance(thing.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return combined(said, self.of_parameters(thing.node, thing.scope, deep + 1))
        return said

    def _annotated(self, annotation: ast.expr | None, scope: Scope) -> list[tuple[ast.expr, Scope]]:
        """`Annotated[User, Depends(...)]`, also behind a name."""
        if isinstance(annotation, (ast.Name, ast.Attribute)):
            thing = self._project.resolve(annotation, scope)
            if isinstance(thing, Binding) and len(thing.values) == 1:
                annotation, scope = thing.values[0]
        if isinstance(annotation, ast.Subscript) and isinstance(annotation.slice, ast.Tuple):
            return [(one, scope) for one in annotation.slice.elts[1:]]
        return []

    def _listed_guard(self, call: ast.Call, scope: Scope, name: str) -> str:
        given = keyword(call, name)
        if given is None:
            return NO_GUARD
        elements = self._folder.elements(given, scope)
        if elements is None:
            return UNKNOWN_GUARD
        calls = [(one, outer) for one, outer in elements if isinstance(one, ast.Call)]
        return combined(*(self._depends(one, outer) for one, outer in calls), NO_GUARD)

    def _middleware(self, call: ast.Call, scope: Scope) -> str:
        given = keyword(call, "middleware")
        if given is None:
            return NO_GUARD
        answers = [NO_GUARD]
        for one, outer in self._folder.elements(given, scope) or []:
            if isinstance(one, ast.Call) and one.args:
                dispatch = keyword(one, "dispatch")
                answers.append(self._of_middleware(dispatch if dispatch is not None else one.args[0], outer))
        return combined(*answers)

    def _of_middleware(self, node: ast.expr | None, scope: Scope) -> str:
        """Middleware sees every request and may let some through: it is a guard that nobody can be sure of."""
        thing = self._project.resolve(node, scope)
        if isinstance(thing, Binding) and thing.node is not None:
            return self._judged(thing.node)
        return UNKNOWN_GUARD if isinstance(thing, str) and "Auth" in thing.rpartition(".")[2] else NO_GUARD

    def _judged(self, node: ast.AST) -> str:
        functions = [one for one in ast.walk(node) if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef))]
        return UNKNOWN_GUARD if any(self._guards.of_hook(one) != NO_GUARD for one in functions) else NO_GUARD
