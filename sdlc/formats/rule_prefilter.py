r"""
What the text of a file must contain before a rule that follows values can match in it.

semgrep skips a rule for files without the words of its patterns, but gives up as soon as one of many alternatives has
none that it understands, and then follows every value in every file. Here the words are found for each alternative of
the sources and of the sinks, when rules are compiled, and written to their metadata; `scanning.narrow` applies them.
They may only leave out files in which nothing could have matched, so whatever is not understood counts as possible.
Where a pattern is nothing but placeholders (`@$APP.$ROUTE(...)`), its author says with `in-text: REGEX` what stands in
the text.

Patterns of one name after another (`os.open`) may match under another name in the code (`from os import open as o`),
so only the words themselves are asked for; the attribute of an unknown object (`$CURSOR.execute(...)`) has no other
name, and is asked for with its dot and its parenthesis.

A regular expression over the whole file among semgrep's own patterns would do the same, were it not that semgrep takes
one that needs too many steps, as in a file of 40 kB, for one that does not match, and says nothing.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping
from typing import Any

FLOWS = ("pattern-sinks", "pattern-sources")
IN_TEXT = "in-text"
NEEDS = "needs"
_KEYWORDS = frozenset(keyword.kwlist) | {"self", "cls"}
_STRING = re.compile(r'(?P<kind>\b[A-Za-z]{1,2})?(?:"(?P<text>[^"\n]*)"|\'(?P<other>[^\'\n]*)\')')
_LITERAL = re.compile(r"(?!=~/)(?!.*\.\.\.)(?!.*\$[A-Z])[ -\[\]-~]+")
"""A string that stands in the code as it stands in the pattern: no placeholder and nothing to escape."""

_NAMES = re.compile(r"(?P<chain>(?:\$?\w+|\))(?:\.\$?\w+)*|(?:\.\$?\w+)+)(?P<call>\()?")
_PLAIN = re.compile(r"\^\(?([\w|]+)\)?\$")
_SPACE = r"[\s\\]*"

Needed = frozenset[str]
"""Regular expressions that all have to match somewhere in the text; none: anything may match."""


def with_needs(rule: Mapping[str, Any]) -> dict[str, Any]:
    """The taint rule `rule` with `metadata.needs`: for its sinks and for its sources, what one of them needs.

    Each is a list of ways to match, and a way is a list of expressions that all have to be found in the file's text.
    """
    lists = [list(rule[key]) for key in FLOWS]
    bare = {key: [_without(item) for item in items] for key, items in zip(FLOWS, lists, strict=True)}
    clauses = [sorted(map(sorted, _least(_alternatives(items)))) for items in lists]
    return {**rule, **bare, "metadata": {**rule["metadata"], NEEDS: [clause for clause in clauses if clause]}}


def _without(item: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in item.items() if key != IN_TEXT}


def _least(ways: frozenset[Needed]) -> list[Needed]:
    """`ways` without those that ask for more than another."""
    return [one for one in ways if not any(other < one for other in ways)]


def _alternatives(items: object) -> frozenset[Needed]:
    """What each of `items` needs; empty when one of them needs nothing that is understood."""
    found: set[Needed] = set()
    for item in items if isinstance(items, list) else ():
        ways = _ways(item)
        if not ways or frozenset() in ways:
            return frozenset()
        found |= ways
    return frozenset(found)


def _ways(item: object) -> frozenset[Needed]:
    """The ways in which `item` can match, each with what it needs; empty: in any text."""
    if not isinstance(item, Mapping):
        return frozenset()
    if IN_TEXT in item:
        return frozenset({frozenset({str(item[IN_TEXT])})})
    ways: frozenset[Needed] = frozenset()
    for key, value in item.items():
        if key in ("pattern", "pattern-inside"):
            ways = _both(ways, frozenset({of_pattern(str(value))}))
        elif key == "pattern-either":
            ways = _both(ways, _alternatives(value))
        elif key == "patterns" and isinstance(value, list):
            for one in value:
                ways = _both(ways, _ways(one))
        elif key == "metavariable-regex" and isinstance(value, Mapping):
            plain = _PLAIN.fullmatch(str(value.get("regex")))
            words = frozenset({rf"\b(?:{plain[1]})\b"}) if plain else frozenset()
            ways = _both(ways, frozenset({words}))
    return ways


def _both(some: frozenset[Needed], others: frozenset[Needed]) -> frozenset[Needed]:
    """The ways in which two things match at once."""
    if not some or not others:
        return some or others
    return frozenset(one | other for one in some for other in others)


def of_pattern(pattern: str) -> Needed:
    """What a text holds wherever semgrep finds the code `pattern` in it."""
    needed = set()
    for match in _STRING.finditer(pattern):
        text = match["text"] or match["other"] or ""
        if text and not match["kind"] and _LITERAL.fullmatch(text):
            needed.add(re.escape(text))
    code = _STRING.sub(" ", pattern).replace("...", " ")
    for match in _NAMES.finditer(code):
        first, *others = match["chain"].split(".")
        names = [first, *others]
        known = [name for name in names if name.isidentifier() and name not in _KEYWORDS]
        # The names behind an unknown object, and a name that stands alone, cannot be anything else in the code.
        fixed = not (first.isidentifier() and first not in _KEYWORDS) or not others
        for name in known:
            word = rf"\b{name}\b"
            if fixed and name is not first:
                word = rf"\.{_SPACE}{name}\b"
            if fixed and match["call"] and name is names[-1]:
                word += rf"{_SPACE}\("
            needed.add(word)
    return frozenset(needed)
