"""
Do the places that a model points at exist? By syntax tree, because a name in a comment is no function.

The gate looks with `resolve` and stores the answers as a table; the reading joins that table with the model. A
pointer without a row in the table counts as one that leads nowhere.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch

from sdlc.errors import UnreadableError
from sdlc.formats import strict_json
from sdlc.model.digest import sha256
from sdlc.threats.model import Evidence, FuzzEvidence, ManualEvidence, TestEvidence, ThreatModel

HARNESS_FILES = "*fuzz_*.py"
SCHEMA = "sdlc.threat-pointers/1"


@dataclass(frozen=True)
class Resolution:
    """Whether `pointer` leads to something at this commit; `reason` says why not."""

    pointer: str
    resolves: bool
    reason: str = ""


def pointers_of(model: ThreatModel) -> tuple[str, ...]:
    """All that `model` points at, sorted: code, test ids, `harness:<name>` and `record:<path>#<sha256>`."""
    found: set[str] = set()
    for control in model.controls.values():
        found.update(control.code)
        for evidence in control.evidence:
            found.add(pointer_to(evidence))
    return tuple(sorted(found - {""}))


def pointer_to(evidence: Evidence) -> str:
    """What `evidence` points at in the tree; empty for a rule of static analysis, which lies outside of it."""
    match evidence:
        case TestEvidence():
            return evidence.id
        case FuzzEvidence():
            return f"harness:{evidence.harness}"
        case ManualEvidence():
            return f"record:{evidence.document}#{evidence.digest}"
        case _:
            return ""


def resolve(pointer: str, files: tuple[str, ...], source: Callable[[str], bytes]) -> Resolution:
    """Follow `pointer` among `files` (POSIX paths of the tree), whose bytes `source` returns."""
    if pointer.startswith("harness:"):
        return _resolve_harness(pointer, files, source)
    if pointer.startswith("record:"):
        return _resolve_record(pointer, files, source)
    path, _, symbol = pointer.partition("::")
    if path not in files:
        return Resolution(pointer, False, f"there is no file {path}")
    if not symbol:
        return Resolution(pointer, True)
    if not path.endswith(".py"):
        return Resolution(pointer, False, f"{path} is not Python, so it has no {symbol}")
    try:
        names = symbols(source(path))
    except (SyntaxError, ValueError, RecursionError) as error:
        return Resolution(pointer, False, f"{path} is not readable as Python: {error}")
    if symbol.replace("::", ".") in names:
        return Resolution(pointer, True)
    return Resolution(pointer, False, f"{path} defines no {symbol.replace('::', '.')}")


def symbols(source: bytes) -> frozenset[str]:
    """Functions, classes, methods (`Class.method`) and assigned names of a module; raises SyntaxError, ValueError."""
    return frozenset(_defined(ast.parse(source).body, ""))


def dump_pointers(rows: Iterable[Resolution]) -> bytes:
    """`pointers.json`."""
    table = [
        {"pointer": row.pointer, "resolves": row.resolves, "reason": row.reason}
        for row in sorted(rows, key=lambda row: row.pointer)
    ]
    return strict_json.dumps({"schema": SCHEMA, "pointers": table})


def load_pointers(data: bytes) -> dict[str, Resolution]:
    """The table in `data`, by pointer; raises UnreadableError."""
    document = strict_json.loads_object(data, what="pointers.json")
    try:
        rows = [
            Resolution(str(row["pointer"]), row["resolves"] is True, str(row["reason"])) for row in document["pointers"]
        ]
    except (KeyError, TypeError) as error:
        raise UnreadableError(f"pointers.json: {type(error).__name__}: {error}") from None
    table = {row.pointer: row for row in rows}
    if len(table) != len(rows):
        raise UnreadableError("pointers.json: one pointer has two rows")
    return table


def _resolve_harness(pointer: str, files: tuple[str, ...], source: Callable[[str], bytes]) -> Resolution:
    name = pointer.removeprefix("harness:")
    candidates = [path for path in files if fnmatch(path, HARNESS_FILES)]
    for path in candidates:
        try:
            if name in symbols(source(path)):
                return Resolution(pointer, True)
        except (SyntaxError, ValueError, RecursionError):
            continue  # the fuzz gate reports a harness file that is no Python
    return Resolution(pointer, False, f"none of {len(candidates)} fuzz_*.py files defines {name}")


def _resolve_record(pointer: str, files: tuple[str, ...], source: Callable[[str], bytes]) -> Resolution:
    path, _, digest = pointer.removeprefix("record:").rpartition("#")
    if path not in files:
        return Resolution(pointer, False, f"there is no file {path}")
    now = sha256(source(path))
    return Resolution(pointer, now == digest, "" if now == digest else f"the digest of {path} is {now}")


def _defined(body: list[ast.stmt], prefix: str) -> Iterator[str]:
    for node in body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield prefix + name
            case ast.ClassDef(name=name, body=inner):
                yield prefix + name
                yield from _defined(inner, f"{prefix}{name}.")
            case ast.Assign(targets=targets):
                yield from (prefix + target.id for target in targets if isinstance(target, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name), value=value) if value is not None:
                yield prefix + name
            case ast.If() | ast.Try() | ast.With():
                for branch in ("body", "orelse", "finalbody"):
                    yield from _defined(list(getattr(node, branch, ())), prefix)
                for handler in getattr(node, "handlers", ()):
                    yield from _defined(handler.body, prefix)
