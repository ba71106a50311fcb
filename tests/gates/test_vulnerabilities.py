"""The feed in its four forms, and every way in which a feed can fail to be one."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fakes.tools import FakeTools

from sdlc.errors import ToolError, UnreadableError
from sdlc.feeds import members
from sdlc.gates import vulnerabilities
from sdlc.model.finding import Severity
from sdlc.model.result import Context, Outcome, RawArtifacts, Reading
from sdlc.policy.waivers import Waiver
from sdlc.readings import vulnerabilities as reading
from sdlc.readings.replay import replay, settings_to_json
from sdlc.tools import LocalTools
from sdlc.workspace import Workspace, open_workspace

Repository = Callable[..., Path]
NO_TOOLS = FakeTools(lambda argv, cwd: b"")
FEED = vulnerabilities.Settings(feed="advisories")
INFO = {"schema": "sdlc.feed/1", "name": "test feed", "published": "2026-05-01T00:00:00Z"}
V3 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"


def record(identifier: str = "DEMO-1", name: str = "h11", fixed: str = "0.16.0", **more: Any) -> dict[str, Any]:
    ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}]
    return {
        "id": identifier,
        "modified": "2026-04-01T00:00:00Z",
        "summary": "It leaks.",
        "severity": [{"type": "CVSS_V3", "score": V3}],
        "affected": [{"package": {"ecosystem": "PyPI", "name": name}, "ranges": ranges}],
        **more,
    }


def sbom_of(**versions: str) -> RawArtifacts:
    components = [{"name": n, "version": v, "purl": f"pkg:pypi/{n}@{v}"} for n, v in versions.items()]
    pins = [{"name": n, "version": v, "line": 7, "hashes": [], "marker": ""} for n, v in versions.items()]
    return {
        "bom.cdx.json": json.dumps({"components": components}).encode(),
        "lock.json": json.dumps({"files": [{"path": "requirements.txt", "pins": pins}]}).encode(),
    }


def product(repository: Repository, *records: Any, info: Any = INFO, **files: str | bytes) -> Workspace:
    feed: dict[str, str | bytes] = {f"advisories/{n}.json": json.dumps(one) for n, one in enumerate(records)}
    if info is not None:
        feed["advisories/feed.json"] = json.dumps(info)
    return open_workspace(repository({"README.md": "box", **feed, **files}), LocalTools(dict(os.environ)))


def answer(workspace: Workspace, sbom: RawArtifacts, settings: vulnerabilities.Settings = FEED) -> Reading:
    raw = vulnerabilities.run(workspace, NO_TOOLS, settings, {"sbom": sbom})
    return reading.read({**raw, **{f"sbom/{name}": data for name, data in sbom.items()}}, settings, Context())


def test_an_affected_component_is_found_with_its_line_and_its_fix(repository: Repository) -> None:
    workspace = product(repository, record(aliases=["CVE-2026-1"]), record("DEMO-2", "other"))
    given = answer(workspace, sbom_of(h11="0.14.0", idna="3.7"))
    [finding] = given.findings
    assert given.outcome is Outcome.FAILED
    assert given.counters == {"components": 2, "advisories": 1, "records": 2, "withdrawn": 0, "problems": 0}
    assert given.details["feed-date"].startswith("2026-05-01")
    assert finding.rule == "DEMO-1"
    assert finding.message == "h11 0.14.0: It leaks. (CVSS 7.5)"
    assert finding.severity is Severity.HIGH
    assert finding.fix == "Upgrade h11 to 0.16.0 or later."
    assert finding.place is not None
    assert (finding.place.path, finding.place.line) == ("requirements.txt", 7)
    assert finding.properties["aliases"] == "CVE-2026-1, DEMO-1"


def test_a_component_that_no_record_affects_passes(repository: Repository) -> None:
    given = answer(product(repository, record()), sbom_of(h11="0.16.0"))
    assert given.outcome is Outcome.PASSED
    assert given.sentence == "1 components against 1 advisories of 2026-05-01"


def test_records_of_one_weakness_are_one_finding_with_the_worst_score(repository: Repository) -> None:
    low = "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:N/A:N"
    one = record("GHSA-1", aliases=["CVE-1"], severity=[{"type": "CVSS_V3", "score": low}])
    two = record("PYSEC-1", fixed="0.15.0", aliases=["CVE-1"])
    [finding] = answer(product(repository, one, two), sbom_of(h11="0.14.0")).findings
    assert finding.severity is Severity.HIGH
    assert finding.fix == "Upgrade h11 to 0.16.0 or later."


def test_the_fingerprint_survives_a_move_to_another_affected_version(repository: Repository) -> None:
    workspace = product(repository, record())
    first = answer(workspace, sbom_of(h11="0.14.0")).findings[0]
    second = answer(workspace, sbom_of(h11="0.15.0")).findings[0]
    assert first.fingerprint == second.fingerprint


def test_a_record_without_a_score_is_critical(repository: Repository) -> None:
    [finding] = answer(product(repository, record(severity=[])), sbom_of(h11="0.14.0")).findings
    assert finding.severity is Severity.CRITICAL
    assert "severity unknown" in finding.message


def test_a_component_of_unknown_version_is_affected(repository: Repository) -> None:
    [finding] = answer(product(repository, record()), sbom_of(h11="")).findings
    assert "of unknown version" in finding.message


def test_a_withdrawn_record_does_not_count(repository: Repository) -> None:
    withdrawn = record(withdrawn="2026-04-02T00:00:00Z")
    given = answer(product(repository, withdrawn, record("DEMO-2", "other")), sbom_of(h11="0.14.0"))
    assert given.outcome is Outcome.PASSED


def test_a_withdrawn_record_is_shown_as_closed_with_its_day(repository: Repository) -> None:
    withdrawn = record(withdrawn="2026-04-02T00:00:00Z")
    [finding] = answer(product(repository, withdrawn, record("DEMO-2", "other")), sbom_of(h11="0.14.0")).findings
    assert finding.suppressed == "withdrawn on 2026-04-02 by its publisher"
    assert finding.rule == "DEMO-1"


def test_a_withdrawn_record_does_not_close_another_of_its_group(repository: Repository) -> None:
    withdrawn = record("PYSEC-1", aliases=["CVE-1"], withdrawn="2026-04-02T00:00:00Z")
    given = answer(product(repository, withdrawn, record("GHSA-1", aliases=["CVE-1"])), sbom_of(h11="0.14.0"))
    assert given.outcome is Outcome.FAILED
    assert [(finding.rule, finding.suppressed) for finding in given.findings] == [("GHSA-1", "")]


def test_a_disputed_record_stands_and_says_so(repository: Repository) -> None:
    [finding] = answer(product(repository, record(details="** DISPUTED ** No.")), sbom_of(h11="0.14.0")).findings
    assert finding.properties["disputed"] == "yes"
    assert "disputed, decide" in finding.message


def test_an_impossible_range_is_named_and_the_rest_counts(repository: Repository) -> None:
    odd = record("DEMO-2", "idna")
    odd["affected"][0]["ranges"][0]["events"] = [{"introduced": "2"}, {"fixed": "1"}]
    given = answer(product(repository, record(), odd), sbom_of(h11="0.14.0", idna="3.7"))
    assert sorted(finding.rule for finding in given.findings) == ["DEMO-1", "DEMO-2"]
    assert given.counters["problems"] == 1
    assert given.details["problems"] == "DEMO-2: fixed 1 ends no range: nothing is introduced below it"


KEV = {
    "dateReleased": "2026-04-30T00:00:00Z",
    "vulnerabilities": [
        {"cveID": "CVE-2026-0001", "dateAdded": "2026-03-04"},
        {"cveID": "CVE-2026-0009", "dateAdded": "2026-03-05"},
    ],
}
EPSS = "#model_version:v1,score_date:2026-04-30T00:00:00+0000\ncve,epss,percentile\nCVE-2026-0001,0.94,0.99\n"


def test_what_is_exploited_is_critical_and_says_since_when(repository: Repository) -> None:
    beside = {"advisories/kev.json": json.dumps(KEV), "advisories/epss.csv": EPSS}
    rows = [record(aliases=["CVE-2026-0001"]), record("DEMO-2", "idna", aliases=["CVE-2026-0002"], fixed="9")]
    workspace, sbom = product(repository, *rows, **beside), sbom_of(h11="0.14.0", idna="3.7")
    given = answer(workspace, sbom)
    bad, other = given.findings
    assert bad.severity is Severity.CRITICAL
    assert "known exploited since 2026-03-04; CVSS 7.5" in bad.message
    assert (bad.properties["exploited"], bad.properties["epss"]) == ("2026-03-04", "0.94")
    assert other.severity is Severity.HIGH
    assert not {"exploited", "epss"} & set(other.properties)
    assert (given.counters["exploited"], given.counters["scores"]) == (2, 1)
    assert given.details["exploited-date"].startswith("2026-04-30")
    raw = vulnerabilities.run(workspace, NO_TOOLS, FEED, {"sbom": sbom})
    assert json.loads(raw["exploited.json"]) == {"CVE-2026-0001": "2026-03-04"}, "the slice, not the catalogue"


@pytest.mark.parametrize("file", ["kev.json", "epss.csv"])
def test_what_stands_beside_the_records_and_is_half_there(repository: Repository, file: str) -> None:
    workspace = product(repository, record(), **{f"advisories/{file}": "{"})
    with pytest.raises(UnreadableError, match=file):
        answer(workspace, sbom_of(h11="0.14.0"))


def test_a_slice_that_was_taken_out_of_the_evidence_is_missed(repository: Repository) -> None:
    sbom = sbom_of(h11="0.14.0")
    workspace = product(repository, record(), **{"advisories/kev.json": json.dumps(KEV)})
    raw = dict(vulnerabilities.run(workspace, NO_TOOLS, FEED, {"sbom": sbom}))
    del raw["exploited.json"]
    with pytest.raises(UnreadableError, match="do not agree"):
        reading.read({**raw, **{f"sbom/{key}": data for key, data in sbom.items()}}, FEED, Context())


def test_the_stored_slice_is_replayed_without_the_feed(repository: Repository) -> None:
    sbom = sbom_of(h11="0.14.0")
    beside = {"advisories/kev.json": json.dumps(KEV), "advisories/epss.csv": EPSS}
    workspace = product(repository, record(aliases=["CVE-2026-0001"]), record("DEMO-2", "other"), **beside)
    raw = vulnerabilities.run(workspace, NO_TOOLS, FEED, {"sbom": sbom})
    first = reading.read({**raw, **{f"sbom/{key}": data for key, data in sbom.items()}}, FEED, Context())
    shutil.rmtree(workspace.root)
    again = replay("vulnerabilities", raw, settings_to_json(FEED), {"sbom": sbom})
    assert again == first
    assert [row["id"] for row in json.loads(raw["advisories.json"])] == ["DEMO-1"]
    assert again.counters["records"] == 2
    assert len(again.details["feed-digest"]) == 64


@pytest.mark.parametrize(("days", "outcome"), [(0, Outcome.FAILED), (1, Outcome.ERROR), (40_000, Outcome.FAILED)])
def test_a_feed_that_is_older_than_the_commit_allows(repository: Repository, days: int, outcome: Outcome) -> None:
    workspace = product(repository, record(), info={**INFO, "published": "2020-01-01T00:00:00Z"})
    settings, sbom = vulnerabilities.Settings(feed="advisories", max_age=days), sbom_of(h11="0.14.0")
    raw = vulnerabilities.run(workspace, LocalTools(dict(os.environ)), settings, {"sbom": sbom})
    given = reading.read({**raw, **{f"sbom/{key}": data for key, data in sbom.items()}}, settings, Context())
    assert given.outcome is outcome
    assert given.sentence.endswith("[feed-stale]") is (outcome is Outcome.ERROR)


@pytest.mark.parametrize("form", ["feed.zip", "feed.jsonl", "feed.jsonl.gz"])
def test_the_same_answer_from_every_form_of_feed(repository: Repository, tmp_path: Path, form: str) -> None:
    records = [record(), record("DEMO-2", "other")]
    path = tmp_path / form
    if form.endswith(".zip"):
        with zipfile.ZipFile(path, "w") as archive:
            for one in records:
                archive.writestr(f"{one['id']}.json", json.dumps(one))
    else:
        data = "".join(json.dumps(one) + "\n" for one in records).encode()
        path.write_bytes(gzip.compress(data) if form.endswith(".gz") else data)
    given = answer(product(repository), sbom_of(h11="0.14.0"), vulnerabilities.Settings(feed=str(path)))
    assert [finding.rule for finding in given.findings] == ["DEMO-1"]
    assert given.details["feed-date"].startswith("2026-04-01")


@pytest.mark.parametrize(
    ("records", "info", "message"),
    [
        ([], INFO, "holds no record of PyPI that stands"),
        ([record(withdrawn="2026-04-02T00:00:00Z")], INFO, "holds no record of PyPI that stands"),
        ([{**record(), "affected": []}], INFO, "holds no record of PyPI that stands"),
        ([record(), {"id": "DEMO-2"}], INFO, r"1\.json: not an OSV record: 'modified' is missing"),
        ([record(), record()], INFO, "holds DEMO-1 twice"),
        ([record()], {"name": "undated"}, r"feed\.json: published: None is no date"),
        ([record()], {**INFO, "published": "soon"}, r"feed\.json: published: 'soon' is no date"),
        ([record(), [1, 2]], INFO, r"1\.json"),
    ],
)
def test_a_feed_that_is_none_is_an_error_and_never_nothing_found(
    repository: Repository, records: list[Any], info: Any, message: str
) -> None:
    with pytest.raises((ToolError, UnreadableError), match=message):
        answer(product(repository, *records, info=info), sbom_of(h11="0.14.0"))


@pytest.mark.parametrize(
    ("feed", "message"), [("nowhere", "does not exist"), ("README.md", "is no folder"), ("half.zip", "cannot be read")]
)
def test_a_feed_at_the_wrong_place(repository: Repository, feed: str, message: str) -> None:
    workspace = product(repository, record(), **{"half.zip": b"PK\x03\x04 half"})
    with pytest.raises((ToolError, UnreadableError), match=message) as caught:
        answer(workspace, sbom_of(h11="1"), vulnerabilities.Settings(feed=feed))
    assert caught.value.hint


def test_a_record_that_is_half_written(repository: Repository) -> None:
    workspace = product(repository, record(), **{"advisories/half.json": '{"id": "DEMO-9", '})
    with pytest.raises(UnreadableError, match=r"half\.json"):
        answer(workspace, sbom_of(h11="0.14.0"))


def test_a_link_in_a_feed_is_not_passed_over(repository: Repository, tmp_path: Path) -> None:
    workspace = product(repository, record())
    (workspace.root / "advisories" / "more.json").symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(UnreadableError, match=r"more\.json is no regular file"):
        answer(workspace, sbom_of(h11="0.14.0"))


@pytest.mark.parametrize("name", ["../DEMO-1.json", "/DEMO-1.json", "a\\..\\b.json"])
def test_an_archive_with_a_name_that_leaves_it(repository: Repository, tmp_path: Path, name: str) -> None:
    path = tmp_path / "feed.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, json.dumps(record()))
    with pytest.raises(UnreadableError, match="no name of one record"):
        answer(product(repository), sbom_of(h11="1"), vulnerabilities.Settings(feed=str(path)))


def test_a_feed_that_unpacks_to_too_much(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(members, "MAX_RECORD", 1000)
    path = tmp_path / "feed.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.json", " " * 100_000)
    with pytest.raises(UnreadableError, match="a record of more than 1000 bytes"):
        answer(product(repository), sbom_of(h11="1"), vulnerabilities.Settings(feed=str(path)))


def test_without_an_sbom_there_is_no_answer(repository: Repository) -> None:
    workspace = product(repository, record())
    with pytest.raises(ToolError, match="no SBOM"):
        vulnerabilities.run(workspace, NO_TOOLS, FEED, {})
    empty = sbom_of()
    assert answer(workspace, empty).outcome is Outcome.ERROR
    raw = vulnerabilities.run(workspace, NO_TOOLS, FEED, {"sbom": empty})
    assert reading.read(raw, FEED, Context()).outcome is Outcome.ERROR


def test_without_a_feed_the_setting_is_named(repository: Repository) -> None:
    workspace = product(repository)
    assert "[gates.vulnerabilities] feed" in (
        vulnerabilities.not_applicable(workspace, vulnerabilities.Settings()) or ""
    )


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("feed.json", '"records":1', '"records":0'),
        ("feed.json", '"records":1', '"records":"many"'),
        ("feed.json", '"published"', '"printed"'),
        ("advisories.json", "[", '{"a":['),
        ("advisories.json", '"events"', '"events":7,"more"'),
        ("feed.json", '"records":1', '"exploited":{},"records":1'),
    ],
)
def test_evidence_that_was_edited_is_never_a_pass(repository: Repository, name: str, old: str, new: str) -> None:
    sbom = sbom_of(h11="0.16.0")
    raw = dict(vulnerabilities.run(product(repository, record()), NO_TOOLS, FEED, {"sbom": sbom}))
    assert old.encode() in raw[name]
    raw[name] = raw[name].replace(old.encode(), new.encode(), 1)
    with pytest.raises(UnreadableError):
        reading.read({**raw, **{f"sbom/{key}": data for key, data in sbom.items()}}, FEED, Context())


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
