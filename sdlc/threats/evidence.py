"""
TM3xx: is each control proved in this build?

A control is *verified* when a person calls it implemented, all its pointers lead somewhere, it has evidence, and
every piece of that evidence ran in this build and passed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sdlc.formats.fuzz_report import FuzzReport
from sdlc.formats.test_records import TestRecords
from sdlc.model.finding import Finding
from sdlc.threats.load import Key, LoadedModel
from sdlc.threats.model import Control, FuzzEvidence, TestEvidence
from sdlc.threats.pointers import Resolution, pointer_to
from sdlc.threats.rules import finding

EXPECTED_TO_FAIL = frozenset({"xfailed", "xpassed"})


@dataclass(frozen=True)
class Proofs:
    """What this build can prove; None where a gate did not answer, and then nothing of it is proved."""

    pointers: Mapping[str, Resolution]
    tests: TestRecords | None
    fuzz: FuzzReport | None


@dataclass(frozen=True)
class ControlState:
    """A control's computed state, and what stands against it."""

    id: str
    verified: bool
    findings: tuple[Finding, ...]


def judge_controls(loaded: LoadedModel, proofs: Proofs) -> dict[str, ControlState]:
    """The state of each control of the model, by id; a planned control is never verified, and no finding."""
    states = {}
    for name, control in loaded.model.controls.items():
        if control.status == "planned":
            states[name] = ControlState(name, False, ())
        else:
            found = tuple(_check(loaded, name, control, proofs))
            states[name] = ControlState(name, not found, found)
    return states


def _check(loaded: LoadedModel, name: str, control: Control, proofs: Proofs) -> Iterator[Finding]:
    element = f"{loaded.model.system.id}/controls/{name}"

    def found(rule: str, what: str, said: str, *keys: Key) -> Finding:
        place = loaded.positions.place("controls", name, *keys)
        return finding(rule, place, f"{element}/{what}".rstrip("/"), f"control {name}: {said}")

    if not control.evidence:
        yield found("TM301", "", "is said to be implemented, and names no evidence")
    for index, pointer in enumerate(control.code):
        if said := _unresolved(pointer, proofs):
            yield found("TM302", pointer, said, "code", index)
    for index, evidence in enumerate(control.evidence):
        pointer = pointer_to(evidence)
        if said := _unresolved(pointer, proofs):
            yield found("TM302", pointer, said, "evidence", index)
            continue
        if isinstance(evidence, TestEvidence):
            rule, said = _test(evidence, proofs.tests)
        else:
            rule, said = _fuzz(evidence, proofs.fuzz)
        if rule:
            yield found(rule, pointer, said, "evidence", index)


def _unresolved(pointer: str, proofs: Proofs) -> str:
    row = proofs.pointers.get(pointer)
    if row is None:
        return f"{pointer} was not looked up"
    return "" if row.resolves else f"{pointer} leads nowhere: {row.reason}"


def _test(evidence: TestEvidence, records: TestRecords | None) -> tuple[str, str]:
    if records is None:
        return "TM303", f"{evidence.id} did not run, because the tests gate did not answer"
    if not records.finished:
        return "TM303", f"{evidence.id} proves nothing, because the test run was cut off"
    outcomes = [result.outcome for result in records.matching(evidence.id)]
    if not outcomes:
        return "TM303", f"{evidence.id} did not run in this build"
    bad = [outcome for outcome in outcomes if outcome in ("failed", "error")]
    if bad:
        return "TM304", f"{evidence.id} {bad[0]} in this build"
    if EXPECTED_TO_FAIL & set(outcomes):
        return "TM304", f"{evidence.id} is marked as expected to fail"
    if "passed" not in outcomes:
        return "TM303", f"{evidence.id} was {outcomes[0]} in this build"
    return "", ""


def _fuzz(evidence: FuzzEvidence, report: FuzzReport | None) -> tuple[str, str]:
    if report is None:
        return "TM303", f"harness {evidence.harness} did not run, because the fuzz gate did not answer"
    runs = [run for run in report.harnesses if run.name == evidence.harness]
    executions = sum(run.executions for run in runs)
    problems = [problem for run in runs for problem in run.problems]
    crashes = sum(len(run.crashes) for run in runs)
    if not executions or problems:
        why = f": {problems[0]}" if problems else ""
        return "TM303", f"harness {evidence.harness} did not run in this build{why}"
    if crashes:
        return "TM304", f"harness {evidence.harness} found {crashes} crash{'es' if crashes > 1 else ''}"
    if executions < evidence.min_execs:
        said = f"harness {evidence.harness} ran {executions} times, {evidence.min_execs} are asked for"
        return "TM308", said
    return "", ""
