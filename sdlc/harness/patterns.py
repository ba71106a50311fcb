"""
The regular expressions of a product as a source of inputs: texts that match, and patterns that may make them slow.

They are taken from the running product, not from its text: what it compiles while it is imported and used, and what
its modules, and those that they import, hold. So expressions that are put together of pieces are whole.
"""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Callable, Iterator
from re import _compiler, _constants, _parser  # type: ignore[attr-defined]
from typing import Any

AT_MOST = 300
DEPTH = 12
SOME = (" ", "a", "0", "\n", "-", "é")
CATEGORIES = {
    _constants.CATEGORY_DIGIT: "0179٣",
    _constants.CATEGORY_SPACE: " \t\n\u2003",
    _constants.CATEGORY_WORD: "aZ_0é",
    _constants.CATEGORY_NOT_DIGIT: "a- ",
    _constants.CATEGORY_NOT_SPACE: "a0-",
    _constants.CATEGORY_NOT_WORD: " -.",
}
REPEATS = (_constants.MAX_REPEAT, _constants.MIN_REPEAT, getattr(_constants, "POSSESSIVE_REPEAT", None))
Pump = tuple[str, str, str]


class Recorder:
    """Notes every expression that is compiled from `start` on, in the order in which they came."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, int], None] = {}

    def start(self) -> None:
        """Look over the shoulder of the compiler of `re`; a compiled expression is cached, so it comes once."""
        before: Callable[..., Any] = _compiler.compile

        def compile(pattern: Any, flags: int = 0) -> Any:
            if len(self._seen) < AT_MOST:
                self._note(pattern, int(flags))
            return before(pattern, flags)

        _compiler.compile = compile

    def found(self, folders: tuple[str, ...]) -> list[tuple[str, int]]:
        """Expressions and their flags: those that the modules below `folders` hold first, then what was compiled."""
        held: dict[tuple[str, int], None] = {}
        own = [module for module in list(sys.modules.values()) if _file(module).startswith(folders)] if folders else []
        near = [value for module in own for value in vars(module).values() if isinstance(value, type(sys))]
        for module in [*own, *near]:
            for value in list(vars(module).values()):
                if isinstance(value, re.Pattern):
                    held[_text(value.pattern), value.flags] = None
        return list({**held, **self._seen})[:AT_MOST]

    def _note(self, pattern: Any, flags: int) -> None:
        if isinstance(pattern, str | bytes):
            self._seen[_text(pattern), flags] = None


def _file(module: Any) -> str:
    return getattr(module, "__file__", None) or ""


def _text(pattern: str | bytes) -> str:
    return pattern if isinstance(pattern, str) else pattern.decode("latin-1")


def parsed(pattern: str, flags: int) -> list[Any]:
    """The nodes of one expression; none for what cannot be parsed."""
    try:
        return list(_parser.parse(pattern, flags & ~re.LOCALE & ~re.DEBUG))
    except (re.error, RecursionError, ValueError, OverflowError):
        return []


def sample(nodes: list[Any], rng: random.Random, depth: int = 0) -> str:
    """A text that `nodes` probably match: assertions are taken as wishes."""
    return "".join(_one(node, rng, depth) for node in nodes) if depth < DEPTH else ""


def _one(node: Any, rng: random.Random, depth: int) -> str:
    kind, argument = node
    if kind is _constants.LITERAL:
        return chr(argument)
    if kind is _constants.NOT_LITERAL:
        return rng.choice([one for one in SOME if ord(one) != argument])
    if kind is _constants.ANY:
        return rng.choice(SOME)
    if kind is _constants.IN:
        return _of_set(argument, rng)
    if kind is _constants.BRANCH:
        return sample(list(rng.choice(argument[1])), rng, depth + 1)
    if kind is _constants.SUBPATTERN:
        return sample(list(argument[3]), rng, depth + 1)
    if kind in REPEATS:
        low, high, body = argument
        count = min(int(high), rng.choice((low, low, low + 1, low + 1, low + 2, low + 20)))
        return "".join(sample(list(body), rng, depth + 1) for _ in range(min(count, 40)))
    if kind is _constants.ASSERT and argument[0] > 0:
        return sample(list(argument[1]), rng, depth + 1)
    if kind is getattr(_constants, "ATOMIC_GROUP", None):
        return sample(list(argument), rng, depth + 1)
    return ""


def _of_set(items: list[Any], rng: random.Random) -> str:
    if items and items[0][0] is _constants.NEGATE:
        outside = [one for one in (*SOME, ";", "<", "x") if not any(_in(ord(one), item) for item in items[1:])]
        return rng.choice(outside) if outside else "\x7f"
    kind, argument = rng.choice(items)
    if kind is _constants.LITERAL:
        return chr(argument)
    if kind is _constants.RANGE:
        low, high = argument
        return chr(rng.choice((low, high, rng.randint(low, high))))
    return rng.choice(CATEGORIES.get(argument, "a"))


def _in(point: int, item: Any) -> bool:
    kind, argument = item
    if kind is _constants.LITERAL:
        return bool(point == argument)
    if kind is _constants.RANGE:
        return bool(argument[0] <= point <= argument[1])
    return chr(point) in CATEGORIES.get(argument, "")


def pumps(nodes: list[Any], rng: random.Random, before: str = "", depth: int = 0) -> Iterator[Pump]:
    """Prefix, token and suffix for every repetition: what leads to it, what it repeats, and what it cannot match."""
    if depth >= DEPTH:
        return
    for place, (kind, argument) in enumerate(nodes):
        lead = before + sample(nodes[:place], rng)
        if kind in REPEATS and argument[1] > 8:
            body = list(argument[2])
            beside = [
                sample([one], rng)[:8] for one in (*nodes[max(0, place - 1) : place], *nodes[place + 1 : place + 3])
            ]
            rest = sample(nodes[place + 1 :], rng)
            for token in dict.fromkeys(filter(None, (sample(body, rng), sample(body, rng), *beside))):
                for suffix in ("", "\0", rest[:-1] + "!"):
                    yield lead, token, suffix
        for inner in _inside(kind, argument):
            yield from pumps(inner, rng, lead, depth + 1)


def _inside(kind: Any, argument: Any) -> Iterator[list[Any]]:
    if kind in REPEATS:
        yield list(argument[2])
    elif kind is _constants.SUBPATTERN:
        yield list(argument[3])
    elif kind is _constants.BRANCH:
        yield from (list(one) for one in argument[1])
