"""`${{ … }}`: the part of the expression language that our workflows use, refused beyond it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][\w-]*)|(?P<op>&&|\|\||==|!=|[!().,]))"
)
FUNCTIONS = ("always", "success", "failure", "cancelled")


@dataclass
class Status:
    """How the jobs or steps before came out; what `success()` and its kin ask for."""

    failed: bool = False
    skipped: bool = False


def expand(text: str, contexts: Mapping[str, Any], status: Status | None = None) -> str:
    """`text` with every `${{ … }}` replaced by its value, as a string."""
    return re.sub(r"\$\{\{(.*?)\}\}", lambda found: shown(evaluate(found[1], contexts, status)), text, flags=re.DOTALL)


def condition(text: str | None, contexts: Mapping[str, Any], status: Status) -> bool:
    """An `if:`; without a status function it also asks for success."""
    inner = re.sub(r"^\s*\$\{\{(.*)\}\}\s*$", r"\1", text, flags=re.DOTALL) if text else ""
    asked = any(re.search(rf"\b{name}\(\)", inner) for name in FUNCTIONS)
    if not asked and (status.failed or status.skipped):
        return False
    return bool(evaluate(inner, contexts, status)) if inner.strip() else True


def evaluate(text: str, contexts: Mapping[str, Any], status: Status | None = None) -> Any:
    """The value of one expression; raises ValueError for what is not understood here."""
    parser = _Parser(_tokens(text), contexts, status or Status())
    value = parser.either()
    if parser.left:
        raise ValueError(f"not understood in {text!r}: {parser.left[0]}")
    return value


def shown(value: Any) -> str:
    """A value as text: nothing for null, lower case for booleans."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _tokens(text: str) -> list[tuple[str, str]]:
    found, position = [], 0
    while text[position:].strip():
        match = TOKEN.match(text, position)
        if match is None:
            raise ValueError(f"not understood: {text[position:]!r}")
        kind = str(match.lastgroup)
        found.append((kind, match[kind]))
        position = match.end()
    return found


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]], contexts: Mapping[str, Any], status: Status) -> None:
        self.left, self._contexts, self._status = tokens, contexts, status

    def either(self) -> Any:
        value = self._both()
        while self._take("||"):
            other = self._both()
            value = value if value else other
        return value

    def _both(self) -> Any:
        value = self._equal()
        while self._take("&&"):
            other = self._equal()
            value = other if value else value
        return value

    def _equal(self) -> Any:
        value = self._single()
        while self.left and self.left[0][1] in ("==", "!="):
            operator = self.left.pop(0)[1]
            same = _same(value, self._single())
            value = same if operator == "==" else not same
        return value

    def _single(self) -> Any:
        if self._take("!"):
            return not self._single()
        if self._take("("):
            value = self.either()
            if not self._take(")"):
                raise ValueError("a parenthesis is not closed")
            return value
        if not self.left:
            raise ValueError("the expression ends early")
        kind, text = self.left.pop(0)
        if kind == "text":
            return text[1:-1].replace("''", "'")
        if kind == "number":
            return float(text) if "." in text else int(text)
        if kind == "name":
            return self._named(text)
        raise ValueError(f"not understood: {text}")

    def _named(self, name: str) -> Any:
        if name in ("true", "false", "null"):
            return {"true": True, "false": False, "null": None}[name]
        if self.left[:2] == [("op", "("), ("op", ")")]:
            del self.left[:2]
            return self._asked(name)
        if name not in self._contexts:
            raise ValueError(f"there is no context {name!r} here")
        value: Any = self._contexts[name]
        while self._take("."):
            key = self.left.pop(0)[1]
            value = value.get(key) if isinstance(value, Mapping) else None
        return value

    def _asked(self, name: str) -> bool:
        match name:
            case "always":
                return True
            case "success":
                return not (self._status.failed or self._status.skipped)
            case "failure":
                return self._status.failed
            case "cancelled":
                return False
        raise ValueError(f"there is no function {name!r} here")

    def _take(self, operator: str) -> bool:
        if self.left and self.left[0] == ("op", operator):
            self.left.pop(0)
            return True
        return False


def _same(one: Any, other: Any) -> bool:
    """`==` of the service: texts in whatever case; values of two kinds are compared as numbers, and NaN is no one's."""
    if isinstance(one, str) and isinstance(other, str):
        return one.lower() == other.lower()
    return _number(one) == _number(other)


def _number(value: Any) -> float:
    if value is None or value == "":
        return 0.0
    try:
        return float(value) if isinstance(value, bool | int | float | str) else float("nan")
    except ValueError:
        return float("nan")
