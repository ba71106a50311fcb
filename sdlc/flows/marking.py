"""Where in a file the sources, sanitizers and sinks of the rules are."""

from __future__ import annotations

import ast
import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sdlc.flows import pattern as written
from sdlc.flows.matching import Bindings, Matcher, children, expression, text_of
from sdlc.flows.pattern import Function, Pattern, metavariable
from sdlc.flows.vocabulary import Alternative, Condition, Entry, Glance, keys_of, start_of

BLOCKS = ("body", "orelse", "finalbody")
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
Index = Mapping[tuple[str, str], list[Entry]]


@dataclass
class Marks:
    """By node: the rules (as a mask) for which it is a source, is clean, cleans another (`side`), or is a sink."""

    sources: dict[ast.AST, int] = field(default_factory=dict)
    clean: dict[ast.AST, int] = field(default_factory=dict)
    side: dict[ast.AST, list[tuple[int, ast.AST]]] = field(default_factory=dict)
    sinks: dict[ast.AST, int] = field(default_factory=dict)
    within: dict[ast.AST, ast.AST] = field(default_factory=dict)
    """The whole code of a sink, such as the call, by the value that does harm in it."""


class Marker:
    """Finds the marks of one file, whose code is visited from the outside in."""

    def __init__(self, entries: Iterable[Entry], matcher: Matcher, aliases: dict[str, str]) -> None:
        self.marks = Marks()
        self.mask = 0
        """The rules that may find something in this file."""
        self._matcher = matcher
        self._aliases = aliases
        self._sources: defaultdict[tuple[str, str], list[Entry]] = defaultdict(list)
        self._others: defaultdict[tuple[str, str], list[Entry]] = defaultdict(list)
        self._glances: dict[Entry, Glance] = {}
        for entry in entries:
            self.mask |= entry.mask if entry.kind == "sink" else 0
            start = start_of(entry.way)
            for key in keys_of(start) if start is not None else [("JoinedStr", "")]:
                (self._sources if entry.kind == "source" else self._others)[key].append(entry)

        self.answers: dict[ast.AST, list[ast.AST]] = {}
        """What is around each statement that gives back what it calls, where a framework may get it."""
        self.holders: dict[object, int] = {}
        """The rules for which data come in, by the function in which they do."""

    @property
    def allowing(self) -> int:
        """The rules for which a value is clean that was found in a list of good ones."""
        guard = ast.parse("if value not in allowed:\n    pass").body[0]
        mask = 0
        for entry in self._others.get(("If", ""), ()):
            if entry.kind == "sanitizer" and entry.by_side_effect and any(self._fits(entry.way, guard, [guard])):
                mask |= entry.mask
        return mask

    @property
    def has_sources(self) -> bool:
        """Whether data can come in in this file."""
        return bool(self._sources)

    def visit(self, node: ast.AST, above: list[ast.AST], holder: object) -> None:
        """Note whether data come in at `node`; `above` are the nodes around it, itself last, `holder` its function."""
        for entry in self._possible(self._sources, node):
            for bound in self._fits(entry.way, node, above):
                self._note(entry, node, bound)
        if node in self.marks.sources:
            self.holders[holder] = self.holders.get(holder, 0) | self.marks.sources[node]

    def mark(self, root: ast.AST, above: Sequence[ast.AST]) -> None:
        """Note the sinks and sanitizers of one function (or of the code outside of functions), once it is followed."""
        if not self._others:
            return
        around = [*above]
        waiting: list[tuple[ast.AST, int]] = [(root, len(around))]
        while waiting:
            node, depth = waiting.pop()
            del around[depth:]
            around.append(node)
            for entry in self._possible(self._others, node):
                for bound in self._fits(entry.way, node, around):
                    self._note(entry, node, bound)
            if isinstance(node, ast.Return) and ("Return", "") in self._others:
                value = node.value.value if isinstance(node.value, ast.Await) else node.value
                if isinstance(value, ast.Call):
                    self.answers[node] = list(around)
            if node is root or not isinstance(node, SCOPES):
                waiting += [(child, depth + 1) for child in reversed(children(node))]

    def returned(self, node: ast.Return, above: list[ast.AST]) -> int:
        """The rules for which it would be harmful to return what `node` returns, where `above[-1]` returns it."""
        mask = 0
        for entry in self._others.get(("Return", ""), ()):
            if entry.kind == "sink" and not mask & entry.mask and any(self._fits(entry.way, node, above)):
                mask |= entry.mask
        return mask

    def _possible(self, index: Index, node: ast.AST) -> Iterator[Entry]:
        kind = type(node).__name__
        if isinstance(node, ast.Call | ast.Attribute):
            func = node.func if isinstance(node, ast.Call) else node
            names = self._names(func)
            for name in names:
                yield from index.get((kind, name), ())
            several = index.get((kind, ""))
            if several:
                first = self._first(func)
                for entry in several:
                    if self._glance(entry, names, first):
                        yield entry
        elif isinstance(node, ast.Name):
            if node.id in self._aliases:
                for name in ("", *self._names(node)):
                    yield from index.get(("Attribute", name), ())
            yield from index.get(("Name", node.id), ())
        else:
            yield from index.get((kind, ""), ())

    def _glance(self, entry: Entry, names: Sequence[str], first: Sequence[str]) -> bool:
        """Whether the name that is called or read may be the one that `entry` means."""
        glance = self._glances.get(entry)
        if glance is None:
            glance = self._glances[entry] = Glance.of(entry.way)
        if glance.first and first and glance.first not in first:
            return False
        return not glance.last or any(expression(glance.last).match(name) for name in names)

    def _first(self, node: ast.expr) -> tuple[str, ...]:
        """The first part of a dotted name, as it is written and as it was imported; empty where there is none."""
        while isinstance(node, ast.Attribute):
            node = node.value
        if not isinstance(node, ast.Name):
            return ()
        return node.id, self._aliases.get(node.id, node.id).partition(".")[0]

    def _names(self, node: ast.expr) -> list[str]:
        if isinstance(node, ast.Attribute):
            return [node.attr]
        if isinstance(node, ast.Name):
            original = self._aliases.get(node.id, node.id).rpartition(".")[2]
            return [node.id] if original == node.id else [node.id, original]
        return []

    def _fits(self, way: Alternative, node: ast.AST, above: list[ast.AST]) -> Iterator[Bindings]:
        """Every way in which `node` starts `way`."""
        start = start_of(way)
        if start is None:
            if _has(way.regexes, node):
                yield {}
            return
        for bound in self._starting(start, node, above):
            for more in self._rest(way, start, node, above, bound):
                yield more
                if not way.focus:
                    return

    def _starting(self, start: Pattern, node: ast.AST, above: list[ast.AST]) -> Iterator[Bindings]:
        if isinstance(start, written.Sequence) and len(start.statements) > 1:
            for bound in self._matcher.fits(start.statements[-1], node, {}):
                yield from self._before(start.statements[:-1], above, bound)
        elif isinstance(start, written.Sequence):
            yield from self._matcher.fits(start.statements[0], node, {})
        else:
            yield from self._matcher.fits(start, node, {})

    def _rest(
        self, way: Alternative, start: Pattern, node: ast.AST, above: list[ast.AST], bound: Bindings
    ) -> Iterator[Bindings]:
        ways: Iterable[Bindings] = [bound]
        for other in way.patterns:
            if other is not start and metavariable(other) is None:
                ways = [more for one in ways for more in self._matcher.fits(other, node, one)]
        for around in way.inside:
            if around is not start:
                ways = [more for one in ways for more in self._inside(around, above, one)]
        for one in ways:
            if all(self._meets(condition, one) for condition in way.conditions) and not self._excluded(
                way, node, above, one
            ):
                yield one

    def _excluded(self, way: Alternative, node: ast.AST, above: list[ast.AST], bound: Bindings) -> bool:
        if any(any(self._matcher.fits(other, node, bound)) for other in way.without):
            return True
        return any(any(self._inside(around, above, bound)) for around in way.outside)

    def _inside(self, around: Pattern, above: list[ast.AST], bound: Bindings) -> Iterator[Bindings]:
        """Every way in which one of `above` is the code `around`, or follows it in its block."""
        if isinstance(around, written.Sequence):
            yield from self._before(around.statements, above, bound)
            return
        wanted = ast.FunctionDef | ast.AsyncFunctionDef if isinstance(around, Function) else type(around)
        for node in reversed(above):
            if isinstance(node, wanted):
                yield from self._matcher.fits(around, node, bound)

    def _before(self, statements: tuple[ast.stmt, ...], above: list[ast.AST], bound: Bindings) -> Iterator[Bindings]:
        """Every way in which `statements` stand, in this order, before one of `above` in a block."""
        for outer, inner in itertools.pairwise(above):
            if not isinstance(inner, ast.stmt):
                continue
            for name in BLOCKS:
                block = getattr(outer, name, None)
                if isinstance(block, list) and inner in block:
                    earlier = [one for one in block[: block.index(inner) + 1] if type(one) is type(statements[0])]
                    for one in reversed(earlier):
                        yield from self._matcher.fits(statements[0], one, bound)

    def _meets(self, condition: Condition, bound: Bindings) -> bool:
        held = bound.get(condition.name)
        if held is None:
            return False
        if condition.regex:
            # semgrep looks from the start of the text.
            return expression(condition.regex).match(text_of(held)) is not None
        return any(self._is(way, held) for way in condition.formulas)

    def _is(self, way: Alternative, held: str | ast.AST) -> bool:
        """Whether what a metavariable stands for is what a formula says."""
        node = ast.Name(held, ast.Load()) if isinstance(held, str) else held
        if not all(any(self._matcher.fits(pattern, node, {})) for pattern in way.patterns):
            return False
        return _has(way.regexes, node) and not any(any(self._matcher.fits(one, node, {})) for one in way.without)

    def _note(self, entry: Entry, node: ast.AST, bound: Bindings) -> None:
        marks, way = self.marks, entry.way
        meant = bound.get(way.focus) if way.focus else node
        if not isinstance(meant, ast.AST):
            return
        if way.patterns and metavariable(way.patterns[0]) is not None and start_of(way) is not None:
            self._note_inside(entry, node, bound)
        elif entry.kind == "source":
            marks.sources[meant] = marks.sources.get(meant, 0) | entry.mask
        elif entry.kind == "sink":
            marks.sinks[meant] = marks.sinks.get(meant, 0) | entry.mask
            marks.within.setdefault(meant, node)
        elif entry.by_side_effect:
            marks.side.setdefault(node, []).append((entry.mask, meant))
        else:
            marks.clean[meant] = marks.clean.get(meant, 0) | entry.mask

    def _note_inside(self, entry: Entry, node: ast.AST, bound: Bindings) -> None:
        """Every place inside of `node` that is the code for which a metavariable stands."""
        name = metavariable(entry.way.patterns[0])
        held = bound.get(name) if name else None
        if held is None or not isinstance(node, ast.stmt):
            return
        text = text_of(held)
        known = self.marks.sources if entry.kind == "source" else self.marks.clean
        for one in ast.walk(node):
            if isinstance(one, ast.expr) and type(one) is type(held) and text_of(one) == text:
                known[one] = known.get(one, 0) | entry.mask


def _has(regexes: Iterable[str], node: ast.AST) -> bool:
    """Whether every expression finds something in the code as it is written."""
    texts = [text_of(node)] if regexes else []
    return all(re.search(regex, text) is not None for regex in regexes for text in texts)
