"""Whether a VEX decision closes a finding: who signed it, about what, and everything that lets it lapse."""

from __future__ import annotations

import dataclasses
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes.releases import APPROVERS, NOW, RUNNER, SECOND_KEY, trust_root
from fakes.signer import MemorySigner
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from sdlc.errors import UnreadableError
from sdlc.evidence.vex import check_statement, dump_decision, dump_draft, in_range, load_decision, load_draft
from sdlc.formats.check_json import verdict_from_json, verdict_to_json
from sdlc.formats.vex_link import link_to
from sdlc.model.finding import Confidence, Finding, Severity
from sdlc.model.result import GateResult, Grade, Outcome, Reading
from sdlc.model.verdict import Answer, State
from sdlc.model.vex import Statement, VexDecision
from sdlc.policy.decide import decide
from sdlc.policy.facts import Facts
from sdlc.policy.schema import load_policy
from sdlc.policy.vex import AppliedVex, apply_vex, component_of, examine
from sdlc.signing.dsse import dump_envelope

TODAY = NOW + timedelta(days=3)
MODIFIED = "2026-04-01T00:00:00+00:00"
SAID = Statement(
    advisories=("CVE-2026-1", "DEMO-1"),
    product="router",
    product_versions="==1.0",
    component="pkg:pypi/h11",
    versions="==0.14.0",
    status="not_affected",
    justification="vulnerable_code_not_in_execute_path",
    impact="The parser of chunks is never called: the product sends no chunks.",
)
FINDING = Finding(
    rule="DEMO-1",
    message="h11 0.14.0: It leaks.",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    fingerprint="f1:" + "a" * 32,
    subject="pkg:pypi/h11@0.14.0",
    fix="Upgrade h11.",
    properties={"aliases": "CVE-2026-1, DEMO-1", "modified": MODIFIED, "component": "h11"},
)


def decision(person: str = "ada", said: Statement = SAID, **changes: Any) -> VexDecision:
    made = VexDecision(
        statement=said,
        modified=MODIFIED,
        person=person,
        name=trust_root().persons[person].printed_name,
        key=APPROVERS[person].key_id,
        created=NOW,
        expires=NOW + timedelta(days=90),
    )
    return dataclasses.replace(made, **changes)


def signed(one: VexDecision | None = None, signer: MemorySigner = APPROVERS["ada"]) -> bytes:
    return dump_envelope(signer.sign(dump_decision(one or decision())))


def apply(*files: bytes, finding: Finding = FINDING, version: str = "1.0", **more: Any) -> AppliedVex:
    examined = examine({f"{n}.json": data for n, data in enumerate(files)}, more.get("trust", trust_root()))
    return apply_vex(
        examined, [finding], product=more.get("product", "router"), version=version, at=more.get("at", TODAY)
    )


def reasons(applied: AppliedVex) -> list[str]:
    return [one.reason for one in applied.refused]


def test_a_signed_decision_closes_its_finding_and_says_who_and_why() -> None:
    applied = apply(signed())
    assert applied.refused == ()
    [closed] = applied.closed.values()
    assert (closed.name, closed.status, closed.impact) == ("Ada Lovelace", "not_affected", SAID.impact)
    assert closed.finding == FINDING


def about(**changes: Any) -> bytes:
    return signed(decision(said=dataclasses.replace(SAID, **changes)))


def changed(**changes: str) -> Finding:
    return dataclasses.replace(FINDING, properties=FINDING.properties | changes)


UNSIGNED = b'{"payload":"e30=","payloadType":"application/vnd.in-toto+json","signatures":[]}'
EDITED = dump_envelope(
    dataclasses.replace(
        APPROVERS["ada"].sign(dump_decision(decision())),
        payload=dump_decision(decision(expires=NOW + timedelta(days=91))),
    )
)
DRAFTED = dump_draft(SAID, "nothing imports it")


@pytest.mark.parametrize(
    ("files", "more", "reason"),
    [
        ([UNSIGNED], {}, "vex-unsigned"),
        ([b"{"], {}, "vex-unreadable"),
        ([link_to("../elsewhere.json")], {}, "vex-link"),
        ([DRAFTED], {}, "vex-draft"),
        ([dump_envelope(APPROVERS["ada"].sign(DRAFTED))], {}, "vex-draft"),
        ([EDITED], {}, "vex-not-signed-by-a-person"),
        ([signed(signer=RUNNER)], {}, "vex-not-signed-by-a-person"),
        ([signed(signer=MemorySigner("stranger"))], {}, "vex-not-signed-by-a-person"),
        ([signed(signer=APPROVERS["grace"])], {}, "vex-wrong-person"),
        ([signed(decision(name="Somebody Else"))], {}, "vex-wrong-person"),
        ([signed(decision(key=SECOND_KEY.key_id))], {}, "vex-wrong-person"),
        ([signed()], {"trust": None}, "vex-no-trust-root"),
        ([about(product="viewer")], {}, "vex-other-product"),
        ([signed()], {"product": "viewer"}, "vex-other-product"),
        ([signed()], {"version": "1.1"}, "vex-other-product-version"),
        ([about(versions="==0.15.0")], {}, "vex-other-version"),
        ([about(versions=">=0.10,<0.14")], {}, "vex-other-version"),
        ([signed()], {"finding": dataclasses.replace(FINDING, subject="pkg:pypi/h11@")}, "vex-other-version"),
        ([about(advisories=("CVE-2026-9",))], {}, "vex-orphaned"),
        ([about(component="pkg:pypi/h2")], {}, "vex-orphaned"),
        ([about(carrier="pillow 12.0")], {}, "vex-orphaned"),
        ([signed()], {"finding": changed(modified="2026-05-30T00:00:00+00:00")}, "vex-advisory-changed"),
        ([signed()], {"finding": changed(modified="")}, "vex-advisory-changed"),
        ([signed()], {"finding": changed(aliases="CVE-2026-1, DEMO-1, GHSA-1")}, "vex-advisory-changed"),
        ([signed()], {"at": NOW + timedelta(days=90)}, "vex-expired"),
        ([signed()], {"at": NOW - timedelta(seconds=1)}, "vex-not-yet-valid"),
    ],
)
def test_what_does_not_count_closes_nothing_and_is_named(files: list[bytes], more: dict[str, Any], reason: str) -> None:
    applied = apply(*files, **more)
    assert applied.closed == {}
    assert reasons(applied) == [reason]
    assert all(one.sentence and one.kind == "VEX decision" for one in applied.refused)


def test_a_withdrawn_finding_needs_no_decision() -> None:
    withdrawn = dataclasses.replace(FINDING, suppressed="withdrawn on 2026-05-01 by its publisher")
    assert reasons(apply(signed(), finding=withdrawn)) == ["vex-orphaned"]


def test_a_second_decision_about_the_same_is_a_duplicate_and_a_contrary_one_lets_neither_count() -> None:
    twice = apply(signed(), signed(decision("grace", key=APPROVERS["grace"].key_id), APPROVERS["grace"]))
    assert (len(twice.closed), reasons(twice)) == (1, ["vex-duplicate"])
    for status, more in (("affected", {"action": "upgrade"}), ("under_investigation", {})):
        contrary = about(status=status, justification="", **more)
        both = apply(signed(), contrary)
        assert (dict(both.closed), reasons(both)) == ({}, ["vex-contradicted"])
        assert status in both.notes[0]


def test_who_says_affected_closes_nothing() -> None:
    applied = apply(about(status="affected", justification="", action="Upgrade by autumn."))
    assert (dict(applied.closed), applied.refused) == ({}, ())
    assert applied.notes == ("0.json: Ada Lovelace says affected: Upgrade by autumn.",)


def test_where_the_gate_did_not_answer_a_decision_is_not_said_to_be_orphaned() -> None:
    made = examine({"0.json": signed()}, trust_root())
    for answered, words in ((True, "no open finding"), (False, "the gate vulnerabilities gave no answer")):
        [refused] = apply_vex(made, (), product="router", version="1.0", at=NOW, answered=answered).refused
        assert refused.sentence.startswith(words)


def test_a_range_holds_for_the_versions_in_it_and_an_end_is_announced() -> None:
    applied = apply(about(versions=">=0.14,<0.15", product_versions=">=1.0,<2"), version="1.4")
    assert len(applied.closed) == 1
    assert "ends on" in apply(signed(), at=NOW + timedelta(days=70)).notes[0]


def test_what_is_inside_of_a_wheel_is_closed_for_that_carrier_alone() -> None:
    inside = dataclasses.replace(FINDING, subject="inside pillow 12.0: pkg:generic/libjpeg@3.1")
    fitting = {"component": "pkg:generic/libjpeg", "versions": "==3.1", "carrier": "pillow 12.0"}
    assert len(apply(about(**fitting), finding=inside).closed) == 1
    assert reasons(apply(about(**fitting | {"carrier": "pillow 12.1"}), finding=inside)) == ["vex-other-version"]
    assert reasons(apply(about(**fitting | {"carrier": ""}), finding=inside)) == ["vex-orphaned"]


def test_a_closed_finding_is_tolerated_and_never_green() -> None:
    policy = load_policy(
        b'schema = "sdlc.policy/1"\nid = "p"\nrules = [{id = "v", type = "required", gate = "vulnerabilities"}]'
    )
    other = dataclasses.replace(FINDING, rule="DEMO-2", properties={"aliases": "DEMO-2", "modified": MODIFIED})
    for findings, state, answer in (
        ((FINDING,), State.TOLERATED, Answer.ALLOWED),
        ((FINDING, other), State.BLOCKED, Answer.BLOCKED),
    ):
        reading = Reading(Outcome.FAILED, findings, {"components": 1}, {}, "1 component")
        result = GateResult("vulnerabilities", reading, "osv/1", Grade.SLICE, {}, {})
        vex = examine({"one.json": signed()}, trust_root())
        facts = Facts({"vulnerabilities": result}, "pr", TODAY, "router", "1.0", vex=vex)
        verdict = decide(policy, facts)
        assert (verdict.rules[0].state, verdict.answer) == (state, answer)
        assert verdict.labels == ("1 closed by VEX",)
        assert [one.decision for one in verdict.closed] == ["one.json"]
        assert verdict_from_json(verdict_to_json(verdict)) == verdict
    assert decide(policy, dataclasses.replace(facts, vex=())).answer is Answer.BLOCKED


@pytest.mark.parametrize(
    "changes",
    [
        {"advisories": ()},
        {"advisories": ("b", "a")},
        {"advisories": ("*",)},
        {"component": "h11"},
        {"component": "pkg:pypi/h11@0.14.0"},
        {"versions": "*"},
        {"versions": ""},
        {"versions": "~=1.0"},
        {"versions": "==1.*"},
        {"product_versions": ">=1.0,<abc"},
        {"product": ""},
        {"status": "false_positive"},
        {"justification": ""},
        {"justification": "because"},
        {"impact": " "},
        {"status": "affected"},
        {"status": "fixed", "justification": "", "impact": ""},
        {"impact": "x" * 4001},
    ],
)
def test_a_statement_that_says_nothing_clear_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(UnreadableError):
        check_statement(dataclasses.replace(SAID, **changes), what="x")
    payload = dump_decision(decision(said=dataclasses.replace(SAID, **changes)))
    with pytest.raises(UnreadableError):
        load_decision(payload, what="x")


@pytest.mark.parametrize("days", [0, -1, 367])
def test_a_decision_has_an_end(days: int) -> None:
    with pytest.raises(UnreadableError, match="must end"):
        load_decision(dump_decision(decision(expires=NOW + timedelta(days=days))), what="x")


TEXTS = st.text(max_size=40)


@given(st.binary(max_size=200) | st.just(signed()), st.integers(0, 400), st.integers(0, 255))
def test_no_bytes_raise_and_no_flipped_byte_closes_more(data: bytes, place: int, value: int) -> None:
    flipped = data[:place] + bytes([value]) + data[place + 1 :]
    applied = apply(flipped)
    assert applied.closed == {} or flipped == signed()


@given(TEXTS, TEXTS, st.lists(st.sampled_from(["CVE-1", "GHSA-2", "PYSEC-3"]), min_size=1, unique=True))
def test_a_decision_and_a_draft_come_back_as_they_were(impact: str, action: str, ids: list[str]) -> None:
    said = dataclasses.replace(SAID, impact=f"a{impact}", action=action, advisories=tuple(sorted(ids)))
    assert load_decision(dump_decision(decision(said=said)), what="x") == decision(said=said)
    assert load_draft(dump_draft(said, impact), what="x") == (said, impact)


@pytest.mark.parametrize(
    ("version", "text", "inside"),
    [
        ("1.0", "==1.0", True),
        ("1.0.0", "==1.0", True),
        ("1.0rc1", ">=0.9,<2", True),
        ("0.8.7p1x", "==0.8.7p1x", True),
        ("0.8.7p1x", ">=0", False),
        ("", ">=0", False),
    ],
)
def test_ranges(version: str, text: str, inside: bool) -> None:
    assert in_range(version, text) is inside


def test_the_component_of_a_finding() -> None:
    assert component_of(FINDING) == ("pkg:pypi/h11", "0.14.0", "")
    assert component_of(dataclasses.replace(FINDING, subject="inside a 1: pkg:cargo/b")) == ("pkg:cargo/b", "", "a 1")


def test_a_decision_is_what_the_published_schema_says() -> None:
    path = Path(__file__).parent.parent.parent / "docs" / "schemas" / "vex-decision.schema.json"
    validator = Draft202012Validator(json.loads(path.read_text()))
    document = json.loads(dump_decision(decision()))
    validator.validate(document)
    for key in document["predicate"]:
        less = {name: value for name, value in document["predicate"].items() if name != key}
        assert not validator.is_valid({**document, "predicate": less}), key
