"""Reads the threat models against this build: which threats are decided, which controls are verified."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from sdlc.errors import UnreadableError
from sdlc.formats.fuzz_report import load_report
from sdlc.formats.test_records import load_records
from sdlc.model.deadline import Deadline, dump_deadlines
from sdlc.model.finding import Finding, Place
from sdlc.model.result import Context, Grade, Outcome, RawArtifacts, Reading
from sdlc.readings.tests import other_build
from sdlc.threats.checks import check_files, check_model, check_systems
from sdlc.threats.decisions import Accepted, Standing, check_decided, judge_acceptances, standings
from sdlc.threats.evidence import ControlState, Proofs, evidence_deadlines, judge_controls
from sdlc.threats.load import (
    LoadedModel,
    ModelError,
    Positions,
    Problem,
    load_acceptances,
    load_harms,
    load_model,
    load_risk_policy,
)
from sdlc.threats.pointers import load_pointers
from sdlc.threats.risk import Scale
from sdlc.threats.risk_checks import RiskState, check_policy, check_privacy, check_weighed, judge_risks
from sdlc.threats.rules import RULES, finding
from sdlc.threats.sast import load_sast

READER = "threat-model/1"
GRADE = Grade.SLICE
NEEDS = ("build", "static-analysis", "tests", "fuzz")

Row = TypeVar("Row")


@dataclass(frozen=True)
class Settings:
    """`folder` holds the models (`*.yaml`) and `acceptances.yaml`."""

    folder: str = field(default="threat_models", metadata={"change": "may-only-strengthen"})


def read(raw: RawArtifacts, settings: Settings, context: Context) -> Reading:
    """PASSED when all threats are decided and all implemented controls verified; ERROR when a file is unreadable."""
    return _read(raw, settings, context, assumed=False)


def look(raw: RawArtifacts, settings: Settings, context: Context) -> Reading:
    """As `read`, for a quick look: tests, harnesses and scans are taken as if they had run and passed."""
    reading = _read(raw, settings, context, assumed=True)
    return replace(
        reading, sentence=reading.sentence.replace("verified in this build", "verified if their evidence holds")
    )


@dataclass(frozen=True)
class Judged:
    """
    Every model that could be read, with the states of its controls and its risks, in one order; what holds over all.

    `problems` are what could not be read; `risk_policy` is None without one.
    """

    models: tuple[LoadedModel, ...]
    states: tuple[Mapping[str, ControlState], ...]
    risks: tuple[Mapping[str, RiskState], ...]
    threats: Mapping[str, Standing]
    accepted: Accepted
    scale: Scale
    risk_policy: Positions | None
    problems: tuple[Problem, ...]


def judge(raw: RawArtifacts, settings: Settings, *, assumed: bool = False) -> Judged:
    """What became of each threat and control; with `assumed`, as if everything that has to run had passed."""
    if "pointers.json" not in raw:
        raise UnreadableError("pointers.json is missing, so no pointer of the threat models was looked up")
    problems: list[Problem] = []
    models: list[LoadedModel] = []
    for name in sorted(name for name in raw if name.startswith("models/")):
        path = f"{settings.folder}/{name.removeprefix('models/')}"
        loaded = _tried(load_model, raw[name], path, problems)
        if loaded is not None:
            models.append(loaded)
    unread = bool(problems)

    def beside(load: Callable[..., Row], name: str) -> Row | None:
        return _tried(load, raw[name], f"{settings.folder}/{name}", problems) if name in raw else None

    acceptances = beside(load_acceptances, "acceptances.yaml")
    policy = beside(load_risk_policy, "policy.yaml")
    scale = Scale.of(beside(load_harms, "harms.yaml"), policy[0] if policy else None)
    proofs = _proofs(raw, assumed=assumed)
    states = [judge_controls(loaded, proofs) for loaded in models]
    risks = [judge_risks(loaded, state, scale) for loaded, state in zip(models, states, strict=True)]
    threats = {name: one for pair in zip(models, risks, strict=True) for name, one in standings(*pair).items()}
    accepted = judge_acceptances(acceptances, threats, ignore_orphans=unread)
    return Judged(
        tuple(models),
        tuple(states),
        tuple(risks),
        threats,
        accepted,
        scale,
        policy[1] if policy else None,
        tuple(problems),
    )


def _read(raw: RawArtifacts, settings: Settings, context: Context, *, assumed: bool) -> Reading:
    judged = judge(raw, settings, assumed=assumed)
    findings = [*check_files(judged.problems), *check_systems(judged.models), *judged.accepted.findings]
    findings += check_policy(judged.risk_policy, judged.scale) if judged.risk_policy else ()
    deadlines = list(judged.accepted.deadlines)
    for loaded, state, weighed in zip(judged.models, judged.states, judged.risks, strict=True):
        findings += check_model(loaded, context.files)
        findings += [found for control in state.values() for found in control.findings]
        findings += [found for risk in weighed.values() for found in risk.findings]
        findings += [*check_privacy(loaded), *check_weighed(loaded, judged.scale)]
        findings += check_decided(loaded, state, judged.accepted, judged.threats)
        deadlines += evidence_deadlines(loaded)
    return _conclude(tuple(findings), judged, deadlines, settings.folder)


def _proofs(raw: RawArtifacts, *, assumed: bool) -> Proofs:
    return Proofs(
        pointers=load_pointers(raw["pointers.json"]),
        tests=load_records(raw["tests/records.jsonl"]) if "tests/records.jsonl" in raw else None,
        fuzz=load_report(raw["fuzz/fuzz.json"]) if "fuzz/fuzz.json" in raw else None,
        sast=load_sast(raw),
        other_build=other_build(raw),
        assumed=assumed,
    )


def _conclude(findings: tuple[Finding, ...], judged: Judged, deadlines: list[Deadline], folder: str) -> Reading:
    counters = _counters(judged)
    earliest = judged.accepted.earliest
    details = {"acceptance-expires": earliest.isoformat()} if earliest else {}
    details |= dump_deadlines(deadlines)
    sentence = (
        f"{counters['threats']} threats, {counters['verified']} of {counters['controls']} controls verified in this "
        f"build, {counters['acceptances']} accepted, {counters['unfalsifiable']} without evidence"
    )
    if judged.problems:
        first = judged.problems[0]
        where = f"{first.place.path}:{first.place.line}:{first.place.column}"
        hint = "mend that entry, then run: sdlc check --gate threat-model"
        return Reading(Outcome.ERROR, findings, counters, details, f"{where}: {first.message}", hint)
    if not counters["threats"]:
        said = "the threat models name no threat"
        findings = (*findings, finding("TM901", Place(folder), "threats", said))
        return Reading(Outcome.ERROR, findings, counters, details, f"{folder}: {said}", RULES["TM901"].fix)
    return Reading(Outcome.of(findings, work=counters["threats"]), findings, counters, details, sentence)


def _counters(judged: Judged) -> dict[str, int]:
    controls = [control for loaded in judged.models for control in loaded.model.controls.values()]
    return {
        "models": len(judged.models),
        "threats": sum(len(loaded.model.threats) for loaded in judged.models),
        "controls": len(controls),
        "verified": sum(state.verified for of_model in judged.states for state in of_model.values()),
        "unfalsifiable": sum(not control.evidence for control in controls),
        "acceptances": len(judged.accepted.threats),
        "evidence": sum(len(control.evidence) for control in controls),
    }


def _tried(load: Callable[..., Row], data: bytes, path: str, problems: list[Problem]) -> Row | None:
    """`load(data)`, or None after adding to `problems` what is wrong."""
    try:
        return load(data, path=path)
    except ModelError as error:
        problems.extend(error.problems)
        return None
