"""Each rule about activities fires on what it is for, names record, commit and person, and is silent beside it."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta

import pytest
from fakes.activity import ASKED, HEAD, HISTORY, NOTE, OLD, PENTEST, REVIEW, course, good, judged, signed
from fakes.releases import NOW, RUNNER, trust_root

from sdlc.activities.history import Commit, History, Since
from sdlc.activities.judge import Judged, judge
from sdlc.activities.rules import RULES


def rules(given: Judged) -> list[str]:
    return [finding.rule for finding in given.findings]


def changed(**fields: object) -> History:
    return dataclasses.replace(HISTORY, **fields)  # type: ignore[arg-type]


def test_what_is_in_order_is_silent() -> None:
    given = judged()
    assert given.findings == ()
    assert set(given.counted) == set(good())
    days = {one.subject: (one.rule, one.day) for one in given.deadlines}
    assert days["the penetration test report.pdf of 2026-05-08"] == ("ACT-PENTEST-OLD", date(2027, 5, 8))
    assert days["the course 'Secure code' of Alan Turing, alan, who wrote aaaaaaaaaaaa,"][1] == date(2027, 1, 1)
    assert sum(rule == "ACT-TRAINING-EXPIRED" for rule, _ in days.values()) == 3


@pytest.mark.parametrize("kind", ["penetration-test", "training", "code-review"])
def test_what_is_asked_for_and_not_there(kind: str) -> None:
    asked = dataclasses.replace(ASKED, required=(kind,))
    found = judge({}, HISTORY, asked, trust_root()).findings
    assert {one.rule for one in found} == {"ACT-TRAINING-MISSING" if kind == "training" else "ACT-MISSING"}
    assert judge({}, HISTORY, dataclasses.replace(ASKED, required=()), trust_root()).findings == ()


# A record that nobody, or somebody else, signed.


def test_attack_what_no_person_signed_counts_for_nothing() -> None:
    for data, said in (
        (signed(PENTEST, signer=RUNNER), "signed by a key for runner"),
        (signed(PENTEST, "grace", signer=None).replace(b'"sig":"', b'"sig":"AAAA'), ""),
    ):
        given = judged(pentest=data)
        assert rules(given)[0] in ("ACT-UNSIGNED", "ACT-UNREADABLE")
        assert "ACT-MISSING" in rules(given)
        assert said in given.findings[0].message
    assert rules(judged(pentest=b"{}"))[0] == "ACT-UNREADABLE"
    other = signed(PENTEST, product="viewer")
    assert rules(judged(pentest=other)) == ["ACT-OTHER-PRODUCT", "ACT-MISSING"]
    nobody = judge(good(), HISTORY, ASKED, None)
    assert {"ACT-UNSIGNED", "ACT-MISSING"} == set(rules(nobody))


def test_attack_another_name_under_the_record() -> None:
    persons = dict(trust_root().persons)
    persons["ada"] = dataclasses.replace(persons["ada"], name="Ada Byron")
    given = judged(trust=trust_root(persons=persons))
    assert "pentest.json counts for nothing: it prints another name" in given.findings[1].message


# Penetration tests.


def test_a_report_for_the_previous_version_needs_a_bridge_note() -> None:
    """The demonstration: a report for the previous version is refused, or has a bridge note."""
    given = judged(history=changed(version="1.1"))
    [finding] = given.findings
    assert (finding.rule, str(finding.place)) == ("ACT-PENTEST-VERSION", ".sdlc/records/pentest.json:1")
    assert finding.message == "report.pdf tested 1.0, this is 1.1, and no bridge note says why it still holds"
    bridged = judged(history=changed(version="1.1"), note=signed({**NOTE, "version": "1.1"}))
    assert bridged.findings == ()
    [over] = [one for one in bridged.deadlines if one.rule == "ACT-BRIDGE-OVER"]
    assert (over.day, over.subject) == (date(2026, 9, 1), "the bridge note of Ada Lovelace for 1.1")
    for wrong in ({"version": "1.2"}, {"version": "1.1", "report": "7" * 64}):
        assert rules(judged(history=changed(version="1.1"), note=signed({**NOTE, **wrong}))) == ["ACT-PENTEST-VERSION"]


def test_every_finding_of_every_report_has_a_disposition() -> None:
    left = {"id": "P-2", "title": "Weak token", "severity": "high"}
    found = {**PENTEST, "findings": [*PENTEST["findings"], left]}
    [finding] = judged(pentest=signed(found)).findings
    assert finding.rule == "ACT-PENTEST-OPEN"
    assert finding.message == "report.pdf: nobody has decided about P-2 (high): Weak token"
    # The report recorded again, with what became of it, takes the place of the first record.
    later = {**PENTEST, "findings": [*PENTEST["findings"], {**left, "disposition": "accepted", "reference": "R-7"}]}
    again = signed(later, at=NOW + timedelta(days=1))
    assert judged(pentest=signed(found), again=again).findings == ()
    # Attack: a later report without findings does not hide what an earlier one found.
    other = {**PENTEST, "findings": [], "report": {"name": "second.pdf", "sha256": "8" * 64}}
    assert rules(judged(pentest=signed(found), other=signed(other))) == ["ACT-PENTEST-OPEN"]


# Training.


def test_an_expired_course_of_an_author_names_the_commit() -> None:
    """The demonstration: expire one author's course, and it fails naming the commit."""
    short = signed(course("alan", "2026-05-31"), "grace")
    given = judged({"course-alan.json": short})
    [finding] = given.findings
    assert (finding.rule, str(finding.place)) == ("ACT-TRAINING-EXPIRED", ".sdlc/records/course-alan.json:1")
    assert finding.message == "Alan Turing wrote aaaaaaaaaaaa on 2026-06-01, and the last course ended on 2026-05-31"
    renewed = signed(course("alan", "2027-05-31", "2026-05-31"), "grace")
    assert judged({"course-alan.json": short}, renewed=renewed).findings == ()
    late = judged({"course-alan.json": signed(course("alan", "2027-01-01", "2026-06-01"), "grace")})
    assert [one.message for one in late.findings] == [
        "Alan Turing wrote bbbbbbbbbbbb on 2026-04-22, before the first course"
    ]


def test_approvers_need_a_course_and_nobody_records_their_own() -> None:
    given = judged({"course-grace.json": b""})
    assert [one.message for one in given.findings] == ["no course of Grace Hopper, who may approve, is recorded"]
    given = judged({"course-grace.json": signed(course("grace"), "grace")})
    assert rules(given) == ["ACT-TRAINING-SELF", "ACT-TRAINING-MISSING"]


def test_an_author_whom_nobody_knows_is_a_finding_with_the_commit() -> None:
    commits = (Commit("c" * 40, NOW, ("mallory@example.org",)), *HISTORY.commits)
    [finding] = judged(history=changed(commits=commits)).findings
    assert finding.rule == "ACT-AUTHOR-UNKNOWN"
    assert finding.message == "mallory@example.org, who wrote cccccccccccc, is no person of the trust root"


# Reviews.


def test_an_approval_that_is_older_than_the_code_names_the_commit() -> None:
    """The demonstration: push a commit after approval, and the approval is older than code."""
    [finding] = judged(review=signed({**REVIEW, "commit": OLD})).findings
    assert finding.rule == "ACT-REVIEW-OLD"
    assert finding.message == (
        "approval is older than code: Ada Lovelace reviewed bbbbbbbbbbbb, and aaaaaaaaaaaa came after it: src/router.py"
    )
    records = {OLD: Since(True, (".sdlc/records/x.json",), (HEAD,))}
    assert judged(review=signed({**REVIEW, "commit": OLD}), history=changed(reviewed=records)).findings == ()
    for unknown in ({}, {OLD: Since(False)}):
        given = judged(review=signed({**REVIEW, "commit": OLD}), history=changed(reviewed=unknown))
        assert rules(given) == ["ACT-REVIEW-OLD"]


def test_an_author_does_not_review_and_a_rejection_stands() -> None:
    assert rules(judged(review=signed(REVIEW, "alan"))) == ["ACT-REVIEW-AUTHOR"]
    no = signed({**REVIEW, "answer": "rejected"}, "grace", at=NOW - timedelta(days=1))
    assert rules(judged(no=no)) == ["ACT-REVIEW-REJECTED"]
    assert judged(no=no, yes=signed(REVIEW, "grace")).findings == ()
    assert judged(old=signed({**REVIEW, "commit": OLD}, "grace")).findings == (), "one that holds is enough"


def test_risky_code_needs_an_answer_to_every_topic() -> None:
    topics = {"authentication": "ok", "files": "ok"}
    review = signed({**REVIEW, "topics": topics})
    [finding] = judged(review=review).findings
    assert finding.rule == "ACT-REVIEW-TOPIC"
    assert "src/router.py was changed, and Ada Lovelace did not look at session-management" in finding.message
    assert judged(review=review, asked=dataclasses.replace(ASKED, risky=("src/crypto/*",))).findings == ()


def test_every_rule_has_a_sentence_that_says_what_to_do() -> None:
    assert all(rule.fix.endswith(".") and rule.fix[0].isupper() for rule in RULES.values())
