"""Whatever is observed, the SBOM that is made of it is valid and says exactly that."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sdlc.components import nested_components
from sdlc.components.embedded import insides
from sdlc.components.nested_components import due, nested, places_in, purl_in, written
from sdlc.formats import cyclonedx_json, strict_json
from sdlc.formats.cyclonedx_json import Part, dump_bom, validation_errors

TEXTS = ("license_expression", "license", "author", "author_email", "maintainer", "maintainer_email", "home")
texts = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=12)
components = st.fixed_dictionaries(
    {"name": texts},
    optional={
        "version": texts,
        "purl": st.one_of(texts, texts.map(lambda name: f"pkg:cargo/{name}@1")),
        "licenses": st.just([{"expression": "MIT"}]),
    },
)
sboms = st.lists(components, max_size=4).map(lambda rows: {"bomFormat": "CycloneDX", "components": rows})
sights = st.fixed_dictionaries(
    {
        "path": texts,
        "kind": st.sampled_from(["string", "crate"]),
        "name": texts,
        "version": st.sampled_from(["", "1.0"]),
        "offset": st.integers(0, 2**40),
        "text": texts,
        "confidence": st.sampled_from([0.7, 0.9]),
    }
)


@given(sboms, st.lists(sights, max_size=4), st.lists(texts, max_size=3), st.lists(texts, max_size=2))
def test_what_is_observed_is_written(
    sbom: dict[str, Any], sightings: list[dict[str, Any]], libraries: list[str], skipped: list[str]
) -> None:
    row: dict[str, Any] = {
        "name": "h11",
        "version": "0.16.0",
        "looked": 1,
        "metadata": {**dict.fromkeys(TEXTS, ""), "urls": {}, "requires": [], "classifiers": []},
        "sboms": [{"path": "a.json", "text": json.dumps(sbom, ensure_ascii=False)}],
        "libraries": libraries,
        "sightings": sightings,
        "crates": [],
        "vendored": [],
        "skipped": [{"path": path, "why": "is missing"} for path in skipped],
    }
    data = dump_bom(Part("box", "1"), [Part("h11", "0.16.0"), Part("idna", "3")], insides([row]))
    bom = strict_json.loads_object(data, what="bom")
    assert validation_errors(bom) == []
    assert written(bom) == due(insides([row]))
    for carrier, part in nested(bom):
        assert carrier["name"] == "h11"
        assert purl_in(part)
        assert places_in(part)


def test_both_sides_name_their_properties_alike() -> None:
    assert nested_components.UNEXPLAINED == cyclonedx_json.UNEXPLAINED
    assert nested_components.DECLARED == cyclonedx_json.DECLARED
