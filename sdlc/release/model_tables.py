"""
The threat models of a release as tables of its inventory: elements, flows, threats with what became of each, controls.

They are read as the gate's reading reads them, so that a control is verified here exactly when it is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from sdlc.model.digest import Digest
from sdlc.readings.replay import gathered
from sdlc.readings.threat_model import Settings, judge
from sdlc.threats.decisions import Accepted
from sdlc.threats.evidence import ControlState
from sdlc.threats.load import LoadedModel
from sdlc.threats.model import Evidence, FuzzEvidence, ManualEvidence, SastEvidence, TestEvidence

Row = tuple[str, Mapping[str, str]]
Raw = Mapping[str, Mapping[str, Digest]]
GATE = "threat-model"


def model_rows(raw: Raw, blobs: Callable[[Digest], bytes], folder: str) -> dict[str, list[Row]]:
    """The rows of each table, from the raw files of the gates that answered; nothing without a threat model.

    `folder` is where the models lay, as the gate's settings say: they are read under the same path as by its reading.

    Raises an SdlcError for files that are not what they claim to be.
    """
    if "pointers.json" not in raw.get(GATE, {}):
        return {}
    together = gathered(GATE, raw[GATE], raw)
    judged = judge({name: blobs(digest) for name, digest in together.items()}, Settings(folder=folder))
    rows: dict[str, list[Row]] = {"elements": [], "flows": [], "threats": [], "controls": []}
    for loaded, states in zip(judged.models, judged.states, strict=True):
        rows["elements"] += _elements(loaded)
        rows["flows"] += _flows(loaded)
        rows["threats"] += _threats(loaded, states, judged.accepted)
        rows["controls"] += _controls(loaded, states)
    return rows


def _elements(loaded: LoadedModel) -> Iterator[Row]:
    model = loaded.model
    kinds = (("external", model.actors), ("process", model.components), ("store", model.data_stores))
    for kind, elements in kinds:
        for name, one in elements.items():
            zone = model.trust_zones.get(one.trust_zone)
            said = zone.title if zone else one.trust_zone
            yield f"{model.system.id}/{name}", {"kind": kind, "title": one.title, "zone": said}


def _flows(loaded: LoadedModel) -> Iterator[Row]:
    model = loaded.model
    for name, flow in model.data_flows.items():
        port = f"/{flow.port}" if flow.port is not None else ""
        yield (
            f"{model.system.id}/{name}",
            {
                "from": f"{model.system.id}/{flow.source}",
                "to": f"{model.system.id}/{flow.target}",
                "protocol": f"{flow.protocol or ''}{port}",
                "data": ", ".join(flow.data),
                "authentication": flow.authentication or "",
                "transport": flow.transport_security or "",
            },
        )


def _threats(loaded: LoadedModel, states: Mapping[str, ControlState], accepted: Accepted) -> Iterator[Row]:
    model = loaded.model
    for name, threat in model.threats.items():
        against = [control for control, entry in model.controls.items() if name in entry.mitigates]
        if any(states[control].verified for control in against):
            state = "controlled"
        elif f"{model.system.id}/{name}" in accepted.threats:
            state = "accepted"
        elif threat.status != "open" and threat.rationale:
            state = threat.status
        else:
            state = "not decided"
        on = " ".join(f"{model.system.id}/{element}" for element in threat.on)
        said = {"state": state, "stride": threat.stride, "on": on, "controls": ", ".join(against)}
        yield f"{model.system.id}/{name}", {**said, "statement": threat.statement[:300]}


def _controls(loaded: LoadedModel, states: Mapping[str, ControlState]) -> Iterator[Row]:
    model = loaded.model
    for name, control in model.controls.items():
        state = "verified in this build" if states[name].verified else f"{control.status}, not verified"
        evidence = ", ".join(map(_evidence, control.evidence))
        said = {"state": state, "mitigates": ", ".join(control.mitigates), "evidence": evidence[:300]}
        yield f"{model.system.id}/{name}", {**said, "title": control.title}


def _evidence(one: Evidence) -> str:
    match one:
        case TestEvidence():
            return one.id
        case FuzzEvidence():
            return f"fuzz {one.harness}"
        case SastEvidence():
            return f"rule {one.rule} over {one.over}"
        case ManualEvidence():
            return f"{one.activity} of {one.performed}"
