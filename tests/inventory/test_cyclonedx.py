"""Another version of CycloneDX: strictly valid by two validators, the same bytes, and every loss named."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from fakes.boms import rich_bom, rich_document

from sdlc.errors import UnreadableError
from sdlc.formats.cyclonedx_json import validation_errors
from sdlc.inventory.cyclonedx import recast
from sdlc.inventory.rows import load_inventory


def test_the_same_version_is_the_same_bytes() -> None:
    assert recast(rich_bom(), "1.6", what="bom") == (rich_bom(), ())


def test_a_newer_version_says_all_of_it() -> None:
    data, lost = recast(rich_bom(), "1.7", what="bom")
    assert lost == ()
    document = json.loads(data)
    assert document["specVersion"] == "1.7"
    assert validation_errors(document, "1.7") == []
    assert JsonStrictValidator(SchemaVersion.V1_7).validate_str(data.decode()) is None
    old, new = load_inventory(rich_bom(), what="old"), load_inventory(data, what="new")
    assert {item.ref: sorted(item.evidence) for item in old.items} == {
        item.ref: sorted(item.evidence) for item in new.items
    }
    assert new.serial == old.serial
    assert document["compositions"] == rich_document()["compositions"]
    assert "timestamp" not in document["metadata"]
    assert all(recast(rich_bom(), "1.7", what="bom")[0] == data for _ in range(3))


def test_there_and_back_is_the_same_sbom() -> None:
    there, _ = recast(rich_bom(), "1.7", what="bom")
    back, lost = recast(there, "1.6", what="bom")
    assert lost == ()

    def sets(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: sets(one) for key, one in value.items()}
        return sorted(map(json.dumps, map(sets, value))) if isinstance(value, list) else value

    assert sets(json.loads(back)) == sets(rich_document())


def test_what_the_library_does_not_know_is_lost_and_named() -> None:
    document = rich_document() | {"annotations": [{"subjects": ["product"], "annotator": {"component": {
        "type": "application", "name": "me"}}, "timestamp": "2026-01-01T00:00:00Z", "text": "hello"}]}  # fmt: skip
    assert validation_errors(document) == []
    _, lost = recast(json.dumps(document).encode(), "1.7", what="bom")
    assert any(one.startswith("annotations[].text") for one in lost)


def test_what_the_library_cannot_read_is_named() -> None:
    document = rich_document()
    document["components"][0]["purl"] = "no purl at all"
    assert validation_errors(document) == []
    with pytest.raises(UnreadableError, match="the file: the library of CycloneDX cannot read it"):
        recast(json.dumps(document).encode(), "1.7", what="the file")
