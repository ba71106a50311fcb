"""What a release shows for the standards: whole only where a gate passed and its evidence is there."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from fakes.releases import candidate_of, chain, check_of, proposal_of, raw_of, records

from sdlc.disk import LocalDisk
from sdlc.evidence.store import Store
from sdlc.model.result import GateResult, Grade, Outcome, Reading
from sdlc.model.verdict import RuleDecision, State
from sdlc.release.assemble import Proposal
from sdlc.release.claims import producers_of
from sdlc.standards.coverage import Shown


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path, LocalDisk())


def shown(proposal: Proposal, gate: str = "tests", **more: object) -> Shown:
    candidate = proposal.candidate
    made = producers_of(candidate.results, proposal.verdict, proposal.decisions, **more)  # type: ignore[arg-type]
    return made[gate].shown if gate in made else Shown.NOTHING


def test_a_gate_that_passed_shows_all_of_it_and_one_that_did_not_run_nothing(store: Store) -> None:
    proposal = proposal_of(candidate_of(store), (), store)
    assert shown(proposal) is Shown.WHOLE
    assert shown(proposal, "provenance") is Shown.WHOLE
    assert shown(proposal, "fuzz") is Shown.NOTHING


def test_withheld_evidence_shows_a_part(store: Store) -> None:
    proposal = proposal_of(candidate_of(store), (), store)
    assert shown(proposal, withheld=frozenset({"tests"})) is Shown.LESS
    assert shown(proposal, "provenance", withheld=frozenset({"build"})) is Shown.LESS


def test_a_gate_that_failed_shows_nothing_unless_the_policy_tolerates_it(store: Store) -> None:
    failing = raw_of(records("tests/test_a.py::test_one"))
    proposal = proposal_of(candidate_of(store, check_of(store, failing)), (), store)
    assert shown(proposal) is Shown.NOTHING
    rule = RuleDecision("tests", "tests", State.TOLERATED, "1 waived")
    tolerated = dataclasses.replace(proposal, verdict=dataclasses.replace(proposal.verdict, rules=(rule,)))
    assert shown(tolerated) is Shown.LESS
    unjudged = dataclasses.replace(proposal, verdict=dataclasses.replace(proposal.verdict, rules=()))
    assert shown(unjudged) is Shown.NOTHING


@pytest.mark.parametrize("outcome", [Outcome.ERROR, Outcome.SKIPPED, Outcome.NOT_APPLICABLE])
def test_what_gave_no_answer_shows_nothing(store: Store, outcome: Outcome) -> None:
    candidate = candidate_of(store)
    silent = tuple(
        dataclasses.replace(result, reading=dataclasses.replace(result.reading, outcome=outcome))
        for result in candidate.results
    )
    proposal = proposal_of(candidate, (), store)
    proposal = dataclasses.replace(proposal, candidate=dataclasses.replace(candidate, results=silent))
    assert shown(proposal) is Shown.NOTHING


def test_approval_is_shown_by_people_who_said_yes_and_none_who_said_no(store: Store) -> None:
    candidate = candidate_of(store)
    no = {"person": "grace", "kind": "rejection", "reason": "it crashes"}
    assert shown(proposal_of(candidate, (), store), "approval") is Shown.NOTHING
    assert shown(proposal_of(candidate, chain(candidate, "ada", "grace"), store), "approval") is Shown.WHOLE
    assert shown(proposal_of(candidate, chain(candidate, "ada", no), store), "approval") is Shown.NOTHING
    assert shown(proposal_of(candidate, chain(candidate, "ada", no, "grace"), store), "approval") is Shown.WHOLE
    alone = proposal_of(candidate, chain(candidate, "ada"), store)
    assert shown(alone, "approval", break_glass="an exploit is out") is Shown.LESS


@pytest.mark.parametrize(
    ("asked", "outcome", "number", "expected"),
    [
        (["training"], Outcome.PASSED, 3, Shown.WHOLE),
        ([], Outcome.PASSED, 3, Shown.LESS),
        (["training"], Outcome.PASSED, 0, Shown.NOTHING),
        (["training"], Outcome.FAILED, 3, Shown.NOTHING),
    ],
)
def test_an_activity_is_shown_where_it_is_asked_for(
    store: Store, asked: list[str], outcome: Outcome, number: int, expected: Shown
) -> None:
    proposal = proposal_of(candidate_of(store), (), store)
    reading = Reading(outcome, counters={"training": number})
    result = GateResult("activities", reading, "activities/1", Grade.REPLAYED, {"required": asked}, {})
    made = producers_of((result,), proposal.verdict, proposal.decisions)
    assert made["activities/training"].shown is expected
    assert made["activities/code-review"].shown is Shown.NOTHING
