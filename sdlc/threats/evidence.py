"""
TM3xx: is each control proved in this build?

A control is *verified* when a person calls it implemented, all its pointers lead somewhere, it has evidence, and
every piece of that evidence ran in this build and passed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sdlc.formats.fuzz_report import FuzzReport
from sdlc.formats.test_records import TestRecords, why_unproved
from sdlc.model.deadline import Deadline
from sdlc.model.finding import Finding
from sdlc.threats.load import Key, LoadedModel
from sdlc.threats.model import Control, FuzzEvidence, ManualEvidence, SastEvidence, TestEvidence
from sdlc.threats.pointers import Resolution, pointer_to
from sdlc.threats.rules import finding
from sdlc.threats.sast import SastRun


@dataclass(frozen=True)
class Proofs:
    """
    What this build can prove; None where a gate did not answer, and then nothing of it is proved.

    `other_build` says why the tests are about something else than what was built; empty when they are about that.
    `assumed`: nothing was run, this is a look at the model, and what has to run is taken as if it had passed.
    """

    pointers: Mapping[str, Resolution]
    tests: TestRecords | None
    fuzz: FuzzReport | None
    sast: SastRun | None = None
    other_build: str = ""
    assumed: bool = False


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


def evidence_deadlines(loaded: LoadedModel) -> Iterator[Deadline]:
    """The days after which manual evidence of implemented controls proves nothing any more."""
    for name, control in loaded.model.controls.items():
        for index, evidence in enumerate(control.evidence):
            if control.status == "implemented" and isinstance(evidence, ManualEvidence) and not _manual(evidence)[0]:
                place = loaded.positions.place("controls", name, "evidence", index)
                subject = f"{loaded.model.system.id}/controls/{name}/{evidence.activity}"
                yield Deadline("TM309", subject, date.fromisoformat(evidence.valid_until), place)


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
        if pointer and (said := _unresolved(pointer, proofs)):
            yield found("TM302", pointer, said, "evidence", index)
            continue
        match evidence:
            case TestEvidence() | FuzzEvidence() | SastEvidence() if proofs.assumed:
                continue
            case TestEvidence():
                rule, said = _test(evidence, proofs)
                rule, said = (rule, said) if rule else _elsewhere(evidence, control, proofs)
            case FuzzEvidence():
                rule, said = _fuzz(evidence, proofs.fuzz)
            case SastEvidence():
                pointer = f"{evidence.rule} over {evidence.over}"
                rule, said = _sast(evidence, proofs.sast)
            case ManualEvidence():
                pointer = evidence.activity
                rule, said = _manual(evidence)
        if rule:
            yield found(rule, pointer, said, "evidence", index)


def _unresolved(pointer: str, proofs: Proofs) -> str:
    row = proofs.pointers.get(pointer)
    if row is None:
        return f"{pointer} was not looked up"
    return "" if row.resolves else f"{pointer} leads nowhere: {row.reason}"


def _test(evidence: TestEvidence, proofs: Proofs) -> tuple[str, str]:
    if proofs.other_build:
        return "TM305", f"{evidence.id} proves nothing: {proofs.other_build}"
    unproved = why_unproved(evidence.id, proofs.tests)
    return ("TM304" if unproved.failed else "TM303", unproved.sentence) if unproved else ("", "")


def _elsewhere(evidence: TestEvidence, control: Control, proofs: Proofs) -> tuple[str, str]:
    """TM306, where it is known what the test ran: a test that starts other processes may have run anything."""
    touched = proofs.tests.touched_by(evidence.id) if proofs.tests else None
    code = [pointer for pointer in control.code if pointer.partition("::")[0].endswith(".py")]
    if touched is None or touched.spawned or not code:
        return "", ""
    unknown = any(_is_part(f"{module}::", pointer.partition("::")[0]) for module in touched.unseen for pointer in code)
    if unknown or any(_is_part(function, pointer) for function in touched.functions for pointer in code):
        return "", ""
    return "TM306", f"{evidence.id} passed without running anything of {', '.join(code)}"


def _is_part(function: str, pointer: str) -> bool:
    """True when `function`, of the installed module, is what `pointer` leads to in the tree, or in it."""
    module, _, name = function.partition("::")
    path, _, symbol = pointer.partition("::")
    if path != module and not path.endswith(f"/{module}"):
        return False
    # A name in capitals is a table, which does not run; that its module ran is all that can be seen.
    is_table = symbol.rpartition(".")[2].isupper()
    return not symbol or is_table or name == symbol or name.startswith(f"{symbol}.")


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


def _sast(evidence: SastEvidence, run: SastRun | None) -> tuple[str, str]:
    if run is None:
        return "TM303", f"the rule {evidence.rule} did not run, because the static-analysis gate did not answer"
    return run.judge(evidence)


def _manual(evidence: ManualEvidence) -> tuple[str, str]:
    """That it is still in date is for the policy, which knows the day."""
    try:
        performed, until = date.fromisoformat(evidence.performed), date.fromisoformat(evidence.valid_until)
    except ValueError as error:
        return "TM309", f"{evidence.activity} has a day that is none: {error}"
    if until <= performed:
        return "TM309", f"{evidence.activity} ends on {until}, not after it was performed on {performed}"
    return "", ""
