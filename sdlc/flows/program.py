"""The scanned tree as functions, classes and modules, and what a name in it stands for."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from posixpath import dirname, normpath

from sdlc.flows.marking import Marks
from sdlc.flows.matching import chain, resolved

DEEPEST = 12
"""Names that stand for names, one after the other; a longer row is not followed."""

BASES = 32
"""Classes that one class may inherit from, at any distance."""

LAYOUTS = ("", "src/", "lib/")
"""Folders beside or above a file in which what it imports is looked for."""

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(eq=False)
class Function:
    """A function, a lambda, or (`node` a module) the code that stands in no function."""

    module: Module
    name: str
    node: Definition | ast.Module
    owner: Class | None = None
    outer: Function | None = None
    above: tuple[ast.AST, ...] = ()
    """The nodes around it, outermost first."""
    inner: dict[str, Function] = field(default_factory=dict)
    """Functions defined right in this one."""

    @property
    def is_code_of_module(self) -> bool:
        return isinstance(self.node, ast.Module)

    @property
    def parameters(self) -> list[ast.arg]:
        """Those that are filled by place, in order."""
        if isinstance(self.node, ast.Module):
            return []
        return [*self.node.args.posonlyargs, *self.node.args.args]

    def is_marked(self, *names: str) -> bool:
        """Whether a decorator has one of `names`."""
        marks = [] if isinstance(self.node, ast.Module | ast.Lambda) else self.node.decorator_list
        return any(last_name(mark) in names for mark in marks)

    def __repr__(self) -> str:
        return f"{self.module.path}:{self.name}"


@dataclass(eq=False)
class Class:
    """A class: its methods, and what is written about its attributes."""

    module: Module
    name: str
    node: ast.ClassDef
    methods: dict[str, Function] = field(default_factory=dict)
    typed: dict[str, list[ast.expr]] = field(default_factory=dict)
    """By attribute: annotations, and the expressions that are assigned to it anywhere in the class."""
    fields: list[str] = field(default_factory=list)
    """Annotated attributes in their order: the parameters of a data class."""


@dataclass(eq=False)
class Module:
    """One file."""

    path: str
    tree: ast.Module
    aliases: dict[str, str] = field(default_factory=dict)
    bindings: dict[str, list[ast.AST]] = field(default_factory=lambda: defaultdict(list))
    imports: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By local name: dotted module, with a dot in front for each level, and the name in it (empty: the module)."""
    stars: list[str] = field(default_factory=list)
    functions: dict[ast.AST, Function] = field(default_factory=dict)
    classes: dict[ast.AST, Class] = field(default_factory=dict)
    marks: Marks = field(default_factory=Marks)
    code: Function = field(init=False)

    def __post_init__(self) -> None:
        self.code = Function(self, "", self.tree)


@dataclass(frozen=True)
class Instance:
    """Something that is an object of a class."""

    kind: Class


@dataclass(frozen=True)
class Fixed:
    """A function with its first arguments given: `functools.partial` in a module."""

    function: Function
    call: ast.Call
    module: Module


Thing = Function | Class | Module | Instance | Fixed


def last_name(node: ast.expr) -> str:
    """The last part of the name of a decorator, a base or a called function."""
    if isinstance(node, ast.Call):
        node = node.func
    if isinstance(node, ast.Subscript):
        node = node.value
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


class Program:
    """All files of the tree by path, and what names mean across them."""

    def __init__(self, modules: Iterable[Module]) -> None:
        self.modules = {module.path: module for module in modules}
        self.functions: list[Function] = []
        self.heirs: dict[Class, list[Class]] = defaultdict(list)
        self.mentions: dict[str, dict[Function, None]] = defaultdict(dict)
        self._named: dict[tuple[Module, str], Thing | None] = {}
        self._files: dict[tuple[Module, str], Module | None] = {}
        self._bases: dict[Class, tuple[Class, ...]] = {}

    def link(self) -> None:
        """Know of each class what inherits from it; to be called when all modules are read."""
        for module in self.modules.values():
            for one in module.classes.values():
                for base in self.ancestry(one)[1:]:
                    self.heirs[base].append(one)

    # What a name stands for.

    def named(self, module: Module, name: str, depth: int = 0) -> Thing | None:
        """What `name` is at the top of `module`, where that is code of the tree."""
        key = module, name
        if key not in self._named:
            self._named[key] = None  # a name that stands for itself ends here
            self._named[key] = self._find(module, name, depth)
        return self._named[key]

    def _find(self, module: Module, name: str, depth: int) -> Thing | None:
        if depth > DEEPEST:
            return None
        for node in module.bindings.get(name, ()):
            found = self._bound(module, node, depth + 1)
            if found is not None:
                return found
        if name in module.imports:
            return self._imported(module, *module.imports[name], depth + 1)
        for star in module.stars:
            other = self.module_of(module, star)
            if other is not None and other is not module:
                found = self.named(other, name, depth + 1)
                if found is not None:
                    return found
        return None

    def meant(self, module: Module, node: ast.expr, depth: int = 0) -> Thing | None:
        """What a dotted name in `module` stands for."""
        if depth > DEEPEST:
            return None
        if isinstance(node, ast.Name):
            return self.named(module, node.id, depth + 1)
        if isinstance(node, ast.Attribute):
            holder = self.meant(module, node.value, depth + 1)
            found = self.member(holder, node.attr, depth + 1) if holder is not None else None
            # A package without a file of its own is only known by the modules in it.
            dotted = chain(node) if found is None else None
            first = dotted.partition(".")[0] if dotted else ""
            return (
                self.module_of(module, resolved(dotted, module.aliases))
                if dotted and first in module.imports
                else found
            )
        return None

    def member(self, holder: Thing, name: str, depth: int = 0) -> Thing | None:
        """What `name` is in a module, a class or an object."""
        if isinstance(holder, Module):
            found = self.named(holder, name, depth + 1)
            if found is not None or not holder.path.endswith("__init__.py"):
                return found
            return self.modules.get(f"{dirname(holder.path)}/{name}.py".lstrip("/")) or self.modules.get(
                f"{dirname(holder.path)}/{name}/__init__.py".lstrip("/")
            )
        if isinstance(holder, Class):
            return self.method(holder, name)
        return None

    def _bound(self, module: Module, node: ast.AST, depth: int) -> Thing | None:
        if node in module.functions:
            return module.functions[node]
        if node in module.classes:
            return module.classes[node]
        if isinstance(node, ast.Name | ast.Attribute):
            return self.meant(module, node, depth + 1)
        if isinstance(node, ast.Call):
            if last_name(node.func) in ("partial", "wraps") and node.args:
                target = self.meant(module, node.args[0], depth + 1)
                return Fixed(target, node, module) if isinstance(target, Function) else None
            made = self.meant(module, node.func, depth + 1)
            return Instance(made) if isinstance(made, Class) else None
        return None

    def _imported(self, module: Module, dotted: str, name: str, depth: int) -> Thing | None:
        if not name:
            return self.module_of(module, dotted)
        other = self.module_of(module, dotted)
        if other is not None:
            found = self.named(other, name, depth) if other is not module else None
            if found is not None:
                return found
        return self.module_of(module, dotted + name if dotted.endswith(".") else f"{dotted}.{name}")

    def module_of(self, module: Module, dotted: str) -> Module | None:
        """The file that `import dotted` in `module` reads, where it is in the tree."""
        key = module, dotted
        if key not in self._files:
            self._files[key] = self._search(module, dotted)
        return self._files[key]

    def _search(self, module: Module, dotted: str) -> Module | None:
        folder = dirname(module.path)
        bare = dotted.lstrip(".")
        tail = bare.replace(".", "/")
        levels = len(dotted) - len(bare)
        if levels:
            for _ in range(levels - 1):
                folder = dirname(folder)
            return self._file(folder, tail)
        if not tail:
            return None
        while True:
            for layout in LAYOUTS:
                found = self._file(f"{folder}/{layout}".rstrip("/"), tail)
                if found is not None and found is not module:
                    return found
            if not folder:
                return None
            folder = dirname(folder)

    def _file(self, folder: str, tail: str) -> Module | None:
        stem = normpath(f"{folder}/{tail}").lstrip("/") if tail else folder.lstrip("/")
        for path in (f"{stem}.py", f"{stem}/__init__.py"):
            if path.lstrip("/") in self.modules:
                return self.modules[path.lstrip("/")]
        return None

    # Classes.

    def ancestry(self, kind: Class) -> tuple[Class, ...]:
        """`kind` and the classes of the tree that it inherits from, the nearest first."""
        if kind not in self._bases:
            self._bases[kind] = (kind,)  # a class that inherits from itself ends here
            found: dict[Class, None] = {kind: None}
            for base in kind.node.bases:
                one = self.meant(kind.module, base.value if isinstance(base, ast.Subscript) else base)
                if isinstance(one, Class) and len(found) < BASES:
                    found.update(dict.fromkeys(self.ancestry(one)[:BASES]))
            self._bases[kind] = tuple(found)
        return self._bases[kind]

    def method(self, kind: Class, name: str) -> Function | None:
        """The method that an object of `kind` has."""
        return next((one.methods[name] for one in self.ancestry(kind) if name in one.methods), None)

    def method_after(self, kind: Class, owner: Class, name: str) -> Function | None:
        """The method that `super()` finds in `owner` for an object of `kind`."""
        row = self.ancestry(kind)
        after = row[row.index(owner) + 1 :] if owner in row else self.ancestry(owner)[1:]
        return next((one.methods[name] for one in after if name in one.methods), None)

    def is_whole(self, kind: Class) -> bool:
        """Whether every base is in the tree, or one that has no constructor of its own."""
        plain = {"object", "ABC", "Protocol", "Generic", "NamedTuple", "Enum", "Exception", "TypedDict"}
        return all(
            isinstance(self.meant(one.module, base), Class) or last_name(base) in plain
            for one in self.ancestry(kind)
            for base in one.node.bases
        )

    def kind_of(self, module: Module, annotation: ast.expr | None, depth: int = 0) -> Class | None:
        """The class of the tree that an annotation names, also as text, optional, or one of several with None."""
        if annotation is None or depth > DEEPEST:
            return None
        match annotation:
            case ast.Constant(value=str(text)) if len(text) < 200:
                try:
                    return self.kind_of(module, ast.parse(text, mode="eval").body, depth + 1)
                except (SyntaxError, ValueError, RecursionError, MemoryError):
                    return None
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                return self.kind_of(module, left, depth + 1) or self.kind_of(module, right, depth + 1)
            case ast.Subscript(value=outer, slice=inner) if last_name(outer) in ("Optional", "Annotated", "Final"):
                first = inner.elts[0] if isinstance(inner, ast.Tuple) and inner.elts else inner
                return self.kind_of(module, first, depth + 1)
            case ast.Name() | ast.Attribute():
                found = self.meant(module, annotation)
                return found if isinstance(found, Class) else None
        return None


def read_module(path: str, tree: ast.Module) -> Module:
    """Imports and names at the top of a file; its functions and classes are found by `walked`."""
    module = Module(path, tree)
    for node in _top(tree.body):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                module.bindings[name].insert(0, node)
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                module.bindings[name].append(value)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                module.bindings[name].append(value)
    return module


def note_import(module: Module, node: ast.Import | ast.ImportFrom) -> None:
    """Know what an import, anywhere in the file, names."""
    if isinstance(node, ast.Import):
        for one in node.names:
            local = one.asname or one.name.partition(".")[0]
            dotted = one.name if one.asname else local
            module.aliases.setdefault(local, dotted)
            module.imports.setdefault(local, (dotted, ""))
        return
    dotted = "." * node.level + (node.module or "")
    for one in node.names:
        if one.name == "*":
            module.stars.append(dotted)
            continue
        local = one.asname or one.name
        module.aliases.setdefault(local, f"{dotted}.{one.name}" if node.module else dotted + one.name)
        module.imports.setdefault(local, (dotted, one.name))


def _top(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a module that bind its names, also those in `if` and `try`."""
    waiting = [*reversed(body)]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.If | ast.Try | ast.With):
            blocks = [node.body, getattr(node, "orelse", []), getattr(node, "finalbody", [])]
            blocks += [handler.body for handler in getattr(node, "handlers", [])]
            waiting += [*reversed([one for block in blocks for one in block])]


def annotated_attributes(kind: Class) -> None:
    """Know what is written about the attributes of `kind`."""
    for node in kind.node.body:
        match node:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation):
                kind.typed.setdefault(name, []).append(annotation)
                kind.fields.append(name)
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as value):
                kind.typed.setdefault(name, []).append(value)


def self_assignments(node: ast.AST, function: Function) -> None:
    """Know that `self.name = value` in a method of a class says something about its attribute."""
    if function.owner is None or not function.parameters:
        return
    first = function.parameters[0].arg
    match node:
        case ast.Assign(
            targets=[ast.Attribute(value=ast.Name(id=holder), attr=name)], value=ast.Call() | ast.Name() as value
        ) if holder == first:
            known = function.owner.typed.setdefault(name, [])
            if isinstance(value, ast.Call):
                known.append(value)
            else:
                known += [one.annotation for one in function.parameters if one.arg == value.id and one.annotation]
        case ast.AnnAssign(target=ast.Attribute(value=ast.Name(id=holder), attr=name), annotation=annotation):
            if holder == first:
                function.owner.typed.setdefault(name, []).append(annotation)
