"""
Which harnesses a change can matter to: by the functions that each reaches, and by what it imports.

Pure. A harness is spared only when nothing that changed can be its own: a changed file that it does not import, or a
changed function that other harnesses reach and this one does not. What no harness reaches counts for all that import
it, and so does everything outside of functions.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

SPARED = ("tests/", "docs/", ".github/", ".sdlc/", "threat_models/")
TEXTS = (".md", ".rst", ".txt.license")


@dataclass(frozen=True)
class Change:
    """What the head wrote since the base: the first and last line of every piece of a file; none: the whole file."""

    path: str
    pieces: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Function:
    """One function that a harness reaches, in a file of the tree."""

    path: str
    name: str
    first: int
    last: int


def affected(
    files: Mapping[str, bytes],
    changes: Sequence[Change],
    harnesses: Mapping[str, tuple[str, Sequence[Function]]],
    inputs: str,
) -> dict[str, str]:
    """Why each harness must be searched; one that is spared is not in it.

    `files` are the Python files of the tree, `harnesses` give each name its file and what it reaches. `inputs` is the
    folder of harnesses, whose stored inputs are replayed anyway.
    """
    why: dict[str, str] = {}
    everyone = [function for _, reached in harnesses.values() for function in reached]
    spans = {change.path: functions(files[change.path]) for change in changes if change.path in files}
    for name, (file, reached) in harnesses.items():
        imported = closure(file, files)
        for change in changes:
            reason = _reason(change, imported, reached, everyone, spans, inputs)
            if reason:
                why[name] = reason
                break
    return why


def _reason(
    change: Change,
    imported: frozenset[str],
    reached: Sequence[Function],
    everyone: Sequence[Function],
    spans: Mapping[str, Sequence[tuple[int, int]] | None],
    inputs: str,
) -> str:
    path = change.path
    if not path.endswith(".py"):
        kept = path.startswith((*SPARED, f"{inputs}/corpus/", f"{inputs}/regressions/")) or path.endswith(TEXTS)
        return "" if kept else f"{path} changed, which any code may read"
    mine = [one for one in reached if one.path == path]
    for first, last in change.pieces:
        touched = [one.name for one in mine if one.first <= last and first <= one.last]
        if touched:
            return f"reaches {touched[-1]}() in {path}"
    if path not in imported:
        return ""
    inside = spans.get(path)
    if inside is None or not change.pieces:
        return f"imports {path}"
    for first, last in change.pieces:
        if not any(begin <= first and last <= end for begin, end in inside):
            return f"imports {path}, which changed outside of functions"
        if not any(one.path == path and one.first <= last and first <= one.last for one in everyone):
            return f"imports {path}, of which no harness reaches the changed lines"
    return ""


def functions(source: bytes) -> list[tuple[int, int]] | None:
    """First and last line of every function's body, defaults and decorators not counted; None for what is no Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return None
    return [
        (node.body[0].lineno, node.end_lineno or node.lineno)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def closure(start: str, files: Mapping[str, bytes]) -> frozenset[str]:
    """The files of the tree that `start` imports, at any depth, itself included."""
    modules = {module_of(path): path for path in sorted(files, reverse=True)}
    found: set[str] = set()
    left = [start]
    while left:
        path = left.pop()
        if path in found or path not in files:
            continue
        found.add(path)
        for name in _imports(files[path], module_of(path), package=path.endswith("/__init__.py")):
            parts = name.split(".")
            left += [modules[one] for n in range(len(parts)) if (one := ".".join(parts[: n + 1])) in modules]
    return frozenset(found)


def module_of(path: str) -> str:
    """The name by which the file is imported; of one in no package, its own."""
    name = path.removeprefix("src/").removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return name.removeprefix("fuzz.")


@lru_cache(maxsize=4096)
def _imports(source: bytes, module: str, *, package: bool) -> tuple[str, ...]:
    return tuple(_all_imports(source, module, package=package))


def _all_imports(source: bytes, module: str, *, package: bool) -> Iterator[str]:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = module.split(".") if package else module.split(".")[:-1]
                parts = parts[: len(parts) - node.level + 1]
                base = ".".join([*parts, *filter(None, [base])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)
