"""OSV records: what matching needs, and a refusal for every other shape."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdlc.errors import UnreadableError
from sdlc.formats.osv_json import Affected, load_advisory

RECORD: dict[str, Any] = {
    "schema_version": "1.7.0",
    "id": "DEMO-1",
    "modified": "2026-01-02T03:04:05Z",
    "aliases": ["CVE-2026-0001"],
    "summary": "A summary.",
    "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "Typing_Extensions"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.0"}]}],
            "versions": ["1.0", "1.1"],
        },
        {"package": {"ecosystem": "npm", "name": "other"}, "versions": ["1.0"]},
    ],
    "references": [{"type": "WEB", "url": "https://advisories.example/1"}],
}


def changed(**changes: Any) -> dict[str, Any]:
    return {**RECORD, **changes}


def affected(**row: Any) -> dict[str, Any]:
    return changed(affected=[{"package": {"ecosystem": "PyPI", "name": "a"}, **row}])


def test_what_a_record_says() -> None:
    advisory = load_advisory(RECORD, what="x")
    assert advisory.id == "DEMO-1"
    assert advisory.aliases == ("CVE-2026-0001",)
    assert advisory.modified == "2026-01-02T03:04:05+00:00"
    assert advisory.withdrawn == ""
    assert advisory.affected == (
        Affected("typing-extensions", ("1.0", "1.1"), ((("introduced", "0"), ("fixed", "2.0")),)),
    )
    assert advisory.links == ("https://advisories.example/1",)


def test_severity_of_a_package_counts_too() -> None:
    advisory = load_advisory(affected(severity=[{"type": "CVSS_V4", "score": "CVSS:4.0/x"}]), what="x")
    assert advisory.vectors == (RECORD["severity"][0]["score"], "CVSS:4.0/x")


def test_a_package_with_commits_alone_is_affected_in_all_versions() -> None:
    git = {"type": "GIT", "repo": "https://host.example/a", "events": [{"introduced": "0"}, {"fixed": "abc"}]}
    [row] = load_advisory(affected(ranges=[git]), what="x").affected
    assert row.ranges == ((("introduced", "0"),),)
    [row] = load_advisory(affected(), what="x").affected
    assert row.ranges == ((("introduced", "0"),),)


def test_a_range_that_does_not_begin_begins_at_the_beginning() -> None:
    [row] = load_advisory(affected(ranges=[{"type": "ECOSYSTEM", "events": [{"fixed": "2"}]}]), what="x").affected
    assert row.ranges == ((("introduced", "0"), ("fixed", "2")),)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], "an object is expected"),
        ({}, "'id' is missing|'modified' is missing"),
        (changed(id=""), "text is expected"),
        (changed(id=7), "text is expected"),
        (changed(modified=7), "text is expected"),
        (changed(withdrawn=7), "text is expected"),
        (changed(aliases="CVE-1"), "aliases: a list"),
        (changed(affected={}), "affected: a list"),
        (changed(affected=["a"]), "an object is expected"),
        (affected(versions="1.0"), "versions: a list"),
        (affected(versions=[1.0]), "text is expected"),
        (affected(ranges=[{"type": "ECOSYSTEM", "events": ["introduced"]}]), "an object is expected"),
        (affected(ranges=[{"type": "ECOSYSTEM", "events": [{"fixed": ""}]}]), "text is expected"),
        (changed(affected=[{"package": {"ecosystem": "PyPI"}}]), "'name' is missing"),
    ],
)
def test_a_record_of_another_shape_is_refused(document: Any, message: str) -> None:
    with pytest.raises(UnreadableError, match=f"feed/x.json: not an OSV record: .*({message})"):
        load_advisory(document, what="feed/x.json")


def test_what_hides_nothing_is_named_and_the_rest_counts() -> None:
    events = [{"introduced": "3"}, {"begun": "1"}, {"fixed": "4"}]
    strange = load_advisory(affected(ranges=[{"type": "ECOSYSTEM", "events": events}]), what="x.json")
    assert strange.problems == ("unknown event 'begun'",)
    assert strange.affected[0].ranges == ((("introduced", "0"), ("introduced", "3"), ("fixed", "4")),)
    undated = load_advisory(changed(modified="1-01-01T00:00:00Z", withdrawn="later"), what="x.json")
    assert (undated.modified, undated.withdrawn) == ("", ""), "what is withdrawn on no day stands"
    assert undated.problems == ("modified: '1-01-01T00:00:00Z' is no date", "withdrawn: 'later' is no date")


@pytest.mark.parametrize(("text", "disputed"), [("** DISPUTED ** It is.", True), ("Undisputed.", False)])
def test_a_record_that_says_it_is_disputed(text: str, disputed: bool) -> None:
    assert load_advisory(changed(details=text), what="x.json").disputed is disputed


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(RECORD)), json_values), st.sampled_from(["", *RECORD]))
def test_any_json_is_read_or_refused(changes: dict[str, Any], dropped: str) -> None:
    record = {key: value for key, value in {**RECORD, **changes}.items() if key != dropped}
    try:
        load_advisory(record, what="x")
    except UnreadableError as error:
        assert error.message.startswith("x: ")


@pytest.mark.parametrize(
    ("ecosystem", "name", "known_as"),
    [
        ("PyPI", "Typing_Extensions", "typing-extensions"),
        ("crates.io", "serde_json", "cargo/serde-json"),
        ("OSS-Fuzz", "libjpeg-turbo", "generic/libjpegturbo"),
    ],
)
def test_one_name_for_all_spellings(ecosystem: str, name: str, known_as: str) -> None:
    loaded = load_advisory(
        changed(affected=[{"package": {"ecosystem": ecosystem, "name": name}, "versions": ["1.0"]}]), what="a.json"
    )
    assert [one.name for one in loaded.affected] == [known_as]
    assert loaded.of_pypi is (ecosystem == "PyPI")


@pytest.mark.parametrize(
    ("tag", "release"),
    [
        ("v4.4.0", "4.4.0"),
        ("OpenSSL_1_1_1k", "1.1.1k"),
        ("openssl-3.0.1", "3.0.1"),
        ("VER-2-13-0", "2.13.0"),
        ("Release-v2.1", "2.1"),
        ("1.6.0", "1.6.0"),
        ("main", "main"),
    ],
)
def test_a_tag_of_a_repository_names_a_release(tag: str, release: str) -> None:
    rows = [{"package": {"ecosystem": "OSS-Fuzz", "name": "a"}, "versions": [tag]}]
    [affected] = load_advisory(changed(affected=rows), what="a.json").affected
    assert affected.versions == (release,)
