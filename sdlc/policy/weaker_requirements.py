"""
What a change does to the security requirements that it is judged by: each step that asks less than before.

The file is read from the head, so that a change can bring its requirements along. What it takes away is seen here: a
requirement that goes, a proof that is no longer named, an action that a role may now do, a cell that goes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sdlc.model.finding import Finding, Place, Severity
from sdlc.model.rule import Rule
from sdlc.requirements.model import LoadedRequirements
from sdlc.requirements.rules import GATE

NAME = "WEAKER-REQUIREMENT"
RULE = Rule("requirement asks less", Severity.HIGH, "Take it back, or let somebody merge it alone who may decide that.")


def of_requirements(old: LoadedRequirements | None, new: LoadedRequirements | None) -> tuple[Finding, ...]:
    """Requirements, proofs and cells of `old` that `new` lacks, or that say less; None: there are none to be read."""
    if old is None:
        return ()
    if new is None:
        said = "the security requirements are gone, or can no longer be read"
        return (_finding(said, Place(old.positions.path, 1), "file"),)
    return (*_of_requirements(old, new), *_of_roles(old, new))


def _of_requirements(old: LoadedRequirements, new: LoadedRequirements) -> Iterator[Finding]:
    after = {one.id: (index, one) for index, one in enumerate(new.file.requirements)}
    for one in old.file.requirements:
        if one.id not in after:
            said = f"the requirement {one.id} ({one.title}) is gone"
            yield _finding(said, new.positions.place("requirements"), one.id)
            continue
        index, other = after[one.id]
        gone = [proof.name for proof in one.verified_by if proof not in other.verified_by]
        if gone:
            place = new.positions.place("requirements", index, "verified_by")
            yield _finding(f"{one.id}: {gone[0]} no longer has to show it", place, f"{one.id}/verified_by")


def _of_roles(old: LoadedRequirements, new: LoadedRequirements) -> Iterator[Finding]:
    before, after = old.file.roles, new.file.roles
    if before is None:
        return
    for role, cells in before.matrix.items():
        for action, cell in cells.items():
            other = after.matrix.get(role, {}).get(action) if after else None
            place = new.positions.place("roles", "matrix", role, action)
            where = f"{role}/{action}"
            if other is None:
                yield _finding(f"{where}: the cell, which said {cell.access}, is gone", place, where)
            elif cell.access == "deny" and other.access == "allow":
                yield _finding(f"{where}: was denied, and is now allowed", place, where)
            elif cell.access == other.access and (gone := [test for test in cell.tests if test not in other.tests]):
                yield _finding(f"{where}: {gone[0]} no longer has to show it", place, where)


def _finding(message: str, place: Place, subject: str) -> Finding:
    found = RULE.finding(NAME, place, subject, message, gate=GATE)
    return replace(found, reproduce="sdlc check --since BASE -v")
