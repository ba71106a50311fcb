"""
Is each requirement verified, and does each cell of the matrix of roles hold, in this build?

A requirement is *verified* when it names at least one proof and every one of them holds. A cell that is not written is
a finding: what nobody decided is not denied.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sdlc.formats.strict_entry import UNFINISHED
from sdlc.formats.test_records import TestRecords, why_unproved
from sdlc.model.finding import Finding, Place
from sdlc.requirements.model import CATEGORIES, LoadedRequirements, Proof, Requirement
from sdlc.requirements.rules import finding


@dataclass(frozen=True)
class Proofs:
    """
    What this build can prove.

    `tests` is None where that gate did not answer; `controls` says of each control, as SYSTEM/CONTROL, what stands
    against it (empty: it is verified), `activities` the same of each activity. `other_build` says why the tests are
    about something else than what was built. With `assumed` nothing was run: `missing` are the tests that the tree
    does not have, all others count as passed.
    """

    tests: TestRecords | None = None
    controls: Mapping[str, str] | None = None
    activities: Mapping[str, str] | None = None
    other_build: str = ""
    assumed: bool = False
    missing: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Row:
    """One line of the trace matrix: what was asked, by what it is shown, and what stands against it (empty: shown).

    `kind` is ``requirement`` or ``role``; `id` that of the requirement, or ``ROLE/ACTION``.
    """

    kind: str
    id: str
    title: str
    category: str
    criterion: str
    source: str
    proofs: tuple[str, ...]
    against: tuple[str, ...]
    place: Place

    @property
    def verified(self) -> bool:
        """Whether this build shows it."""
        return not self.against


def judge(loaded: LoadedRequirements, proofs: Proofs) -> tuple[Row, ...]:
    """The trace matrix: every requirement in the order of the file, then every cell that has to be there."""
    return (*_requirements(loaded, proofs), *_cells(loaded, proofs))


def findings_of(loaded: LoadedRequirements, rows: tuple[Row, ...]) -> Iterator[Finding]:
    """All that stands against the file and against `rows`, its trace matrix."""
    if not loaded.file.requirements:
        yield finding("REQ-EMPTY", loaded.positions.place("requirements"), "requirements", "no requirement is written")
    yield from _in_order(loaded)
    for row in rows:
        if row.verified:
            continue
        cell = row.kind == "role"
        rule = "REQ-UNVERIFIED" if not cell else "ROLE-UNVERIFIED" if row.category else "ROLE-CELL"
        said = f"{row.id}{f' ({row.category})' if cell and row.category else ''} unverified: {'; '.join(row.against)}"
        if rule == "ROLE-CELL":
            said = f"{row.id}: {row.against[0]}"
        yield finding(rule, row.place, f"roles/{row.id}" if cell else row.id, said)


def _in_order(loaded: LoadedRequirements) -> Iterator[Finding]:
    """What the schema cannot see."""
    seen = Counter[str]()
    for index, one in enumerate(loaded.file.requirements):
        seen[one.id.lower()] += 1

        def at(key: str, index: int = index) -> Place:
            return loaded.positions.place("requirements", index, key)

        if seen[one.id.lower()] > 1:
            yield finding("REQ-DUPLICATE", at("id"), f"{one.id}/{seen[one.id.lower()]}", f"{one.id} stands twice")
        if not one.acceptance.strip():
            yield finding("REQ-NO-CRITERION", at("acceptance"), one.id, f"{one.id} has no acceptance criterion")
        if one.category not in CATEGORIES:
            said = f"{one.id}: {one.category!r:.60} is none of {', '.join(CATEGORIES)}"
            yield finding("REQ-CATEGORY", at("category"), one.id, said)
        for key in ("title", "statement", "acceptance", "rationale"):
            if UNFINISHED.search(getattr(one, key) or ""):
                yield finding("REQ-UNFINISHED", at(key), f"{one.id}/{key}", f"{one.id}: {key} is not finished")
    roles = loaded.file.roles
    for role, cells in roles.matrix.items() if roles else ():
        for action in cells:
            if roles and action not in roles.actions:
                place = loaded.positions.place("roles", "matrix", role, action)
                said = f"{role}/{action}: the action is none of {', '.join(roles.actions)}"
                yield finding("ROLE-ACTION", place, f"roles/{role}/{action}", said)


def _requirements(loaded: LoadedRequirements, proofs: Proofs) -> Iterator[Row]:
    for index, one in enumerate(loaded.file.requirements):
        yield Row(
            kind="requirement",
            id=one.id,
            title=one.title,
            category=one.category,
            criterion=one.acceptance,
            source=one.source or "",
            proofs=tuple(proof.name for proof in one.verified_by),
            against=_against(one, proofs),
            place=loaded.positions.place("requirements", index, "id"),
        )


def _against(one: Requirement, proofs: Proofs) -> tuple[str, ...]:
    if not one.verified_by:
        return ("it names nothing that shows it",)
    return tuple(said for proof in one.verified_by if (said := _unproved(proof, proofs)))


def _unproved(proof: Proof, proofs: Proofs) -> str:
    if proof.test is not None:
        return _test(proof.test, proofs)
    if proofs.assumed:
        return ""
    if proof.activity is not None:
        if proofs.activities is None:
            return f"the activity {proof.name} is not shown, because the gate activities did not answer"
        return proofs.activities.get(proof.name, f"no {proof.name} is recorded")
    if proofs.controls is None:
        return f"the control {proof.name} is not verified, because the gate threat-model did not answer"
    return proofs.controls.get(proof.name, f"no threat model has the control {proof.name}")


def _test(name: str, proofs: Proofs) -> str:
    if proofs.assumed:
        return (proofs.missing or {}).get(name, "")
    if proofs.other_build:
        return f"{name} proves nothing: {proofs.other_build}"
    unproved = why_unproved(name, proofs.tests, every=True)
    return unproved.sentence if unproved else ""


def _cells(loaded: LoadedRequirements, proofs: Proofs) -> Iterator[Row]:
    roles = loaded.file.roles
    if roles is None:
        return
    for role, cells in roles.matrix.items():
        for action in dict.fromkeys(roles.actions):
            cell = cells.get(action)
            tests = cell.tests if cell else ()
            if cell is None:
                against: tuple[str, ...] = ("the matrix does not say whether it is allowed",)
            elif not tests:
                against = ("it names no test that shows it",)
            else:
                against = tuple(said for test in tests if (said := _test(test, proofs)))
            yield Row(
                kind="role",
                id=f"{role}/{action}",
                title=f"{role}: {action}",
                category=cell.access if cell else "",
                criterion="",
                source="",
                proofs=tests,
                against=against,
                place=loaded.positions.place("roles", "matrix", role, action),
            )
