"""Which entry of a list or of a configuration is read, where the block that reads it has filled it.

Only a name is followed that its function assigns once, that is changed in the block of its assignment alone, and that
is handed to nobody: every place that names it has to be a change or a read that is understood.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from sdlc.scanning.constants import UnknownError, value_of

Names = Mapping[str, object]
Pair = tuple[ast.expr, ast.expr]

SETTINGS = frozenset({"ConfigParser", "RawConfigParser", "SafeConfigParser"})


def entries(
    block: Sequence[ast.stmt], stores: Mapping[str, int], uses: Mapping[str, int], names: Names
) -> Iterator[Pair]:
    """Pairs of an expression in `block` that reads an entry, and the expression that was put there.

    `stores` and `uses` say how often the function assigns and names each variable, `names` are its constants.
    """
    for position, statement in enumerate(block):
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=made) if stores[name] == 1:
                box = _box(name, made, names)
                if box is not None:
                    yield from _followed(box, block[position + 1 :], stores, uses)


def _followed(
    box: _List | _Settings, rest: Sequence[ast.stmt], stores: Mapping[str, int], uses: Mapping[str, int]
) -> list[Pair]:
    found: list[Pair] = []
    understood = 1
    for statement in rest:
        try:
            if box.change(statement):
                understood += 1
                continue
        except UnknownError:
            return []
        for read in (node for node in ast.walk(statement) if isinstance(node, ast.expr)):
            try:
                held = box.held(read)
            except UnknownError:
                continue
            understood += 1
            # A name that is assigned again may be something else by now.
            if isinstance(held, ast.Constant) or (isinstance(held, ast.Name) and stores[held.id] <= 1):
                found.append((read, held))
    return found if understood == uses[box.name] else []


def _box(name: str, made: ast.expr, names: Names) -> _List | _Settings | None:
    match made:
        case ast.List(elts=elements) if not any(isinstance(one, ast.Starred) for one in elements):
            return _List(name, elements, names)
        case ast.Call(func=ast.Name(id=kind) | ast.Attribute(attr=kind), args=[], keywords=[]) if kind in SETTINGS:
            return _Settings(name, names)
    return None


class _List:
    """A list, filled by `append`, `insert` and `pop`, read by an index."""

    def __init__(self, name: str, elements: Sequence[ast.expr], names: Names) -> None:
        self.name, self._elements, self._names = name, list(elements), names

    def change(self, statement: ast.stmt) -> bool:
        """Whether `statement` is nothing but a change of it. Raises UnknownError for one that cannot be followed."""
        match _call(statement, self.name):
            case "append", [element]:
                self._elements.append(element)
            case "insert", [index, element]:
                self._elements.insert(self._index(index), element)
            case "pop", []:
                self._pop(-1)
            case "pop", [index]:
                self._pop(self._index(index))
            case _:
                return False
        return True

    def held(self, read: ast.expr) -> ast.expr:
        """What `read` gives. Raises UnknownError where it is no read of an entry that is there."""
        match read:
            case ast.Subscript(value=ast.Name(id=self.name), slice=index, ctx=ast.Load()):
                position = self._index(index)
                if -len(self._elements) <= position < len(self._elements):
                    return self._elements[position]
        raise UnknownError

    def _index(self, node: ast.expr) -> int:
        index = value_of(node, self._names)
        if type(index) is not int:
            raise UnknownError
        return index

    def _pop(self, index: int) -> None:
        try:
            self._elements.pop(index)
        except IndexError:
            raise UnknownError from None


class _Settings:
    """A `configparser`, filled by `set` and read by `get`; names of options are the same in any case."""

    def __init__(self, name: str, names: Names) -> None:
        self.name, self._names = name, names
        self._options: dict[tuple[str, str], ast.expr] = {}

    def change(self, statement: ast.stmt) -> bool:
        """Whether `statement` is nothing but a change of it. Raises UnknownError for one that cannot be followed."""
        match _call(statement, self.name):
            case "add_section", [_]:
                return True
            case "set", [section, option, value]:
                self._options[self._key(section, option)] = value
                return True
        return False

    def held(self, read: ast.expr) -> ast.expr:
        """What `read` gives. Raises UnknownError where it is no read of an option that is there."""
        match read:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id=self.name), attr="get"), args=[section, option], keywords=[]
            ):
                held = self._options.get(self._key(section, option))
                # A text may quote another option: %(name)s.
                if held is not None and not (isinstance(held, ast.Constant) and "%" in str(held.value)):
                    return held
        raise UnknownError

    def _key(self, section: ast.expr, option: ast.expr) -> tuple[str, str]:
        return str(value_of(section, self._names)), str(value_of(option, self._names)).lower()


def _call(statement: ast.stmt, name: str) -> tuple[str, list[ast.expr]]:
    """The method of `name` that a statement calls, and with what; an empty name for any other statement."""
    match statement:
        case ast.Expr(
            value=ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=method), args=given, keywords=[])
        ):
            if owner == name and not any(isinstance(one, ast.Starred) for one in given):
                return method, given
    return "", []
