"""A slim tree is the same tree, in less room."""

from __future__ import annotations

import ast
import sys
import tracemalloc
from pathlib import Path

import pytest

from sdlc.surface.slim import SLIM, slim

SOURCES = sorted((Path(__file__).parents[1]).glob("surface/*.py"))
UNREAD = ("ctx", "kind", "type_comment", "type_ignores")
EVERYTHING = '''
"""Every statement there is."""
from __future__ import annotations
import os as system, sys
@mark(1)
async def f(a, /, b: int = 2, *c, d=None, **e) -> str:
    global g
    async with a as x, b: await x
    async for y in z: yield y
    return (yield from [*c, {**e}, {1, 2}, {k: v for k, v in e if k if v}, (i async for i in j)])
class C(B, metaclass=M):
    x: int = 1
    try: x += 1
    except* (A, B) as problem: raise X from problem
    finally: del x, y[1:2:3]
match p:
    case {"a": 1, **rest} | [1, *_] | C(x=None) as q if (w := q): pass
    case _: return not -w, f"{w!r:>{width}}" "b", b"c", 1j, ...
while a < b <= c and d or e: continue
else: lambda: (1 if a else b) @ c
'''


def told(tree: ast.AST) -> list[tuple[str, int, list[object]]]:
    """What readers of a tree see: the names of the classes, lines, and what is no node."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.expr_context):
            continue
        plain = [getattr(node, name, None) for name in node._fields if name not in UNREAD]
        values = [one for one in plain if not isinstance(one, (ast.AST, list))]
        found.append((type(node).__name__, getattr(node, "lineno", 0), values))
    return found


@pytest.mark.parametrize("text", [EVERYTHING, "", *(path.read_text() for path in SOURCES)])
def test_a_slim_tree_says_what_the_tree_says(text: str) -> None:
    tree = ast.parse(text)
    copy = slim(tree)
    assert told(copy) == told(tree)
    assert all(isinstance(one, kind) for kind, made in SLIM.items() for one in ast.walk(copy) if type(one) is made)


def test_a_deep_tree_is_copied() -> None:
    depth = 4 * sys.getrecursionlimit() // 5
    tree = ast.parse("x = " + "-" * depth + "1")
    while depth < 5 * sys.getrecursionlimit():
        tree.body = [ast.If(ast.Constant(True), tree.body, [])]
        depth += 1
    assert sum(isinstance(one, ast.If) for one in ast.walk(slim(tree))) > sys.getrecursionlimit()


def test_it_takes_less_than_half_of_the_room() -> None:
    text = "\n".join(path.read_text() for path in SOURCES)
    text = text.replace("from __future__ import annotations\n", "")
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tree = ast.parse(text)
        wide = tracemalloc.get_traced_memory()[0] - before
        copy = slim(tree)
        narrow = tracemalloc.get_traced_memory()[0] - before - wide
    finally:
        tracemalloc.stop()
    assert copy.body
    assert narrow < wide / 2
