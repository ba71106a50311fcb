"""
The taint rules as this engine reads them: every source, sanitizer and sink as alternatives, each with its conditions.

They come from the compiled rules that semgrep runs, so that there is one vocabulary. An entry with a pattern that is
not understood is left out as a whole and listed in `unread`: semgrep still follows it inside of functions.
"""

from __future__ import annotations

import ast
import itertools
import json
import keyword
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sdlc.flows.pattern import ANY, REST, Function, Pattern, PatternError, Sequence, metavariable, read_pattern

KINDS = {"pattern-sources": "source", "pattern-sanitizers": "sanitizer", "pattern-sinks": "sink"}
MOST = 400
"""Alternatives of one entry; one with more is not read."""

_WORD = re.compile(r"(?<![$\w])[A-Za-z_]\w*")
_PLAIN = re.compile(r"\^\(([\w|]+)\)\$", re.ASCII)
_STRING = re.compile(r"""[rbf]*("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')""")


@dataclass(frozen=True)
class Condition:
    """What a metavariable has to be: text that `regex` finds from its start, or code that one of `formulas` fits."""

    name: str
    regex: str = ""
    formulas: tuple[Alternative, ...] = ()


@dataclass(frozen=True)
class Alternative:
    """One way to match: all of `patterns` at the same code, within `inside`, none of the others; `focus` is meant."""

    patterns: tuple[Pattern, ...] = ()
    regexes: tuple[str, ...] = ()
    inside: tuple[Pattern, ...] = ()
    without: tuple[Pattern, ...] = ()
    outside: tuple[Pattern, ...] = ()
    conditions: tuple[Condition, ...] = ()
    focus: str = ""
    words: frozenset[str] = frozenset()
    one_of: tuple[frozenset[str], ...] = ()

    def possible(self, words: frozenset[str]) -> bool:
        """Whether a file with these `words` can hold it."""
        return self.words <= words and not any(words.isdisjoint(some) for some in self.one_of)

    def joined(self, other: Alternative) -> Alternative:
        """Both at once."""
        return Alternative(
            self.patterns + other.patterns,
            self.regexes + other.regexes,
            self.inside + other.inside,
            self.without + other.without,
            self.outside + other.outside,
            self.conditions + other.conditions,
            other.focus or self.focus,
            self.words | other.words,
            self.one_of + other.one_of,
        )


@dataclass(frozen=True, eq=False)
class Entry:
    """One way in which rules know a source, sanitizer or sink; `mask` has a bit for each rule."""

    kind: str
    mask: int
    way: Alternative
    by_side_effect: bool = False


@dataclass(frozen=True)
class Glance:
    """What the name that is called or read has to be: `last` finds it, or its first part is `first`."""

    last: str = ""
    first: str = ""

    @classmethod
    def of(cls, way: Alternative) -> Glance:
        """What a look at the name alone can say of `way`."""
        start = start_of(way)
        func = start.func if isinstance(start, ast.Call) else start
        if not isinstance(func, ast.Attribute | ast.Name):
            return cls()
        name = func.attr if isinstance(func, ast.Attribute) else func.id
        wanted = metavariable(name)
        last = next((one.regex for one in way.conditions if one.name == wanted and one.regex), "") if wanted else ""
        first: ast.expr = func
        while isinstance(first, ast.Attribute):
            first = first.value
        known = isinstance(first, ast.Name) and metavariable(first) is None and isinstance(func, ast.Attribute)
        root = first.id if known and isinstance(first, ast.Name) else ""
        return cls(last if isinstance(func, ast.Attribute) else "", root)


@dataclass(frozen=True)
class Vocabulary:
    """Bit `n` of a mask is rule `n` of `rules`; `index` holds the entries by the code that can start them."""

    rules: tuple[str, ...]
    entries: tuple[Entry, ...]
    unread: tuple[tuple[str, str], ...]
    metadata: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def read_vocabulary(compiled: Mapping[str, Any]) -> Vocabulary:
    """What the taint rules of a compiled document say."""
    taint = [rule for rule in compiled["rules"] if rule.get("mode") == "taint"]
    masks: dict[tuple[str, str], int] = defaultdict(int)
    items: dict[tuple[str, str], Any] = {}
    for bit, rule in enumerate(taint):
        for key, kind in KINDS.items():
            for item in rule.get(key, ()):
                same = kind, json.dumps(item, sort_keys=True)
                masks[same] |= 1 << bit
                items[same] = item
    entries: list[Entry] = []
    unread = []
    for (kind, text), item in items.items():
        mask = masks[kind, text]
        try:
            ways = _ways(item)
        except PatternError as error:
            names = [rule["id"] for bit, rule in enumerate(taint) if mask >> bit & 1]
            unread += [(name, f"{kind}: {error}") for name in names]
            continue
        by_side_effect = bool(item.get("by-side-effect"))
        entries += [Entry(kind, mask, way, by_side_effect) for way in ways]
    known = {str(rule["id"]): {**rule["metadata"], "message": rule["message"]} for rule in taint}
    return Vocabulary(tuple(rule["id"] for rule in taint), tuple(entries), tuple(sorted(unread)), known)


def _ways(item: Mapping[str, Any]) -> list[Alternative]:
    """`item` as alternatives, each with something to look for."""
    ways = [Alternative()]
    for key, value in item.items():
        if key in ("by-side-effect", "exact", "control"):
            continue
        ways = [first.joined(second) for first, second in itertools.product(ways, _of(key, value))]
        if len(ways) > MOST:
            raise PatternError(f"more than {MOST} ways to match")
    if any(not way.patterns and not way.inside and not way.regexes for way in ways):
        raise PatternError("nothing to look for")
    return ways


def _of(key: str, value: Any) -> list[Alternative]:
    """What one member of an entry adds."""
    match key, value:
        case "patterns", list():
            ways = [Alternative()]
            for one in value:
                ways = [a.joined(b) for a, b in itertools.product(ways, _members(one))]
                if len(ways) > MOST:
                    raise PatternError(f"more than {MOST} ways to match")
            return ways
        case "pattern-either", list():
            return [way for one in value for way in _members(one)]
        case "pattern", str():
            return [Alternative(patterns=(read_pattern(value),), words=_words(value))]
        case "pattern-inside", str():
            return [Alternative(inside=(read_pattern(value),), words=_words(value))]
        case "pattern-not", str():
            return [Alternative(without=(read_pattern(value),))]
        case "pattern-not-inside", str():
            return [Alternative(outside=(read_pattern(value),))]
        case "focus-metavariable", str():
            return [Alternative(focus=value)]
        case "pattern-regex", str():
            return [Alternative(regexes=(value,))]
        case "metavariable-regex", {"metavariable": str(name), "regex": str(regex)}:
            plain = _PLAIN.fullmatch(regex)
            some = (frozenset(plain[1].split("|")),) if plain else ()
            return [Alternative(conditions=(Condition(name, _checked(regex)),), one_of=some)]
        case "metavariable-pattern", {"metavariable": str(name)} if len(value) > 1:
            formula = {member: held for member, held in value.items() if member != "metavariable"}
            return [Alternative(conditions=(Condition(name, formulas=tuple(_members(formula))),))]
    raise PatternError(f"{key} is not read")


def _members(formula: Any) -> list[Alternative]:
    if not isinstance(formula, Mapping):
        raise PatternError(f"a mapping is expected: {formula!r:.40}")
    ways = [Alternative()]
    for key, value in formula.items():
        ways = [a.joined(b) for a, b in itertools.product(ways, _of(key, value))]
    return ways


def _checked(regex: str) -> str:
    try:
        re.compile(regex)
    except re.error:
        raise PatternError(f"no regular expression of Python: {regex!r:.60}") from None
    return regex


def _words(pattern: str) -> frozenset[str]:
    """Names without which code cannot be what `pattern` says."""
    code = _STRING.sub(" ", pattern)
    return frozenset(word for word in _WORD.findall(code) if not keyword.iskeyword(word))


def start_of(way: Alternative) -> Pattern | None:
    """The pattern whose code is looked for first; None: code that the regular expressions describe."""
    if way.patterns and metavariable(way.patterns[0]) is None:
        return way.patterns[0]
    return way.inside[-1] if way.inside else None


def keys_of(pattern: Pattern) -> Iterable[tuple[str, str]]:
    """Kind and last name of the code that `pattern` can be; the name is empty for any."""
    if isinstance(pattern, Sequence):
        yield from keys_of(pattern.statements[-1])
    elif isinstance(pattern, Function):
        yield "FunctionDef", ""
        yield "AsyncFunctionDef", ""
    elif isinstance(pattern, ast.Call):
        yield "Call", _last(pattern.func)
    elif isinstance(pattern, ast.Attribute | ast.Name):
        yield type(pattern).__name__, _last(pattern)
    elif isinstance(pattern, ast.Expr):
        yield from keys_of(pattern.value)
    elif isinstance(pattern, ast.Assign):
        yield "Assign", ""
        yield "AnnAssign", ""
    else:
        yield type(pattern).__name__, ""


def _last(node: ast.expr) -> str:
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return "" if name.startswith(ANY) or name == REST else name


def narrowed(vocabulary: Vocabulary, files: Iterable[frozenset[str]]) -> list[list[Entry]]:
    """The entries that each of `files`, given by the words in it, can hold, for rules that can find something at all.

    A rule finds nothing when no file can hold one of its sources, or none one of its sinks.
    """
    held = [[entry for entry in vocabulary.entries if entry.way.possible(words)] for words in files]
    live = {"source": 0, "sink": 0, "sanitizer": 0}
    for entries in held:
        for entry in entries:
            live[entry.kind] |= entry.mask
    mask = live["source"] & live["sink"]
    return [[replace(one, mask=one.mask & mask) for one in entries if one.mask & mask] for entries in held]
