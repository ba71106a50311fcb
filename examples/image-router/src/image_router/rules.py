"""
Routing rules, as text and as JSON.

One rule is one line: a name, conditions that all must hold, and destinations::

    chest-ct: modality=CT body_part=CHEST -> folder:chest, ae:PACS@10.0.0.7:11112
    brain:    modality=MR description="Brain *" -> folder:neuro
    rest:     -> folder:unsorted

A condition compares without regard to case; a value that ends in `*` matches what begins so. Text is taken as a whole
or refused with the line that is wrong. Reading takes linear time, whatever the text is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

FIELDS = ("modality", "calling", "body_part", "description")
MAX_RULES = 200
MAX_LINE = 1000
MAX_VALUE = 64

_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}\Z")
_FOLDER = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}\Z")
_AE = re.compile(r"(?P<title>[A-Z0-9_-]{1,16})@(?P<host>[A-Za-z0-9][A-Za-z0-9.-]{0,252}):(?P<port>[0-9]{1,5})\Z")
_WORD = re.compile(r"[A-Za-z0-9_.*-]+\Z")


class RuleError(ValueError):
    """A text that is no set of rules; `line` counts from 1, 0 where no line is to blame."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(f"line {line}: {message}" if line else message)
        self.line = line


@dataclass(frozen=True)
class Folder:
    """A folder below the router's own root."""

    name: str

    def __str__(self) -> str:
        return f"folder:{self.name}"


@dataclass(frozen=True)
class Peer:
    """A DICOM application entity that images are sent to."""

    title: str
    host: str
    port: int

    def __str__(self) -> str:
        return f"ae:{self.title}@{self.host}:{self.port}"


Destination = Folder | Peer


@dataclass(frozen=True)
class Rule:
    """Images for which every condition (field, value) holds go to every destination."""

    name: str
    conditions: tuple[tuple[str, str], ...]
    destinations: tuple[Destination, ...]

    def matches(self, attributes: Mapping[str, str]) -> bool:
        """True when all conditions hold; an attribute that is absent is an empty text."""
        return all(_matches(value, attributes.get(field, "")) for field, value in self.conditions)


def destinations(rules: Iterable[Rule], attributes: Mapping[str, str]) -> tuple[Destination, ...]:
    """Where an image goes: the destinations of all rules that match, each once, in order."""
    return tuple(dict.fromkeys(target for rule in rules if rule.matches(attributes) for target in rule.destinations))


def parse_rules(text: str) -> tuple[Rule, ...]:
    """The rules in `text`; empty lines and those that begin with `#` are left out. Raises RuleError."""
    rules: list[Rule] = []
    for number, line in enumerate(text.split("\n"), start=1):
        line = line.strip()
        if line and not line.startswith("#"):
            rules.append(_parse_line(line, number))
            _check_set(rules, number)
    return tuple(rules)


def dump_rules(rules: Iterable[Rule]) -> str:
    """Text that `parse_rules` reads back as the same rules."""
    return "".join(f"{_dump_rule(rule)}\n" for rule in rules)


def rule_from_json(document: Any) -> Rule:
    """The rule in ``{"name": …, "when": {field: value}, "to": [destination]}``. Raises RuleError."""
    if not isinstance(document, dict) or set(document) - {"name", "when", "to"}:
        raise RuleError('a rule is {"name": …, "when": {…}, "to": […]}')
    name, when, to = document.get("name"), document.get("when", {}), document.get("to")
    if not isinstance(when, dict) or not isinstance(to, list) or not all(isinstance(item, str) for item in to):
        raise RuleError('"when" is an object and "to" a list of texts')
    conditions = tuple((_field(field, 0), _value(value, 0)) for field, value in when.items())
    return Rule(_name(name), conditions, _destinations(to, 0))


def rule_to_json(rule: Rule) -> dict[str, Any]:
    """What `rule_from_json` reads."""
    return {"name": rule.name, "when": dict(rule.conditions), "to": [str(target) for target in rule.destinations]}


def _parse_line(line: str, number: int) -> Rule:
    if len(line) > MAX_LINE:
        raise RuleError(f"longer than {MAX_LINE} characters", number)
    name, colon, rest = line.partition(":")
    if not colon or not _NAME.match(name.strip()):
        raise RuleError("a rule begins with its name (a-z, 0-9 and -, at most 32 characters) and a colon", number)
    conditions: list[tuple[str, str]] = []
    rest = rest.lstrip()
    while rest and not rest.startswith("->"):
        field, equals, rest = rest.partition("=")
        if not equals:
            raise RuleError("conditions are field=value, and destinations follow ->", number)
        field = _field(field.strip(), number)
        if field in dict(conditions):
            raise RuleError(f"{field} is compared twice", number)
        value, rest = _take_value(rest, number)
        conditions.append((field, value))
    if not rest:
        raise RuleError("no destinations: -> is missing", number)
    targets = [part.strip() for part in rest.removeprefix("->").split(",")]
    return Rule(name.strip(), tuple(conditions), _destinations(targets, number))


def _take_value(text: str, line: int) -> tuple[str, str]:
    """The value at the beginning of `text`, quoted or a bare word, and what follows it."""
    if not text.startswith('"'):
        value, _, rest = text.partition(" ")
        if not _WORD.match(value):
            raise RuleError(f"the value {value[:40]!r} needs quotes", line)
        return _value(value, line), rest.lstrip()
    found: list[str] = []
    position = 1
    while position < len(text) and text[position] != '"':
        if text[position] == "\\":
            position += 1
        found.append(text[position : position + 1])
        position += 1
    if position >= len(text):
        raise RuleError("a quoted value has no end", line)
    return _value("".join(found), line), text[position + 1 :].lstrip()


def _dump_rule(rule: Rule) -> str:
    words = []
    for field, value in rule.conditions:
        quoted = value.replace("\\", "\\\\").replace('"', '\\"')
        words.append(f"{field}={value}" if _WORD.match(value) else f'{field}="{quoted}"')
    return " ".join([f"{rule.name}:", *words, "->", ", ".join(str(target) for target in rule.destinations)])


def _check_set(rules: list[Rule], line: int) -> None:
    if len(rules) > MAX_RULES:
        raise RuleError(f"more than {MAX_RULES} rules", line)
    if any(rule.name == rules[-1].name for rule in rules[:-1]):
        raise RuleError(f"a second rule is called {rules[-1].name}", line)


def _name(value: Any) -> str:
    if not isinstance(value, str) or not _NAME.match(value):
        raise RuleError("a name is a-z, 0-9 and -, at most 32 characters")
    return value


def _field(value: str, line: int) -> str:
    if value not in FIELDS:
        raise RuleError(f"unknown field {value[:40]!r}; known are {', '.join(FIELDS)}", line)
    return value


def _value(value: Any, line: int) -> str:
    if not isinstance(value, str) or len(value) > MAX_VALUE or not value.isprintable():
        raise RuleError(f"a value is printable text of at most {MAX_VALUE} characters", line)
    return value


def _destinations(texts: list[str], line: int) -> tuple[Destination, ...]:
    if not texts:
        raise RuleError("a rule has at least one destination", line)
    return tuple(dict.fromkeys(_destination(text, line) for text in texts))


def _destination(text: str, line: int) -> Destination:
    kind, _, rest = text.partition(":")
    if kind == "folder" and _FOLDER.match(rest):
        return Folder(rest)
    peer = _AE.match(rest) if kind == "ae" else None
    if peer is None or not 0 < int(peer["port"]) < 65536:
        raise RuleError(f"{text[:60]!r} is neither folder:NAME nor ae:TITLE@HOST:PORT", line)
    return Peer(peer["title"], peer["host"], int(peer["port"]))


def _matches(pattern: str, value: str) -> bool:
    pattern, value = pattern.casefold(), value.strip().casefold()
    return value.startswith(pattern[:-1]) if pattern.endswith("*") else value == pattern
