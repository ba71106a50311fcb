"""YAML as a tree of nodes with lines: composed, never constructed; merge keys and aliases are followed."""

from __future__ import annotations

from collections.abc import Iterator

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

MAX_MERGES = 20


class NotReadableError(Exception):
    """Why a file is not understood, and on which line."""

    def __init__(self, reason: str, line: int = 1) -> None:
        super().__init__(reason)
        self.line = line


def documents(text: str) -> Iterator[Node]:
    """The documents of a file; raises NotReadableError."""
    try:
        yield from (one for one in YAML(typ="safe", pure=True).compose_all(text) if one is not None)
    except MarkedYAMLError as error:
        mark = error.problem_mark
        raise NotReadableError(f"{error.problem or 'no YAML'}", mark.line + 1 if mark is not None else 1) from None
    except (YAMLError, ValueError, RecursionError) as error:
        said = "it is nested too deeply" if isinstance(error, RecursionError) else str(error).partition("\n")[0]
        raise NotReadableError(said or "no YAML") from None


def line_of(node: Node) -> int:
    """The line on which `node` begins, from 1."""
    return int(node.start_mark.line) + 1


def text_of(node: Node | None) -> str:
    """The text of a scalar, empty for anything else."""
    return str(node.value) if isinstance(node, ScalarNode) else ""


def pairs(node: Node | None, merges: int = 0) -> Iterator[tuple[str, Node]]:
    """The entries of a mapping, those that it merges last."""
    if not isinstance(node, MappingNode):
        return
    merged: list[Node] = []
    for key, value in node.value:
        if isinstance(key, ScalarNode) and key.value == "<<":
            merged += value.value if isinstance(value, SequenceNode) else [value]
        else:
            yield text_of(key), value
    for one in merged if merges < MAX_MERGES else ():
        yield from pairs(one, merges + 1)


def get(node: Node | None, *names: str) -> Node | None:
    """What lies below `node` at `names`."""
    for name in names:
        node = next((value for key, value in pairs(node) if key == name), None)
    return node


def rows(node: Node | None) -> list[Node]:
    """The elements of a list; empty for anything else."""
    return list(node.value) if isinstance(node, SequenceNode) else []


def words(node: Node | None) -> list[str]:
    """A command as words: of a list its elements, of a text what a shell would make of it."""
    if isinstance(node, SequenceNode):
        return [text_of(one) for one in node.value]
    return text_of(node).split()
