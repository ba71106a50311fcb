"""TM1xx: is the model itself in order? What no JSON Schema can see: references, crossings, ids, unfinished text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatch
from typing import Any

from sdlc.formats.strict_entry import UNFINISHED
from sdlc.model.finding import Finding
from sdlc.threats.load import Key, LoadedModel, Problem
from sdlc.threats.model import ThreatModel
from sdlc.threats.references import check_references
from sdlc.threats.rules import finding
from sdlc.threats.taxonomy import unknown_attack, unknown_capec, unknown_cwe, unknown_emb3d

ELEMENTS = ("trust_zones", "trust_boundaries", "actors", "components", "data_stores", "data_flows")
UNREADABLE = {"yaml": "TM101", "schema": "TM102"}


def check_files(problems: Iterable[Problem]) -> tuple[Finding, ...]:
    """TM101, TM102: what kept a file from being read."""
    return tuple(finding(UNREADABLE[p.of], p.place, f"{p.place.path}/{p.message}", p.message) for p in problems)


def check_model(loaded: LoadedModel, files: tuple[str, ...]) -> tuple[Finding, ...]:
    """TM103 to TM109 of one model; `files` are the paths of the tree."""
    return (
        *check_references(loaded),
        *_orphans(loaded),
        *_taxonomies(loaded),
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
    zone = zones_of(model)
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


def zones_of(model: ThreatModel) -> Mapping[str, str]:
    """The zone of everything that data can come from or go to, by id."""
    actors = {name: actor.trust_zone for name, actor in model.actors.items()}
    components = {name: component.trust_zone for name, component in model.components.items()}
    stores = {name: store.trust_zone for name, store in model.data_stores.items()}
    return actors | components | stores


def _unfinished(loaded: LoadedModel) -> Iterator[Finding]:
    """TM106: every text with a word for "later"; entries of lists are named by what stands in them."""
    system = loaded.model.system.id
    document = loaded.model.model_dump(mode="json", by_alias=True, exclude_none=True)
    for keys, names, text in _texts(document, (), ()):
        if UNFINISHED.search(text):
            said = f"{'.'.join(names)} is not finished: {text[:60]}"
            yield finding("TM106", loaded.positions.place(*keys), f"{system}/{'/'.join(names)}", said)


def _texts(
    value: Any, keys: tuple[Key, ...], names: tuple[str, ...]
) -> Iterator[tuple[tuple[Key, ...], tuple[str, ...], str]]:
    """All texts below `value`: where they stand, what to call that, and the text."""
    if isinstance(value, str):
        yield keys, names, value
    elif isinstance(value, dict):
        for name, below in value.items():
            yield from _texts(below, (*keys, name), (*names, name))
    elif isinstance(value, list):
        for index, below in enumerate(value):
            called = below.get("claim", str(index)) if isinstance(below, dict) else str(index)
            yield from _texts(below, (*keys, index), (*names, called))


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


def _orphans(loaded: LoadedModel) -> Iterator[Finding]:
    """TM108: what no data flow reaches or leaves; a model without flows is not drawn yet, and not judged."""
    model = loaded.model
    used = {end for flow in model.data_flows.values() for end in (flow.source, flow.target)}
    if not used:
        return
    for kind in ("actors", "components", "data_stores"):
        for name in getattr(model, kind):
            if name not in used:
                place = loaded.positions.place(kind, name)
                said = f"{kind}.{name} takes part in no data flow"
                yield finding("TM108", place, f"{model.system.id}/{kind}/{name}", said)


def _taxonomies(loaded: LoadedModel) -> Iterator[Finding]:
    """TM109: numbers of nothing."""
    system = loaded.model.system.id
    for name, threat in loaded.model.threats.items():
        rows: list[tuple[str, int, str]] = []
        rows += [("cwe", index, unknown_cwe(number)) for index, number in enumerate(threat.cwe)]
        rows += [("capec", index, unknown_capec(number)) for index, number in enumerate(threat.capec)]
        rows += [("attack", index, unknown_attack(technique)) for index, technique in enumerate(threat.attack)]
        rows += [("emb3d", index, unknown_emb3d(id_)) for index, id_ in enumerate(threat.emb3d)]
        for key, index, said in rows:
            if said:
                place = loaded.positions.place("threats", name, key, index)
                yield finding("TM109", place, f"{system}/threats/{name}/{said.split()[0]}", f"threat {name}: {said}")
