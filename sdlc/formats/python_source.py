"""One Python source file: its syntax tree, and the comments in it that ask a scanner to be silent."""

from __future__ import annotations

import ast
import io
import tokenize
from dataclasses import dataclass

from sdlc.formats.suppression_comments import Suppression, find_suppressions
from sdlc.model.fingerprint import parse

MAX_SOURCE = 2 * 1024 * 1024
"""Bytes; longer files are data, and keep the scanners busy for minutes."""

TABLE = 64 * 1024
"""Bytes from which a module that holds nothing but constants is called a table."""

_CONSTANTS = (
    ast.Module,
    ast.Import,
    ast.ImportFrom,
    ast.alias,
    ast.Assign,
    ast.AnnAssign,
    ast.Expr,
    ast.Name,
    ast.Constant,
    ast.Dict,
    ast.List,
    ast.Set,
    ast.Tuple,
    ast.UnaryOp,
    ast.Subscript,
    ast.expr_context,
    ast.unaryop,
)
"""What a table is made of: nothing that is called, defined, joined or decided."""


@dataclass(frozen=True)
class Source:
    """A file that Python can parse; a `table` is long and holds constants alone, so no value can flow in it."""

    tree: ast.Module
    suppressions: tuple[Suppression, ...]
    table: bool
    text: str


@dataclass(frozen=True)
class Unparsed:
    """A file that nobody may say anything about; `line` 0 is unknown."""

    path: str
    line: int
    reason: str


def load_source(path: str, data: bytes) -> Source | Unparsed:
    """`data` parsed as Python, in the encoding that its first lines name, else UTF-8."""
    if not path.isprintable():
        return Unparsed(ascii(path)[1:-1], 0, "its name is not printable text")
    if len(data) > MAX_SOURCE:
        return Unparsed(path, 0, f"it is larger than {MAX_SOURCE // 2**20} MiB")
    try:
        tree = parse(data)
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        table = len(data) > TABLE and all(isinstance(node, _CONSTANTS) for node in ast.walk(tree))
        text = data.decode(encoding)
        return Source(tree, find_suppressions(path, text), table, text)
    except SyntaxError as error:
        return Unparsed(path, error.lineno or 0, error.msg or "invalid syntax")
    except (tokenize.TokenError, ValueError) as error:
        return Unparsed(path, 0, str(error))
    except (RecursionError, MemoryError):
        return Unparsed(path, 0, "it is nested too deeply")
