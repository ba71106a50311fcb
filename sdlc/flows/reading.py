"""Reads a tree: one walk over each file finds its functions, classes, imports, and what the rules mark in it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from sdlc.flows.marking import Marker
from sdlc.flows.matching import Matcher, children
from sdlc.flows.program import (
    Class,
    Function,
    Module,
    Program,
    annotated_attributes,
    note_import,
    read_module,
    self_assignments,
)
from sdlc.flows.vocabulary import Vocabulary, narrowed

_WORD = re.compile(r"\w+")


def read_program(
    trees: Mapping[str, ast.Module], texts: Mapping[str, str], vocabulary: Vocabulary
) -> tuple[Program, dict[Module, Marker]]:
    """The program that the files of `trees` are, in the order of their paths, and the marker of each file."""
    modules = [read_module(path, trees[path]) for path in sorted(trees)]
    program = Program(modules)
    markers = {}
    held = narrowed(vocabulary, [frozenset(_WORD.findall(texts[module.path])) for module in modules])
    for module, entries in zip(modules, held, strict=True):
        marker = Marker(entries, Matcher(module.aliases), module.aliases)
        module.marks = marker.marks
        markers[module] = marker
        _walk(program, module, marker)
    program.link()
    return program, markers


def _walk(program: Program, module: Module, marker: Marker) -> None:
    """Visit every node once, from the outside in, and know what is around it."""
    program.functions.append(module.code)
    for statement in _statements(module.tree):
        if isinstance(statement, ast.Import | ast.ImportFrom):
            note_import(module, statement)
    above: list[ast.AST] = []
    functions: list[tuple[int, Function]] = [(-1, module.code)]
    classes: list[tuple[int, Class]] = []
    waiting: list[tuple[ast.AST, int]] = [(module.tree, 0)]
    has_sources = marker.has_sources
    while waiting:
        node, depth = waiting.pop()
        del above[depth:]
        above.append(node)
        while functions[-1][0] >= depth:
            functions.pop()
        while classes and classes[-1][0] >= depth:
            classes.pop()
        current = functions[-1][1]
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            # A method stands right in its class.
            owner = classes[-1][1] if classes and classes[-1][0] == depth - 1 else None
            current = _function(program, module, node, owner, current)
            current.above = tuple(above[:-1])
            functions.append((depth, current))
        elif isinstance(node, ast.ClassDef):
            kind = Class(module, node.name, node)
            annotated_attributes(kind)
            module.classes[node] = kind
            classes.append((depth, kind))
        elif isinstance(node, ast.Name):
            program.mentions[node.id][current] = None
        elif isinstance(node, ast.Attribute):
            program.mentions[node.attr][current] = None
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            self_assignments(node, current)
        if has_sources:
            marker.visit(node, above, current)
        waiting += [(child, depth + 1) for child in reversed(children(node))]


def _statements(tree: ast.Module) -> Iterator[ast.stmt]:
    """Every statement, without a look at expressions."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.stmt):
            yield node
        for name in ("body", "orelse", "finalbody", "handlers", "cases"):
            held = getattr(node, name, None)
            if isinstance(held, list):
                waiting += held


def _function(
    program: Program,
    module: Module,
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda,
    owner: Class | None,
    outer: Function,
) -> Function:
    name = getattr(node, "name", "<lambda>")
    function = Function(module, name, node, owner, None if outer.is_code_of_module else outer)
    module.functions[node] = function
    program.functions.append(function)
    if owner is not None and name not in owner.methods:
        owner.methods[name] = function
    elif owner is None and not outer.is_code_of_module:
        outer.inner[name] = function
    return function
