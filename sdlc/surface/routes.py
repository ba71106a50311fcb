"""
What web frameworks have in common: routes, the routers that hold them, and how routers hang below each other.

A router that hangs nowhere is visible: its routes are unresolved, because nobody knows below which prefix they are.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sdlc.surface.guard import combined
from sdlc.surface.item import NO_GUARD, Item, Spot
from sdlc.surface.module import Binding, Function, Module, Scope
from sdlc.surface.project import DEPTH, Project

METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "trace")
NOT_CONSTANT = "a part of the path is not a constant"
NO_METHODS = "the methods are not constants"
NOWHERE = "the router that holds it is mounted nowhere that was seen"

_PARAMETER = re.compile(r"<[^<>]*>|\{[^?{}][^{}]*(\{[^{}]*\}[^{}]*)*\}")
_MANY_PREFIXES = 32


@dataclass(frozen=True)
class Handler:
    """What answers a route: a function or a class (both None when it is not known), and what is wrapped around it."""

    function: Function | None = None
    made: Binding | None = None
    marks: tuple[ast.expr, ...] = ()
    scope: Scope | None = None
    anonymous: bool = False


@dataclass(frozen=True)
class Route:
    """One path of one router, before the prefixes of the routers above; `methods` are upper case, or `*`."""

    owner: Binding | None
    path: str
    methods: tuple[str, ...]
    place: Spot
    guard: str
    kind: str = "http"
    unresolved: str = ""


@dataclass(frozen=True)
class Mount:
    """`child` hangs below `parent` (None: below an application that is not known by name)."""

    parent: Binding | None
    child: Binding
    prefix: str
    guard: str = NO_GUARD


@dataclass
class Tree:
    """Routers and routes of one framework; `roots` are applications, which hang nowhere, with the guard of each."""

    seen_by: str
    roots: dict[Binding, str] = field(default_factory=dict)
    guards: dict[Binding, str] = field(default_factory=dict)
    mounts: list[Mount] = field(default_factory=list)
    routes: list[Route] = field(default_factory=list)

    def items(self) -> Iterator[Item]:
        """All routes with all their prefixes."""
        for route in self.routes:
            for prefix, guard, reason in self._prefixes(route.owner):
                path = normalized(joined(prefix, route.path))
                said = route.unresolved or reason or (NOT_CONSTANT if "{?" in path else "")
                for method in route.methods:
                    locator = path if route.kind == "ws" else f"{method} {path}"
                    said = said or (NO_METHODS if "{?" in method else "")
                    yield Item(
                        kind=route.kind,
                        locator=locator,
                        places=(route.place,),
                        seen_by=self.seen_by,
                        guard=combined(route.guard, guard),
                        unresolved=said,
                    )

    def _prefixes(self, owner: Binding | None, depth: int = 0) -> list[tuple[str, str, str]]:
        if owner is None:
            return [("", NO_GUARD, "")]
        own = combined(self.guards.get(owner, NO_GUARD), self.roots.get(owner, NO_GUARD))
        found = [("", own, "")] if owner in self.roots else []
        above = [mount for mount in self.mounts if mount.child is owner]
        for mount in above if depth < DEPTH else ():
            for prefix, guard, reason in self._prefixes(mount.parent, depth + 1):
                found.append((joined(prefix, mount.prefix), combined(own, guard, mount.guard), reason))
        if above and owner in self.roots:
            found = found[1:]  # an application that is mounted into another is reached there
        return found[:_MANY_PREFIXES] or [("/{?mount}", own, NOWHERE)]


def joined(prefix: str, path: str) -> str:
    """`path` below `prefix`."""
    if not prefix:
        return path
    return f"{prefix.rstrip('/')}/{path.lstrip('/')}" if path else prefix


def normalized(path: str) -> str:
    """`path` with `{}` for every parameter and one slash at its beginning."""
    plain = _PARAMETER.sub("{}", path)
    return plain if plain.startswith(("/", "{?")) else f"/{plain}"


def path_of_regex(pattern: str) -> str:
    """A regular expression as a path: groups become `{}`, anchors and escapes go away."""
    text = pattern.removeprefix("^").removesuffix("$").removesuffix(r"\Z")
    out, depth, index = [], 0, 0
    while index < len(text):
        character = text[index]
        if character == "\\" and index + 1 < len(text):
            if depth == 0:
                out.append(text[index + 1] if not text[index + 1].isalnum() else "{}")
            index += 1
        elif character == "(":
            if depth == 0:
                out.append("{}")
            depth += 1
        elif character == ")":
            depth = max(0, depth - 1)
        elif depth == 0:
            out.append(character)
        index += 1
    return re.sub(r"(\{\})[+*?]|\.[*+]", "{}", "".join(out)).replace("/?", "/")


def place_of(node: ast.AST, scope: Scope | Module) -> Spot:
    """Where `node` stands."""
    module = scope.module if isinstance(scope, Scope) else scope
    return Spot(module.path, getattr(node, "lineno", 1))


def keyword(call: ast.Call, name: str, position: int | None = None) -> ast.expr | None:
    """The argument `name` of `call`, given by name or as number `position`."""
    for word in call.keywords:
        if word.arg == name:
            return word.value
    if position is not None and position < len(call.args):
        given = call.args[position]
        return None if isinstance(given, ast.Starred) else given
    return None


def hides_arguments(call: ast.Call) -> bool:
    """True when `*args` or `**kwargs` may give any argument."""
    return any(isinstance(one, ast.Starred) for one in call.args) or any(w.arg is None for w in call.keywords)


def decorated(module: Module) -> dict[ast.expr, tuple[Function | ast.ClassDef, Scope]]:
    """What each decorator of `module` stands on."""
    both: Iterable[tuple[Function | ast.ClassDef, Scope]] = [*module.functions, *module.classes]
    return {mark: (node, scope) for node, scope in both for mark in node.decorator_list}


def find_handler(project: Project, node: ast.AST | None, scope: Scope, depth: int = 0) -> Handler:
    """The function or class that `node` stands for; wrappers around it are its `marks`."""
    if node is None or depth > DEPTH:
        return Handler()
    if isinstance(node, ast.Lambda):
        return Handler(scope=scope, anonymous=True)
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("as_view", "as_asgi"):
            return find_handler(project, node.func.value, scope, depth + 1)
        if not node.args:
            return Handler()
        inner = find_handler(project, node.args[0], scope, depth + 1)
        called = project.resolve(node.func, scope)
        wrappers = () if isinstance(called, str) and called.endswith("partial") else (node.func,)
        return Handler(inner.function, inner.made, (*inner.marks, *wrappers), inner.scope or scope, inner.anonymous)
    thing = project.resolve(node, scope)
    if not isinstance(thing, Binding):
        return Handler()
    if isinstance(thing.node, ast.ClassDef):
        return Handler(made=thing, scope=thing.scope)
    if thing.node is not None:
        return Handler(function=thing.node, scope=thing.scope)
    if len(thing.values) == 1 and thing.values[0][0] is not node:
        value, outer = thing.values[0]
        return find_handler(project, value, outer, depth + 1)
    return Handler()


def methods_of_class(project: Project, made: Binding, names: Iterable[str] = METHODS) -> tuple[str, ...]:
    """The HTTP methods that a class of the product, or an ancestor that is the product's too, defines."""
    known = {name for one in project.lineage(made) if one.inner is not None for name in one.inner.names}
    return tuple(name.upper() for name in names if name in known)
