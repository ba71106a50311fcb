"""Whether code is what a pattern says, and what its metavariables stand for then."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from sdlc.flows.pattern import ANY, DEEP, Function, Parameter, is_rest, is_rest_statement, metavariable

Bound = str | ast.AST
Bindings = Mapping[str, Bound]
"""What the metavariables stand for: an identifier, or a piece of code."""

Aliases = Mapping[str, str]
"""The dotted name that an imported name of a file stands for."""

_MANY = 64
"""Ways in which one pattern fits one piece of code; more are not tried."""


_NO_CODE = frozenset(
    {"ctx", "op", "ops", "id", "attr", "name", "arg", "names", "level", "module", "kind", "conversion"}
)
"""Fields of nodes that hold no code."""

_FIELDS: dict[type[ast.AST], tuple[str, ...]] = {ast.Constant: ()}


def _fields(kind: type[ast.AST]) -> tuple[str, ...]:
    """The fields of a kind of node that may hold others."""
    if kind not in _FIELDS:
        _FIELDS[kind] = tuple(name for name in kind._fields if name not in _NO_CODE)
    return _FIELDS[kind]


def children(node: ast.AST) -> list[ast.AST]:
    """The nodes right in `node` that are code, in the order in which they are written."""
    found: list[ast.AST] = []
    for name in _fields(type(node)):
        held = getattr(node, name, None)
        if isinstance(held, list):
            found += [one for one in held if isinstance(one, ast.AST)]
        elif isinstance(held, ast.AST):
            found.append(held)
    return found


def chain(node: ast.AST) -> str | None:
    """The dotted name that a name or attribute is written as; None for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    parts.append(node.id)
    return ".".join(reversed(parts))


def resolved(dotted: str, aliases: Aliases) -> str:
    """`dotted` with its first name as it was imported."""
    first, dot, rest = dotted.partition(".")
    return f"{aliases[first]}{dot}{rest}" if first in aliases else dotted


def text_of(bound: Bound) -> str:
    """What a metavariable stands for, as text."""
    if isinstance(bound, str):
        return bound
    if isinstance(bound, ast.arg):
        return bound.arg
    dotted = chain(bound)
    return dotted if dotted is not None else _written(bound)


def _written(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    try:
        return ast.unparse(node)
    except (RecursionError, ValueError):
        return ""


class Matcher:
    """Patterns against the code of one file."""

    def __init__(self, aliases: Aliases) -> None:
        self._aliases = aliases

    def fits(self, pattern: object, code: object, bound: Bindings) -> Iterator[Bindings]:
        """Every way in which `code` is what `pattern` says."""
        name = metavariable(pattern)
        if name is not None:
            yield from self._bind(name, code, bound)
            return
        match pattern, code:
            case ast.Name() | ast.Attribute(), ast.Name() | ast.Attribute():
                yield from self._names(pattern, code, bound)
            case ast.Constant(value=value), _:
                if _is_text(value, code):
                    yield bound
            case ast.Call(func=ast.Name(id=deep), args=[inner]), ast.AST() if deep == DEEP:
                for node in ast.walk(code):
                    if isinstance(node, ast.expr):
                        yield from self.fits(inner, node, bound)
            case ast.Call(), ast.Call():
                for more in self.fits(pattern.func, code.func, bound):
                    yield from self._arguments(pattern, code, more)
            case ast.Subscript(value=held, slice=ast.Tuple(elts=[only])), ast.Subscript() if is_rest(only):
                yield from self.fits(held, code.value, bound)
            case ast.Subscript(), ast.Subscript():
                yield from self._pairs([(pattern.value, code.value), (pattern.slice, code.slice)], bound)
            case ast.Dict(), ast.Dict():
                yield from self._entries(pattern, code, bound)
            case ast.Dict(keys=[None], values=[only]), ast.Set() if is_rest(only):
                yield bound
            case ast.List() | ast.Tuple(), ast.List() | ast.Tuple() if type(pattern) is type(code):
                yield from self._series(pattern.elts, code.elts, bound)
            case ast.BinOp(), ast.BinOp() if type(pattern.op) is type(code.op):
                yield from self._pairs([(pattern.left, code.left), (pattern.right, code.right)], bound)
            case ast.UnaryOp(), ast.UnaryOp() if type(pattern.op) is type(code.op):
                yield from self.fits(pattern.operand, code.operand, bound)
            case ast.Compare(), ast.Compare() if [type(op) for op in pattern.ops] == [type(op) for op in code.ops]:
                pairs = zip([pattern.left, *pattern.comparators], [code.left, *code.comparators], strict=True)
                yield from self._pairs(list(pairs), bound)
            case ast.JoinedStr(), ast.JoinedStr():
                yield from self._joined(pattern, code, bound)
            case ast.stmt(), ast.stmt():
                yield from self._statement(pattern, code, bound)
            case Function(), ast.FunctionDef() | ast.AsyncFunctionDef():
                yield from self._function(pattern, code, bound)
            case str(), str():
                if pattern == code:
                    yield bound
            case _:
                pass

    def _bind(self, name: str, code: object, bound: Bindings) -> Iterator[Bindings]:
        if not isinstance(code, str | ast.AST):
            return
        if name not in bound:
            yield {**bound, name: code}
        elif text_of(bound[name]) == text_of(code):
            yield bound

    def _names(
        self, pattern: ast.Name | ast.Attribute, code: ast.Name | ast.Attribute, bound: Bindings
    ) -> Iterator[Bindings]:
        wanted = _fixed(pattern)
        if wanted is None:
            if isinstance(pattern, ast.Attribute) and isinstance(code, ast.Attribute):
                yield from self._pairs([(pattern.attr, code.attr), (pattern.value, code.value)], bound)
            elif isinstance(pattern, ast.Attribute) and isinstance(code, ast.Name):
                # A name that was imported out of its module.
                head, _, tail = self._aliases.get(code.id, "").rpartition(".")
                if head and not head.startswith("."):
                    yield from self._pairs([(pattern.attr, tail), (pattern.value, _dotted(head))], bound)
            return
        dotted = chain(code)
        if dotted is not None and (dotted == wanted or resolved(dotted, self._aliases) == wanted):
            yield bound

    def _pairs(self, pairs: Sequence[tuple[object, object]], bound: Bindings) -> Iterator[Bindings]:
        if not pairs:
            yield bound
            return
        pattern, code = pairs[0]
        for more in self.fits(pattern, code, bound):
            yield from self._pairs(pairs[1:], more)

    def _series(self, patterns: Sequence[ast.expr], codes: Sequence[ast.expr], bound: Bindings) -> Iterator[Bindings]:
        """A list in which `...` stands for any number of entries."""
        if not patterns:
            if not codes:
                yield bound
            return
        if is_rest(patterns[0]):
            for skipped in range(min(len(codes), _MANY) + 1):
                yield from self._series(patterns[1:], codes[skipped:], bound)
            if len(codes) > _MANY and len(patterns) == 1:
                yield bound
            return
        if codes:
            for more in self.fits(patterns[0], codes[0], bound):
                yield from self._series(patterns[1:], codes[1:], more)

    def _arguments(self, pattern: ast.Call, code: ast.Call, bound: Bindings) -> Iterator[Bindings]:
        """Arguments by place, and keywords in any order; only `...` lets more stand there."""
        # `..., name=$X, ...` is twice `...` in a row once keywords stand at the end.
        places = zip([None, *pattern.args], pattern.args, strict=False)
        by_place = [one for before, one in places if not (is_rest(one) and is_rest(before))]
        is_open = any(map(is_rest, by_place))
        keywords = pattern.keywords
        if len(code.keywords) > len(keywords) and not is_open:
            return
        for more in self._series(by_place, code.args, bound):
            yield from self._keywords(keywords, code.keywords, more)

    def _keywords(
        self, patterns: Sequence[ast.keyword], codes: Sequence[ast.keyword], bound: Bindings
    ) -> Iterator[Bindings]:
        if not patterns:
            yield bound
            return
        for given in codes:
            if given.arg == patterns[0].arg:
                for more in self.fits(patterns[0].value, given.value, bound):
                    yield from self._keywords(patterns[1:], codes, more)

    def _entries(self, pattern: ast.Dict, code: ast.Dict, bound: Bindings) -> Iterator[Bindings]:
        wanted = [
            (key, value) for key, value in zip(pattern.keys, pattern.values, strict=True) if key or not is_rest(value)
        ]
        if len(wanted) == len(pattern.values) and len(code.values) != len(wanted):
            return
        given = [(key, value) for key, value in zip(code.keys, code.values, strict=True) if key is not None]
        yield from self._some(wanted, given, bound)

    def _some(
        self, wanted: Sequence[tuple[object, object]], given: Sequence[tuple[object, object]], bound: Bindings
    ) -> Iterator[Bindings]:
        if not wanted:
            yield bound
            return
        key, value = wanted[0]
        for name, held in given[:_MANY]:
            for more in self._pairs([(key, name), (value, held)], bound):
                yield from self._some(wanted[1:], given, more)

    def _joined(self, pattern: ast.JoinedStr, code: ast.JoinedStr, bound: Bindings) -> Iterator[Bindings]:
        """An f-string: one entry of the pattern is any of the code's, its text is looked for in front."""
        entry = next((one.value for one in pattern.values if isinstance(one, ast.FormattedValue)), None)
        texts = [one.value for one in pattern.values if isinstance(one, ast.Constant)]
        if texts and texts[0] != "..." and not (code.values and _is_text(texts[0], code.values[0])):
            return
        for one in code.values:
            if isinstance(one, ast.FormattedValue) and entry is not None:
                yield from self.fits(entry, one.value, bound)

    def _statement(self, pattern: ast.stmt, code: ast.stmt, bound: Bindings) -> Iterator[Bindings]:
        match pattern, code:
            case ast.Expr(), ast.Expr():
                yield from self.fits(pattern.value, code.value, bound)
            case ast.Return(), ast.Return():
                wanted = pattern.value
                # `return a, b` is one tuple.
                if wanted is not None and code.value is not None:
                    yield from self.fits(wanted, code.value, bound)
            case ast.Assign(targets=[target]), ast.Assign(targets=[held]):
                yield from self._pairs([(target, held), (pattern.value, code.value)], bound)
            case ast.Assign(targets=[target]), ast.AnnAssign(target=held, value=ast.expr() as value):
                yield from self._pairs([(target, held), (pattern.value, value)], bound)
            case ast.If(), ast.If():
                yield from self.fits(pattern.test, code.test, bound)
            case ast.For() | ast.AsyncFor(), ast.For() | ast.AsyncFor() if type(pattern) is type(code):
                yield from self._pairs([(pattern.target, code.target), (pattern.iter, code.iter)], bound)
            case ast.With() | ast.AsyncWith(), ast.With() | ast.AsyncWith() if type(pattern) is type(code):
                [wanted_item] = pattern.items
                for item in code.items:
                    pairs: list[tuple[object, object]] = [(wanted_item.context_expr, item.context_expr)]
                    if wanted_item.optional_vars is not None:
                        pairs.append((wanted_item.optional_vars, item.optional_vars))
                    yield from self._pairs(pairs, bound)
            case ast.ClassDef(), ast.ClassDef() if all(map(is_rest_statement, pattern.body)):
                for more in self.fits(pattern.name, code.name, bound):
                    yield from self._series(pattern.bases, code.bases, more)

    def _function(
        self, pattern: Function, code: ast.FunctionDef | ast.AsyncFunctionDef, bound: Bindings
    ) -> Iterator[Bindings]:
        if pattern.is_async and not isinstance(code, ast.AsyncFunctionDef):
            return
        for more in self.fits(pattern.name, code.name, bound):
            for marked in self._decorated(pattern.decorators, code.decorator_list, more):
                yield from self._parameters(pattern.parameters, _parameters(code.args), marked)

    def _decorated(self, wanted: Sequence[ast.expr], given: Sequence[ast.expr], bound: Bindings) -> Iterator[Bindings]:
        if not wanted:
            yield bound
            return
        for one in given:
            for more in self.fits(wanted[0], one, bound):
                yield from self._decorated(wanted[1:], given, more)

    def _parameters(
        self,
        wanted: Sequence[Parameter],
        given: Sequence[tuple[ast.arg, ast.expr | None]],
        bound: Bindings,
    ) -> Iterator[Bindings]:
        if not wanted:
            if not given:
                yield bound
            return
        first = wanted[0]
        if first.name is None:
            for skipped in range(len(given) + 1):
                yield from self._parameters(wanted[1:], given[skipped:], bound)
            return
        if not given:
            return
        argument, default = given[0]
        if (first.annotation is not None) != (argument.annotation is not None and first.name.startswith(ANY)):
            return
        if (first.default is None) != (default is None):
            return
        pairs: list[tuple[object, object]] = []
        if first.annotation is not None:
            pairs.append((first.annotation, argument.annotation))
        if first.default is not None:
            pairs.append((first.default, default))
        named = {**bound, f"${first.name[len(ANY) :]}": argument} if first.name.startswith(ANY) else bound
        if named is bound and first.name != argument.arg:
            return
        for more in self._pairs(pairs, named):
            yield from self._parameters(wanted[1:], given[1:], more)


def _parameters(arguments: ast.arguments) -> list[tuple[ast.arg, ast.expr | None]]:
    """Parameters with their defaults, as they are written; `*` and `**` ones are left out."""
    by_place = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(by_place) - len(arguments.defaults)) + list(arguments.defaults)
    return [*zip(by_place, defaults, strict=True), *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)]


def _fixed(pattern: ast.Name | ast.Attribute) -> str | None:
    """The dotted name of a pattern without metavariables."""
    dotted = chain(pattern)
    return None if dotted is None or ANY in dotted else dotted


def _dotted(name: str) -> ast.expr:
    """The expression that a dotted name is written as."""
    first, *others = name.split(".")
    node: ast.expr = ast.Name(first, ast.Load())
    for other in others:
        node = ast.Attribute(node, other, ast.Load())
    return node


def _is_text(value: object, code: object) -> bool:
    """Whether `code` is the constant that a pattern says: `"..."` is any text, `"=~/re/"` one with a match."""
    if not isinstance(code, ast.Constant):
        return False
    if isinstance(value, str) and isinstance(code.value, str):
        if value == "..." or (value.startswith(ANY) and value.isidentifier()):
            return True
        if value.startswith("=~/") and value.endswith("/"):
            return expression(value[3:-1]).search(code.value) is not None
    return type(value) is type(code.value) and value == code.value


@lru_cache(maxsize=4096)
def expression(text: str) -> re.Pattern[str]:
    """The regular expression `text`, in which `\\/` is a slash."""
    return re.compile(text.replace("\\/", "/"))
