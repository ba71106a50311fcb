"""What a function does with what it is given, as its callers need to know it."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

from sdlc.flows.program import Module
from sdlc.flows.values import NOTHING, Flow, Origin, Value, joined


@dataclass(frozen=True, eq=False)
class Sink:
    """The code in which a value does harm, and the value's node in it."""

    module: Module
    node: ast.AST
    value: ast.AST


@dataclass
class Summary:
    """Origins in it are parameters of the function, and places where data enter the program.

    `returns`: by the node that is returned; `sinks`: what reaches a sink from a parameter; `fields`: what attributes
    of a parameter hold afterwards; `added`: data that were put into a parameter; `cleans`: the rules for which a
    parameter was checked when the function comes back.
    """

    returns: dict[ast.expr, Value] = field(default_factory=dict)
    sinks: dict[tuple[Origin, ast.AST], tuple[Sink, Flow]] = field(default_factory=dict)
    fields: dict[str, dict[str, Value]] = field(default_factory=dict)
    added: dict[str, Value] = field(default_factory=dict)
    cleans: dict[str, int] = field(default_factory=dict)

    @property
    def result(self) -> Value:
        return joined(self.returns.values())

    @property
    def brings(self) -> bool:
        """Whether it gives data from outside to its caller, or to an object that it gets."""
        held = [
            *self.returns.values(),
            *self.added.values(),
            *(v for one in self.fields.values() for v in one.values()),
        ]
        return any(origin.step for value in held for origin in value.everything().flows)


def gained(old: Summary | None, new: Summary) -> bool:
    """Whether `new` says more than `old`, so that callers have to be looked at again."""
    if old is None:
        return True
    return (
        any(more(old.returns.get(node, NOTHING), value) for node, value in new.returns.items())
        or any(
            key not in old.sinks or flow.mask & ~old.sinks[key][1].mask or flow.sure & ~old.sinks[key][1].sure
            for key, (_, flow) in new.sinks.items()
        )
        or any(_fields_more(old.fields.get(name, {}), fields) for name, fields in new.fields.items())
        or any(more(old.added.get(name, NOTHING), value) for name, value in new.added.items())
        or any(mask & ~new.cleans.get(name, 0) for name, mask in old.cleans.items())
    )


def _fields_more(old: Mapping[str, Value], new: Mapping[str, Value]) -> bool:
    return any(more(old.get(name, NOTHING), value) for name, value in new.items())


def more(old: Value, new: Value) -> bool:
    """Whether `new` holds data, for more rules or more surely, that `old` does not."""
    for origin, flow in new.flows.items():
        known = old.flows.get(origin)
        if known is None or flow.mask & ~known.mask or flow.sure & ~known.sure:
            return True
    if len(old.kinds) < len(new.kinds):
        return True
    return _fields_more(old.fields, new.fields)


def merged(old: Summary | None, new: Summary) -> Summary:
    """Both together, so that what is known only grows; what is clean is as the newest says."""
    if old is None:
        return new
    returns = {node: joined([old.returns.get(node), new.returns.get(node)]) for node in {**old.returns, **new.returns}}
    sinks = dict(old.sinks)
    for key, (sink, flow) in new.sinks.items():
        sinks[key] = (sink, sinks[key][1].joined(flow) if key in sinks else flow)
    fields = {
        name: {
            key: joined([old.fields.get(name, {}).get(key), new.fields.get(name, {}).get(key)])
            for key in {**old.fields.get(name, {}), **new.fields.get(name, {})}
        }
        for name in {**old.fields, **new.fields}
    }
    added = {name: joined([old.added.get(name), new.added.get(name)]) for name in {**old.added, **new.added}}
    return Summary(returns, sinks, fields, added, new.cleans)
