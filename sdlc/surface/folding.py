"""
What an expression can be, without running it: texts, numbers, truth values and lists, from constants and defaults.

A part that is not known is a hole: `{?name}` in a text. Where a name can have several values (a loop over a literal,
two branches), all of them are answers, up to `MANY`. A default (of a parameter, an option, a setting, an environment
variable) counts as the value, because it is what runs when nobody says otherwise.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sdlc.surface.module import Binding, Function, Scope
from sdlc.surface.project import DEPTH, Project

MANY = 64
_WRAPPERS = frozenset({"str", "int", "bool", "float", "list", "tuple", "os.fspath"})
_ENVIRONMENT = frozenset(f"os.{name}" for name in ("environ.get", "getenv"))


@dataclass(frozen=True)
class Hole:
    """A value that is not known; `name` is a word of the code that says where it comes from."""

    name: str

    def __str__(self) -> str:
        return "{?" + self.name + "}"


Value = str | int | float | bool | None | tuple[object, ...] | Hole


def is_known(value: object) -> bool:
    """True when `value` has no hole."""
    if isinstance(value, tuple):
        return all(is_known(one) for one in value)
    return not isinstance(value, Hole) and not (isinstance(value, str) and "{?" in value)


class Folder:
    """Folds expressions of one project."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._options: dict[str, list[tuple[ast.Call, Scope]]] | None = None

    def values(self, node: ast.AST | None, scope: Scope, depth: int = 0) -> tuple[Value, ...]:
        """All that `node` can be, in order, without doubles; one hole when nothing is known."""
        if node is None or depth > DEPTH:
            return (Hole("value"),)
        found = self._values(node, scope, depth)
        unique = list(dict.fromkeys(found))
        return tuple(unique[:MANY]) if len(unique) <= MANY else (Hole(_name(node)),)

    def value(self, node: ast.AST | None, scope: Scope) -> Value:
        """What `node` is; a hole when it can be several things."""
        found = self.values(node, scope)
        return found[0] if len(found) == 1 else Hole(_name(node))

    def texts(self, node: ast.AST | None, scope: Scope) -> tuple[str, ...]:
        """All texts that `node` can be; what is no text is a hole."""
        return tuple(one if isinstance(one, str) else _hole_text(one, node) for one in self.values(node, scope))

    def prefixes(self, node: ast.AST | None, scope: Scope) -> tuple[str, ...]:
        """All texts that a prefix can be: one that is None is empty."""
        found = ("" if one is None else one if isinstance(one, str) else _hole_text(one, node)
                 for one in self.values(node, scope))  # fmt: skip
        return tuple(dict.fromkeys(found))

    def words(self, node: ast.AST | None, scope: Scope) -> tuple[str, ...] | None:
        """The texts in the list, tuple or set that `node` is; None when one of them is not known."""
        value = self.value(node, scope)
        if not isinstance(value, tuple) or not is_known(value):
            return None
        return tuple(one for one in value if isinstance(one, str))

    def elements(self, node: ast.AST | None, scope: Scope, depth: int = 0) -> list[tuple[ast.expr, Scope]] | None:
        """The expressions in the list or tuple that `node` is, `+` and `*` followed; None when it is not known."""
        if depth > DEPTH:
            return None
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            found: list[tuple[ast.expr, Scope]] = []
            for one in node.elts:
                if isinstance(one, ast.Starred):
                    inner = self.elements(one.value, scope, depth + 1)
                    if inner is None:
                        return None
                    found += inner
                else:
                    found.append((one, scope))
            return found
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            left = self.elements(node.left, scope, depth + 1)
            right = self.elements(node.right, scope, depth + 1)
            return None if left is None or right is None else left + right
        if isinstance(node, (ast.Name, ast.Attribute)):
            thing = self._project.resolve(node, scope)
            if isinstance(thing, Binding) and len(thing.values) == 1 and not thing.opaque:
                return self.elements(thing.values[0][0], thing.values[0][1], depth + 1)
        if isinstance(node, ast.Call):  # a function that makes the list in one place
            made = self._project.resolve(node.func, scope)
            if isinstance(made, Binding) and isinstance(made.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                given = made.scope.module.returns.get(made.node, [])
                return self.elements(*given[0], depth + 1) if len(given) == 1 else None
        return None

    def each(self, node: ast.expr | None, scope: Scope) -> list[tuple[ast.expr, Scope]]:
        """The expressions in the list that `node` is; `node` itself where it is none, nothing where it is missing."""
        found = self.elements(node, scope)
        if found is not None or node is None:
            return found or []
        thing = self._project.resolve(node, scope)
        if isinstance(thing, Binding) and 1 < len(thing.values) <= MANY:  # each of its values may be the one
            several = [(self.elements(value, outer), value, outer) for value, outer in thing.values]
            return [
                one for inner, value, outer in several for one in (inner if inner is not None else [(value, outer)])
            ]
        return [(node, scope)]

    def _values(self, node: ast.AST, scope: Scope, depth: int) -> Iterable[Value]:
        match node:
            case ast.Constant(value=value):
                return (value if isinstance(value, (str, int, float, type(None))) else Hole("value"),)
            case ast.JoinedStr(values=parts):
                return self._joined([self._part(one, scope, depth) for one in parts])
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return self._sum(self.values(left, scope, depth + 1), self.values(right, scope, depth + 1), node)
            case ast.BinOp(left=left, op=ast.Mod(), right=right):
                return self._formatted(left, right, scope, depth)
            case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
                return self._product([self.values(one, scope, depth + 1) for one in items])
            case ast.IfExp(body=one, orelse=other):
                return (*self.values(one, scope, depth + 1), *self.values(other, scope, depth + 1))
            case ast.BoolOp(op=ast.Or(), values=items):
                return self._either(items, scope, depth)
            case ast.Call():
                return self._call(node, scope, depth)
            case ast.Name() | ast.Attribute():
                return self._named(node, scope, depth)
            case ast.Subscript(value=ast.Name() | ast.Attribute() as base, slice=key):
                return self._item(base, key, scope, depth)
            case ast.Starred(value=inner) | ast.Await(value=inner):
                return self.values(inner, scope, depth + 1)
        return (Hole(_name(node)),)

    def _part(self, node: ast.AST, scope: Scope, depth: int) -> tuple[str, ...]:
        if isinstance(node, ast.FormattedValue):
            node = node.value
        found = self.values(node, scope, depth + 1)
        return tuple(_as_text(one, node) for one in found)

    def _joined(self, parts: Sequence[tuple[str, ...]]) -> Iterable[Value]:
        return ("".join(one) for one in itertools.islice(itertools.product(*parts), MANY + 1))

    def _product(self, items: Sequence[tuple[Value, ...]]) -> Iterable[Value]:
        return (tuple(one) for one in itertools.islice(itertools.product(*items), MANY + 1))

    def _sum(self, left: tuple[Value, ...], right: tuple[Value, ...], node: ast.BinOp) -> Iterable[Value]:
        for one, other in itertools.islice(itertools.product(left, right), MANY + 1):
            if isinstance(one, str) or isinstance(other, str):
                yield _as_text(one, node.left) + _as_text(other, node.right)
            elif isinstance(one, tuple) and isinstance(other, tuple):
                yield one + other
            elif isinstance(one, int) and isinstance(other, int):
                yield int(one + other)
            else:
                yield Hole(_name(node.left))

    def _formatted(self, left: ast.expr, right: ast.expr, scope: Scope, depth: int) -> Iterable[Value]:
        template = self.values(left, scope, depth + 1)[0]
        if not isinstance(template, str):
            return (Hole(_name(left)),)
        items = right.elts if isinstance(right, ast.Tuple) else [right]
        parts = re.split(r"%[-#0-9.]*[a-z]", template)
        if len(parts) != len(items) + 1:
            return (Hole(_name(left)),)
        pieces: list[tuple[str, ...]] = [(parts[0],)]
        for item, text in zip(items, parts[1:], strict=True):
            pieces += [self._part(item, scope, depth), (text,)]
        return self._joined(pieces)

    def _either(self, items: list[ast.expr], scope: Scope, depth: int) -> Iterable[Value]:
        """`given or default`: the first that is known and true, else the last."""
        for item in items:
            found = self.values(item, scope, depth + 1)
            if all(is_known(one) for one in found) and all(found):
                return found
        return self.values(items[-1], scope, depth + 1)

    def _call(self, node: ast.Call, scope: Scope, depth: int) -> Iterable[Value]:
        called = self._project.resolve(node.func, scope)
        if isinstance(called, str):
            if called in _ENVIRONMENT or called.endswith((".config", ".env")):
                default = next((w.value for w in node.keywords if w.arg == "default"), None)
                default = node.args[1] if len(node.args) > 1 else default
                if default is not None:
                    return self.values(default, scope, depth + 1)
            if called in _WRAPPERS and len(node.args) == 1:
                return [_converted(one, called) for one in self.values(node.args[0], scope, depth + 1)]
        func = node.func
        if isinstance(func, ast.Attribute):
            base = self.values(func.value, scope, depth + 1)
            if all(isinstance(one, str) for one in base):
                return self._text_method(func, node, [str(one) for one in base], scope, depth)
        return (Hole(_name(node.func)),)

    def _text_method(
        self, func: ast.Attribute, node: ast.Call, base: list[str], scope: Scope, depth: int
    ) -> Iterable[Value]:
        plain = {"strip", "lstrip", "rstrip", "lower", "upper", "removeprefix", "removesuffix", "title", "replace"}
        arguments = [self.values(one, scope, depth + 1)[0] for one in node.args]
        if func.attr in plain and not node.keywords and all(isinstance(one, str) for one in arguments):
            try:
                return [str(getattr(one, func.attr)(*arguments)) for one in base]
            except TypeError:
                return (Hole(_name(func)),)
        if func.attr == "format":
            named = {word.arg: self._part(word.value, scope, depth)[0] for word in node.keywords if word.arg}
            placed = [self._part(one, scope, depth)[0] for one in node.args]
            try:
                return [one.format(*placed, **named) for one in base]
            except (IndexError, KeyError, ValueError, AttributeError, TypeError):
                return (Hole(_name(func)),)
        return (Hole(_name(func)),)

    def _named(self, node: ast.Name | ast.Attribute, scope: Scope, depth: int) -> Iterable[Value]:
        thing = self._project.resolve(node, scope)
        if isinstance(thing, Binding):
            return self._bound(thing, node, depth)
        if isinstance(node, ast.Attribute):
            option = self._option(node, scope, depth)
            if option is not None:
                return option
        return (Hole(_name(node)),)

    def _bound(self, thing: Binding, node: ast.AST, depth: int) -> Iterable[Value]:
        if thing.parameter and isinstance(thing.scope.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            declared = self._click_default(thing.name, thing.scope.node, thing.scope, depth)
            if declared is not None:
                return declared
            given = [self.values(one, outer, depth + 1) for one, outer in self._project.arguments(thing)]
            if given and len(given) <= MANY and depth < DEPTH // 2:
                defaults = [self.values(one, outer, depth + 1) for one, outer in thing.values]
                return itertools.chain.from_iterable([*given, *defaults])
        if thing.opaque or not thing.values or len(thing.values) > MANY:
            return (Hole(_name(node)),)
        return itertools.chain.from_iterable(self.values(one, outer, depth + 1) for one, outer in thing.values)

    def _item(self, base: ast.expr, key: ast.expr, scope: Scope, depth: int) -> Iterable[Value]:
        """`table["key"]` of a literal dictionary; the default of an environment variable is not in the code."""
        thing = self._project.resolve(base, scope)
        wanted = self.values(key, scope, depth + 1)[0]
        for table, outer in thing.values if isinstance(thing, Binding) and len(thing.values) == 1 else ():
            for name, value in zip(table.keys, table.values, strict=True) if isinstance(table, ast.Dict) else ():
                if isinstance(name, ast.Constant) and name.value == wanted:
                    return self.values(value, outer, depth + 1)
        return (Hole(wanted if isinstance(wanted, str) and wanted.isidentifier() else _name(base)),)

    def _option(self, node: ast.Attribute, scope: Scope, depth: int) -> Iterable[Value] | None:
        """`options.port`, where a parser of the same file has `add_argument("--port", default=...)`."""
        if not isinstance(node.value, ast.Name):
            return None
        here = [one for one in self._options_called(node.attr) if one[1].module is scope.module]
        for call, outer in here or self._elsewhere(node.value, node.attr, scope):
            default = next((word.value for word in call.keywords if word.arg == "default"), None)
            if default is not None:
                return self.values(default, outer, depth + 1)
        return None

    def _elsewhere(self, base: ast.Name, name: str, scope: Scope) -> list[tuple[ast.Call, Scope]]:
        """The one option `name` of a parser in another file, for what may be the result of that parser."""
        found = self._options_called(name)
        thing = self._project.resolve(base, scope)
        if len(found) != 1 or not isinstance(thing, Binding) or thing.node is not None or base.id == scope.self_name:
            return []
        made = self._project.class_of(thing)
        return found if made is None or (isinstance(made, str) and made.endswith("Namespace")) else []

    def _options_called(self, name: str) -> list[tuple[ast.Call, Scope]]:
        """Every `add_argument` of the product that sets the attribute `name`."""
        if self._options is None:
            self._options = defaultdict(list)
            for call, scope in self._project.calls_of("add_argument"):
                named = next((word.value for word in call.keywords if word.arg == "dest"), None)
                said = [named] if isinstance(named, ast.Constant) else call.args
                texts = (one.value for one in said if isinstance(one, ast.Constant) and isinstance(one.value, str))
                for text in {text.lstrip("-").replace("-", "_") for text in texts}:
                    self._options[text].append((call, scope))
        return self._options.get(name, [])

    def _click_default(self, name: str, node: Function, scope: Scope, depth: int) -> Iterable[Value] | None:
        for mark in node.decorator_list:
            if not isinstance(mark, ast.Call) or self._project.resolve(mark.func, scope) != "click.option":
                continue
            names = [one.value for one in mark.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            for word in mark.keywords:
                if word.arg == "default" and name in {text.lstrip("-").replace("-", "_") for text in names}:
                    return self.values(word.value, scope, depth + 1)
        return None


def _as_text(value: Value, node: ast.AST) -> str:
    if isinstance(value, (str, Hole)):
        return str(value)
    return str(value) if isinstance(value, (int, float)) else _hole_text(value, node)


def _hole_text(value: object, node: ast.AST | None) -> str:
    return str(value) if isinstance(value, Hole) else str(Hole(_name(node)))


def _converted(value: Value, called: str) -> Value:
    if called == "int" and isinstance(value, str) and re.fullmatch(r"\d{1,6}", value):
        return int(value)
    if called == "str" and isinstance(value, int):
        return str(value)
    return value


def _name(node: ast.AST | None) -> str:
    """A word for what stands at `node`, that renaming of functions and files leaves alone as far as can be."""
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Call):
        return _name(node.func)
    return "value"
