"""
The threat models of a release as tables of its inventory: elements, flows, threats with what became of each, controls.

They are read as the gate's reading reads them, so that a control is verified here exactly when it is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from sdlc.formats.fuzz_report import load_report
from sdlc.formats.test_records import load_records
from sdlc.model.digest import Digest
from sdlc.threats.decisions import Accepted, judge_acceptances
from sdlc.threats.evidence import ControlState, Proofs, judge_controls
from sdlc.threats.load import LoadedModel, load_acceptances, load_model
from sdlc.threats.pointers import load_pointers

Row = tuple[str, Mapping[str, str]]
Raw = Mapping[str, Mapping[str, Digest]]
MODELS = "models/"


def model_rows(raw: Raw, blobs: Callable[[Digest], bytes], folder: str) -> dict[str, list[Row]]:
    """The rows of each table, from the raw files of the gates that answered; nothing without a threat model.

    `folder` is where the models lay, as the gate's settings say: they are read under the same path as by its reading.

    Raises an SdlcError for files that are not what they claim to be.
    """
    own = raw.get("threat-model", {})
    if "pointers.json" not in own:
        return {}

    def of(gate: str, name: str) -> bytes | None:
        return blobs(raw[gate][name]) if name in raw.get(gate, {}) else None

    names = sorted(name for name in own if name.startswith(MODELS))
    models = [load_model(blobs(own[name]), path=f"{folder}/{name.removeprefix(MODELS)}") for name in names]
    tests, fuzz = of("tests", "records.jsonl"), of("fuzz", "fuzz.json")
    accepted = of("threat-model", "acceptances.yaml")
    proofs = Proofs(
        pointers=load_pointers(blobs(own["pointers.json"])),
        tests=load_records(tests) if tests is not None else None,
        fuzz=load_report(fuzz) if fuzz is not None else None,
    )
    holding = judge_acceptances(
        load_acceptances(accepted, path="acceptances.yaml") if accepted is not None else None, tuple(models)
    )
    rows: dict[str, list[Row]] = {"elements": [], "flows": [], "threats": [], "controls": []}
    for loaded in models:
        states = judge_controls(loaded, proofs)
        rows["elements"] += _elements(loaded)
        rows["flows"] += _flows(loaded)
        rows["threats"] += _threats(loaded, states, holding)
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
        evidence = ", ".join(one.id if one.kind == "test" else f"fuzz {one.harness}" for one in control.evidence)
        said = {"state": state, "mitigates": ", ".join(control.mitigates), "evidence": evidence[:300]}
        yield f"{model.system.id}/{name}", {**said, "title": control.title}
