"""SPDX 2.3: by the rules of its specification, the same bytes for the same SBOM, and every loss said."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from fakes.boms import rich_bom
from hypothesis import given
from hypothesis import strategies as st
from packaging.licenses import canonicalize_license_expression

from sdlc.inventory.rows import Inventory, Item, load_inventory
from sdlc.inventory.spdx import LOSSES, to_spdx

AT = "2026-06-01T12:00:00Z"
BOM = load_inventory(rich_bom(), what="bom")
DIGITS = {"SHA1": 40, "SHA256": 64, "SHA384": 96, "SHA512": 128, "MD5": 32}
RELATIONS = {"DESCRIBES", "DEPENDS_ON", "CONTAINS"}


def made(inventory: Inventory) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(to_spdx(inventory, created=AT)[0])
    follows_the_rules(document)
    return document


def follows_the_rules(document: dict[str, Any]) -> None:
    """What clauses 6, 7, 10 and 11 of the specification demand of a document without files."""
    assert document["spdxVersion"] == "SPDX-2.3"
    assert document["dataLicense"] == "CC0-1.0"
    assert document["SPDXID"] == "SPDXRef-DOCUMENT"
    assert document["name"]
    namespace = urlsplit(document["documentNamespace"])
    assert namespace.scheme
    assert "#" not in document["documentNamespace"]
    information = document["creationInfo"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", information["created"])
    assert all(re.match(r"(Tool|Person|Organization): \S", one) for one in information["creators"])
    ids = [row["SPDXID"] for row in document["packages"]]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", one) for one in ids)
    references = {row["licenseId"] for row in document.get("hasExtractedLicensingInfos", ())}
    for row in document["packages"]:
        assert row["name"]
        assert row["downloadLocation"]
        assert row["filesAnalyzed"] is False
        assert "packageVerificationCode" not in row
        for key in ("licenseDeclared", "licenseConcluded"):
            if row[key] != "NOASSERTION":
                assert canonicalize_license_expression(row[key]) == row[key]
                assert set(re.findall(r"LicenseRef-[A-Za-z0-9.-]+", row[key])) <= references
        for one in row.get("checksums", ()):
            assert re.fullmatch(rf"[0-9a-f]{{{DIGITS[one['algorithm']]}}}", one["checksumValue"])
        algorithms = [one["algorithm"] for one in row.get("checksums", ())]
        assert len(set(algorithms)) == len(algorithms)
        for key in ("supplier", "originator"):
            assert re.fullmatch(r"NOASSERTION|(Person|Organization): [^\n]+", row.get(key, "NOASSERTION"))
    known = {*ids, "SPDXRef-DOCUMENT"}
    for one in document["relationships"]:
        assert {one["spdxElementId"], one["relatedSpdxElement"]} <= known
        assert one["relationshipType"] in RELATIONS
    described = [one for one in document["relationships"] if one["relationshipType"] == "DESCRIBES"]
    assert [one["spdxElementId"] for one in described] == ["SPDXRef-DOCUMENT"]


def test_what_an_sbom_says_in_spdx() -> None:
    document = made(BOM)
    rows = {row["name"]: row for row in document["packages"]}
    h11, tiff = rows["h11"], rows["libtiff"]
    assert (h11["versionInfo"], h11["licenseDeclared"]) == ("0.16.0", "MIT")
    assert h11["originator"] == "Organization: Ada (ada@example.org)"
    assert h11["externalRefs"][0]["referenceLocator"] == "pkg:pypi/h11@0.16.0"
    assert h11["checksums"] == [{"algorithm": "SHA256", "checksumValue": "a" * 64}]
    assert "checksums" not in rows["idna"], "either of two files is no checksum of the package"
    assert "b" * 64 in rows["idna"]["comment"]
    assert "binary-analysis" in tiff["comment"]
    relations = {
        (r["spdxElementId"], r["relationshipType"], r["relatedSpdxElement"]) for r in document["relationships"]
    }
    assert (h11["SPDXID"], "CONTAINS", tiff["SPDXID"]) in relations
    assert (h11["SPDXID"], "DEPENDS_ON", rows["idna"]["SPDXID"]) in relations
    assert rows["box"]["primaryPackagePurpose"] == "APPLICATION"


def test_every_loss_is_said_and_none_that_is_not() -> None:
    told = set(to_spdx(BOM, created=AT)[1])
    expected = ("evidence", "hashes", "unexplained", "unknown", "compositions", "created")
    assert told == {LOSSES[key] for key in expected}
    plain = replace(BOM, items=(), root=Item("r", "application", "box", "1"), created=AT)
    assert to_spdx(plain, created="2027-01-01T00:00:00Z")[1] == (LOSSES["compositions"],)
    assert json.loads(to_spdx(plain, created="2027-01-01T00:00:00Z")[0])["creationInfo"]["created"] == AT


def test_same_sbom_same_bytes() -> None:
    assert to_spdx(BOM, created=AT) == to_spdx(load_inventory(rich_bom(), what="again"), created=AT)
    other = made(replace(BOM, root=replace(BOM.root, version="2.0")))
    assert other["documentNamespace"] != made(BOM)["documentNamespace"]


def test_a_license_of_ones_own_is_declared() -> None:
    document = made(replace(BOM, root=replace(BOM.root, license="LicenseRef-Ours AND mit")))
    assert document["packages"][0]["licenseDeclared"] == "LicenseRef-Ours AND MIT"
    assert document["hasExtractedLicensingInfos"][0]["licenseId"] == "LicenseRef-Ours"


def test_a_license_that_is_no_expression_is_kept_as_text() -> None:
    inventory = replace(BOM, root=replace(BOM.root, license="Ask Bob"))
    assert made(inventory)["packages"][0]["licenseDeclared"] == "NOASSERTION"
    assert "license: Ask Bob" in made(inventory)["packages"][0]["comment"]
    assert LOSSES["license"] in to_spdx(inventory, created=AT)[1]


texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
filled = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=12)
items = st.builds(
    Item,
    ref=filled,
    kind=st.sampled_from(["library", "file", "data"]),
    name=filled,
    version=texts,
    purl=texts,
    license=st.one_of(texts, st.sampled_from(["MIT", "LicenseRef-A OR MIT", "MIT AND"])),
    producer=texts,
    email=texts,
    hashes=st.lists(st.sampled_from(["sha256:" + "a" * 64, "sha256:" + "b" * 64, "blake3:00"]), max_size=2).map(tuple),
)


@given(st.lists(items, min_size=1, max_size=6, unique_by=lambda item: item.ref))
def test_whatever_the_names_are_the_document_follows_the_rules(several: list[Item]) -> None:
    made(Inventory(several[0], tuple(several[1:]), "", 1, "1.6", "", (), ()))
