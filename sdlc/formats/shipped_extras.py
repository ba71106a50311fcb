"""
Markers that ask for an extra of the product, or for a group (Poetry and PEP 751), decided for those that are shipped.

What is left is a marker about the target alone, or the answer that the row is not shipped at all. Pure text in, text
out: a part that says nothing of extras is kept as it was written.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping

from packaging.markers import InvalidMarker, Marker
from packaging.utils import canonicalize_name

MAX_LENGTH = 20_000


def without_extras(marker: str, shipped: Collection[str], groups: Collection[str] = ()) -> str | None:
    """`marker` for somebody who installs the extras `shipped` (normalized) and `groups`.

    The answer is a marker about the target, empty for always, None for never. A marker that says nothing of either is
    given back as it is, whatever else is wrong with it: it is judged where it is evaluated. Raises ValueError for one
    that cannot be decided.
    """
    if "extra" not in marker and "dependency_groups" not in marker:
        return marker
    asked = {"extra": shipped, "extras": shipped, "dependency_groups": set(map(canonicalize_name, groups))}
    try:
        Marker(marker)
        # To Python's parser a marker is an expression but for two operators; the positions stay what they are.
        tree = ast.parse(marker.replace("===", "== ").replace("~=", "<="), mode="eval")
        if len(marker) > MAX_LENGTH:
            raise ValueError("too long")
        left = _left(tree.body, marker, asked)
    except (InvalidMarker, SyntaxError, RecursionError, MemoryError, ValueError) as error:
        raise ValueError(f"{marker!r:.80} is no marker: {error}"[:200]) from None
    if isinstance(left, bool):
        return "" if left else None
    return left


def _left(node: ast.expr, marker: str, asked: Mapping[str, Collection[str]]) -> bool | str:
    """What is left of a part: its truth, or the text that a target has to decide."""
    if isinstance(node, ast.BoolOp):
        ends = isinstance(node.op, ast.Or)  # the truth that decides the whole
        parts = [_left(one, marker, asked) for one in node.values]
        if ends in parts:
            return ends
        rest = [f"({one})" for one in parts if isinstance(one, str)]
        return (" or " if ends else " and ").join(rest) if rest else not ends
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        sides = (node.left, node.comparators[0])
        names = [side.id for side in sides if isinstance(side, ast.Name)]
        values = [side.value for side in sides if isinstance(side, ast.Constant) and isinstance(side.value, str)]
        if len(names) == len(values) == 1 and names[0] in asked:
            yes, no = (ast.Eq, ast.NotEq) if names == ["extra"] else (ast.In, ast.NotIn)
            if isinstance(node.ops[0], yes | no):
                return (canonicalize_name(values[0]) in asked[names[0]]) is isinstance(node.ops[0], yes)
        if not set(names) & set(asked):
            return ast.get_source_segment(marker, node) or marker
    raise ValueError("it asks for extras in a way that is not understood")
