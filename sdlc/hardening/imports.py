"""
What the product's own sources import, name as a text, or start: by syntax trees, nothing is executed.

A text counts where it is the dotted name of a module (`"rest_framework"`, `"whitenoise.middleware.WhiteNoise"`), as
settings of frameworks name what they load.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sdlc.formats.python_source import MAX_SOURCE
from sdlc.hardening.setting import words_of
from sdlc.model.fingerprint import parse
from sdlc.surface.extract import reason_to_leave_out

MAX_TEXT = 200
_DOTTED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+(:[A-Za-z_]\w*)?\Z")
_COMMAND = re.compile(r"([a-z][\w-]*)( [a-z][\w-]*)? --?[a-z]")
_SCHEME = re.compile(r"([a-z][a-z0-9]*)(\+([a-z0-9_]+))?://")
_STARTERS = frozenset(words_of("run Popen call check_call check_output system execvp execv execlp which spawn exec_"))
_MISSING = ("ImportError", "ModuleNotFoundError", "Exception", "BaseException")


@dataclass(frozen=True, order=True)
class Import:
    """One import: `name` is dotted, its end may be no module; `optional` when nothing breaks without it."""

    name: str
    path: str
    line: int
    optional: bool = False


@dataclass
class Used:
    """All of it: imports, texts that could name a module, words that programs are started with, unparsed files."""

    files: list[str] = field(default_factory=list)
    imports: list[Import] = field(default_factory=list)
    texts: set[str] = field(default_factory=set)
    programs: set[str] = field(default_factory=set)
    unparsed: dict[str, str] = field(default_factory=dict)


def used_by(files: Mapping[str, bytes], exclude: tuple[str, ...] = ()) -> Used:
    """What the Python sources in `files` use; tests and what lies beside the product are left out."""
    found = Used()
    for path in sorted(path for path in files if path.endswith(".py") and not reason_to_leave_out(path, exclude)):
        try:
            if len(files[path]) > MAX_SOURCE:
                raise ValueError(f"it is larger than {MAX_SOURCE // 2**20} MiB")
            tree = parse(files[path])
        except SyntaxError as error:
            found.unparsed[path] = f"line {error.lineno or 0}: {error.msg or 'invalid syntax'}"
            continue
        except (ValueError, RecursionError, MemoryError) as error:
            found.unparsed[path] = str(error) or "it is nested too deeply"
            continue
        found.files.append(path)
        _read(tree, path, found)
    return found


def own_modules(paths: Iterable[str]) -> dict[str, frozenset[str]]:
    """First names of modules that the product has itself, by the folder from which they are seen ("" is everywhere)."""
    seen: dict[str, set[str]] = {"": set()}
    for path in paths:
        if not path.endswith((".py", ".pyi", ".so")):
            continue
        folder, _, name = path.rpartition("/")
        seen.setdefault(folder, set()).add(name.partition(".")[0])
        first, *more = path.split("/")
        rest = more if first in ("src", "lib", "python") and more else [first, *more]
        seen[""].add(rest[0].partition(".")[0])
        if folder:
            seen.setdefault(folder.rpartition("/")[0], set()).add(folder.rpartition("/")[2])
    return {folder: frozenset(names) for folder, names in seen.items()}


def is_standard(module: str) -> bool:
    """True for a module of the standard library."""
    return module in sys.stdlib_module_names or module in ("__future__", "__main__")


def _read(tree: ast.Module, path: str, found: Used) -> None:
    """The walk keeps its own stack, because hostile code nests deeper than Python recurses."""
    stack: list[tuple[ast.AST, bool]] = [(tree, False)]
    while stack:
        node, optional = stack.pop()
        if isinstance(node, ast.Import):
            found.imports += [Import(one.name, path, node.lineno, optional) for one in node.names]
        elif isinstance(node, ast.ImportFrom):
            if not node.level and node.module:
                names = [f"{node.module}.{one.name}".removesuffix(".*") for one in node.names]
                found.imports += [Import(name, path, node.lineno, optional) for name in names]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            _text(node.value, found)
        elif isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            words = (one.value for one in node.elts if isinstance(one, ast.Constant) and isinstance(one.value, str))
            found.texts.update(word for word in words if word.isidentifier())
        elif isinstance(node, ast.Call):
            _call(node, path, optional, found)
        if isinstance(node, ast.Try) and any(_is_missing(one.type) for one in node.handlers):
            stack += [(one, True) for one in node.body]
            stack += [(one, optional) for one in (*node.handlers, *node.orelse, *node.finalbody)]
        elif isinstance(node, ast.If) and _name(node.test) == "TYPE_CHECKING":
            stack += [(one, True) for one in node.body]
            stack += [(one, optional) for one in node.orelse]
        elif isinstance(node, (ast.With, ast.AsyncWith)) and any(_suppresses(one.context_expr) for one in node.items):
            stack += [(one, True) for one in node.body]
        else:
            stack += [(one, optional) for one in ast.iter_child_nodes(node)]


def _call(node: ast.Call, path: str, optional: bool, found: Used) -> None:
    """Imports by a constant name, and programs that are started."""
    name = _name(node.func)
    first = node.args[0] if node.args else None
    if name in ("import_module", "__import__") and isinstance(first, ast.Constant) and isinstance(first.value, str):
        if not first.value.startswith("."):
            found.imports.append(Import(first.value, path, node.lineno, optional))
    elif name in _STARTERS and first is not None:
        command = first.elts[0] if isinstance(first, (ast.List, ast.Tuple)) and first.elts else first
        if isinstance(command, ast.Constant) and isinstance(command.value, str):
            found.programs.update(command.value.split()[:1])


def _text(text: str, found: Used) -> None:
    """A dotted name, the driver in an address (`postgresql+psycopg://`), the program of a command line.

    One word alone names a module only where it stands in a list, as frameworks have it: elsewhere it is a word.
    """
    if len(text) > MAX_TEXT:
        return
    if _DOTTED.match(text):
        found.texts.add(text.partition(":")[0])
    if address := _SCHEME.match(text):
        found.texts.add(address[3] or address[1])
    if command := _COMMAND.match(text):
        found.programs.add(command[1])


def _name(node: ast.AST | None) -> str:
    """The last name of `a.b.name`, or empty."""
    return str(getattr(node, "id", getattr(node, "attr", "")))


def _is_missing(kind: ast.expr | None) -> bool:
    """True when a handler of `kind` catches that a module is not there."""
    several = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return kind is None or any(_name(one) in _MISSING for one in several)


def _suppresses(call: ast.expr) -> bool:
    if not isinstance(call, ast.Call) or _name(call.func) != "suppress":
        return False
    return any(_is_missing(one) for one in call.args)
