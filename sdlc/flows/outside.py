"""Calls of functions outside of the tree: what comes back, what they fill, which functions of the tree they call."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from sdlc.flows.binding import Binding
from sdlc.flows.library import CALLS, CALLS_METHODS, FILLS, KEEPS, KEEPS_METHODS, NO_DATA, NO_DATA_METHODS
from sdlc.flows.matching import chain, resolved
from sdlc.flows.program import Class
from sdlc.flows.values import NOTHING, Callable, Kind, Value, elements, joined, read


class Outside(Binding):
    """Calls of the functions of libraries in one function."""

    def _name_of(self, node: ast.Call) -> str:
        dotted = chain(node.func)
        if dotted is None:
            return ""
        if dotted.partition(".")[0] in self.env and not isinstance(node.func, ast.Name):
            return dotted
        return resolved(dotted, self.module.aliases)

    def _unknown(self, node: ast.Call, held: Value, given: Sequence[Value], keywords: dict[str, Value]) -> Value:
        func = node.func
        name = self._name_of(node)
        method = func.attr if isinstance(func, ast.Attribute) else ""
        called = self._handed_on(node, name, method, given, keywords)
        if called is not None:
            return called
        if method in FILLS and len(given) > FILLS[method] and isinstance(func, ast.Attribute):
            self.fill(func.value, given[FILLS[method]])
        elif method == "update" and isinstance(func, ast.Attribute):
            self.fill(func.value, joined([*given, *keywords.values()]))
        if method in ("get", "pop", "setdefault") and node.args and isinstance(node.args[0], ast.Constant) and held:
            if method == "setdefault" and len(given) > 1 and isinstance(func, ast.Attribute):
                self.fill(func.value, given[1])
            entry = self._subscripted(held, node.args[0].value)
            return joined([entry, *(one.whole() for one in given[1:])])
        if name in NO_DATA or method in NO_DATA_METHODS:
            return NOTHING
        data = [held if method else NOTHING, *given, *keywords.values()]
        if name == "getattr" and len(node.args) > 1 and isinstance(node.args[1], ast.Constant):
            return joined([self.member(given[0], str(node.args[1].value), node).guessed(), *given[2:]])
        found = joined([one.everything() for one in data])
        is_known = name in KEEPS or (method in KEEPS_METHODS and name not in KEEPS)
        if name in ("iter", "next", "list", "tuple", "sorted", "reversed", "copy.copy", "copy.deepcopy") and given:
            return joined([given[0], found])
        return found if is_known else found.guessed()

    def _subscripted(self, held: Value, key: object) -> Value:
        name = f"[{key!r}]"
        if name in held.fields:
            return held.fields[name]
        return read(Value(held.flows), name) if held.flows else NOTHING

    def _handed_on(
        self, node: ast.Call, name: str, method: str, given: Sequence[Value], keywords: dict[str, Value]
    ) -> Value | None:
        """A call of a function that calls a function of the tree with the arguments that it is given."""
        if name in ("functools.partial", "functools.partialmethod") and given:
            kinds: list[Kind] = []
            for kind in given[0].kinds:
                if isinstance(kind, Callable):
                    known = (*kind.keywords, *((key, one) for key, one in keywords.items() if key[0] != "*"))
                    kinds.append(kind._replace(given=(*kind.given, *given[1:]), keywords=known))
                else:
                    kinds.append(kind)
            return Value(kinds=tuple(kinds)) if kinds else None
        if name.rpartition(".")[2] in ("Thread", "Process", "Timer") and "target" in keywords:
            arguments = keywords.get("args", NOTHING)
            places = range(len(arguments.fields) or 1)
            row = [arguments.fields.get(f"[{place}]", Value(arguments.flows)) for place in places]
            words = {key[2:-2]: one for key, one in keywords.get("kwargs", NOTHING).fields.items() if key[:2] == "['"}
            return joined([self.all_of(keywords["target"], node, row, words), NOTHING])
        form = CALLS.get(name) or (CALLS_METHODS.get(method) if method else None)
        if form is None:
            return None
        function, first, is_entry = form
        if len(given) <= function or not any(isinstance(kind, Callable | Class) for kind in given[function].kinds):
            return None
        row = [elements(one) if is_entry else one for one in given[first:]]
        words = {} if is_entry else keywords
        return self.all_of(given[function], node, row, words)

    def all_of(self, called: Value, node: ast.Call, given: Sequence[Value], keywords: dict[str, Value]) -> Value:
        """What comes back when one of the functions that `called` may be is called; calls.py knows."""
        raise NotImplementedError
