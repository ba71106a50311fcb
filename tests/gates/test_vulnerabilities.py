"""The feed in its four forms, and every way in which a feed can fail to be one."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
from conftest import git
from fakes.advisories import FEED, INFO, NO_TOOLS, Repository, answer, product, record, sbom_of

from sdlc.errors import ToolError, UnreadableError
from sdlc.feeds import members
from sdlc.formats.vex_link import link_of
from sdlc.gates import vulnerabilities
from sdlc.model.finding import Severity
from sdlc.model.result import Context, Outcome
from sdlc.readings import vulnerabilities as reading
from sdlc.readings.replay import replay, settings_to_json
from sdlc.tools import LocalTools
from sdlc.workspace import open_workspace

TOOLS = LocalTools(dict(os.environ))


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


@pytest.mark.parametrize(
    ("details", "disputed"),
    [
        ("It leaks. NOTE: this is disputed by the vendor because it is meant so.", True),
        ("It leaks. NOTE: the vendor of v1.2 disputes this.", True),
        ("It leaks. NOTE: see the tracker. Nobody disputed the fix.", False),
        ("The disputed function leaks.", False),
    ],
)
def test_a_note_that_somebody_disputes_it_is_seen(repository: Repository, details: str, disputed: bool) -> None:
    [finding] = answer(product(repository, record(details=details)), sbom_of(h11="0.14.0")).findings
    assert ("disputed" in finding.properties) is disputed
    assert not finding.suppressed


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
    with pytest.raises(UnreadableError, match=r"half\.json: .*, in the advisory feed advisories \[feed-unreadable\]$"):
        answer(workspace, sbom_of(h11="0.14.0"))


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("deep/a.json", "", "the advisory feed feeds/daily cannot be read: deep/a.json is empty [feed-unreadable]"),
        ("feed.json", '{"published": 5}', "feed.json: published: 5 is no date, in the advisory feed feeds/daily"),
        ("kev.json", "{", "in the advisory feed feeds/daily [feed-unreadable]"),
        ("a.json", '{"id": 1}', "in the advisory feed feeds/daily [feed-unreadable]"),
    ],
)
def test_an_error_says_in_which_feed_the_file_is(repository: Repository, file: str, text: str, said: str) -> None:
    one = json.dumps(record())
    workspace = product(repository, **{"feeds/daily/1.json": one, f"feeds/daily/{file}": text})
    with pytest.raises(UnreadableError) as caught:
        answer(workspace, sbom_of(h11="0.14.0"), vulnerabilities.Settings(feed="feeds/daily"))
    assert said in caught.value.message
    assert str(workspace.root) not in caught.value.message


def test_an_empty_feed_is_named_as_the_settings_name_it(repository: Repository) -> None:
    workspace = product(repository, **{"feeds/daily/none.jsonl": ""})
    with pytest.raises(ToolError, match=r"^the advisory feed feeds/daily holds no record .*\[feed-empty\]$"):
        answer(workspace, sbom_of(h11="0.14.0"), vulnerabilities.Settings(feed="feeds/daily"))


def test_a_link_in_a_feed_is_not_passed_over(repository: Repository, tmp_path: Path) -> None:
    workspace = product(repository, record())
    (workspace.root / "advisories" / "more.json").symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(UnreadableError, match=r"more\.json is no regular file"):
        answer(workspace, sbom_of(h11="0.14.0"))


def test_a_link_among_the_decisions_is_kept_to_be_refused(repository: Repository, tmp_path: Path) -> None:
    workspace = product(repository, record(), **{".sdlc/vex/folder/one.json": "{}"})
    (workspace.root / ".sdlc/vex/one.json").symlink_to("folder/one.json")
    git(workspace.root, "add", "-A")
    git(workspace.root, "commit", "-qm", "a link")
    workspace = open_workspace(workspace.root, TOOLS)
    raw = vulnerabilities.run(workspace, TOOLS, FEED, {"sbom": sbom_of(h11="0.14.0")})
    assert {name: link_of(data) for name, data in raw.items() if name.startswith("vex/")} == {
        "vex/one.json": "folder/one.json"
    }
    git(workspace.root, "mv", ".sdlc/vex", "vex")
    (workspace.root / ".sdlc/vex").symlink_to("../vex")
    git(workspace.root, "add", "-A")
    git(workspace.root, "commit", "-qm", "the folder is one")
    raw = vulnerabilities.run(open_workspace(workspace.root, TOOLS), TOOLS, FEED, {"sbom": sbom_of(h11="0.14.0")})
    assert link_of(raw["vex/vex"]) == "../vex"


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
