"""
Which functions of the product a test runs, itself and in the threads that it starts; not in other processes.

The product's modules are compiled with one call more at the begin of each function, as pytest does with its asserts: a
tracer would see the same and make tests slow. Lines, docstrings and signatures stay as they are. Modules of compilers
that read functions themselves (numba and its like) are left as they are, and named.
"""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Iterable
from importlib.machinery import ModuleSpec, SourceFileLoader
from types import ModuleType
from typing import Any

SPAWNS = frozenset({"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.exec", "pty.spawn"})
COMPILERS = frozenset({"cython", "jax", "numba", "pythran", "taichi", "torch", "triton"})
MARK = "__sdlc_touched__"


class Touched:
    """Functions of modules below `folders` (where the product is installed) that ran since `begin`."""

    def __init__(self, folders: Iterable[str]) -> None:
        self._folders = tuple(f"{folder}/" for folder in folders)
        self._found: set[str] = set()
        self._unseen: set[str] = set()
        self._spawned = False
        setattr(builtins, MARK, self._found.add)
        sys.addaudithook(self._heard)

    def begin(self) -> None:
        """Forget what ran before."""
        self._found.clear()
        self._spawned = False

    def take(self) -> tuple[list[str], bool, list[str]]:
        """`path::function` of what ran, whether another process was started, and the modules that are not seen."""
        return sorted(self._found), self._spawned, sorted(self._unseen)

    def miss(self, modules: Iterable[ModuleType]) -> None:
        """Name `modules` that were imported before, whose functions are not seen."""
        self._unseen |= {path for one in modules if (path := self._path(getattr(one, "__file__", None) or ""))}

    def watch(self, spec: ModuleSpec) -> ModuleSpec:
        """`spec` of a module of the product, so that its functions are seen."""
        if type(spec.loader) is SourceFileLoader and spec.origin:
            path = self._path(spec.origin)
            if path:
                spec.loader = _Watched(spec.loader.name, spec.loader.path, path, self._unseen)
        return spec

    def _path(self, file: str) -> str:
        """`file` below the folder where it is installed; empty for one that lies elsewhere."""
        return next((file.removeprefix(one) for one in self._folders if file.startswith(one)), "")

    def _heard(self, event: str, arguments: object) -> None:  # noqa: ARG002 - the shape of an audit hook
        if event in SPAWNS:
            self._spawned = True


class _Watched(SourceFileLoader):
    """Compiles a module from its source, with the marks; never from a cache, and into none."""

    def __init__(self, name: str, file: str, path: str, unseen: set[str]) -> None:
        super().__init__(name, file)
        self._path = path
        self._unseen = unseen

    def path_stats(self, path: Any) -> Any:
        """Without the time of the source, nothing is cached."""
        raise OSError(path)

    def source_to_code(self, data: Any, path: Any, *, _optimize: int = -1) -> Any:  # type: ignore[override]
        """The code of the module; of one that somebody else compiles, as it is."""
        tree = ast.parse(data, path)
        if _imported(tree) & COMPILERS:
            self._unseen.add(self._path)
        else:
            _mark(tree, f"{self._path}::", "")
        return compile(tree, path, "exec", dont_inherit=True, optimize=_optimize)


def _imported(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def _mark(node: ast.AST, path: str, prefix: str) -> None:
    """Put a mark into every function below `node`; what lies in a function counts as that function."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            name = prefix.removesuffix(".") if prefix.startswith("=") else f"{prefix}{child.name}"
            first = child.body[0]
            documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
            documented = documented and isinstance(first.value.value, str)  # type: ignore[attr-defined]
            mark = ast.Expr(ast.Call(ast.Name(MARK, ast.Load()), [ast.Constant(path + name.lstrip("="))], []))
            for new in ast.walk(mark):
                ast.copy_location(new, first)
            _mark(child, path, f"={name.lstrip('=')}")
            child.body.insert(1 if documented else 0, mark)
        elif isinstance(child, ast.ClassDef):
            _mark(child, path, prefix if prefix.startswith("=") else f"{prefix}{child.name}.")
        else:
            _mark(child, path, prefix)
