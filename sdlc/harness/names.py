"""
Words of a product's input that stand in its names: `visit_table`, `_handle_COUNT`, `do_GET`.

What is called by a name that is put together of a prefix and a word of the input is in no constant of the source.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

PREFIX = re.compile(r"(_*[A-Za-z]+?_+)(\w+)")
FAMILY = 3
"""So many names of one body with the same prefix are a family, and what follows their prefix are words."""


def words_of_names(tree: ast.AST) -> Iterator[str]:
    """The words behind a prefix that several functions or attributes of one class or module share."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.Module):
            yield from _family_words(_names(node.body))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict":
            yield from (keyword.arg for keyword in node.keywords if keyword.arg)


def _names(body: Iterable[ast.stmt]) -> Iterator[str]:
    for statement in body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield statement.name
        elif isinstance(statement, ast.Assign):
            yield from (target.id for target in statement.targets if isinstance(target, ast.Name))


def _family_words(names: Iterable[str]) -> Iterator[str]:
    families: dict[str, list[str]] = defaultdict(list)
    for name in names:
        if match := PREFIX.fullmatch(name):
            families[match[1]].append(match[2])
    for words in families.values():
        if len(words) >= FAMILY:
            yield from words
