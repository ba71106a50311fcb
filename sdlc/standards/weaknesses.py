"""
To which categories a weakness belongs: those that name it, else those that name what it is a kind of.

A Top 10 or Top 25 lists weaknesses by number. That a child of a listed one belongs there as well is our inference, and
is said; a weakness without any listed ancestor is outside.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sdlc.errors import UsageError
from sdlc.formats import strict_json
from sdlc.standards.catalog import Standard

SCHEMA = "sdlc.weaknesses/1"
EXACT, INFERRED, OUTSIDE = "exact", "inferred by parent", "outside the Top 10"
Parents = Mapping[int, tuple[int, ...]]


@dataclass(frozen=True)
class Categories:
    """`named` are the categories of a weakness by its number, `parents` what it is a kind of."""

    named: Mapping[int, tuple[str, ...]]
    parents: Parents

    def words(self, cwe: Iterable[int]) -> tuple[str, ...]:
        """What is said of a finding with these weaknesses: each category with how it follows, or that it is outside;
        nothing of one without any."""
        numbers = tuple(cwe)
        exact = {name for number in numbers for name in self.named.get(number, ())}
        inferred = {name for number in numbers if number not in self.named for name in self._above(number)}
        said = [f"{name} {EXACT}" for name in sorted(exact)]
        said += [f"{name} {INFERRED}" for name in sorted(inferred - exact)]
        return tuple(said) or ((OUTSIDE,) if numbers else ())

    def _above(self, number: int) -> tuple[str, ...]:
        """The categories of the nearest ancestors that have any."""
        seen, level = {number}, set(self.parents.get(number, ()))
        while level:
            found = tuple(name for one in sorted(level) for name in self.named.get(one, ()))
            if found:
                return found
            seen |= level
            level = {above for one in level for above in self.parents.get(one, ())} - seen
        return ()


def categories_of(standards: Sequence[Standard], parents: Parents) -> Categories:
    """The categories that `standards` name by weakness."""
    made: dict[int, tuple[str, ...]] = {}
    for standard in standards:
        for control in standard.controls:
            for number in control.cwe:
                said = "Top 25" if control.id == f"CWE-{number}" else control.id
                made[number] = (*made.get(number, ()), said)
    return Categories(made, parents)


def load_parents(data: bytes, what: str) -> Parents:
    """The table in `data`; raises UsageError."""
    document: dict[str, Any] = strict_json.loads_object(data, what=what)
    try:
        if document["schema"] != SCHEMA:
            raise ValueError(f"the schema is not {SCHEMA}")
        return {int(child): tuple(int(one) for one in above) for child, above in document["parents"].items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(f"{what}: {type(error).__name__}: {error}", hint="install secure-sdlc again") from None
