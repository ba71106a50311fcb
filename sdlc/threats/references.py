"""TM103: ids in a model that name nothing, which no JSON Schema can see."""

from __future__ import annotations

from collections.abc import Iterator

from sdlc.model.finding import Finding
from sdlc.threats.load import Key, LoadedModel
from sdlc.threats.model import ThreatModel
from sdlc.threats.rules import finding

Named = tuple[tuple[Key, ...], str, set[str], str]
"""Where an id stands, the id, the ids that there are, and what they are called."""


def check_references(loaded: LoadedModel) -> Iterator[Finding]:
    """Every id that names nothing."""
    model = loaded.model
    zones = set(model.trust_zones)
    ends = {*model.actors, *model.components, *model.data_stores}
    elements = {*ends, *zones, *model.trust_boundaries, *model.data_flows}
    known: list[Named] = []
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
        if threat.persona is not None:
            known.append((("threats", name, "persona"), threat.persona, set(model.threat_personas), "threat persona"))
    for name, risk in model.risks.items():
        for index, threat_id in enumerate(risk.threats):
            known.append((("risks", name, "threats", index), threat_id, set(model.threats), "threat"))
    for name, control in model.controls.items():
        for index, threat_id in enumerate(control.mitigates):
            known.append((("controls", name, "mitigates", index), threat_id, set(model.threats), "threat"))
    known.extend(_data(model))
    for keys, target, allowed, noun in known:
        if target not in allowed:
            kind, name = str(keys[0]), str(keys[1])
            yield finding(
                "TM103",
                loaded.positions.place(*keys),
                f"{model.system.id}/{kind}/{name}/{target}",
                f"{kind}.{name}.{keys[2]} names {target}, and there is no such {noun}",
            )


def _data(model: ThreatModel) -> Iterator[Named]:
    """Names of data: only a model that declares data sets can name one that it does not have."""
    sets = set(model.data_sets)
    if not sets:
        return
    for kind in ("data_stores", "data_flows"):
        for name, entry in getattr(model, kind).items():
            for index, data in enumerate(entry.data):
                yield (kind, name, "data", index), data, sets, "data set"
    for index, data in enumerate(model.system.data):
        yield ("system", "data", index), data, sets, "data set"
