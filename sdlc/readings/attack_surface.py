"""Reads the extracted surface against what the threat models claim; the models lie beside it as they were."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from sdlc.errors import UnreadableError
from sdlc.model.finding import Confidence, Finding, Place, Severity
from sdlc.model.result import Context, Grade, Outcome, RawArtifacts, Reading
from sdlc.surface.claim import Claim, Component
from sdlc.surface.drift import Drift, drifts
from sdlc.surface.item import Surface, load_surface
from sdlc.threats.load import LoadedModel, ModelError, load_model
from sdlc.threats.rules import SURFACE_RULES, finding

READER = "surface/1"
GRADE = Grade.SLICE
NEEDS: tuple[str, ...] = ()
GATE = "attack-surface"


@dataclass(frozen=True)
class Settings:
    """`folder` holds the threat models. `exclude` are globs of files that are no part of the product."""

    folder: str = field(default="threat_models", metadata={"change": "may-only-strengthen"})
    exclude: tuple[str, ...] = field(default=(), metadata={"change": "may-only-strengthen"})


def read(raw: RawArtifacts, settings: Settings, context: Context) -> Reading:
    """PASSED when all surface is claimed as it is; ERROR when a file could not be parsed or none was there."""
    if "surface.json" not in raw:
        raise UnreadableError("surface.json is missing, so nothing is known about the attack surface")
    surface = load_surface(raw["surface.json"])
    models: list[LoadedModel] = []
    problems: list[str] = []
    for name in sorted(name for name in raw if name.startswith("models/")):
        path = f"{settings.folder}/{name.removeprefix('models/')}"
        try:
            models.append(load_model(raw[name], path=path))
        except ModelError as error:
            problems.append(error.message)
    problems += [f"{path}: {reason}" for path, reason in surface.unparsed.items()]
    if len(context.files) != surface.files:
        problems.append(f"{surface.files} files were parsed, and {len(context.files)} are named")
    components = [component for loaded in models for component in components_of(loaded)]
    nothing_there = not any(name.startswith("models/") for name in raw)
    findings = tuple(_findings(surface, components, models, settings.folder)) if models or nothing_there else ()
    counters = _counters(surface, components, models)
    sentence = (
        f"{counters['surface']} entry points, {counters['capabilities']} capabilities, {counters['unresolved']} "
        f"unresolved in {surface.files} files, {sum(surface.excluded.values())} left out; {counters['claims']} claims"
    )
    if problems:
        more = f" and {len(problems) - 1} more" if len(problems) > 1 else ""
        hint = "mend that file, or leave it out with gates.attack-surface.exclude"
        return Reading(Outcome.ERROR, findings, counters, {}, f"not all was read: {problems[0]}{more}", hint)
    if not surface.files:
        hint = "see what gates.attack-surface.exclude leaves out"
        return Reading(Outcome.ERROR, findings, counters, {}, "TM901: not one Python file was looked at", hint)
    return Reading(Outcome.of(findings, work=surface.files), findings, counters, {}, sentence)


def _counters(surface: Surface, components: list[Component], models: list[LoadedModel]) -> dict[str, int]:
    entries = [item for item in surface.items if item.is_entry]
    return {
        "files": surface.files,
        "excluded": sum(surface.excluded.values()),
        "models": len(models),
        "claims": sum(len(component.claims) for component in components),
        "surface": len(entries),
        "unguarded": sum(item.guard == "none" for item in entries),
        "unresolved": sum(bool(item.unresolved) for item in surface.items),
        "capabilities": len(surface.items) - len(entries),
    }


def _findings(
    surface: Surface, components: list[Component], models: list[LoadedModel], folder: str
) -> Iterator[Finding]:
    if not models:
        entries = [item for item in surface.items if item.is_entry]
        if entries:
            said = f"{len(entries)} entry points ({entries[0].key} first), and no threat model in {folder}/"
            place = Place(entries[0].places[0].path, entries[0].places[0].line)
            yield finding("TM901", place, "models", said, of=SURFACE_RULES["TM901"], gate=GATE)
        return
    positions = {loaded.positions.path: loaded.positions for loaded in models}
    for drift in drifts(surface.items, components):
        if drift.spot is not None:
            place = Place(drift.spot.path, drift.spot.line)
        else:
            place = positions[drift.path].place(*drift.at)
        yield _finding(drift, place)


def _finding(drift: Drift, place: Place) -> Finding:
    rule = SURFACE_RULES[drift.rule]
    if drift.light:
        rule = replace(rule, severity=Severity.LOW)
    if drift.fix:
        rule = replace(rule, fix=drift.fix)
    if drift.advice:
        rule = replace(rule, severity=Severity.NOTE)
    sure = Confidence.MEDIUM if drift.advice else Confidence.HIGH
    return finding(drift.rule, place, drift.element, drift.message, of=rule, confidence=sure, gate=GATE)


def components_of(loaded: LoadedModel) -> Iterable[Component]:
    """The components of a model and their claims, as the room `surface` takes them."""
    model = loaded.model
    for name, component in model.components.items():
        incoming = {flow_id: flow for flow_id, flow in model.data_flows.items() if flow.target == name}
        boundaries = (model.trust_boundaries.get(flow.boundary or "") for flow in incoming.values())
        yield Component(
            system=model.system.id,
            name=name,
            path=loaded.positions.path,
            code=component.code,
            claims=tuple(
                Claim(
                    pattern=one.claim,
                    index=index,
                    auth=one.auth or "",
                    bind=one.bind or "",
                    tls=one.tls or "",
                    port=one.port,
                    services=one.sop_classes,
                )
                for index, one in enumerate(component.surface)
                if not one.unfinished
            ),
            external=(component.exposure or model.system.exposure) == "external",
            flows=tuple((flow_id, flow.port) for flow_id, flow in incoming.items()),
            crossed=any(one is not None and component.trust_zone in one.between for one in boundaries),
            zones=len(model.trust_zones),
        )
