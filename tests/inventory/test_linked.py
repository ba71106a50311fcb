"""Documents that point into an SBOM: strictly valid by two validators, every pointer ends at a component."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from fakes.boms import rich_bom, rich_document

from sdlc.errors import UnreadableError
from sdlc.inventory.linked import bom_link, support_status, vulnerability_report
from sdlc.inventory.rows import load_inventory
from sdlc.inventory.support import load_support
from sdlc.model.digest import sha256
from sdlc.model.finding import Confidence, Finding, Severity

DATA = rich_bom()
BOM = load_inventory(DATA, what="bom")
AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
FEED = {"feed": "test feed", "feed-date": "2026-05-01T00:00:00+00:00", "feed-digest": "a" * 64}
LINK = re.compile(r"urn:cdx:([0-9a-f-]{36})/1(?:#(.+))?")
TOP = Finding(
    rule="DEMO-1",
    message="h11 0.16.0: It leaks.",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    fingerprint="f1:0",
    subject="pkg:pypi/h11@0.16.0",
    fix="Upgrade h11 to 0.17 or later.",
    cwe=(1395,),
    links=("https://advisories.example/1",),
    properties={"aliases": "CVE-2026-1, DEMO-1", "component": "h11", "exploited": "2026-03-04"},
)
INSIDE = replace(
    TOP,
    rule="DEMO-2",
    subject="inside h11 0.16.0: pkg:generic/libtiff@4.7.2",
    suppressed="withdrawn on 2026-04-02 by its publisher",
    properties={"aliases": "DEMO-2", "part": "libtiff", "carrier": "h11 0.16.0"},
)


def valid(data: bytes) -> dict[str, Any]:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(data.decode()) is None
    document: dict[str, Any] = json.loads(data)
    [link] = [row for row in document["externalReferences"] if row["type"] == "bom"]
    assert link["hashes"] == [{"alg": "SHA-256", "content": sha256(DATA)}]
    assert link["url"] == bom_link(BOM)
    return document


def component(link: str) -> str:
    """The name of the component that a link ends at."""
    matched = LINK.fullmatch(link)
    assert matched is not None
    assert f"urn:uuid:{matched[1]}" == BOM.serial
    return BOM.by_ref()[unquote(matched[2])].name


def test_a_report_names_every_vulnerability_and_where_it_is() -> None:
    document = valid(vulnerability_report(BOM, DATA, (TOP, INSIDE), FEED, AT))
    assert "components" not in document
    assert document["metadata"]["timestamp"] == "2026-06-01T12:00:00+00:00"
    told = {row["name"]: row["value"] for row in document["metadata"]["properties"]}
    assert told == {f"secure-sdlc:{name}": value for name, value in FEED.items()}
    one, two = document["vulnerabilities"]
    assert (one["id"], one["ratings"][0]["severity"]) == ("DEMO-1", "high")
    assert [row["id"] for row in one["references"]] == ["CVE-2026-1"]
    assert [component(row["ref"]) for row in one["affects"]] == ["h11"]
    assert one["affects"][0]["versions"] == [{"version": "0.16.0", "status": "affected"}]
    assert one["advisories"] == [{"url": "https://advisories.example/1"}]
    assert one["recommendation"] == "Upgrade h11 to 0.17 or later."
    assert one["properties"] == [{"name": "secure-sdlc:exploited-since", "value": "2026-03-04"}]
    assert [component(row["ref"]) for row in two["affects"]] == ["libtiff"]
    assert two["properties"][0]["value"].startswith("withdrawn on 2026-04-02")
    assert "analysis" not in one


def test_one_advisory_of_two_components_is_one_vulnerability() -> None:
    other = replace(TOP, subject="pkg:pypi/idna@3.10", severity=Severity.CRITICAL)
    [one] = valid(vulnerability_report(BOM, DATA, (TOP, other), FEED, AT))["vulnerabilities"]
    assert sorted(component(row["ref"]) for row in one["affects"]) == ["h11", "idna"]
    assert one["ratings"][0]["severity"] == "critical"


def test_nothing_known_is_an_empty_list_and_no_missing_one() -> None:
    assert valid(vulnerability_report(BOM, DATA, (), FEED, AT))["vulnerabilities"] == []


def test_a_finding_about_something_else_is_refused() -> None:
    for subject in ("pkg:pypi/h11@0.15.0", "inside h11 0.15.0: pkg:generic/libtiff@4.7.2"):
        with pytest.raises(UnreadableError, match="which the SBOM does not hold"):
            vulnerability_report(BOM, DATA, (replace(INSIDE, subject=subject),), FEED, AT)


def test_a_part_is_found_by_the_package_url_that_its_carrier_wrote() -> None:
    """The gate `vulnerabilities` names it as it was read, the SBOM in the form of the library."""
    document = rich_document()
    h11 = next(one for one in document["components"] if one["name"] == "h11")
    tiff = next(one for one in h11["components"] if one["name"] == "libtiff")
    tiff["evidence"]["identity"][0]["concludedValue"] = "pkg:Generic/libtiff@4.7.2"
    data = json.dumps(document).encode()
    finding = replace(INSIDE, subject="inside h11 0.16.0: pkg:Generic/libtiff@4.7.2")
    inventory = load_inventory(data, what="bom")
    [known] = json.loads(vulnerability_report(inventory, data, (finding,), FEED, AT))["vulnerabilities"]
    assert len(known["affects"]) == 1


def test_same_facts_same_bytes() -> None:
    first = vulnerability_report(BOM, DATA, (TOP, INSIDE), FEED, AT)
    assert all(vulnerability_report(BOM, DATA, (INSIDE, TOP), FEED, AT) == first for _ in range(3))
    later = vulnerability_report(BOM, DATA, (TOP, INSIDE), FEED, AT.replace(year=2027))
    assert json.loads(later)["serialNumber"] != json.loads(first)["serialNumber"]


def test_the_status_of_support_is_known_or_unknown_with_a_reason() -> None:
    text = """schema = "sdlc.support/1"
as_of = 2026-05-01
[[component]]
name = "h11"
level = "actively maintained"
reason = "they name no day"
source = "https://h11.example"
[[component]]
name = "libtiff"
level = "no longer maintained"
end = 2026-05-31
source = "their list"
"""
    support = load_support(text.encode(), what="support.toml")
    data, counts = support_status(BOM, DATA, support, AT)
    document = valid(data)
    assert counts == {"known": 2, "unknown": len(BOM.items) - 2, "ended": 1}
    rows = {
        row["name"]: {one["name"].removeprefix("secure-sdlc:"): one["value"] for one in row["properties"]}
        for row in document["components"]
    }
    assert len(document["components"]) == len(BOM.items)
    assert all(component(row["externalReferences"][0]["url"]) == row["name"] for row in document["components"])
    assert rows["h11"]["support:level"] == "actively maintained"
    assert rows["h11"]["unknown:end-of-support"] == "they name no day"
    assert (rows["libtiff"]["support:end"], rows["libtiff"]["support:ended"]) == ("2026-05-31", "yes")
    assert "no row" in rows["idna"]["unknown:level-of-support"]
    nothing, counts = support_status(BOM, DATA, None, AT)
    assert counts["known"] == 0
    assert "no support data" in json.loads(nothing)["components"][0]["properties"][0]["value"]


def test_into_a_document_without_a_serial_number_nothing_points() -> None:
    document = rich_document()
    del document["serialNumber"]
    data = json.dumps(document).encode()
    with pytest.raises(UnreadableError, match="no serial number"):
        vulnerability_report(load_inventory(data, what="bom"), data, (), FEED, AT)
