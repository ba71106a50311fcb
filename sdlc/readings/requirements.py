"""Reads the security requirements and the matrix of roles against this build: what is asked, and what is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sdlc.activities.record import KINDS
from sdlc.errors import UnreadableError
from sdlc.formats.strict_yaml import EntryError
from sdlc.formats.test_records import load_records
from sdlc.model.finding import Finding
from sdlc.model.result import Context, Grade, Outcome, RawArtifacts, Reading
from sdlc.readings import activities, threat_model
from sdlc.readings.tests import other_build
from sdlc.requirements.judge import Proofs, Row, findings_of, judge
from sdlc.requirements.model import LoadedRequirements, load_requirements
from sdlc.requirements.rules import RULES, finding
from sdlc.requirements.trace import trace_csv, trace_json

READER = "requirements/1"
GRADE = Grade.REPLAYED
NEEDS = ("build", "static-analysis", "tests", "fuzz", "threat-model", "activities")
FILE = "requirements.yaml"
TRACES = {"trace.csv": trace_csv, "trace.json": trace_json}
UNREADABLE = {"yaml": "REQ-UNREADABLE", "schema": "REQ-SCHEMA"}
MODEL = "threat-model/"
ACTIVITIES = "activities/"


@dataclass(frozen=True)
class Settings:
    """`file` holds the requirements and the matrix of roles."""

    file: str = field(default="security/requirements.yaml", metadata={"change": "may-only-strengthen"})


def read(raw: RawArtifacts, settings: Settings, context: Context) -> Reading:  # noqa: ARG001 - the shape of a reader
    """PASSED when this build shows every requirement and every cell of the roles; ERROR for an unreadable file."""
    if FILE not in raw:
        raise UnreadableError(f"{FILE} is missing: nothing says what is asked of the product")
    try:
        loaded = load_requirements(raw[FILE], path=settings.file)
    except EntryError as error:
        findings = tuple(
            finding(UNREADABLE[p.of], p.place, f"{p.place}/{p.message}", p.message) for p in error.problems
        )
        return Reading(Outcome.ERROR, findings, sentence=error.message, hint=error.hint)
    rows = judge(loaded, proofs_of(raw))
    if any(raw.get(name) != dump(rows) for name, dump in TRACES.items()):
        raise UnreadableError("the trace matrix is not that of the evidence beside it", hint="run the gate again")
    return conclude(loaded, rows)


def rows_of(raw: RawArtifacts, settings: Settings) -> tuple[Row, ...]:
    """The trace matrix; `raw` as `read` gets it. Raises EntryError."""
    return judge(load_requirements(raw[FILE], path=settings.file), proofs_of(raw))


def look(data: bytes, settings: Settings, missing: Mapping[str, str]) -> Reading:
    """As `read`, for a quick look: what has to run is taken as if it had passed, but for tests that are `missing`."""
    loaded = load_requirements(data, path=settings.file)
    return conclude(loaded, judge(loaded, Proofs(assumed=True, missing=missing)), "if their evidence holds")


def tests_of(loaded: LoadedRequirements) -> tuple[str, ...]:
    """Every test that requirements and roles name, sorted, each once."""
    named = {proof.test for one in loaded.file.requirements for proof in one.verified_by if proof.test}
    roles = loaded.file.roles.matrix.values() if loaded.file.roles else ()
    return tuple(sorted(named | {test for cells in roles for cell in cells.values() for test in cell.tests}))


def proofs_of(raw: RawArtifacts) -> Proofs:
    """What this build can prove."""
    return Proofs(
        tests=load_records(raw["tests/records.jsonl"]) if "tests/records.jsonl" in raw else None,
        controls=_controls(raw),
        activities=_activities(raw),
        other_build=other_build(raw),
    )


def conclude(loaded: LoadedRequirements, rows: Sequence[Row], when: str = "in this build") -> Reading:
    """What `rows`, the trace matrix of `loaded`, come to."""
    findings: tuple[Finding, ...] = tuple(findings_of(loaded, tuple(rows)))
    asked = [row for row in rows if row.kind == "requirement"]
    cells = [row for row in rows if row.kind == "role"]
    counters = {
        "requirements": len(asked),
        "verified": sum(row.verified for row in asked),
        "cells": len(cells),
        "cells-verified": sum(row.verified for row in cells),
        "tests": len(tests_of(loaded)),
    }
    if not asked:
        return Reading(Outcome.ERROR, findings, counters, sentence=findings[0].message, hint=RULES["REQ-EMPTY"].fix)
    said = f"{counters['verified']} of {len(asked)} requirements verified {when}"
    if cells:
        said += f", {counters['cells-verified']} of {len(cells)} cells of the roles shown"
    return Reading(Outcome.of(findings, work=len(asked)), findings, counters, sentence=said)


def _activities(raw: RawArtifacts) -> dict[str, str] | None:
    """What stands against each activity, as if the product asked for it; None where the gate did not answer."""
    own = {name.removeprefix(ACTIVITIES): data for name, data in raw.items() if name.startswith(ACTIVITIES)}
    if not own:
        return None
    said = {}
    for kind in KINDS:
        settings = activities.Settings(required=(kind,))
        findings = activities.judged_by(own, settings, activities.trust_of(own)).findings
        said[kind] = f"the activity {kind} is not shown: {findings[0].message}" if findings else ""
    return said


def _controls(raw: RawArtifacts) -> dict[str, str] | None:
    """What stands against each control, as SYSTEM/CONTROL; None where the gate threat-model did not answer."""
    own = {name.removeprefix(MODEL): data for name, data in raw.items() if name.startswith(MODEL)}
    if not own:
        return None
    others = {name: data for name, data in raw.items() if "/" in name and not name.startswith(MODEL)}
    judged = threat_model.judge({**others, **own}, threat_model.Settings())
    said: dict[str, str] = {}
    for loaded, states in zip(judged.models, judged.states, strict=True):
        for name, state in states.items():
            control = f"{loaded.model.system.id}/{name}"
            why = state.findings[0].message if state.findings else "it is only planned"
            said[control] = "" if state.verified else f"the control {control} is not verified: {why}"
    return said
