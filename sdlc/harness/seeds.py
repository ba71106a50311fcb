"""Where a search begins: words that the product knows, and inputs that it was given before."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from sdlc.harness.names import words_of_names


@dataclass(frozen=True)
class Known:
    """Where a search begins: `words` that the product compares its input with, and whole inputs.

    Of these `stored` were kept for this very harness, `seeds` are texts of the tests, `kept` what an earlier search of
    this run kept.
    """

    words: list[bytes]
    seeds: list[bytes]
    stored: list[bytes] = field(default_factory=list)
    kept: list[bytes] = field(default_factory=list)


def constants(folders: Iterable[str], *, at_most: int, names: bool = False) -> list[bytes]:
    """Texts of up to `at_most` bytes that stand in the Python files of `folders`; files that do not parse have none.

    With `names`, also the words of its names that an input may hold.
    """
    found: set[bytes] = set()
    for folder in folders:
        root = Path(folder)
        for path in sorted(root.rglob("*.py")) if root.is_dir() else [root]:
            try:
                tree = ast.parse(path.read_bytes())
            except (SyntaxError, ValueError, RecursionError, OSError):
                continue
            values = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
            for value in (*values, *(words_of_names(tree) if names else ())):
                if isinstance(value, str | bytes):
                    data = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
                    if 0 < len(data) <= at_most:
                        found.add(data)
    return sorted(found)
