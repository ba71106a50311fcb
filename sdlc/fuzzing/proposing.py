"""
Proposes harnesses from the text of a product: what takes text or bytes and reads it, and what it writes back.

Pure. A proposal is a plain file to be read and mended by a person. What is known of a function is in its hints, its
docstring and its name: exceptions that it documents or raises, and a function of the inverse name.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sdlc.fuzzing.affected import closure, module_of

PAIRS = (
    *(("loads", "dumps"), ("load", "dump"), ("decode", "encode"), ("parse", "format"), ("parse", "unparse")),
    *(("parse", "render"), ("parse", "serialize"), ("deserialize", "serialize"), ("unquote", "quote")),
    *(
        ("unescape", "escape"),
        ("from_bytes", "to_bytes"),
        ("unpack", "pack"),
        ("read", "write"),
        ("from_json", "to_json"),
    ),
)
READS = re.compile(
    r"(^|_)(parse|load|loads|read|decode|from|unpack|unquote|unescape|deserialize|validate|tokenize|split|scan)"
)
TEXT, BYTES = "str", "bytes"
TAKES = {"str": TEXT, "bytes": BYTES, "bytearray": BYTES, "Buffer": BYTES, "str | bytes": TEXT, "bytes | str": BYTES}
RAISES = re.compile(r"[Rr]aises?:?\s+`*:?(?:\w+:)?`*([A-Z]\w+(?:(?:,| or| and)\s+`*[A-Z]\w+)*)")
NAMES = re.compile(r"[A-Z]\w+")
BUILTIN = frozenset(
    name for name, value in vars(builtins).items() if isinstance(value, type) and issubclass(value, Exception)
) - {"Exception"}


@dataclass(frozen=True)
class Proposal:
    """One function that reads what others wrote.

    `takes` is `str` or `bytes`; `raises` are the exceptions to declare, by name and by the module they come from, empty
    for a builtin; `inverse` is the function of the same module that writes it back, empty for none.
    """

    module: str
    function: str
    path: str
    line: int
    takes: str
    raises: tuple[tuple[str, str], ...] = ()
    inverse: str = ""

    @property
    def name(self) -> str:
        """The harness's name, and its file's."""
        return f"fuzz_{self.module.replace('.', '_')}_{self.function}"


def proposals(files: Mapping[str, bytes], packages: Sequence[str]) -> list[Proposal]:
    """Public functions of the `packages` that take one text or bytes, and say by name, hint or inverse that they read.

    What is no Python has none.
    """
    found = []
    for path, source in sorted(files.items()):
        module = module_of(path)
        if module.split(".")[0] not in packages or any(part.startswith("_") for part in module.split(".")):
            continue
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError, RecursionError):
            continue
        found += list(_of_module(tree, module, path))
    return found


def _of_module(tree: ast.Module, module: str, path: str) -> Iterator[Proposal]:
    defined = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    origins = {node.name: module for node in tree.body if isinstance(node, ast.ClassDef)}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            origins |= {alias.asname or alias.name: node.module for alias in node.names}
    for name, node in defined.items():
        takes = _takes(node)
        inverse = next((back for back in _inverses(name) if back in defined and _one_argument(defined[back])), "")
        if name.startswith("_") or not takes or not (READS.search(name) or inverse):
            continue
        yield Proposal(module, name, path, node.lineno, takes, _raises(node, origins), inverse)


def _inverses(name: str) -> Iterator[str]:
    for read, write in PAIRS:
        if name == read or name.startswith(f"{read}_") or name.endswith(f"_{read}"):
            yield re.sub(rf"(^|_){read}(?=_|$)", rf"\g<1>{write}", name, count=1)
    if name.startswith("parse_"):
        yield from (f"{verb}_{name[6:]}" for verb in ("format", "dump", "write", "render"))


def _takes(node: ast.FunctionDef) -> str:
    """What the first argument is, when it is the only one that must be given; empty when it is no text."""
    hint = _first(node)
    return TAKES.get(ast.unparse(hint), "") if hint is not None and _one_argument(node) else ""


def _one_argument(node: ast.FunctionDef) -> bool:
    """Can it be called with one argument?"""
    places = [*node.args.posonlyargs, *node.args.args]
    missing = [value for value in node.args.kw_defaults if value is None]
    return bool(places) and len(places) - len(node.args.defaults) <= 1 and not missing


def _first(node: ast.FunctionDef) -> ast.expr | None:
    return next((argument.annotation for argument in (*node.args.posonlyargs, *node.args.args)), None)


def _raises(node: ast.FunctionDef, origins: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """What the docstring names, and what the function itself raises."""
    names = [name for said in RAISES.findall(ast.get_docstring(node) or "") for name in NAMES.findall(said)]
    for inner in ast.walk(node):
        if isinstance(inner, ast.Raise) and inner.exc is not None:
            raised = inner.exc.func if isinstance(inner.exc, ast.Call) else inner.exc
            names += [raised.id] if isinstance(raised, ast.Name) else []
    known = {name: "" if name in BUILTIN else origins[name] for name in names if name in BUILTIN or name in origins}
    return tuple(sorted(known.items()))


def harness(one: Proposal) -> bytes:
    """The file of one harness."""
    names = {one.function, *filter(None, [one.inverse])}
    imports: dict[str, set[str]] = {one.module: names, "sdlc.harness": {"fuzz"}}
    for name, module in one.raises:
        if module:
            imports.setdefault(module, set()).add(name)
    if one.inverse:
        imports["sdlc.harness.properties"] = {"round_trip"}
    head = [f"from {module} import {', '.join(sorted(found))}" for module, found in sorted(imports.items())]
    raises = ", ".join(name for name, _ in one.raises)
    declared = f'target="{one.function}"'
    declared += f", raises=({raises}{',' if len(one.raises) == 1 else ''})" if raises else ""
    value = 'data.decode("utf-8", "replace")' if one.takes == TEXT else "data"
    body = (
        f"round_trip({one.inverse}, {one.function}, {one.function}({value}))"
        if one.inverse
        else f"{one.function}({value})"
    )
    says = f"What was read is read again from what {one.inverse}() writes of it." if one.inverse else "Any input."
    lines = [
        f'"""`{one.function}` of {one.path}: proposed by `sdlc fuzz generate`; read it before you keep it."""',
        "",
        *head,
        "",
        "",
        f"@fuzz({declared})",
        f"def {one.name}(data: bytes) -> None:",
        f'    """{says}"""',
        f"    {body}",
        "",
    ]
    return "\n".join(lines).encode()


def without_harness(
    files: Mapping[str, bytes], harnesses: Sequence[str], entries: Mapping[str, Sequence[str]]
) -> dict[str, str]:
    """Entry points, by key, that no harness comes near, and the first file of each.

    One comes near that calls something of the entry's own file, or of a file that this one imports at any depth.
    """
    called = {path for name in harnesses for path in calls_into(name, files)}
    return {
        key: min(places)
        for key, places in sorted(entries.items())
        if not any(closure(place, files) & called for place in places)
    }


def calls_into(path: str, files: Mapping[str, bytes]) -> frozenset[str]:
    """The files of the tree of which the file at `path` calls something; exceptions that it only names do not count."""
    try:
        tree = ast.parse(files[path])
    except (SyntaxError, ValueError, RecursionError):
        return frozenset()
    heads = {_head(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    heads |= {_head(argument) for node in ast.walk(tree) if isinstance(node, ast.Call) for argument in node.args}
    modules = {module_of(one): one for one in files}
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            used = [alias.name for alias in node.names if (alias.asname or alias.name) in heads]
            names |= {f"{node.module}.{name}" for name in used} | ({node.module} if used else set())
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names if (alias.asname or alias.name).split(".")[0] in heads}
    return frozenset(modules[name] for name in names if name in modules)


def _head(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
