"""TM1xx: is the model itself in order? What no JSON Schema can see: references, crossings, ids, unfinished text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatch

from sdlc.model.finding import Finding
from sdlc.threats.load import Key, LoadedModel, Problem
from sdlc.threats.model import ThreatModel
from sdlc.threats.rules import finding

ELEMENTS = ("trust_zones", "trust_boundaries", "actors", "components", "data_stores", "data_flows")
TODO = re.compile(r"\b(TODO|FIXME|TBD)\b")


def check_files(problems: Iterable[Problem]) -> tuple[Finding, ...]:
    """TM101, TM102: what kept a file from being read."""
    return tuple(finding(p.rule, p.place, f"{p.place.path}/{p.message}", p.message) for p in problems)


def check_model(loaded: LoadedModel, files: tuple[str, ...]) -> tuple[Finding, ...]:
    """TM103 to TM107 of one model; `files` are the paths of the tree."""
    return (
        *_references(loaded),
        *_ambiguous(loaded),
        *_crossings(loaded),
        *_unfinished(loaded),
        *_globs(loaded, files),
    )


def check_systems(models: Iterable[LoadedModel]) -> Iterator[Finding]:
    """TM104: two files that describe a system of one id."""
    seen: dict[str, str] = {}
    for loaded in models:
        name, place = loaded.model.system.id, loaded.positions.place("system", "id")
        if name in seen:
            yield finding("TM104", place, f"{name}/system", f"system {name} is described in {seen[name]} too")
        seen.setdefault(name, place.path)


def _references(loaded: LoadedModel) -> Iterator[Finding]:
    model = loaded.model
    zones = set(model.trust_zones)
    ends = {*model.actors, *model.components, *model.data_stores}
    elements = {*ends, *zones, *model.trust_boundaries, *model.data_flows}
    known: list[tuple[tuple[Key, ...], str, set[str], str]] = []
    for name, boundary in model.trust_boundaries.items():
        for index, zone in enumerate(boundary.between):
            known.append((("trust_boundaries", name, "between", index), zone, zones, "trust zone"))
    for kind in ("actors", "components", "data_stores"):
        for name, element in getattr(model, kind).items():
            known.append(((kind, name, "trust_zone"), element.trust_zone, zones, "trust zone"))
    for name, flow in model.data_flows.items():
        known.append((("data_flows", name, "from"), flow.source, ends, "actor, component or data store"))
        known.append((("data_flows", name, "to"), flow.target, ends, "actor, component or data store"))
        if flow.boundary is not None:
            boundaries = set(model.trust_boundaries)
            known.append((("data_flows", name, "boundary"), flow.boundary, boundaries, "trust boundary"))
    for name, threat in model.threats.items():
        for index, element_id in enumerate(threat.on):
            known.append((("threats", name, "on", index), element_id, elements, "element"))
    for name, control in model.controls.items():
        for index, threat_id in enumerate(control.mitigates):
            known.append((("controls", name, "mitigates", index), threat_id, set(model.threats), "threat"))
    for keys, target, allowed, noun in known:
        if target not in allowed:
            kind, name = str(keys[0]), str(keys[1])
            yield finding(
                "TM103",
                loaded.positions.place(*keys),
                f"{model.system.id}/{kind}/{name}/{target}",
                f"{kind}.{name}.{keys[2]} names {target}, and there is no such {noun}",
            )


def _ambiguous(loaded: LoadedModel) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for kind in ELEMENTS:
        for name in getattr(loaded.model, kind):
            if name in seen:
                yield finding(
                    "TM104",
                    loaded.positions.place(kind, name),
                    f"{loaded.model.system.id}/{kind}/{name}",
                    f"{kind}.{name} has the id of {seen[name]}.{name}, so a threat's `on` could mean either",
                )
            seen.setdefault(name, kind)


def _crossings(loaded: LoadedModel) -> Iterator[Finding]:
    model = loaded.model
    zone = _zones(model)
    for name, flow in model.data_flows.items():
        pair = {zone.get(flow.source), zone.get(flow.target)}
        if None in pair or len(pair) < 2:
            continue
        boundary = model.trust_boundaries.get(flow.boundary or "")
        if boundary is not None and set(boundary.between) == pair:
            continue
        between = " to ".join((str(zone[flow.source]), str(zone[flow.target])))
        said = f"boundary {flow.boundary} lies elsewhere" if boundary else "no boundary is named"
        yield finding(
            "TM105",
            loaded.positions.place("data_flows", name, "boundary"),
            f"{model.system.id}/data_flows/{name}",
            f"data_flows.{name} crosses from zone {between}, and {said}",
        )


def _zones(model: ThreatModel) -> Mapping[str, str]:
    actors = {name: actor.trust_zone for name, actor in model.actors.items()}
    components = {name: component.trust_zone for name, component in model.components.items()}
    stores = {name: store.trust_zone for name, store in model.data_stores.items()}
    return actors | components | stores


def _unfinished(loaded: LoadedModel) -> Iterator[Finding]:
    model = loaded.model
    texts: list[tuple[tuple[str, ...], str]] = []
    texts.extend((("assumptions", name), text) for name, text in model.assumptions.items())
    for name, threat in model.threats.items():
        texts.append((("threats", name, "statement"), threat.statement))
        texts.append((("threats", name, "rationale"), threat.rationale or ""))
    texts.extend((("controls", name, "title"), control.title) for name, control in model.controls.items())
    for keys, text in texts:
        if TODO.search(text):
            dotted = ".".join(keys)
            element = f"{model.system.id}/{'/'.join(keys)}"
            yield finding("TM106", loaded.positions.place(*keys), element, f"{dotted} is not finished: {text[:60]}")


def _globs(loaded: LoadedModel, files: tuple[str, ...]) -> Iterator[Finding]:
    for name, component in loaded.model.components.items():
        for index, glob in enumerate(component.code):
            if not any(fnmatch(path, glob) for path in files):
                yield finding(
                    "TM107",
                    loaded.positions.place("components", name, "code", index),
                    f"{loaded.model.system.id}/components/{name}/{glob}",
                    f"components.{name}.code: {glob} matches none of {len(files)} files",
                )
