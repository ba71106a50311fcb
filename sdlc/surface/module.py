"""
One Python file, read once: its scopes with the names bound in them, its calls, functions, classes and assignments.

The walk keeps its own stack, because hostile code nests deeper than Python recurses.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sdlc.surface.slim import SLIM, slim

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(eq=False, slots=True)
class Binding:
    """A name in a scope and all that is bound to it; two bindings are the same only if they are one object.

    `values` are the expressions assigned to it, each with the scope that it stands in. `target` is the dotted name
    that an import gives it. `opaque` says that it gets other values too: by a loop over what is not known, `with`,
    `except` or `+=`. A `parameter` has its default as value.
    """

    name: str
    scope: Scope
    values: list[tuple[ast.expr, Scope]] = field(default_factory=list)
    annotation: ast.expr | None = None
    node: Function | ast.ClassDef | None = None
    inner: Scope | None = None
    target: str = ""
    opaque: bool = False
    parameter: bool = False


@dataclass(eq=False, slots=True)
class Scope:
    """A module, class or function, and its names; attributes that methods set on `self` are names of their class."""

    module: Module
    parent: Scope | None
    node: Function | ast.ClassDef | ast.Lambda | None = None
    names: dict[str, Binding] = field(default_factory=dict)

    @property
    def is_class(self) -> bool:
        """True for the scope of a class."""
        return isinstance(self.node, ast.ClassDef)

    @property
    def enclosing_class(self) -> Scope | None:
        """The class whose method this scope is, or lies in."""
        scope: Scope | None = self
        while scope is not None and not scope.is_class:
            scope = scope.parent
        return scope

    @property
    def self_name(self) -> str:
        """What a method calls its instance; empty outside of methods."""
        scope: Scope | None = self
        while scope is not None and scope.parent is not None:
            if scope.parent.is_class and isinstance(scope.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                arguments = [*scope.node.args.posonlyargs, *scope.node.args.args]
                return arguments[0].arg if arguments else ""
            scope = scope.parent
        return ""

    def bind(self, name: str) -> Binding:
        """The binding of `name` in this scope, made if it is not there."""
        if name not in self.names:
            self.names[name] = Binding(name, self)
        return self.names[name]

    def lookup(self, name: str) -> Binding | None:
        """The binding that `name` means here: class scopes are seen from themselves alone."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names and (scope is self or not scope.is_class):
                return scope.names[name]
            scope = scope.parent
        return None


@dataclass(eq=False)
class Module:
    """`name` is dotted, from the top of the product; `top` is its outermost scope."""

    path: str
    name: str
    is_package: bool
    calls: list[tuple[ast.Call, Scope]] = field(default_factory=list)
    functions: list[tuple[Function, Scope]] = field(default_factory=list)
    classes: list[tuple[ast.ClassDef, Scope]] = field(default_factory=list)
    settings: list[tuple[ast.Attribute | ast.Subscript, ast.expr, Scope]] = field(default_factory=list)
    imported: set[str] = field(default_factory=set)
    loads: list[tuple[ast.Attribute | ast.Subscript, Scope]] = field(default_factory=list)
    scope_of: dict[ast.AST, Scope] = field(default_factory=dict)
    returns: dict[ast.AST, list[tuple[ast.expr, Scope]]] = field(default_factory=dict)
    top: Scope = field(init=False)

    def __post_init__(self) -> None:
        self.top = Scope(self, None)


def read_module(path: str, tree: ast.Module) -> Module:
    """All of `tree` that the extractors ask for, in less room than `tree` takes."""
    package = path.endswith("__init__.py")
    parts = path.removesuffix(".py").split("/")
    module = Module(path, ".".join(parts[:-1] if package else parts), package)
    _Walk(module).run(slim(tree))
    return module


class _Walk:
    def __init__(self, module: Module) -> None:
        self._module = module
        self._stack: list[tuple[ast.AST, Scope]] = []

    def run(self, tree: ast.Module) -> None:
        self._push(tree.body, self._module.top)
        while self._stack:
            node, scope = self._stack.pop()
            handle: Any = _HANDLERS.get(type(node))
            if handle is None or not handle(self, node, scope):
                self._push(_children(node), scope)

    def _push(self, nodes: Sequence[ast.AST], scope: Scope) -> None:
        self._stack += [(node, scope) for node in reversed(nodes)]

    def _call(self, node: ast.Call, scope: Scope) -> bool:
        self._module.calls.append((node, scope))
        return False

    def _load(self, node: ast.Attribute | ast.Subscript, scope: Scope) -> bool:
        self._module.loads.append((node, scope))
        return False

    def _function(self, node: Function, scope: Scope) -> bool:
        inner = Scope(self._module, scope, node)
        binding = scope.bind(node.name)
        if binding.node is not None or binding.values:
            binding.opaque = True
        binding.node, binding.inner = node, inner
        self._module.functions.append((node, scope))
        self._module.scope_of[node] = inner
        self._module.returns[node] = []
        self._parameters(node.args, inner)
        self._push(node.body, inner)
        defaults = [*node.args.defaults, *(one for one in node.args.kw_defaults if one is not None)]
        self._push([*node.decorator_list, *defaults], scope)
        return True

    def _lambda(self, node: ast.Lambda, scope: Scope) -> bool:
        inner = Scope(self._module, scope, node)
        self._parameters(node.args, inner)
        self._push([node.body], inner)
        return True

    def _parameters(self, arguments: ast.arguments, inner: Scope) -> None:
        positional = [*arguments.posonlyargs, *arguments.args]
        defaults = [None] * (len(positional) - len(arguments.defaults)) + list(arguments.defaults)
        pairs = [*zip(positional, defaults, strict=True)]
        pairs += zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        for argument, default in pairs:
            binding = inner.bind(argument.arg)
            binding.parameter, binding.annotation = True, argument.annotation
            if default is not None:
                binding.values.append((default, inner.parent or inner))
        for rest in (arguments.vararg, arguments.kwarg):
            if rest is not None:
                inner.bind(rest.arg).opaque = True

    def _class(self, node: ast.ClassDef, scope: Scope) -> bool:
        inner = Scope(self._module, scope, node)
        binding = scope.bind(node.name)
        binding.node, binding.inner = node, inner
        self._module.classes.append((node, scope))
        self._module.scope_of[node] = inner
        self._push(node.body, inner)
        self._push([*node.bases, *(word.value for word in node.keywords), *node.decorator_list], scope)
        return True

    def _import(self, node: ast.Import, scope: Scope) -> bool:
        for alias in node.names:
            self._module.imported.add(alias.name)
            name = alias.asname or alias.name.partition(".")[0]
            scope.bind(name).target = alias.name if alias.asname else name
        return True

    def _import_from(self, node: ast.ImportFrom, scope: Scope) -> bool:
        source = node.module or ""
        if node.level:
            here = self._module.name.split(".")
            up = node.level - (1 if self._module.is_package else 0)
            kept = here[: len(here) - up] if up else here
            source = ".".join([*kept, *([source] if source else [])])
        self._module.imported.add(source)
        for alias in node.names:
            if alias.name == "*":
                scope.bind(f"*{source}").target = source
                continue
            self._module.imported.add(f"{source}.{alias.name}")
            scope.bind(alias.asname or alias.name).target = f"{source}.{alias.name}"
        return True

    def _assign(self, node: ast.Assign, scope: Scope) -> bool:
        for target in node.targets:
            self._bind(target, node.value, scope)
        return False

    def _annotated(self, node: ast.AnnAssign, scope: Scope) -> bool:
        self._bind(node.target, node.value, scope, node.annotation)
        return False

    def _walrus(self, node: ast.NamedExpr, scope: Scope) -> bool:
        self._bind(node.target, node.value, scope)
        return False

    def _augmented(self, node: ast.AugAssign, scope: Scope) -> bool:
        if isinstance(node.target, ast.Name) and isinstance(node.op, ast.Add):
            binding = scope.bind(node.target.id)
            if binding.values and isinstance(node.value, (ast.List, ast.Tuple, ast.Name, ast.Attribute)):
                old, _ = binding.values.pop()
                joined = ast.copy_location(ast.BinOp(old, node.op, node.value), node)
                binding.values.append((joined, scope))
                return False
        self._bind(node.target, None, scope)
        return False

    def _loop(self, node: ast.For | ast.AsyncFor | ast.comprehension, scope: Scope) -> bool:
        items = node.iter.elts if isinstance(node.iter, (ast.List, ast.Tuple)) else None
        targets = node.target
        if items is None or any(isinstance(item, ast.Starred) for item in items):
            self._bind(targets, None, scope)
            return False
        for item in items:
            self._bind(targets, item, scope)
        return False

    def _with(self, node: ast.With | ast.AsyncWith, scope: Scope) -> bool:
        for item in node.items:
            if item.optional_vars is not None:
                self._bind(item.optional_vars, item.context_expr, scope)
        return False

    def _global(self, node: ast.Global, scope: Scope) -> bool:
        for name in node.names:
            scope.names[name] = self._module.top.bind(name)
        return False

    def _return(self, node: ast.Return, scope: Scope) -> bool:
        if node.value is not None and scope.node in self._module.returns:
            self._module.returns[scope.node].append((node.value, scope))
        return False

    def _bind(self, target: ast.expr, value: ast.expr | None, scope: Scope, annotation: ast.expr | None = None) -> None:
        if isinstance(target, (ast.Tuple, ast.List)):
            values: list[ast.expr | None] = [None] * len(target.elts)
            if isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts):
                values = list(value.elts)
            for one, of in zip(target.elts, values, strict=True):
                self._bind(one, of, scope)
            return
        if isinstance(target, (ast.Attribute, ast.Subscript)):
            if value is not None:
                self._module.settings.append((target, value, scope))
            owner = scope.enclosing_class
            if not isinstance(target, ast.Attribute) or owner is None or not isinstance(target.value, ast.Name):
                return
            if target.value.id != scope.self_name:
                return
            binding = owner.bind(target.attr)
        elif isinstance(target, ast.Name):
            binding = scope.bind(target.id)
        else:
            return
        if annotation is not None:
            binding.annotation = annotation
        if value is None:
            binding.opaque = binding.opaque or annotation is None
        else:
            binding.values.append((value, scope))


_LEAVES = frozenset(
    SLIM.get(kind, kind)
    for kind in (ast.Name, ast.Constant, ast.Load, ast.Store, ast.Del, ast.Pass, ast.Break, ast.Continue, ast.arg)
)
"""Nodes that hold nothing that is asked for: half of a tree."""


def _children(node: ast.AST) -> list[ast.AST]:
    found: list[ast.AST] = []
    for name in node._fields:
        value = getattr(node, name, None)
        if type(value) is list:
            found += [one for one in value if isinstance(one, ast.AST) and type(one) not in _LEAVES]
        elif isinstance(value, ast.AST) and type(value) not in _LEAVES:
            found.append(value)
    return found


_HANDLED = {
    ast.Call: _Walk._call,
    ast.Attribute: _Walk._load,
    ast.Subscript: _Walk._load,
    ast.FunctionDef: _Walk._function,
    ast.AsyncFunctionDef: _Walk._function,
    ast.Lambda: _Walk._lambda,
    ast.ClassDef: _Walk._class,
    ast.Import: _Walk._import,
    ast.ImportFrom: _Walk._import_from,
    ast.Assign: _Walk._assign,
    ast.AnnAssign: _Walk._annotated,
    ast.NamedExpr: _Walk._walrus,
    ast.AugAssign: _Walk._augmented,
    ast.For: _Walk._loop,
    ast.AsyncFor: _Walk._loop,
    ast.comprehension: _Walk._loop,
    ast.With: _Walk._with,
    ast.AsyncWith: _Walk._with,
    ast.Global: _Walk._global,
    ast.Return: _Walk._return,
}
_HANDLERS = {SLIM[kind]: handle for kind, handle in _HANDLED.items()}
