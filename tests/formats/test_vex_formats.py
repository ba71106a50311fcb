"""OpenVEX and CycloneDX VEX, both ways: what comes back is what went in, but for what is listed as lost."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from hypothesis import given
from hypothesis import strategies as st

from sdlc.errors import SdlcError, UnreadableError
from sdlc.formats.cyclonedx_vex import FROM_JUSTIFIED, FROM_STATES, dump_cyclonedx_vex, load_cyclonedx_vex
from sdlc.formats.openvex_json import apart, dump_openvex, load_openvex, versioned
from sdlc.model.vex import JUSTIFICATIONS, STATUSES, Statement

AT = datetime(2026, 6, 1, tzinfo=UTC)
WORDS = st.text(min_size=1, max_size=30)
RANGES = st.sampled_from(["==1.0", ">=1.0,<2.0", "==1.0+cpu", "!=1.1", ">=1,<3,!=2.5", "==0.8.7p1x", "==1.0.9-3.el8"])
STATEMENTS = st.builds(
    lambda ids, versions, status, why, impact, action, carrier, component: Statement(
        advisories=tuple(sorted(ids)),
        product="box",
        product_versions="==1.0",
        component=component,
        versions=versions,
        status=status,
        carrier=carrier,
        justification=why if status == "not_affected" else "",
        impact=impact,
        action=action,
    ),
    st.lists(st.sampled_from(["CVE-1", "GHSA-2", "PYSEC-3"]), min_size=1, unique=True),
    RANGES,
    st.sampled_from(STATUSES),
    st.sampled_from(JUSTIFICATIONS),
    WORDS,
    WORDS,
    st.sampled_from(["", "pillow 12.0"]),
    st.sampled_from(["pkg:pypi/h11", "pkg:cargo/a-b", "pkg:rpm/alma/libx%2B"]),
)


@given(st.lists(STATEMENTS, min_size=1, max_size=4), RANGES)
def test_openvex_comes_back_but_for_what_carries_it(statements: list[Statement], versions: str) -> None:
    statements = [replace(one, product_versions=versions) for one in statements]
    data, losses = dump_openvex(statements, author="Ada", at=AT)
    back, lost = load_openvex(data, what="x")
    assert list(back) == [replace(one, carrier="") for one in statements]
    assert lost == ()
    assert len(losses) == 1 + sum(bool(one.carrier) for one in statements)
    assert dump_openvex(statements, author="Ada", at=AT)[0] == data


@given(st.lists(STATEMENTS, min_size=1, max_size=4))
def test_cyclonedx_comes_back_as_it_was(statements: list[Statement]) -> None:
    data, losses = dump_cyclonedx_vex(statements, author="Ada", at=AT)
    assert load_cyclonedx_vex(data, what="x") == (tuple(statements), ())
    assert "who signed each decision" in losses[-1]


def test_what_is_written_is_strictly_valid() -> None:
    one = Statement(("CVE-1", "GHSA-2"), "box", "==1.0", "pkg:pypi/h11", ">=1,<2", "affected", "a 1", "", "b", "c")
    data, _ = dump_cyclonedx_vex([one], author="Ada", at=AT)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(data.decode()) is None


def test_one_cyclonedx_document_is_about_one_product() -> None:
    one = Statement(("CVE-1",), "box", "==1.0", "pkg:pypi/h11", "==1", "fixed")
    with pytest.raises(ValueError, match="one product"):
        dump_cyclonedx_vex([one, replace(one, product_versions="==2.0")], author="Ada", at=AT)


@pytest.mark.parametrize("state", FROM_STATES)
@pytest.mark.parametrize("justification", ["", *FROM_JUSTIFIED])
def test_words_of_cyclonedx_without_a_twin_are_named(state: str, justification: str) -> None:
    analysis = {"state": state, "justification": justification, "response": ["update"]}
    row = {"id": "CVE-1", "analysis": analysis, "affects": [{"ref": "urn:cdx:a/1#pkg:pypi/h11@1"}, {"ref": "h11"}]}
    document = {
        "bomFormat": "CycloneDX",
        "metadata": {"component": {"name": "box", "version": "1.0"}},
        "vulnerabilities": [row],
    }
    [said], losses = load_cyclonedx_vex(json.dumps(document).encode(), what="x")
    assert (said.status, said.component, said.versions) == (FROM_STATES[state], "pkg:pypi/h11", "==1")
    assert any("response update" in loss for loss in losses)
    assert any("'h11' is no package URL" in loss for loss in losses)
    assert any(state in loss for loss in losses) == (state in ("resolved_with_pedigree", "false_positive"))
    exact = justification in ("", "code_not_present", "code_not_reachable", "protected_by_mitigating_control")
    assert any("justification" in loss for loss in losses) == (not exact)


def test_openvex_of_others_is_taken_as_far_as_it_says_which_version_of_what() -> None:
    rows: list[dict[str, Any]] = [
        {"products": [{"@id": "pkg:generic/box@1", "subcomponents": [{"@id": "pkg:pypi/a@1"}, {"@id": "pkg:pypi/b"}]}]},
        {"products": [{"@id": "pkg:generic/box@1"}], "status_notes": "seen"},
        {},
    ]
    statements = [{"vulnerability": {"name": "CVE-1"}, "status": "fixed", **row} for row in rows]
    document = {"@context": "https://openvex.dev/ns/v0.2.0", "statements": statements}
    found, losses = load_openvex(json.dumps(document).encode(), what="x")
    assert [one.component for one in found] == ["pkg:pypi/a"]
    assert [loss.partition(":")[0] for loss in losses] == ["statement 1", "statement 2", "statement 2", "statement 3"]
    assert "names no version" in losses[0]


BAD = [
    b"",
    b"[]",
    b"{}",
    b'{"@context":"https://openvex.dev/ns","statements":3}',
    b'{"@context":"https://openvex.dev/ns","statements":[{"vulnerability":{"name":"a"},"status":"fine"}]}',
    b'{"@context":"https://openvex.dev/ns","statements":[3]}',
    b'{"bomFormat":"CycloneDX","metadata":{"component":{"name":"a","version":"1"}},"vulnerabilities":[{"id":1,"analysis":{"state":"x"}}]}',
    b'{"bomFormat":"CycloneDX","vulnerabilities":[]}',
    b'{"bomFormat":"CycloneDX","bomFormat":"CycloneDX"}',
]


@pytest.mark.parametrize("data", BAD)
def test_what_is_neither_is_refused(data: bytes) -> None:
    for load in (load_openvex, load_cyclonedx_vex):
        with pytest.raises(UnreadableError):
            load(data, what="x")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "status", "products", "@id", "affects", "ref", "analysis", "vulnerability", "name"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.lists(JSON, max_size=3))
def test_no_document_raises_anything_else(rows: list[Any]) -> None:
    head = {"metadata": {"component": {"name": "a", "version": "1"}}}
    for load, document in (
        (load_openvex, {"@context": "https://openvex.dev/ns", "statements": rows}),
        (load_cyclonedx_vex, {"bomFormat": "CycloneDX", **head, "vulnerabilities": rows}),
    ):
        try:
            load(json.dumps(document).encode(), what="x")
        except SdlcError as error:
            assert error.message.startswith("x: ")


@given(st.sampled_from(["pkg:pypi/h11", "pkg:generic/a/b"]), RANGES)
def test_a_range_is_never_lost(component: str, versions: str) -> None:
    assert apart(versioned(component, versions)) == (component, versions)
    with pytest.raises(ValueError, match="names no version"):
        apart(component)


@pytest.mark.parametrize(
    ("load", "document", "said"),
    [
        (load_openvex, {"@context": "https://openvex.dev/ns/v0.2.0"}, "the member 'statements' is missing"),
        (load_openvex, {"@context": "https://openvex.dev/ns/v0.2.0", "statements": [None]}, "not of the type"),
        (load_cyclonedx_vex, {"bomFormat": "CycloneDX"}, "the member 'metadata' is missing"),
    ],
)
def test_a_wrong_shape_is_said_in_words_of_the_format(load: Any, document: dict[str, Any], said: str) -> None:
    with pytest.raises(UnreadableError, match=said):
        load(json.dumps(document).encode(), what="x.json")
