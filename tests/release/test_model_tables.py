"""The threat model of a release as tables, and the pictures that are drawn of them."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from conftest import REPOSITORY
from fakes.hostile import TEXT, hostile, verified
from fakes.releases import NOW

from sdlc.model.digest import Digest, sha256
from sdlc.release import pictures
from sdlc.release.inventory import Holdings, Inventory, Point
from sdlc.release.model_tables import model_rows
from sdlc.standards.coverage import cover
from sdlc.standards.shipped import our_standards
from sdlc.threats.load import load_model
from sdlc.threats.pointers import pointers_of

FOLDER = REPOSITORY / "examples" / "image-router" / "threat_models"
MODEL = (FOLDER / "image-router.yaml").read_bytes()


def rows(*passing: str) -> dict[str, dict[str, dict[str, str]]]:
    """The tables of the example's model, in a build in which all pointers resolve and the tests `passing` passed."""
    names = pointers_of(load_model(MODEL, path="m.yaml").model)
    pointers = {
        "schema": "sdlc.threat-pointers/1",
        "pointers": [{"pointer": n, "resolves": True, "reason": ""} for n in names],
    }
    events = [{"event": "start"}, *({"event": "collected", "id": name} for name in passing)]
    events += [{"event": "result", "id": n, "outcome": "passed", "seconds": 0.1, "message": ""} for n in passing]
    records = "".join(json.dumps(event) + "\n" for event in [*events, {"event": "end", "exit": 0}]).encode()
    files = {
        "threat-model": {
            "models/image-router.yaml": MODEL,
            "acceptances.yaml": (FOLDER / "acceptances.yaml").read_bytes(),
            "pointers.json": json.dumps(pointers).encode(),
        },
        "tests": {"records.jsonl": records},
    }
    blobs: dict[Digest, bytes] = {sha256(data): data for raw in files.values() for data in raw.values()}
    raw = {gate: {name: sha256(data) for name, data in own.items()} for gate, own in files.items()}
    made = model_rows(raw, blobs.__getitem__, "threat_models")
    return {name: {key: dict(fields) for key, fields in table} for name, table in made.items()}


VERIFIED = rows("tests/test_receiver.py::test_unknown_ae_title_is_rejected")


def test_a_control_is_verified_only_by_what_ran_in_this_build() -> None:
    assert VERIFIED["controls"]["image-router/known-ae-titles"]["state"] == "verified in this build"
    assert VERIFIED["threats"]["image-router/unknown-sender"]["state"] == "controlled"
    assert VERIFIED["controls"]["image-router/size-limit"]["state"] == "implemented, not verified"
    assert VERIFIED["threats"]["image-router/oversized-image"]["state"] == "not decided"
    assert rows()["threats"]["image-router/unknown-sender"]["state"] == "not decided"
    assert VERIFIED["threats"]["image-router/clear-text-dicom"]["state"] in ("accepted", "not decided")


def test_elements_and_flows_say_where_they_are() -> None:
    assert VERIFIED["elements"]["image-router/modality"] == {
        "kind": "external",
        "title": "A scanner that sends images",
        "zone": "Hospital network",
    }
    flow = VERIFIED["flows"]["image-router/modality-to-receiver"]
    assert (flow["from"], flow["to"]) == ("image-router/modality", "image-router/receiver")
    assert flow["protocol"] == "dicom/11112"


def test_without_a_model_there_is_nothing() -> None:
    assert model_rows({"tests": {}}, {}.__getitem__, "threat_models") == {}


def texts(svg: str) -> list[str]:
    return [node.text or "" for node in ElementTree.fromstring(svg).iter() if node.tag.endswith("text")]


def test_the_data_flows_show_what_became_of_each_threat() -> None:
    svg = pictures.data_flow(VERIFIED)
    assert "✓ unknown-sender" in texts(svg)
    assert "✕ oversized-image" in texts(svg)
    assert "Hospital network" in texts(svg)
    assert svg == pictures.data_flow(VERIFIED)


def test_dependencies_mark_what_is_known_to_be_vulnerable() -> None:
    components = {
        "app": {"version": "1", "purl": "pkg:pypi/app@1", "requires": "lib"},
        "lib": {"version": "2", "purl": "pkg:pypi/lib@2"},
        "app > z": {"version": "3", "inside": "app"},
    }
    svg = pictures.dependencies({"components": components}, {"pkg:pypi/lib@2": ("ADV-1",)})
    assert {"app", "lib", "2, 1 known"} <= set(texts(svg))
    assert "app > z" not in texts(svg)
    assert re.search(r'class="box bad"', svg)
    assert pictures.dependencies({"components": {"lib": components["lib"]}}, None) == ""


def test_of_many_components_the_most_connected_are_drawn() -> None:
    many = {f"p{n}": {"version": "1", "requires": "hub"} for n in range(60)}
    svg = pictures.dependencies({"components": {**many, "hub": {"version": "9"}}}, None)
    assert "hub" in texts(svg)
    assert sum(name.startswith("p") for name in texts(svg)) == pictures.MOST_COMPONENTS - 1
    assert "40 of 61 components" in svg


def test_findings_over_releases_end_with_this_one() -> None:
    point = Point("0.9", 1, NOW, {"high": 3}, 1, 1)
    now = Inventory({"findings": {"a": {"severity": "high"}}}, (point,))
    svg = pictures.over_releases(Holdings(now), "1.0")
    assert {"0.9", "1.0", "high 1"} <= set(texts(svg))
    assert pictures.over_releases(Holdings(Inventory({})), "1.0") == ""


def test_every_standard_has_its_bar(tmp_path: Path) -> None:
    release = verified(tmp_path)
    coverages = [cover(standard, release.producers) for standard in our_standards()]
    shown = texts(pictures.coverage_map(coverages))
    assert len([name for name in shown if name in {one.id for one in our_standards()}]) == len(our_standards())


@pytest.mark.parametrize("long", ["", "x" * 3000])
def test_hostile_texts_stay_texts_in_a_picture(tmp_path: Path, long: str) -> None:
    release = hostile(verified(tmp_path))
    text = TEXT + long
    tables = {
        "elements": {text: {"kind": "process", "title": text, "zone": text}},
        "flows": {text: {"from": text, "to": text, "protocol": text}},
        "threats": {text: {"state": text, "on": text}},
        "components": {text: {"requires": "b", "version": text}, "b": {"version": "1"}},
    }
    drawn = [
        pictures.data_flow(tables),
        pictures.dependencies(tables, None),
        pictures.over_releases(Holdings(Inventory(tables, release.holdings.now.history)), text),
    ]
    for svg in drawn:
        assert svg
        assert "<script" not in svg
        assert "\x1b" not in svg
        assert {node.tag.rpartition("}")[2] for node in ElementTree.fromstring(svg).iter()} <= {
            *("svg", "title", "desc", "g", "rect", "path", "text", "circle", "tspan", "ellipse", "line", "polygon")
        }


def test_an_element_of_an_unknown_kind_is_drawn_all_the_same() -> None:
    elements = dataclasses.asdict(Inventory({"elements": {"m/a": {"title": "a"}}}))["tables"]["elements"]
    assert "a" in texts(pictures.data_flow({"elements": elements}))
