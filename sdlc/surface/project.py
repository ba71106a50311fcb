"""
All files of a product together: what a name means, across aliases, imports, re-exports, attributes and factories.

Everything is bounded, so circles of imports, aliases and calls end in "not known".
"""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeGuard

from sdlc.surface.libraries import LIBRARIES, Index, without_folder
from sdlc.surface.module import Binding, Function, Module, Scope

DEPTH = 12
"""How far callers of this room follow by themselves."""

DEEP, STEPS = 40, 5000
"""Questions inside of one question, and all that one may come to."""

MANY_CALLS = 200
"""Callers of one name, beyond which nobody looks what they give."""

Thing = Binding | Module | str | None
"""What a name means: something of the product, a module of it, a dotted name of a library, or not known."""


@dataclass(frozen=True)
class Use:
    """A method called on an object: `owner.name(...)`; `owner` is the binding that holds the object."""

    owner: Binding
    name: str
    call: ast.Call
    scope: Scope


class Project:
    """Modules by path, and what names in them mean."""

    def __init__(self, modules: Iterable[Module]) -> None:
        self.modules = {module.path: module for module in sorted(modules, key=lambda module: module.path)}
        self._index = Index(self.modules.values())
        self._known: dict[str, dict[int, Any]] = defaultdict(dict)
        self._texts: dict[ast.expr, ast.expr | None] = {}
        self._open: set[tuple[int, str]] = set()
        self._cut, self._steps = False, 0
        self._functions = Counter(node.name for module in self.modules.values() for node, _ in module.functions)
        self._callers: dict[str, list[tuple[ast.Call, Scope]]] | None = None
        for module in self.modules.values():
            module.imported |= self._from_copies(module)

    def _once(self, key: tuple[int, str], work: Callable[[], Any]) -> Any:
        """`work()`, remembered; None in a circle, too deep, or after too many steps.

        What was found while something was cut off is remembered only for the question that was asked from outside.
        """
        of, question = key
        known = self._known[question]
        if of in known:
            return known[of]
        outermost = not self._open
        if outermost:
            self._cut, self._steps = False, 0
        if key in self._open or len(self._open) >= DEEP or self._steps >= STEPS:
            self._cut = True
            return None
        before, self._cut = self._cut, False
        self._open.add(key)
        self._steps += 1
        try:
            found = work()
        finally:
            self._open.discard(key)
        if outermost or not self._cut:
            known[of] = found
        self._cut = self._cut or before
        return found

    def find_module(self, dotted: str, near: Module | None = None) -> Module | None:
        """The module that `dotted` names: of several that end so, the one that lies nearest to `near`."""
        return self._index.find(dotted, near)

    def resolve(self, node: ast.AST | None, scope: Scope) -> Thing:
        """What the expression `node` means in `scope`: names, attributes and calls of factories are followed."""
        if not isinstance(node, (ast.Name, ast.Attribute, ast.Call, ast.Await)):
            return None
        found: Thing = self._once((id(node), "means"), lambda: self._resolve(node, scope))
        return found

    def _resolve(self, node: ast.AST, scope: Scope) -> Thing:
        if isinstance(node, ast.Name):
            binding = scope.lookup(node.id)
            if binding is None:
                return self._starred(node.id, scope.module) or node.id
            return self.follow(binding)
        if isinstance(node, ast.Attribute):
            return self._attribute(node, scope)
        if isinstance(node, ast.Call):
            made = self.resolve(node.func, scope)
            if isinstance(made, Binding) and isinstance(made.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                return self._returned(made)
            return self._by_name(made, node, scope)
        if isinstance(node, ast.Await):
            return self.resolve(node.value, scope)
        return None

    def things(self, node: ast.AST | None, scope: Scope) -> list[Thing]:
        """All that `node` can mean: a name with several values, or a parameter with several callers, has several."""
        if not isinstance(node, (ast.Name, ast.Attribute, ast.Call, ast.Await)):
            return [None]
        found: list[Thing] | None = self._once((id(node), "things"), lambda: self._things(node, scope))
        return found if found is not None else [None]

    def _things(self, node: ast.AST, scope: Scope) -> list[Thing]:
        thing = self.resolve(node, scope)
        if not isinstance(thing, Binding) or thing.node is not None:
            return [thing]
        several = self._several(thing, 0)
        return list(several) if several else [thing]

    def _several(self, thing: Binding, depth: int) -> dict[Binding, None]:
        given = list(thing.values) if len(thing.values) > 1 else []
        given += self.arguments(thing) if thing.parameter else []
        found: dict[Binding, None] = {}
        for value, outer in given if depth < DEPTH // 3 else ():
            one = self.resolve(value, outer)
            if isinstance(one, Binding) and one is not thing:
                found.update(self._several(one, depth + 1) or {one: None})
        return found

    def follow(self, binding: Binding) -> Thing:
        """What `binding` stands for in the end: an import, or another name that it is an alias of."""
        found: Thing = self._once((id(binding), "stands for"), lambda: self._follow(binding))
        return found if found is not None else binding

    def _follow(self, binding: Binding) -> Thing:
        if binding.target:
            return self.dotted(binding.target, binding.scope.module)
        if binding.node is None and len(binding.values) == 1 and not binding.opaque and not binding.parameter:
            value, scope = binding.values[0]
            if isinstance(value, (ast.Name, ast.Attribute, ast.Call, ast.Await)):
                other = self.resolve(value, scope)
                if other is not None and not isinstance(other, Module) and other is not binding:
                    return other
        return binding

    def dotted(self, name: str, near: Module) -> Thing:
        """What the dotted `name` of an import means: a module, a name in one, or `name` itself for a library."""
        parts = name.split(".")
        if parts[0] in LIBRARIES:
            return name
        copied = self._index.of_copy(parts, near)
        if copied:
            return copied
        for split in range(len(parts), 0, -1):
            module = self.find_module(".".join(parts[:split]), near)
            if module is None:
                continue
            thing: Thing = module
            for part in parts[split:]:
                thing = self._member(thing, part)
                if thing is None:
                    break
            if thing is not None:
                return thing
        return without_folder(name)

    def _from_copies(self, module: Module) -> set[str]:
        """The libraries that `module` imports by way of a copy in the product."""
        found = set()
        for name in module.imported if module not in self._index.copies else ():
            if self._index.copies or without_folder(name) != name:
                said = self.dotted(name, module)
                if isinstance(said, str) and said != name:
                    found.add(said.partition(".")[0])
        return found

    def kind_of(self, thing: Thing) -> str:
        """The library class that `thing` is an instance of, as a dotted name; empty when it is not known."""
        made = self.class_of(thing)
        if isinstance(made, str):
            return made
        return next(iter(self.ancestors(made)), "") if made is not None else ""

    def class_of(self, thing: Thing) -> Binding | str | None:
        """The class that `thing` is an instance of: one of the product, or the dotted name of a library's."""
        if not isinstance(thing, Binding) or thing.node is not None:
            return None
        made: Binding | str | None = self._once((id(thing), "class"), lambda: self._class_of(thing))
        return made

    def _class_of(self, thing: Binding) -> Binding | str | None:
        for value, scope in thing.values:
            if isinstance(value, ast.Await):
                value = value.value
            if isinstance(value, ast.IfExp):
                value = value.body
            if isinstance(value, ast.Call):
                made = self.resolve(value.func, scope)
                if isinstance(made, str):
                    return made
                if isinstance(made, Binding) and isinstance(made.node, ast.ClassDef):
                    return made
                if isinstance(made, Binding) and isinstance(made.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    returned = self._returned(made)
                    return self.class_of(returned) or self._annotated(made.node.returns, made.scope)
            elif isinstance(value, (ast.Name, ast.Attribute)):
                found = self.class_of(self.resolve(value, scope))
                if found is not None:
                    return found
        if thing.annotation is not None:
            return self._annotated(thing.annotation, thing.scope)
        return self._from_callers(thing) if thing.parameter else None

    def ancestors(self, binding: Binding | str | None) -> Iterator[str]:
        """Dotted names of the library classes that a class of the product is derived from."""
        return (one for one in self._above(binding) if isinstance(one, str))

    def lineage(self, binding: Binding | None) -> Iterator[Binding]:
        """A class of the product and those of its ancestors that are the product's too, nearest first."""
        return (one for one in self._above(binding) if isinstance(one, Binding))

    def _above(self, binding: Binding | str | None) -> Iterable[Binding | str]:
        """A class and all that it is derived from, each once: bases may lead round in a circle."""
        if not isinstance(binding, Binding) or not isinstance(binding.node, ast.ClassDef):
            return ()
        found: dict[Binding | str, None] = {}
        waiting: list[Binding | str] = [binding]
        while waiting:
            one = waiting.pop()
            if one in found:
                continue
            found[one] = None
            if isinstance(one, Binding) and isinstance(one.node, ast.ClassDef):
                bases = [self.resolve(base, one.scope) for base in reversed(one.node.bases)]
                waiting += [base for base in bases if isinstance(base, str) or _is_class(base)]
        return found

    def member(self, made: Binding | None, name: str) -> Binding | None:
        """The attribute or method `name` of a class of the product, inherited ones too."""
        for one in self.lineage(made):
            if one.inner is not None and name in one.inner.names:
                return one.inner.names[name]
        return None

    def arguments(self, binding: Binding) -> Iterator[tuple[ast.expr, Scope]]:
        """What callers in the product give for the parameter that `binding` is."""
        scope = binding.scope
        node = scope.node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return
        positional = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
        name = node.name
        is_method = scope.parent is not None and scope.parent.is_class
        if is_method:
            positional = positional[1:]
            if node.name == "__init__" and scope.parent is not None and isinstance(scope.parent.node, ast.ClassDef):
                name = scope.parent.node.name
        calls = self.calls_of(name)
        for call, outer in calls if len(calls) <= MANY_CALLS else ():
            called = self.resolve(call.func, outer)
            if isinstance(called, Binding):
                made = scope.parent.node if scope.parent is not None and node.name == "__init__" else None
                if called.node is not node and (made is None or called.node is not made):
                    continue
            elif called is not None or not is_method or self._functions[name] > 1:
                continue
            given: ast.expr | None = None
            if binding.name in positional and positional.index(binding.name) < len(call.args):
                given = call.args[positional.index(binding.name)]
            for word in call.keywords:
                if word.arg == binding.name:
                    given = word.value
            if given is not None and not isinstance(given, ast.Starred):
                yield given, outer

    def calls_of(self, name: str) -> list[tuple[ast.Call, Scope]]:
        """Every call of something whose last name is `name`."""
        if self._callers is None:
            self._callers = defaultdict(list)
            for module in self.modules.values():
                for call, scope in module.calls:
                    func = call.func
                    last = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
                    self._callers[last].append((call, scope))
        return self._callers.get(name, [])

    def _by_name(self, made: Thing, call: ast.Call, scope: Scope) -> Thing:
        """`getattr(os, "system")`, `importlib.import_module("os")`, `__import__("os")`, where the name is written."""
        texts = [str(one.value) if isinstance(one, ast.Constant) else "" for one in call.args]
        if made == "getattr" and len(texts) > 1 and texts[1]:
            return self._member(self.resolve(call.args[0], scope), texts[1])
        if made in ("importlib.import_module", "__import__") and texts and texts[0]:
            return self.dotted(texts[0], scope.module)
        return None

    def _from_callers(self, binding: Binding) -> Binding | str | None:
        for given, scope in self.arguments(binding):
            found = self.class_of(self.resolve(given, scope))
            if found is not None:
                return found
        return None

    def _attribute(self, node: ast.Attribute, scope: Scope) -> Thing:
        if isinstance(node.value, ast.Name) and node.value.id == scope.self_name and scope.self_name:
            owner = scope.enclosing_class
            if owner is not None and owner.parent is not None and isinstance(owner.node, ast.ClassDef):
                made = owner.parent.names.get(owner.node.name)
                found = self.member(made, node.attr)
                return self.follow(found) if found is not None else None
        base = self.resolve(node.value, scope)
        return self._member(base, node.attr)

    def _member(self, base: Thing, name: str) -> Thing:
        if isinstance(base, str):
            return f"{base}.{name}"
        if isinstance(base, Module):
            binding = base.top.names.get(name)
            if binding is not None:
                return self.follow(binding)
            inside = self.modules.get(base.path.removesuffix("__init__.py") + f"{name}.py") if base.is_package else None
            return inside or self._starred(name, base) or self._subpackage(base, name)
        if isinstance(base, Binding):
            made = base if isinstance(base.node, ast.ClassDef) else self.class_of(base)
            if isinstance(made, str) or made is None:
                return None
            found = self.member(made, name)
            return self.follow(found) if found is not None else None
        return None

    def _subpackage(self, base: Module, name: str) -> Module | None:
        folder = base.path.removesuffix("__init__.py") if base.is_package else ""
        return self.modules.get(f"{folder}{name}/__init__.py") if folder else None

    def _starred(self, name: str, module: Module) -> Thing:
        for binding in list(module.top.names.values()):
            if binding.name.startswith("*"):
                source = self.find_module(binding.target, module)
                if source is not None and source is not module and name in source.top.names:
                    if source in self._index.copies:
                        return f"{self._index.copies[source]}.{name}"
                    return self.follow(source.top.names[name])
        return None

    def _returned(self, made: Binding) -> Thing:
        if made.node is None or isinstance(made.node, ast.ClassDef):
            return None
        for value, scope in made.scope.module.returns.get(made.node, []):
            if isinstance(value, (ast.Name, ast.Attribute, ast.Call, ast.Await)):
                found = self.resolve(value, scope)
                if isinstance(found, Binding) and found.node is None:
                    return found
        return None

    def _annotated(self, annotation: ast.expr | None, scope: Scope) -> Binding | str | None:
        if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
            annotation = self._in_quotes(annotation, annotation.value)
        if isinstance(annotation, ast.BinOp) and isinstance(annotation.op, ast.BitOr):
            annotation = annotation.left
        if isinstance(annotation, ast.Subscript):
            annotation = annotation.slice if _is_optional(annotation.value) else annotation.value
        found = self.resolve(annotation, scope)
        if isinstance(found, str):
            return found
        return found if isinstance(found, Binding) and isinstance(found.node, ast.ClassDef) else None

    def _in_quotes(self, annotation: ast.expr, text: str) -> ast.expr | None:
        """What the text of an annotation says; kept, because answers are remembered by the identity of a node."""
        if annotation not in self._texts:
            try:
                self._texts[annotation] = ast.parse(text, mode="eval").body
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                self._texts[annotation] = None
        return self._texts[annotation]


def _is_class(thing: Thing) -> TypeGuard[Binding]:
    return isinstance(thing, Binding) and isinstance(thing.node, ast.ClassDef)


def _is_optional(node: ast.expr) -> bool:
    return getattr(node, "id", getattr(node, "attr", "")) == "Optional"


__all__ = ["Binding", "Function", "Module", "Project", "Scope", "Thing", "Use"]
