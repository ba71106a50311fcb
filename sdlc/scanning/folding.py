"""Sources as semgrep should read them: what can never run is gone, and what stands where is written out.

semgrep follows values through a function, but it does not compute. So the copy that it reads is folded first: a branch
whose condition is always false becomes `pass`, an entry of a list or mapping that was filled in one block becomes what
was put there, a slice (through which semgrep's open engine loses values) becomes the first entry. Every line keeps its
number. Only what is certain is folded; a name counts as constant when its function assigns it once.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from sdlc.formats.python_source import Source
from sdlc.scanning.constants import UnknownError, truth_of, value_of
from sdlc.scanning.containers import entries

SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
MANY = 2

Scope: TypeAlias = ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def fold(source: Source, data: bytes) -> bytes:
    """`data` of the file `source`, folded; as it is where it is not plain UTF-8 or where folding would break it."""
    if source.table or b"\r" in data or source.text.encode() != data:
        return data
    page = _Page(data)
    try:
        scopes: list[Scope] = [source.tree]
        for scope in scopes:
            scopes += _fold_scope(page, scope)
    except RecursionError:
        return data
    folded = page.written()
    if folded != data:
        try:
            ast.parse(folded)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return data
    return folded


class _Page:
    """A text with changes that keep its lines."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._starts = [0]
        for line in data.split(b"\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)
        self._changes: list[tuple[int, int, bytes]] = []

    def place(self, node: ast.stmt | ast.expr) -> tuple[int, int]:
        """Start and end of `node` in bytes."""
        assert node.end_lineno is not None and node.end_col_offset is not None  # noqa: PT018, S101 - parsed, not made
        return self._starts[node.lineno - 1] + node.col_offset, self._starts[node.end_lineno - 1] + node.end_col_offset

    def text(self, node: ast.stmt | ast.expr) -> bytes:
        """What stands there."""
        start, end = self.place(node)
        return self._data[start:end]

    def is_one_line(self, node: ast.stmt | ast.expr) -> bool:
        """True when nothing is lost by writing one line in its place."""
        return node.lineno == node.end_lineno

    def replace(self, node: ast.stmt | ast.expr, new: bytes) -> None:
        """Write `new` in place of the expression `node`, and at least as wide."""
        start, end = self.place(node)
        self._changes.append((start, end, new.ljust(end - start)))

    def remove(self, statements: Sequence[ast.stmt], instead: bytes = b"pass") -> None:
        """Take `statements` of one block out."""
        start, end = self.place(statements[0])[0], self.place(statements[-1])[1]
        if decorators := getattr(statements[0], "decorator_list", ()):
            start = self._data.rindex(b"@", 0, self.place(decorators[0])[0])
        self._changes.append((start, end, instead + b"\n" * self._data.count(b"\n", start, end)))

    def written(self) -> bytes:
        """The text with its changes; of two that touch, the outer one counts."""
        kept: list[tuple[int, int, bytes]] = []
        for change in sorted(self._changes, key=lambda change: (change[0], -change[1])):
            if not kept or change[0] >= kept[-1][1]:
                kept.append(change)
        data = self._data
        for start, end, new in reversed(kept):
            data = data[:start] + new + data[end:]
        return data


def _fold_scope(page: _Page, scope: Scope) -> list[Scope]:
    """Fold what belongs to `scope` alone; the scopes that it holds are returned."""
    own = _inside(scope.body)
    # Names of a module or class can be changed from elsewhere; and most functions have nothing to compute.
    followed = isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef) and any(map(_may_be_known, own))
    stores = _stores(scope, own) if followed else Counter()
    names = _constants(own, stores) if followed else {}
    for node in own:
        if isinstance(node, ast.If):
            _fold_if(page, node, names)
        elif isinstance(node, ast.Match):
            _fold_match(page, node, names)
        elif isinstance(node, ast.IfExp):
            _fold_choice(page, node, names)
        elif isinstance(node, ast.Subscript):
            _fold_slice(page, node)
    if followed:
        uses = Counter(node.id for node in ast.walk(scope) if isinstance(node, ast.Name))
        for block in (scope.body, *_blocks(own)):
            for read, held in entries(block, stores, uses, names):
                if page.is_one_line(read):
                    page.replace(read, page.text(held))
    return [node for node in own if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)]


def _may_be_known(node: ast.AST) -> bool:
    """An assignment to one name, of something that may be a constant or a container."""
    match node:
        case ast.Assign(targets=[ast.Name()], value=value):
            return not isinstance(value, ast.Name | ast.Attribute | ast.JoinedStr | ast.Await)
    return False


def _blocks(own: Iterable[ast.AST]) -> Iterator[Sequence[ast.stmt]]:
    for node in own:
        if not isinstance(node, SCOPES):
            for field in ("body", "orelse", "finalbody"):
                block = getattr(node, field, None)
                if isinstance(block, list):
                    yield block


def _inside(body: Sequence[ast.stmt]) -> list[ast.AST]:
    """The nodes of a block, without those of other scopes and of f-strings, whose places Python 3.11 gets wrong."""
    found: list[ast.AST] = []
    waiting: list[ast.AST] = list(reversed(body))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.JoinedStr):
            continue
        found.append(node)
        if not isinstance(node, SCOPES):
            waiting += reversed([*ast.iter_child_nodes(node)])
    return found


def _stores(scope: ast.AST, own: Iterable[ast.AST]) -> Counter[str]:
    """How often each name gets a value in a function; what others can change counts as many."""
    found: Counter[str] = Counter()
    arguments = getattr(scope, "args", None)
    for node in (*own, *(ast.walk(arguments) if arguments else ())):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                found[name] += 1
            case ast.arg(arg=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                found[name] += 1
            case ast.ClassDef(name=name) | ast.ExceptHandler(name=str(name)) | ast.MatchStar(name=str(name)):
                found[name] += 1
            case ast.MatchAs(name=str(name)) | ast.MatchMapping(rest=str(name)):
                found[name] += 1
            case ast.alias(name=name, asname=other):
                found[other or name.partition(".")[0]] += 1
            case ast.Global(names=several) | ast.Nonlocal(names=several):
                found.update(dict.fromkeys(several, MANY))
    for inner in (node for node in own if isinstance(node, SCOPES)):
        for node in ast.walk(inner):
            if isinstance(node, ast.Nonlocal | ast.Global):
                found.update(dict.fromkeys(node.names, MANY))
    return found


def _constants(own: Iterable[ast.AST], stores: Mapping[str, int]) -> dict[str, object]:
    """The names of a function that are assigned once, to what is always the same."""
    names: dict[str, object] = {}
    for node in own:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if stores[name] == 1:
                try:
                    names[name] = value_of(value, names)
                except UnknownError:
                    continue
    return names


def _fold_if(page: _Page, node: ast.If, names: Mapping[str, object]) -> None:
    try:
        taken = truth_of(node.test, names)
    except UnknownError:
        return
    if not taken:
        page.remove(node.body)
    elif node.orelse:
        is_elif = isinstance(node.orelse[0], ast.If) and page.text(node.orelse[0]).startswith(b"elif")
        page.remove(node.orelse, b"" if is_elif else b"pass")


def _fold_slice(page: _Page, node: ast.Subscript) -> None:
    if isinstance(node.slice, ast.Slice) and isinstance(node.ctx, ast.Load) and page.is_one_line(node.slice):
        page.replace(node.slice, b"0")


def _fold_choice(page: _Page, node: ast.IfExp, names: Mapping[str, object]) -> None:
    try:
        other = node.orelse if truth_of(node.test, names) else node.body
    except UnknownError:
        return
    if page.is_one_line(other):
        page.replace(other, b"0")


def _fold_match(page: _Page, node: ast.Match, names: Mapping[str, object]) -> None:
    try:
        subject = value_of(node.subject, names)
        taken = next((case for case in node.cases if _is_taken(case, subject, names)), None)
    except UnknownError:
        return
    for case in node.cases:
        if case is not taken:
            page.remove(case.body)


def _is_taken(case: ast.match_case, subject: object, names: Mapping[str, object]) -> bool:
    if case.guard is not None:
        raise UnknownError
    return _fits(case.pattern, subject, names)


def _fits(pattern: ast.pattern, subject: object, names: Mapping[str, object]) -> bool:
    match pattern:
        case ast.MatchValue(value=value):
            return value_of(value, names) == subject
        case ast.MatchSingleton(value=value):
            return value is subject
        case ast.MatchOr(patterns=several):
            return any(_fits(one, subject, names) for one in several)
        case ast.MatchAs(pattern=None):
            return True
    raise UnknownError
