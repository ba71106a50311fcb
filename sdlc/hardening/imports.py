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
_PART = re.compile(r"[A-Za-z_]\w*\Z")
_CODE = (".py", ".so", ".pyd")
_GUARDS = frozenset(words_of("TYPE_CHECKING platform version_info hexversion name PY2 PY3 WIN32 WINDOWS IS_WINDOWS"))
_MISSING = ("ImportError", "ModuleNotFoundError", "Exception", "BaseException")


@dataclass(frozen=True, order=True)
class Import:
    """One import: `name` is dotted, its end may be no module.

    `optional` when nothing breaks without it; `inner` when it stands in a function, which may never be called.
    """

    name: str
    path: str
    line: int
    optional: bool = False
    inner: bool = False


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
    for path in sorted(path for path in files if uses(path, exclude)):
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


def uses(path: str, exclude: tuple[str, ...] = ()) -> bool:
    """True for a source whose imports are the product's: generated ones and migrations, too, but no test."""
    return path.endswith(".py") and reason_to_leave_out(path, exclude) in ("", "generated", "migrations")


def own_modules(paths: Iterable[str]) -> dict[str, frozenset[str]]:
    """The product's own modules: under "" those of everywhere, dotted; by folder those that only scripts in it see."""
    files = [path for path in paths if path.endswith((".py", ".pyi", ".so"))]
    packages = {path.rpartition("/")[0] for path in files if path.endswith("/__init__.py")}
    seen: dict[str, set[str]] = {}
    for path in files:
        folder, _, name = path.rpartition("/")
        if folder not in packages:  # what lies in a package is imported by its whole name
            seen.setdefault(folder, set()).add(name.partition(".")[0])
            seen[folder] |= {other.rpartition("/")[2] for other in packages if other.rpartition("/")[0] == folder}
    everywhere = {*topmost(files), *topmost(re.sub(r"^(src|lib|python)/", "", path) for path in files)}
    return {folder: frozenset(names) for folder, names in seen.items()} | {"": frozenset(everywhere)}


def topmost(paths: Iterable[str]) -> tuple[str, ...]:
    """The topmost modules among the files `paths`, dotted; of a namespace, which has no file itself, those in it."""
    code = {path for path in paths if path.endswith(_CODE) and not path.startswith(("../", "/"))}
    packages = {path.removesuffix("/__init__.py") for path in code if path.endswith("/__init__.py")}
    found = set()
    for path in code:
        parts = path.split("/")
        if parts[0].endswith((".dist-info", ".data", "-stubs")):
            continue
        above = ("/".join(parts[:number]) for number in range(1, len(parts)))
        top = next((folder for folder in above if folder in packages), "")
        names = (top or "/".join([*parts[:-1], parts[-1].partition(".")[0]])).split("/")
        if all(_PART.match(name) for name in names):
            found.add(".".join(names))
    return tuple(sorted(found))


def is_own(name: str, path: str, own: Mapping[str, frozenset[str]]) -> bool:
    """True when the dotted `name`, imported in the file `path`, is of the product or of the standard library."""
    parts = name.split(".")
    if is_standard(parts[0]) or parts[0] in own.get(path.rpartition("/")[0], ()):
        return True
    return any(".".join(parts[:number]) in own[""] for number in range(1, len(parts) + 1))


def is_standard(module: str) -> bool:
    """True for a module of the standard library."""
    return module in sys.stdlib_module_names or module in ("__future__", "__main__")


def _read(tree: ast.Module, path: str, found: Used) -> None:
    """The walk keeps its own stack, because hostile code nests deeper than Python recurses."""
    stack: list[tuple[ast.AST, bool, bool]] = [(tree, False, False)]
    while stack:
        node, optional, inner = stack.pop()
        if isinstance(node, ast.Import):
            found.imports += [Import(one.name, path, node.lineno, optional, inner) for one in node.names]
        elif isinstance(node, ast.ImportFrom):
            if not node.level and node.module:
                names = [f"{node.module}.{one.name}".removesuffix(".*") for one in node.names]
                found.imports += [Import(name, path, node.lineno, optional, inner) for name in names]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            _text(node.value, found)
        elif isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            words = (one.value for one in node.elts if isinstance(one, ast.Constant) and isinstance(one.value, str))
            found.texts.update(word for word in words if word.isidentifier())
        elif isinstance(node, ast.Call):
            _call(node, path, optional, found)
        inner = inner or isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        without = _goes_without(node)
        stack += [(one, optional or one in without, inner) for one in ast.iter_child_nodes(node)]


def _goes_without(node: ast.AST) -> list[ast.AST]:
    """The statements right below `node` without which the program goes on: guarded, or for one platform or version."""
    if isinstance(node, ast.Try) and any(_is_missing(one.type) for one in node.handlers):
        return [*node.body, *node.handlers]
    if isinstance(node, ast.If) and any(_name(one) in _GUARDS for one in ast.walk(node.test)):
        return [*node.body, *node.orelse]
    if isinstance(node, (ast.With, ast.AsyncWith)) and any(_suppresses(one.context_expr) for one in node.items):
        return list(node.body)
    return []


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
