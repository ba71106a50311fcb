"""Models of other tools: what they say is there, what is lost is said, what is wrong is refused with its place."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdlc.errors import UnreadableError
from sdlc.formats import strict_json
from sdlc.threats.importing import import_model
from sdlc.threats.load import load_model
from sdlc.threats.model import ThreatModel
from sdlc.threats.risk_model import Harm
from sdlc.threats.tm_bom import EXTENSION, export_tm_bom

SAMPLES = Path(__file__).parents[1] / "samples" / "threat-formats"
TM_BOM = json.loads((SAMPLES / "tm-bom.json").read_bytes())
EXAMPLE = Path(__file__).parents[2] / "examples" / "image-router" / "threat_models" / "image-router.yaml"


def read(name: str) -> tuple[str, ThreatModel, str]:
    """The kind of a sample, its model, and all losses in one text."""
    kind, imported = import_model((SAMPLES / name).read_bytes(), path=name)
    return kind, made(imported.document), "\n".join(imported.losses)


def made(document: dict[str, Any]) -> ThreatModel:
    """The model that `document` is, in its own order."""
    return load_model(json.dumps(document).encode(), path="m").model


def test_open_threat_model() -> None:
    kind, model, losses = read("open-threat-model.yaml")
    assert (kind, model.system.id, model.system.owner) == ("open-threat-model", "garden-gate", "gardeners")
    assert {name: zone.trust for name, zone in model.trust_zones.items()} == {"street": "none", "garden": "high"}
    assert (set(model.actors), set(model.components), set(model.data_stores)) == (
        {"visitor"},
        {"gate", "latch"},
        {"book"},
    )
    assert model.components["latch"].trust_zone == "garden"
    assert model.data_stores["book"].data == ("names",)
    assert model.data_flows["entry"].boundary == "street-garden"
    assert (model.threats["copied-key"].on, model.threats["copied-key"].cwe) == (("gate",), (290,))
    assert model.controls["new-lock"].status == "implemented"
    for said in (
        "rain is on no component",
        "roof is against no threat",
        "bidirectional",
        "trustZones.risk is not kept",
    ):
        assert said in losses


def test_threat_dragon_2() -> None:
    kind, model, losses = read("threat-dragon-2.json")
    assert kind == "threat-dragon"
    assert (model.actors["visitor"].trust_zone, model.components["gate"].trust_zone) == ("outside", "garden")
    entry = model.data_flows["entry"]
    assert (entry.boundary, entry.protocol, entry.transport_security) == ("outside-garden", "key", "encrypted")
    assert model.data_flows["note"].boundary is None
    assert model.threats["gate-copied-key"].stride == "spoofing"
    assert model.threats["gate-seen-coming"].linddun == ("detecting",)
    assert model.threats["book-torn-page"].rationale == "It is bound."
    assert model.controls["against-gate-copied-key"].status == "implemented"
    for said in ("'Hedge' is a curve", "'Loose' has a loose end", "semi is written", "texts that stand beside"):
        assert said in losses


def test_threat_dragon_1() -> None:
    kind, model, losses = read("threat-dragon-1.json")
    assert (kind, set(model.components)) == ("threat-dragon", {"garden-gate"})
    assert (model.data_flows["entry"].source, model.data_flows["entry"].target) == ("visitor", "garden-gate")
    assert model.controls["against-garden-gate-copied-key"].status == "planned"
    assert "is a curve" in losses


def test_tm_bom_comes_in_and_goes_out_as_it_was() -> None:
    kind, model, losses = read("tm-bom.json")
    assert kind == "tm-bom"
    assert set(model.components) == {"x-1st-gate"}
    assert (set(model.trust_zones), set(model.data_stores)) == ({"street", "garden"}, {"garden-2"})
    assert model.trust_boundaries["street-garden"].authentication == ("token",)
    assert model.data_flows["entry"].boundary == "street-garden"
    assert model.data_stores["garden-2"].data == ("names",)
    assert model.threats["copied-key"].persona == "neighbour"
    assert "components.1st-gate is called x-1st-gate here" in losses
    assert returned(model) == TM_BOM


def returned(model: ThreatModel) -> dict[str, Any]:
    """`model` as TM-BOM again, without what we add."""
    ours = model.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    harm = {risk.harm: Harm(title="Flowers are gone.", business="S2") for risk in model.risks.values()}
    document, _ = export_tm_bom(ours, harm)
    del document["extensions"][EXTENSION]
    return document


def test_what_was_changed_here_goes_out_changed() -> None:
    _, imported = import_model((SAMPLES / "tm-bom.json").read_bytes(), path="t")
    document = copy.deepcopy(imported.document)
    document["threats"]["copied-key"] |= {"statement": "A key is stolen.", "cwe": [287]}
    document["controls"]["new-lock"]["status"] = "implemented"
    out = returned(made(document))
    assert out["threats"][0]["description"] == "A key is stolen."
    assert out["threats"][0]["weaknesses"] == [{"cwe_id": 287}]
    assert out["threats"][0]["attack_mechanisms"] == TM_BOM["threats"][0]["attack_mechanisms"]
    assert out["controls"][0]["status"] == "active"


def test_what_was_changed_there_comes_in_changed_and_keeps_what_only_we_know() -> None:
    ours = load_model(EXAMPLE.read_bytes(), path="m").model
    document, made_up = export_tm_bom(ours.model_dump(mode="json", by_alias=True, exclude_defaults=True), {})
    assert any("scope.tier" in said for said in made_up)
    document["threats"][0]["description"] = "Somebody sends what is not theirs."
    document["controls"] = document["controls"][1:]
    _, imported = import_model(strict_json.dumps(document), path="t")
    model = made(imported.document)
    first = next(iter(ours.threats))
    assert model.threats[first].statement == "Somebody sends what is not theirs."
    assert model.threats[first].stride == ours.threats[first].stride
    assert set(ours.controls) - set(model.controls) == {next(iter(ours.controls))}
    assert model.components == ours.components
    assert "it was changed since we wrote it" in imported.losses[0]


IDS = st.from_regex(r"[a-z][a-z0-9-]{0,6}", fullmatch=True)
STATUS = st.sampled_from(["planned", "implemented"])
TEXT = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1, max_size=12)


@st.composite
def models(draw: st.DrawFn) -> dict[str, Any]:
    """A model of ours as JSON values, with everything that TM-BOM has a word for, and more."""
    names = draw(st.lists(IDS, min_size=9, max_size=9, unique=True))
    zone_a, zone_b, actor, component, store, data, flow, threat, control = names
    document: dict[str, Any] = {
        "schema": "sdlc.threat-model/1",
        "system": {"id": draw(IDS), "title": draw(TEXT), "owner": draw(TEXT)},
        "trust_zones": {zone_a: {"title": draw(TEXT), "trust": "none"}, zone_b: {"title": draw(TEXT), "trust": "high"}},
        "trust_boundaries": {f"{zone_a}-x": {"between": [zone_a, zone_b], "authentication": [draw(TEXT)]}},
        "actors": {actor: {"title": draw(TEXT), "trust_zone": zone_a}},
        "components": {component: {"title": draw(TEXT), "trust_zone": zone_b, "code": ["src/*"]}},
        "data_stores": {store: {"title": draw(TEXT), "trust_zone": zone_b, "data": [data]}},
        "data_sets": {data: {"title": draw(TEXT), "data_sensitivity": draw(st.sampled_from([["phi"], ["biz"]]))}},
        "data_flows": {flow: {"from": actor, "to": component, "boundary": f"{zone_a}-x", "port": 104}},
        "threats": {
            threat: {
                "on": draw(st.sampled_from([[component], [flow], [store, component]])),
                "stride": draw(st.sampled_from(["spoofing", "repudiation"])),
                "statement": draw(TEXT),
                "cwe": draw(st.lists(st.integers(1, 999), max_size=2)),
            }
        },
        "controls": {
            control: {"title": draw(TEXT), "mitigates": [threat], "status": draw(STATUS)}
        },
        "assumptions": draw(st.dictionaries(IDS, TEXT, max_size=2)),
        "risks": draw(st.sampled_from([{}, {
            "r": {"threats": [threat], "harm": "h", "expert": {"pre": "E3", "rationale": "It was tried."}}
        }])),
    }  # fmt: skip
    return document


@settings(deadline=None, max_examples=60)
@given(models(), st.booleans())
def test_a_model_of_ours_goes_out_and_comes_back_as_it_was(document: dict[str, Any], known: bool) -> None:
    before = made(document)
    ours = before.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    out, _ = export_tm_bom(ours, {"h": Harm(title="x", business="S3")} if known else {})
    _, imported = import_model(strict_json.dumps(out), path="t")
    assert made(imported.document) == before
    assert imported.losses == ()
    # Without our extension it is a model as anybody writes it: in, out, and the same again.
    del out["extensions"][EXTENSION]
    _, foreign = import_model(strict_json.dumps(out), path="t")
    assert returned(made(foreign.document)) | {"risks": []} == out | {"risks": []}


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("tm-bom.json", ("components", 0, "trust_zone", "moon"), "components[0].trust_zone: there is no 'moon'"),
        ("tm-bom.json", ("data_flows", 0, "source", "x"), "data_flows[0].source: an object is expected"),
        ("tm-bom.json", ("threats", 0, "weaknesses", [{"cwe_id": "290"}]), "[0].cwe_id: a whole number"),
        ("tm-bom.json", ("risks", 0, "likelihood", "often"), "risks[0].likelihood: one of rare"),
        ("tm-bom.json", ("controls", 0, "threats", []), "controls[0].threats: a control is against"),
        ("tm-bom.json", ("data_sets", 0, "data_sensitivity", ["secret"]), "does not make a threat model"),
        ("tm-bom.json", ("trust_zones", 1, "symbolic_name", "street"), "symbolic_name: 'street' stands twice"),
        ("threat-dragon-2.json", ("detail", "diagrams", 0, "cells", 0, "data", "type", 5), "a text is expected"),
        ("threat-dragon-2.json", ("detail", "diagrams", "none"), "detail.diagrams: a list is expected"),
        ("threat-dragon-1.json", ("summary", "title", None), "summary.title: a text is expected"),
        ("threat-dragon-2.json", ("detail", "diagrams", 0, "cells", 0, "size", "width", "wide"), "a number is"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(name: str, change: tuple[Any, ...], said: str) -> None:
    document = json.loads((SAMPLES / name).read_bytes())
    *way, key, value = change
    at = document
    for step in way:
        at = at[step]
    at[key] = value
    with pytest.raises(UnreadableError) as caught:
        import_model(json.dumps(document, indent=1).encode(), path=name)
    assert caught.value.message.startswith(f"{name}:")
    assert said in caught.value.message


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("source: visitor", "source: nobody"), "o.yaml:23:30: dataflows[0].source: there is no 'nobody'"),
        (("{trustZone: garden}", "{component: gate}"), "'gate' is no component above this one"),
        (("threat: copied-key", "threat: lightning"), "'lightning' is used, and there is no such threat"),
        (("otmVersion: 0.2.0", "otmVersion: 0.2.0\notmVersion: 1"), "o.yaml:2:1: the key 'otmVersion' stands twice"),
        (("id: book", "id: gate"), "'gate' stands twice"),
        (("trustRating: 10", "trustRating: high"), "a number is expected"),
    ],
)
def test_a_wrong_open_threat_model_is_said_with_its_line(change: tuple[str, str], said: str) -> None:
    text = (SAMPLES / "open-threat-model.yaml").read_text()
    assert change[0] in text
    with pytest.raises(UnreadableError) as caught:
        import_model(text.replace(*change, 1).encode(), path="o.yaml")
    assert said in caught.value.message


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"{}", b"a: 1", b"\xff", b"<xml/>", b'{"scope": 1}', b"{" * 9000])
def test_what_is_no_model_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableError):
        import_model(data, path="x")


REQUIRED = {
    "trust_zones": "symbolic_name title description",
    "trust_boundaries": "trust_zone_a trust_zone_b",
    "actors": "symbolic_name title description type trust_zone",
    "components": "symbolic_name title description trust_zone",
    "data_stores": "symbolic_name title description type trust_zone",
    "data_sets": "symbolic_name title description placements data_sensitivity",
    "data_flows": "symbolic_name title description source destination has_sensitive_data encrypted",
    "assumptions": "description validity",
    "threat_personas": "symbolic_name title description is_person skill_level access_level malicious_intent "
    "applicability_to_org",
    "threats": "symbolic_name title description threat_persona event sources",
    "controls": "symbolic_name title description threats status priority",
    "risks": "symbolic_name title description threats likelihood impact impact_description score level",
}
OPTIONAL = {"threats": {"components_affected", "attack_mechanisms", "weaknesses"}, "data_sets": {"record_count"}}


def test_what_goes_out_has_the_keys_that_tm_bom_asks_for_and_no_others() -> None:
    ours = load_model(EXAMPLE.read_bytes(), path="m").model.model_dump(
        mode="json", by_alias=True, exclude_defaults=True
    )
    document, _ = export_tm_bom(ours, {})
    assert set(document) == {"$schema", "version", "scope", "extensions", *REQUIRED}
    for section, keys in REQUIRED.items():
        for row in document[section]:
            assert set(row) - OPTIONAL.get(section, set()) == set(keys.split()), section


def test_a_store_that_is_encrypted_stays_so_and_a_version_that_nobody_knows_is_said() -> None:
    document = json.loads((SAMPLES / "threat-dragon-2.json").read_bytes())
    document["version"] = "7.1"
    cells = document["detail"]["diagrams"][0]["cells"]
    cells.append(
        {"id": "vault", "shape": "store", "data": {"type": "tm.Store", "name": "Vault", "isEncrypted": True}}
        | {"position": {"x": 1, "y": 1}, "size": {"width": 1, "height": 1}}
    )
    _, imported = import_model(json.dumps(document).encode(), path="t")
    assert imported.document["data_stores"]["vault"]["encryption"] == "encrypted"
    assert any("version '7.1'" in loss for loss in imported.losses)


def test_another_open_threat_model_is_said() -> None:
    data = (SAMPLES / "open-threat-model.yaml").read_text().replace("otmVersion: 0.2.0", "otmVersion: 0.9.0")
    assert any("version '0.9.0'" in loss for loss in import_model(data.encode(), path="t")[1].losses)
