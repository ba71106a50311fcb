"""The edits that rules make themselves, where there is one right thing to write."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence

Edits = Sequence[tuple[str, str]]
"""Regular expressions, all tried on the lines of a finding, and what stands there afterwards."""


def mend(
    text: str, findings: Sequence[tuple[str, int, int]], edits: Mapping[str, Edits]
) -> tuple[str, tuple[int, ...]]:
    """`text` with the `findings` (rule, first and last line) mended as `edits` of their rules say, and their positions.

    A finding whose lines none of the expressions fits, or after whose edit the text is no Python, is left as it is.
    """
    lines = text.split("\n")
    done = []
    for position, (rule, first, last) in enumerate(findings):
        before = "\n".join(lines[first - 1 : last])
        after = before
        for expression, replacement in edits.get(rule, ()):
            after = re.sub(expression, replacement, after)
        tried = [*lines[: first - 1], *after.split("\n"), *lines[last:]]
        # The places of the other findings hold only as long as no line comes or goes.
        if after != before and len(tried) == len(lines) and _is_python("\n".join(tried)):
            lines = tried
            done.append(position)
    return "\n".join(lines), tuple(done)


def _is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
