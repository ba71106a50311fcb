r"""
What the text of a file must contain before a rule that follows values can match in it.

semgrep skips a rule for files without the words of its patterns, but gives up as soon as one of many alternatives has
none that it understands, and then follows every value in every file. Here the words are found for each alternative of
the sources and of the sinks, and one regular expression over the whole file is added to each sink: semgrep uses it
before it does anything else. It may only leave out files in which nothing could have matched, so whatever is not
understood counts as possible. Where a pattern is nothing but placeholders (`@$APP.$ROUTE(...)`), its author says with
`in-text: REGEX` what stands in the text.

Patterns of one name after another (`os.open`) may match under another name in the code (`from os import open as o`),
so only the words themselves are asked for; the attribute of an unknown object (`$CURSOR.execute(...)`) has no other
name, and is asked for with its dot and its parenthesis.
"""

from __future__ import annotations

import keyword
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

IN_TEXT = "in-text"
_KEYWORDS = frozenset(keyword.kwlist) | {"self", "cls"}
_STRING = re.compile(r'(?P<kind>\b[A-Za-z]{1,2})?(?:"(?P<text>[^"\n]*)"|\'(?P<other>[^\'\n]*)\')')
_LITERAL = re.compile(r"(?!=~/)(?!.*\.\.\.)(?!.*\$[A-Z])[ -\[\]-~]+")
"""A string that stands in the code as it stands in the pattern: no placeholder and nothing to escape."""

_NAMES = re.compile(r"(?P<chain>(?:\$?\w+|\))(?:\.\$?\w+)*|(?:\.\$?\w+)+)(?P<call>\()?")
_PLAIN = re.compile(r"\^\(?([\w|]+)\)?\$")
_SPACE = r"[\s\\]*"

Needed = frozenset[str]
"""Regular expressions that all have to match somewhere in the text; none: anything may match."""


def narrowed(rule: Mapping[str, Any]) -> dict[str, Any]:
    """The taint rule `rule`, each of whose sinks is looked for only in files that hold what a match needs."""
    looks = [_any_of(rule[key]) for key in ("pattern-sinks", "pattern-sources")]
    clauses = "".join(f"(?=(?:{look}))" for look in looks if look)
    bare = {key: [_without(item) for item in rule[key]] for key in ("pattern-sources", "pattern-sinks")}
    if not clauses:
        return {**rule, **bare}
    return {**rule, **bare, "pattern-sinks": [_with(item, rf"(?s)\A{clauses}.*\Z") for item in bare["pattern-sinks"]]}


def _without(item: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in item.items() if key != IN_TEXT}


def _with(item: dict[str, Any], regex: str) -> dict[str, Any]:
    """`item`, all of whose matches lie in a text that `regex` matches as a whole."""
    rest = {key: value for key, value in item.items() if key not in ("pattern", "patterns", "pattern-either")}
    given = item.get("patterns", [])
    if "pattern-regex" in item or not isinstance(given, list):
        return item
    patterns = list(given)
    patterns += [{key: item[key]} for key in ("pattern", "pattern-either") if key in item]
    return {**rest, "patterns": [*patterns, {"pattern-regex": regex}]}


def _any_of(items: Iterable[object]) -> str:
    """One expression for a text in which at least one of `items` may match; empty when that is any text.

    It is kept short, because semgrep tries a rule on every file for which an expression takes too many steps.
    """
    found = _alternatives(list(items))
    least = [needed for needed in found if not any(other < needed for other in found)]
    number = Counter(one for needed in least for one in needed)
    grouped: defaultdict[Needed, set[str]] = defaultdict(set)
    for needed in least:
        # What fewest alternatives ask for is what tells one from the others that ask for the same beside it.
        own = min(needed, key=lambda one: (number[one], one))
        grouped[needed - {own}].add(own)
    return "|".join(
        "".join(f"(?=.*{one})" for one in sorted(shared)) + f"(?=.*(?:{'|'.join(sorted(own))}))"
        for shared, own in sorted(grouped.items(), key=lambda group: (len(group[0]), sorted(group[0])))
    )


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
