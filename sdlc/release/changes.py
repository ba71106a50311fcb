"""What changed from one release to the next: for each table of their inventories what is new, gone, or different."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sdlc.release.inventory import TABLES, Fields, Inventory

BESIDE: Mapping[str, frozenset[str]] = {
    "findings": frozenset({"place", "message"}),
    "components": frozenset({"purl", "requires"}),
    "threats": frozenset({"statement"}),
    "tests": frozenset({"seconds", "message"}),
    "surface": frozenset({"places"}),
}
"""What a row says besides, and what is no change when it differs: lines move, and clocks run on."""

SIGNS = {"new": "+", "gone": "−", "different": "~"}


@dataclass(frozen=True)
class Difference:
    """One row that both have; `fields` are those that differ: name → (before, now), empty where it has none."""

    key: str
    fields: Mapping[str, tuple[str, str]]

    @property
    def words(self) -> str:
        """What differs, on one line; long values are cut."""
        said = (f"{name} {_short(old)} → {_short(new)}" for name, (old, new) in self.fields.items())
        return ", ".join(said)


@dataclass(frozen=True)
class Section:
    """What became of one table; `known` is false where one of both releases has no such table."""

    name: str
    known: bool
    added: Mapping[str, Fields]
    removed: Mapping[str, Fields]
    changed: tuple[Difference, ...]

    @property
    def count(self) -> int:
        """How many rows are new, gone or different."""
        return len(self.added) + len(self.removed) + len(self.changed)

    @property
    def rows(self) -> tuple[tuple[str, str, str], ...]:
        """Each change as kind, key and words: first what is new, then what is gone, then what differs."""
        return (
            *(("new", key, _words(fields)) for key, fields in self.added.items()),
            *(("gone", key, _words(fields)) for key, fields in self.removed.items()),
            *(("different", one.key, one.words) for one in self.changed),
        )

    @property
    def example(self) -> str:
        """The first two changes on one short line."""
        said = []
        for kind, key, words in self.rows:
            text = f"{SIGNS[kind]} {key}" + (f" ({words})" if kind == "different" else "")
            said.append(text if len(text) <= 100 else f"{text[:99]}…")
        return "; ".join([*said[:2], *([f"and {len(said) - 2} more"] if len(said) > 2 else [])])


def changes(before: Inventory, now: Inventory) -> tuple[Section, ...]:
    """A section for every table that one of both has, in the order of `TABLES`."""
    names = [name for name in TABLES if name in before.tables or name in now.tables]
    return tuple(_section(name, before, now) for name in names)


def _section(name: str, before: Inventory, now: Inventory) -> Section:
    if name not in before.tables or name not in now.tables:
        return Section(name, False, {}, {}, ())
    old, new, beside = before.tables[name], now.tables[name], BESIDE.get(name, frozenset())
    both = (Difference(key, _differing(old[key], new[key], beside)) for key in new if key in old)
    return Section(
        name=name,
        known=True,
        added={key: fields for key, fields in new.items() if key not in old},
        removed={key: fields for key, fields in old.items() if key not in new},
        changed=tuple(one for one in both if one.fields),
    )


def _differing(old: Fields, new: Fields, beside: frozenset[str]) -> dict[str, tuple[str, str]]:
    names = sorted({*old, *new} - beside)
    return {name: (old.get(name, ""), new.get(name, "")) for name in names if old.get(name) != new.get(name)}


def _words(fields: Fields) -> str:
    return ", ".join(f"{name} {_short(value)}" for name, value in sorted(fields.items()))


def _short(text: str) -> str:
    return (text if len(text) <= 24 else f"{text[:12]}…") or "nothing"
