"""
An SPDX expression against the lists of a product: allow, review, deny.

`AND` asks for both, so the worse decides; of `OR` the better is taken, and it is said which; a license `WITH` an
exception is looked up as a pair first, then by what the exception makes of it. An entry that names a license counts
before one that names its category, and among equals the stricter list. What stands in no list is for a person; a
category that is denied without lists of one's own stays so until a list names it: an empty `deny` says nothing of it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from sdlc.errors import UnreadableError
from sdlc.licenses.rules import Rules

MAX_EXPRESSION = 1000


class Stand(IntEnum):
    """What the lists say; ordered, the worst last."""

    ALLOW = 0
    REVIEW = 1
    DENY = 2


@dataclass(frozen=True)
class Judged:
    """`taken` is the expression that is left when each `OR` is decided; `why` is one clause for each license that
    made `stand` what it is, and for each choice."""

    stand: Stand
    taken: str
    why: tuple[str, ...]


@dataclass(frozen=True)
class Lists:
    """The product's lists: SPDX ids (with an exception or without) and categories, each with its stand.

    `unnamed` are categories that no list names, and that are denied without lists.
    """

    ids: Mapping[str, Stand]
    categories: Mapping[str, Stand]
    unnamed: frozenset[str] = frozenset()


def spdx(text: str) -> str:
    """`text` as the one spelling of an SPDX expression, or nothing when it is none."""
    if not text.strip() or len(text) > MAX_EXPRESSION:
        return ""
    try:
        return str(canonicalize_license_expression(text))
    except (InvalidLicenseExpression, ValueError, RecursionError, MemoryError, SyntaxError):
        return ""


def lists_of(
    allow: Iterable[str], review: Iterable[str], deny: Iterable[str], rules: Rules, denied: Iterable[str] = ()
) -> Lists:
    """The three lists as one look-up; `denied` are the categories that are denied without lists.

    Raises UnreadableError for an entry that is neither a license nor a category.
    """
    ids: dict[str, Stand] = {}
    categories: dict[str, Stand] = {}
    given = (("allow", allow, Stand.ALLOW), ("review", review, Stand.REVIEW), ("deny", deny, Stand.DENY))
    for key, entries, stand in given:
        for entry in entries:
            name = spdx(entry)
            if entry in rules.asks:
                categories[entry] = max(stand, categories.get(entry, stand))
            elif name and " AND " not in name and " OR " not in name:
                ids[name] = max(stand, ids.get(name, stand))
            else:
                near = difflib.get_close_matches(entry, [*rules.asks, *rules.category_of], n=1)
                raise UnreadableError(
                    f"sdlc.toml: gates.licenses.{key}: {entry!r:.60} is neither an SPDX id nor a category",
                    hint=f"did you mean {near[0]!r}?" if near else f"the categories are: {', '.join(rules.asks)}",
                )
    return Lists(ids, categories, frozenset(denied) - set(categories))


def licenses_in(expression: str) -> frozenset[str]:
    """Every license that `expression` (as `spdx` gives it) names, without exceptions."""
    words = expression.replace("(", " ").replace(")", " ").split()
    names = [word for before, word in zip(["", *words], words, strict=False) if before != "WITH"]
    return frozenset(name for name in names if name not in ("AND", "OR", "WITH"))


def judge(expression: str, lists: Lists, rules: Rules) -> Judged:
    """What `lists` say of `expression`, which `spdx` gave. Raises UnreadableError when it nests too deep."""
    from license_expression import ExpressionError, Licensing

    try:
        licensing = Licensing()
        return _judge(licensing.parse(expression), lists, rules, licensing)
    except (ExpressionError, RecursionError, AttributeError) as error:
        raise UnreadableError(f"{expression:.60}: no license expression: {type(error).__name__}") from None


def _judge(node: Any, lists: Lists, rules: Rules, licensing: Any) -> Judged:
    if isinstance(node, licensing.AND):
        parts = [_judge(one, lists, rules, licensing) for one in node.args]
        worst = max(part.stand for part in parts)
        return Judged(
            worst,
            " AND ".join(part.taken for part in parts),
            tuple(dict.fromkeys(why for part in parts if part.stand is worst for why in part.why)),
        )
    if isinstance(node, licensing.OR):
        parts = [_judge(one, lists, rules, licensing) for one in node.args]
        best = min(parts, key=lambda part: part.stand)
        others = " or ".join(part.taken for part in parts if part is not best)
        choice = f"{best.taken} is taken, not {others}"
        if best.stand is not Stand.ALLOW:  # no alternative helps: say it of each
            every = tuple(dict.fromkeys(why for part in parts for why in part.why))
            return Judged(best.stand, best.taken, (*every, "no alternative is allowed"))
        return Judged(best.stand, best.taken, (choice, *best.why))
    return _leaf(str(node), lists, rules)


def _leaf(text: str, lists: Lists, rules: Rules) -> Judged:
    license, _, exception = text.partition(" WITH ")
    category = rules.category(license, exception)
    asks = f"{category}, which asks that {rules.asks[category]}" if category else "in no category that is known here"
    if text in lists.ids:
        return Judged(lists.ids[text], text, (f"{text} is listed by name; it is {asks}",))
    if license in lists.ids and not (exception in rules.exceptions and exception):
        return Judged(lists.ids[license], text, (f"{license} is listed by name; it is {asks}",))
    if category in lists.categories:
        return Judged(lists.categories[category], text, (f"{text} is {asks}",))
    if category in lists.unnamed:
        why = f'{text} is {asks}; no list names {category}, so it stays denied ("{category}" in review asks a person)'
        return Judged(Stand.DENY, text, (why,))
    return Judged(Stand.REVIEW, text, (f"{text} is {asks}, and in no list",))
