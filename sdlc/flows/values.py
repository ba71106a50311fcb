"""
What is known of a value while a function is followed: whose data it may hold, and what it is.

A value is never changed: every step makes another. Data come from an origin, which is a place in the code where they
enter the program, or a parameter (or an attribute of one) of the function that is followed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from sdlc.flows.program import Class, Function
from sdlc.model.finding import Step

ORIGINS = 24
"""Origins that are kept for one value."""

STEPS = 24
"""Steps of one flow that are kept; of a longer one the first and the last."""

FIELDS = 40
"""Attributes or entries that are kept for one value; the data of others are those of the whole."""

DEPTH = 3
"""Attributes of attributes that are kept apart."""

PATH = 2
"""Attributes of attributes of a parameter that are told apart."""

KINDS = 4
"""Functions and classes that one value may be."""


EMPTY: Mapping[Any, Any] = MappingProxyType({})
"""No flows, or no fields."""


class Origin(NamedTuple):
    """A parameter `name` and the attributes read from it, or (`step` given) a place where data enter the program."""

    name: str
    attributes: tuple[str, ...] = ()
    step: Step | None = None


class Flow(NamedTuple):
    """How data got here: `mask` has the rules for which they do harm, `sure` those of them where no step is guessed.

    `crossed`: whether they passed from one function to another.
    """

    mask: int
    sure: int
    steps: tuple[Step, ...] = ()
    crossed: bool = False

    def without(self, mask: int) -> Flow:
        """Clean for the rules of `mask`."""
        return Flow(self.mask & ~mask, self.sure & ~mask, *self[2:]) if self.mask & mask else self

    def joined(self, other: Flow) -> Flow:
        """Either of both; the steps are those of the surer one."""
        if not other.mask & ~self.mask and not other.sure & ~self.sure:
            return self
        first = other if other.sure & ~self.sure else self
        return Flow(self.mask | other.mask, self.sure | other.sure, first.steps, first.crossed)


class Callable(NamedTuple):
    """A function of the tree with its object, arguments that are given already, and what its free names hold."""

    function: Function
    receiver: Value | None = None
    given: tuple[Value, ...] = ()
    keywords: tuple[tuple[str, Value], ...] = ()
    closed: tuple[tuple[str, Value], ...] = ()


class Object(NamedTuple):
    """An object of a class of the tree."""

    kind: Class


Kind = Callable | Object | Class


class Value(NamedTuple):
    """`flows` by origin; `kinds`: what it may be; `fields`: attributes `.name` and entries `[key]` kept apart."""

    flows: Mapping[Origin, Flow] = EMPTY
    kinds: tuple[Kind, ...] = ()
    fields: Mapping[str, Value] = EMPTY

    def __bool__(self) -> bool:
        return bool(self.flows or self.kinds or self.fields)

    @property
    def mask(self) -> int:
        """The rules for which something in it does harm."""
        found = 0
        for flow in self.flows.values():
            found |= flow.mask
        return found

    def whole(self) -> Value:
        """Data alone: those of the value and of its entries."""
        entries = [one.whole() for name, one in self.fields.items() if name.startswith("[")]
        return joined([Value(self.flows), *entries]) if entries else Value(self.flows) if self.flows else NOTHING

    def everything(self) -> Value:
        """Data alone: those of the value, its entries and its attributes."""
        held = [one.everything() for one in self.fields.values()]
        return joined([Value(self.flows), *held]) if held else Value(self.flows) if self.flows else NOTHING

    def without(self, mask: int) -> Value:
        """Clean for the rules of `mask`."""
        if not mask or not (self.flows or self.fields):
            return self
        flows = {origin: flow.without(mask) for origin, flow in self.flows.items()}
        return Value(
            {origin: flow for origin, flow in flows.items() if flow.mask},
            self.kinds,
            {name: one.without(mask) for name, one in self.fields.items()},
        )

    def guessed(self) -> Value:
        """The same, after a step that may not be what happens; what was guessed before is not guessed on."""
        if not self.flows:
            return self
        return self._replace(flows={origin: flow._replace(sure=0) for origin, flow in self.flows.items() if flow.sure})

    def with_field(self, name: str, value: Value, *, keep: bool = False) -> Value:
        """`value` put at `name`; `keep`: what was there may still be."""
        if depth(value) >= DEPTH or (name not in self.fields and len(self.fields) >= FIELDS):
            return joined([self, value.everything()])
        old = self.fields.get(name) if keep else None
        return self._replace(fields={**self.fields, name: joined([old, value]) if old else value})


NOTHING = Value()


def read(value: Value, name: str) -> Value:
    """What an attribute `.name` or an entry `[key]` of `value` holds; of a parameter it is that of what is given."""
    if name in value.fields:
        return value.fields[name]
    flows = {}
    for origin, flow in value.flows.items():
        if origin.step is None and len(origin.attributes) < PATH:
            origin = Origin(origin.name, (*origin.attributes, name))
        flows[origin] = flow
    return Value(flows) if flows else NOTHING


def elements(value: Value) -> Value:
    """What one entry of `value` may be, whichever."""
    entries = [one for name, one in value.fields.items() if name.startswith("[")]
    return joined([Value(value.flows), *entries]) if entries else Value(value.flows) if value.flows else NOTHING


def key_of(kind: Kind) -> object:
    """What two kinds have in common that are the same function or class."""
    return kind.function if isinstance(kind, Callable) else ("object", kind.kind) if isinstance(kind, Object) else kind


def _either(one: Kind, other: Kind) -> Kind:
    """The same function with the objects, arguments and names of both."""
    if one is other or not isinstance(one, Callable) or not isinstance(other, Callable):
        return one
    receiver = joined([one.receiver, other.receiver]) if one.receiver is not None else other.receiver
    longer, shorter = (one.given, other.given) if len(one.given) >= len(other.given) else (other.given, one.given)
    given = tuple(joined([a, b]) for a, b in zip(longer, [*shorter, *longer[len(shorter) :]], strict=True))
    return Callable(
        one.function, receiver, given, _named(one.keywords, other.keywords), _named(one.closed, other.closed)
    )


def _named(one: tuple[tuple[str, Value], ...], other: tuple[tuple[str, Value], ...]) -> tuple[tuple[str, Value], ...]:
    first, second = dict(one), dict(other)
    return tuple((name, joined([first.get(name), second.get(name)])) for name in {**first, **second})


def depth(value: Value) -> int:
    """Levels of fields."""
    return 1 + max((depth(one) for one in value.fields.values()), default=0) if value.fields else 0


def joined(values: Iterable[Value | None]) -> Value:
    """What may be any of `values`."""
    kept = [value for value in values if value is not None and (value.flows or value.kinds or value.fields)]
    if not kept:
        return NOTHING
    first, *others = kept
    others = [other for other in others if other is not first]
    if not others:
        return first
    flows = dict(first.flows)
    kinds = {key_of(kind): kind for kind in first.kinds}
    fields = dict(first.fields)
    for other in others:
        for origin, flow in other.flows.items():
            if origin in flows:
                flows[origin] = flows[origin].joined(flow)
            elif len(flows) < ORIGINS:
                flows[origin] = flow
        for kind in other.kinds:
            key = key_of(kind)
            kinds[key] = _either(kinds[key], kind) if key in kinds else kind
        for name in {**fields, **other.fields}:
            fields[name] = joined([read(Value(flows, fields=fields), name), read(other, name)])
    if len(fields) > FIELDS:
        more = [one.everything() for one in list(fields.values())[FIELDS:]]
        return joined([Value(flows, tuple(kinds.values())[:KINDS], dict(list(fields.items())[:FIELDS])), *more])
    return Value(flows, tuple(kinds.values())[:KINDS], fields)


def stepped(value: Value, step: Step, *, crossed: bool = False) -> Value:
    """`value` after one more step of its way."""
    flows = {
        origin: Flow(flow.mask, flow.sure, way(flow.steps, (step,)), flow.crossed or crossed)
        for origin, flow in value.flows.items()
    }
    return value._replace(flows=flows)


def way(before: tuple[Step, ...], after: tuple[Step, ...]) -> tuple[Step, ...]:
    """Steps one after the other; of a long way the middle is left out."""
    steps = before + after
    return steps if len(steps) <= STEPS else steps[: STEPS // 2] + steps[-STEPS // 2 :]
