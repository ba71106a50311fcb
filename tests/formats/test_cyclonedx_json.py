"""The SBOM: the same bytes for the same parts, and strictly valid by two validators."""

from __future__ import annotations

import json
import warnings
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from sdlc.formats.cyclonedx_json import MARKER, Part, dump_bom, validation_errors

ROOT = Part("box", "1.0", ("b" * 64,), "Apache-2.0", ("h11", "idna"))
PARTS = [
    Part("h11", "0.16.0", ("a" * 64,), "MIT"),
    Part("idna", "3.7", ("c" * 64,), markers=('python_version < "3.13"',)),
    Part("idna", "3.10", ("d" * 64,), markers=('python_version >= "3.13"',)),
]


def document(root: Part = ROOT, parts: list[Part] | None = None) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(dump_bom(root, PARTS if parts is None else parts))
    return loaded


def test_what_an_sbom_says() -> None:
    bom = document()
    assert bom["bomFormat"] == "CycloneDX"
    assert bom["specVersion"] == "1.6"
    assert bom["metadata"]["component"]["purl"] == "pkg:pypi/box@1.0"
    assert bom["metadata"]["lifecycles"] == [{"phase": "build"}]
    assert "timestamp" not in bom["metadata"]
    purls = [component["purl"] for component in bom["components"]]
    assert sorted(purls) == ["pkg:pypi/h11@0.16.0", "pkg:pypi/idna@3.10", "pkg:pypi/idna@3.7"]
    edges = {row["ref"]: row.get("dependsOn", []) for row in bom["dependencies"]}
    assert edges["product"] == ["pkg:pypi/h11@0.16.0", "pkg:pypi/idna@3.10", "pkg:pypi/idna@3.7"]


def test_same_parts_same_bytes_whatever_their_order() -> None:
    assert dump_bom(ROOT, PARTS) == dump_bom(ROOT, list(reversed(PARTS)))
    assert dump_bom(ROOT, PARTS) != dump_bom(ROOT, PARTS[1:])


def test_one_version_in_two_rows_is_one_component_under_both_markers() -> None:
    twice = [Part("a", "1", ("a" * 64,), markers=("x",)), Part("a", "1", ("b" * 64,), markers=("y",))]
    [component] = document(parts=twice)["components"]
    assert [row["value"] for row in component["properties"] if row["name"] == MARKER] == ["x", "y"]
    assert len(component["externalReferences"]) == 2
    [always] = document(parts=[*twice, Part("a", "1")])["components"]
    assert "properties" not in always


def test_a_product_without_edges_makes_no_noise() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        document(Part("box", "1.0"))


@pytest.mark.parametrize("root", [ROOT, Part("box", ""), Part("box", "1.0", license="MIT OR Apache-2.0")])
def test_both_strict_validators_accept_it(root: Part) -> None:
    data = dump_bom(root, PARTS)
    assert validation_errors(json.loads(data)) == []
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(data.decode()) is None


@pytest.mark.parametrize(
    "change",
    [
        {"bomFormat": "Other"},
        {"components": [{"type": "library"}]},
        {"unknown": 1},
        {"serialNumber": "no urn"},
        {"components": [{"type": "library", "name": "a", "hashes": [{"alg": "SHA-256", "content": "short"}]}]},
    ],
)
def test_both_strict_validators_refuse_it(change: dict[str, Any]) -> None:
    wrong = document() | change
    assert validation_errors(wrong)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(wrong)) is not None


def test_an_address_that_is_none_is_refused() -> None:
    """The library's validator passes over formats whose checker is not installed; ours has them all."""
    references = [{"type": "website", "url": "a b"}]
    wrong = document() | {"components": [{"type": "library", "name": "a", "externalReferences": references}]}
    assert "a b" in validation_errors(wrong)[0]
