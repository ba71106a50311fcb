"""A CycloneDX document as rows: ours and those of others, and none that means something else than it seems to."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fakes.boms import rich_bom, rich_document

from sdlc.errors import UnreadableError
from sdlc.inventory.rows import load_inventory


def loaded(document: dict[str, Any]) -> bytes:
    return json.dumps(document).encode()


def test_what_an_sbom_of_ours_says() -> None:
    found = load_inventory(rich_bom(), what="bom")
    assert (found.root.name, found.root.version, found.root.license) == ("box", "1.0", "Apache-2.0")
    assert found.serial.startswith("urn:uuid:")
    assert found.tools[0].startswith("secure-sdlc ")
    h11, tiff = (next(item for item in found.items if item.name == name) for name in ("h11", "libtiff"))
    assert (h11.version, h11.license, h11.producer, h11.email) == ("0.16.0", "MIT", "Ada", "ada@example.org")
    assert h11.hashes == ("sha256:" + "a" * 64,)
    assert h11.requires == ("pkg:pypi/idna@3.10",)
    assert h11.source == "https://code.example/h11"
    assert "libmine" in h11.unexplained[0]
    assert ("license-concluded", "no person has concluded one") in h11.unknown
    assert (tiff.carrier, tiff.license, tiff.confidence) == (h11.ref, "libtiff", 0.9)
    assert "h11.libs/libtiff-20b7e810.so.6.3.0: filename: libtiff-20b7e810.so.6.3.0" in tiff.evidence
    assert found.root.requires == (h11.ref,)
    assert [item.ref for item in found.items].index(tiff.ref) > [item.ref for item in found.items].index(h11.ref)


def test_what_an_sbom_of_others_says() -> None:
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"tools": [{"vendor": "v", "name": "maker", "version": "2"}], "timestamp": "2026-01-01T00:00:00Z"},
        "components": [
            {"type": "library", "name": "a", "hashes": [{"alg": "SHA-256", "content": "A" * 64}]},
            {"type": "library", "name": "b", "licenses": [{"license": {"id": "MIT"}}, {"license": {"name": "Own 1"}}]},
        ],
    }
    found = load_inventory(loaded(document), what="bom")
    assert found.root.name == "(the document names no product)"
    assert found.tools == ("maker 2",)
    assert found.created == "2026-01-01T00:00:00Z"
    a, b = found.items
    assert a.hashes == ("sha256:" + "a" * 64,)
    assert (b.license, b.ref) == ("MIT AND (Own 1)", "#/components/1")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"bomFormat": "Other"}, "not an SBOM in CycloneDX"),
        ({"specVersion": "1.2"}, "not an SBOM in CycloneDX"),
        ({"specVersion": 1.6}, "not an SBOM in CycloneDX"),
        ({"components": [{"type": "library"}]}, "not valid CycloneDX 1.6"),
        ({"components": {}}, "not valid CycloneDX 1.6"),
        ({"dependencies": [{"ref": "product", "dependsOn": ["nobody"]}]}, "requires 'nobody'"),
        (
            {"components": [{"type": "library", "name": "a", "bom-ref": "x"}] * 2, "dependencies": []},
            "not valid CycloneDX|one bom-ref",
        ),
        (
            {
                "components": [{"type": "library", "name": name, "bom-ref": "x"} for name in "ab"],
                "dependencies": [],
                "compositions": [],
            },
            "one bom-ref",
        ),
    ],
)
def test_what_means_something_else_than_it_seems_to_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(UnreadableError, match=message) as caught:
        load_inventory(loaded(rich_document() | change), what="the file")
    assert str(caught.value).startswith("the file: ")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (rich_bom()[:-20], "not JSON at line"),
        (b'{"bomFormat": "CycloneDX", "bomFormat": "CycloneDX"}', "stands twice"),
        (b'{"components": ' + b"[" * 5000 + b"]" * 5000 + b"}", "nested deeper"),
        (b"[]", "a JSON object is expected"),
        (b"\xff\xfe", "not UTF-8"),
    ],
)
def test_bad_files_are_named(data: bytes, message: str) -> None:
    with pytest.raises(UnreadableError, match=message):
        load_inventory(data, what="the file")
