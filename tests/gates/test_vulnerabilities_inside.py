"""Advisories about what is inside of wheels: libraries, crates and vendored packages."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fakes.advisories import Repository, answer, product, record, sbom_of

from sdlc.errors import ToolError, UnreadableError
from sdlc.model.result import RawArtifacts
from sdlc.policy.waivers import Waiver


def part(name: str, version: str, purl: str, *places: str, confidence: str = "0.9") -> dict[str, Any]:
    rows = [{"location": place, "additionalContext": "filename: x"} for place in places or ("a.so",)]
    identity = {"concludedValue": purl, "confidence": float(confidence)}
    said = {"version": version} if version else {}
    return {"name": name, **said, "purl": purl, "evidence": {"identity": [identity], "occurrences": rows}}


def carrying(*parts: dict[str, Any], carrier: str = "pillow", version: str = "10.0.0") -> RawArtifacts:
    sbom = dict(sbom_of(**{carrier: version}))
    bom = json.loads(sbom["bom.cdx.json"])
    bom["components"][0]["components"] = list(parts)
    return {**sbom, "bom.cdx.json": json.dumps(bom).encode()}


def fuzzed(identifier: str = "OSV-2023-1", name: str = "libwebp", *versions: str, **more: Any) -> dict[str, Any]:
    affected = [{"package": {"ecosystem": "OSS-Fuzz", "name": name}, "versions": list(versions)}]
    return record(identifier, affected=affected, **more)


def crate(name: str = "openssl", fixed: str = "0.10.82") -> dict[str, Any]:
    one = record("RUSTSEC-1", name, fixed)
    one["affected"][0]["package"]["ecosystem"] = "crates.io"
    return one


WEBP = part("libwebp", "1.3.0", "pkg:generic/libwebp@1.3.0", "a.json", "pillow.libs/libwebp-51b0b3f7.so.7.1.7")


def test_a_library_inside_of_a_wheel_is_found_with_its_carrier_and_its_evidence(repository: Repository) -> None:
    workspace = product(repository, record(name="other"), fuzzed("OSV-2023-1", "libwebp", "v1.2.4", "v1.3.0"))
    given = answer(workspace, carrying(WEBP))
    [finding] = given.findings
    assert (given.counters["components"], given.counters["embedded"]) == (1, 1)
    assert given.sentence == "1 components and 1 parts inside of them against 1 advisories of 2026-05-01"
    assert finding.message == (
        "libwebp 1.3.0 inside pillow 10.0.0, by pillow.libs/libwebp-51b0b3f7.so.7.1.7 and 1 more: It leaks. (CVSS 7.5)"
    )
    assert finding.fix == "Upgrade pillow to a release with a mended libwebp, or say why it is not affected."
    assert finding.subject == "inside pillow 10.0.0: pkg:generic/libwebp@1.3.0"
    assert finding.place is not None
    assert (finding.place.path, finding.place.line) == ("requirements.txt", 7)
    assert finding.properties["carrier"] == "pillow 10.0.0"
    assert finding.properties["evidence"] == "a.json, pillow.libs/libwebp-51b0b3f7.so.7.1.7"


@pytest.mark.parametrize(
    ("inside", "found"),
    [
        (part("libwebp", "1.3.1", "pkg:generic/libwebp@1.3.1"), False),
        (part("libwebp", "", "pkg:generic/libwebp"), True),  # a doubt is never a pass
        (part("lcms2", "2.16", "pkg:generic/lcms2@2.16"), True),
        (part("libxau", "1.0.9-3.el8", "pkg:rpm/almalinux/libXau@1.0.9-3.el8"), True),
        (part("openssl", "0.10.81", "pkg:cargo/openssl@0.10.81"), True),
        (part("openssl", "0.10.82", "pkg:cargo/openssl@0.10.82"), False),
        (part("openssl", "0.10.81", "pkg:generic/openssl@0.10.81"), False),
        (part("h11", "0.14.0", "pkg:pypi/h11@0.14.0"), True),
        (part("h11", "0.14.0", "pkg:generic/h11@0.14.0"), False),
        (part("pillow._speed", "10.0.0", "pkg:pypi/h11@0.14.0#c-ext/speed"), False),
        (part("odd", "1", "no purl"), False),
    ],
)
def test_each_part_is_looked_up_in_its_own_ecosystem(
    repository: Repository, inside: dict[str, Any], found: bool
) -> None:
    feed = (
        record(name="h11"),
        crate(),
        fuzzed("OSV-1", "libwebp", "v1.3.0"),
        fuzzed("OSV-2", "lcms", "2.16"),
        fuzzed("OSV-3", "libXau", "libXau-1.0.9"),
    )
    given = answer(product(repository, *feed), carrying(inside))
    assert bool(given.findings) is found


def test_the_fix_of_a_crate_names_the_release_that_the_carrier_needs(repository: Repository) -> None:
    inside = part("openssl", "0.10.81", "pkg:cargo/openssl@0.10.81", "_rust.abi3.so", confidence="0.7")
    [finding] = answer(product(repository, record(name="x"), crate()), carrying(inside)).findings
    assert finding.fix == (
        "Upgrade pillow to a release that carries openssl 0.10.82 or later, or say why it is not affected."
    )
    assert finding.confidence.value == "medium"


@pytest.mark.parametrize(("said", "confidence"), [("0.95", "high"), ("0.8", "high"), ("0.6", "medium"), ("0.5", "low")])
def test_how_sure_a_part_is_there_is_how_sure_the_finding_is(
    repository: Repository, said: str, confidence: str
) -> None:
    inside = part("h11", "0.14.0", "pkg:pypi/h11@0.14.0", confidence=said)
    [finding] = answer(product(repository, record()), carrying(inside)).findings
    assert finding.confidence.value == confidence


def test_the_same_part_in_two_carriers_is_two_findings(repository: Repository) -> None:
    feed = product(repository, record(name="x"), fuzzed("OSV-1", "libwebp", "v1.3.0"))
    [one] = answer(feed, carrying(WEBP)).findings
    [two] = answer(feed, carrying(WEBP, carrier="opencv")).findings
    [moved] = answer(feed, carrying(WEBP, version="10.1.0")).findings
    assert one.fingerprint != two.fingerprint
    assert one.fingerprint == moved.fingerprint
    assert one.properties["function"] != moved.properties["function"]


def test_a_waiver_of_a_component_is_none_of_its_copies_inside_of_others(repository: Repository) -> None:
    feed = product(repository, record(name="idna", fixed="3.7"))
    outside = Waiver.model_validate(
        {
            "id": "W-1",
            "gate": "vulnerabilities",
            "rule": "DEMO-1",
            "component": "idna",
            "versions": "<3.7",
            "owner": "ada",
            "approver": "grace",
            "reason": "It is never given a name of others.",
            "created": "2026-05-01",
            "expires": "2026-06-01",
        }
    )
    [own] = answer(feed, sbom_of(idna="3.4")).findings
    [copy] = answer(feed, carrying(part("idna", "3.4", "pkg:pypi/idna@3.4"), carrier="pip")).findings
    assert outside.covers("vulnerabilities", own)
    assert not outside.covers("vulnerabilities", copy)


def test_a_feed_of_other_ecosystems_alone_is_no_feed_of_pypi(repository: Repository) -> None:
    with pytest.raises(ToolError, match="no record of PyPI"):
        answer(product(repository, crate()), carrying(WEBP))


def test_an_sbom_whose_parts_have_no_evidence_is_refused(repository: Repository) -> None:
    broken = carrying({"name": "a", "purl": "pkg:generic/a"})
    with pytest.raises(UnreadableError, match="malformed"):
        answer(product(repository, record()), broken)
