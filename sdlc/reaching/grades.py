"""
How far a product reaches into a library: not imported, imported, the vulnerable function not called, or called.

A syntax tree shows what is written, not what happens. Whatever could reach the library without being written so is a
doubt, and is named: a module that is imported by a computed name, a wildcard, `getattr` with a computed name, plug-ins,
a method of that name on an object that nobody knows, a file that could not be read. Inside of the library names alone
are followed, so that what may lead to the function is too much rather than too little. Pure.
"""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sdlc.formats.python_source import MAX_SOURCE
from sdlc.model.fingerprint import parse
from sdlc.surface.extract import reason_to_leave_out
from sdlc.surface.module import Binding, Module, Scope, read_module
from sdlc.surface.project import Project

MAX_DOUBTS = 5
MAX_STEPS = 12
IMPORTERS = frozenset({"importlib.import_module", "__import__", "runpy.run_module", "imp.load_module"})
RUNNERS = frozenset({"exec", "eval", "compile"})
PLUGINS = ("importlib.metadata.entry_points", "pkg_resources.", "stevedore.", "pluggy.", "django.utils.module_loading.")


LOADERS = frozenset({"importlib", "pkg_resources", "stevedore", "pluggy", "runpy", "imp"})
BUILT_IN = frozenset({"exec", "eval", "compile", "__import__", "getattr"})


class Grade(StrEnum):
    """What the source shows; ordered from little to much."""

    NOT_IMPORTED = "not-imported"
    NOT_CALLED = "not-called"
    IMPORTED = "imported"
    CALLED = "called"


@dataclass(frozen=True)
class Reach:
    """`path` leads from where nobody in the product calls any more to the use, ``file:line name`` each.

    What is called needs no doubts.
    """

    grade: Grade
    symbol: str = ""
    path: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


class Source:
    """The product's own sources, read once and asked for many libraries; tests and what lies beside are left out."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        modules: list[Module] = []
        self._unread: list[str] = []
        for path in sorted(path for path in files if path.endswith(".py") and not reason_to_leave_out(path)):
            try:
                if len(files[path]) > MAX_SOURCE:
                    raise ValueError("too large")
                modules.append(read_module(path, parse(files[path])))
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                self._unread.append(path)
        self._project = Project(modules)
        self._modules = modules
        self._called_once: dict[int, str] = {}

    def _called(self, call: ast.Call, scope: Scope) -> str:
        """The dotted name of a library's function that `call` calls; empty when it is the product's, or not known."""
        if id(call) not in self._called_once:
            name = self._project.resolve(call.func, scope)
            if name is None and isinstance(call.func, ast.Attribute):
                made = self._project.kind_of(self._project.resolve(call.func.value, scope))
                name = f"{made}.{call.func.attr}" if made else ""
            self._called_once[id(call)] = name if isinstance(name, str) else ""
        return self._called_once[id(call)]

    def _near(self, wanted: frozenset[str]) -> list[Module]:
        """The modules in which something of the library can have a name: only there everything is looked up."""
        near = {module.path for module in self._modules if wanted & _tops(module) or _loads(module)}
        while True:
            more = {
                module.path
                for module in self._modules
                if module.path not in near and any(self._leads(name, module, near) for name in module.imported)
            }
            if not more:
                return [module for module in self._modules if module.path in near]
            near |= more

    def _leads(self, name: str, module: Module, near: set[str]) -> bool:
        found = self._project.find_module(name, module)
        return found is not None and found.path in near

    def _used(self, near: Iterable[Module], wanted: frozenset[str]) -> list[tuple[str, ast.expr, Scope]]:
        """Every call, and every attribute, of the library in `near`."""
        found: list[tuple[str, ast.expr, Scope]] = []
        for module in near:
            found += [(self._called(call, scope), call, scope) for call, scope in module.calls]
            for load, scope in module.loads:
                name = self._project.resolve(load, scope) if isinstance(load, ast.Attribute) else None
                found += [(name, load, scope)] if isinstance(name, str) else []
        return [use for use in found if use[0].partition(".")[0] in wanted]

    def reach(self, modules: Iterable[str], symbols: Sequence[str], library: Mapping[str, bytes]) -> Reach:
        """How the product reaches the library that gives the top-level `modules`, of which `symbols` are vulnerable.

        `library` are its sources, as far as they are there.
        """
        wanted = frozenset(modules)
        near = self._near(wanted)
        used = self._used(near, wanted)
        imports = [*self._imports(wanted), *(_at(scope.module, node, name) for name, node, scope in used)]
        doubts = [
            *self._doubts(wanted, symbols),
            *self._inside(used, symbols, library),
            *self._dynamic(near, wanted, symbols),
        ]
        shown = tuple(dict.fromkeys(doubts))
        shown = (*shown[:MAX_DOUBTS], f"and {len(shown) - MAX_DOUBTS} more") if len(shown) > MAX_DOUBTS else shown
        for name, node, scope in used:
            hit = next((one for one in symbols if _is_same(name, one)), "")
            if hit:
                return Reach(Grade.CALLED, hit, (*self._way_to(scope), _at(scope.module, node, name)))
        if not imports:
            return Reach(Grade.NOT_IMPORTED, doubts=shown)
        if symbols:
            return Reach(Grade.NOT_CALLED, path=(imports[0],), doubts=shown)
        for name, node, scope in used:
            return Reach(Grade.IMPORTED, name, (*self._way_to(scope), _at(scope.module, node, name)), shown)
        return Reach(Grade.IMPORTED, path=(imports[0],), doubts=shown)

    def _imports(self, wanted: frozenset[str]) -> Iterator[str]:
        for module in self._modules:
            found = sorted(name for name in module.imported if name.partition(".")[0] in wanted)
            if found:
                yield f"{module.path} import {found[0]}"

    def _doubts(self, wanted: frozenset[str], symbols: Sequence[str]) -> Iterator[str]:
        """What was not read, and names that come along unseen or are handed on."""
        for path in self._unread:
            yield f"{path} could not be read"
        for module in self._modules:
            for binding in module.top.names.values():
                if binding.name.startswith("*") and binding.target.partition(".")[0] in wanted:
                    yield f"{module.path} imports everything of {binding.target}"
            for symbol in symbols:
                if symbol in module.imported:
                    yield f"{module.path} imports {symbol} by name"

    def _dynamic(self, near: Iterable[Module], wanted: frozenset[str], symbols: Sequence[str]) -> Iterator[str]:
        """Every call by which the library, or a function of it, could be reached without being written so."""
        last = {symbol.rpartition(".")[2] for symbol in symbols}
        full = {module.path for module in near}
        every = ((call, scope) for module in self._modules for call, scope in module.calls)
        for call, scope in every:
            name = getattr(call.func, "id", getattr(call.func, "attr", ""))
            if scope.module.path not in full and name not in BUILT_IN and name not in last:
                continue
            said = self._called(call, scope)
            constant = [isinstance(one, ast.Constant) for one in call.args]
            if said in IMPORTERS and not (constant and constant[0]):
                yield _at(scope.module, call, "imports a module by a computed name")
            elif said in RUNNERS and not (constant and constant[0]):
                yield _at(scope.module, call, f"runs code that is computed ({said})")
            elif said.startswith(PLUGINS):
                yield _at(scope.module, call, "loads plug-ins")
            elif said == "getattr" and len(constant) > 1 and not constant[1]:
                owner = self._project.resolve(call.args[0], scope)
                if owner is None or (isinstance(owner, str) and owner.partition(".")[0] in wanted):
                    yield _at(scope.module, call, "gets an attribute by a computed name")
            elif (
                not said
                and isinstance(call.func, ast.Attribute)
                and call.func.attr in last
                and not self._own(call, scope)
            ):
                yield _at(scope.module, call, f"calls .{name}() of an object that nobody knows")

    def _own(self, call: ast.Call, scope: Scope) -> bool:
        return isinstance(self._project.resolve(call.func, scope), Binding)

    def _inside(
        self, used: Sequence[tuple[str, ast.expr, Scope]], symbols: Sequence[str], library: Mapping[str, bytes]
    ) -> Iterator[str]:
        """What the product uses of the library that may lead to one of `symbols` inside of it, by names alone."""
        if not symbols or not used:
            return
        if not library:
            yield f"the sources of {used[0][0].partition('.')[0]} are not there, so calls inside of it are not followed"
            return
        leading = leads_to({symbol.rpartition(".")[2] for symbol in symbols}, library)
        for name, node, scope in used:
            if leading & {*name.split(".")[1:]}:
                yield _at(scope.module, node, f"{name} may lead to it inside of the library")

    def _way_to(self, scope: Scope) -> tuple[str, ...]:
        """The shortest chain of calls in the product that ends in the function around `scope`; its start first."""
        start = _function(scope)
        if start is None:
            return ()
        ways: dict[ast.AST, tuple[str, ...]] = {start.node: ()} if start.node is not None else {}
        queue = deque([start])
        longest: tuple[str, ...] = (_def(start),)
        while queue:
            inner = queue.popleft()
            assert inner.node is not None  # noqa: S101 - _function gives nothing else
            way = (_def(inner), *ways[inner.node])
            callers = [outer for call, outer in self._callers(inner) if _function(outer) is not inner]
            if not callers or len(way) >= MAX_STEPS:
                return way
            for outer in callers:
                above = _function(outer)
                if above is None:
                    return (f"{outer.module.path} when it is imported", *way)
                if above.node is not None and above.node not in ways:
                    ways[above.node] = way
                    queue.append(above)
            longest = way
        return longest

    def _callers(self, inner: Scope) -> Iterator[tuple[ast.Call, Scope]]:
        name = getattr(inner.node, "name", "")
        owner = inner.parent.node if inner.parent is not None and inner.parent.is_class else None
        for call, outer in self._project.calls_of(name):
            called = self._project.resolve(call.func, outer)
            if isinstance(called, Binding) and called.node is inner.node:
                yield call, outer
        if name == "__init__" and isinstance(owner, ast.ClassDef):
            for call, outer in self._project.calls_of(owner.name):
                called = self._project.resolve(call.func, outer)
                if isinstance(called, Binding) and called.node is owner:
                    yield call, outer


def _tops(module: Module) -> set[str]:
    return {name.partition(".")[0] for name in module.imported}


def _loads(module: Module) -> bool:
    """True when a module could import another by a name that is no import statement."""
    by_name = any(getattr(call.func, "id", "") == "__import__" for call, _ in module.calls)
    loading = any(name.startswith("django.utils.module_loading") for name in module.imported)
    return by_name or loading or bool(LOADERS & _tops(module))


def _function(scope: Scope) -> Scope | None:
    """The scope of the function that `scope` is, or lies in; None at the top of a module or class."""
    here: Scope | None = scope
    while here is not None and not isinstance(here.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        here = here.parent
    return here


def _def(scope: Scope) -> str:
    return f"{scope.module.path}:{getattr(scope.node, 'lineno', 0)} {getattr(scope.node, 'name', '')}"


def _at(module: Module, node: ast.expr, what: str) -> str:
    return f"{module.path}:{node.lineno} {what}"


def _is_same(name: str, symbol: str) -> bool:
    """True when a use may mean `symbol`: libraries hand on their functions under shorter names."""
    one, other = name.split("."), symbol.split(".")
    return one[: len(other)] == other or (one[0] == other[0] and other[-1] in one[1:])


def leads_to(names: set[str], library: Mapping[str, bytes]) -> frozenset[str]:
    """`names`, and the names of all functions and classes in `library` whose text mentions one of them, and so on."""
    mentions: dict[str, set[str]] = {}
    for path in sorted(library):
        try:
            tree = parse(library[path]) if len(library[path]) <= MAX_SOURCE else ast.Module([], [])
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                inside = mentions.setdefault(node.name, set())
                inside |= {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
                inside |= {one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute)}
                inside |= {one.name for one in ast.walk(node) if isinstance(one, (ast.FunctionDef, ast.ClassDef))}
    found = set(names)
    while more := {name for name, inside in mentions.items() if name not in found and inside & found}:
        found |= more
    return frozenset(found)
