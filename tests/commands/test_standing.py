"""The terminal says what the page says, on one screen, and leaves out no decision and no verdict."""

from __future__ import annotations

import dataclasses
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from fakes.releases import POLICY, candidate_of, chain, check_of, proposal_of, raw_of, records

from sdlc.commands.standing import summary
from sdlc.disk import LocalDisk
from sdlc.evidence.store import Store
from sdlc.model.finding import Confidence, Finding, Severity
from sdlc.model.verdict import Action, RuleDecision, State, Waived
from sdlc.release import viewer
from sdlc.release.assemble import Proposal
from sdlc.release.blockers import blockers_of
from sdlc.release.inventory import Before, Holdings, Inventory

OWNED = POLICY + b'owner = "Team Routing"\ndue_days = 14\n'


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path, LocalDisk())


def words(proposal: Proposal) -> str:
    """What a reader sees of the page, on one line."""
    page = viewer.draw(
        proposal.candidate, proposal.digest, proposal.verdict, proposal.decisions, proposal.holdings
    ).decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


def blocked(store: Store, policy: bytes = OWNED) -> Proposal:
    check = check_of(store, raw_of(records("tests/test_a.py::test_one")), policy=store.put(policy))
    return proposal_of(candidate_of(store, check), (), store)


def test_a_blocker_has_an_owner_a_day_and_a_command_in_both(store: Store) -> None:
    proposal = blocked(store)
    [one] = blockers_of(proposal.verdict, proposal.candidate, proposal.holdings.now)
    assert (one.owner, one.due, one.late) == ("Team Routing", date(2026, 6, 15), False)
    assert f"Owner: Team Routing Due: 2026-06-15 To clear it: {one.command}" in words(proposal)
    assert f"Team Routing, due 2026-06-15 → {one.command}" in summary(proposal)


def test_nobody_named_is_said_and_the_candidate_ends_the_time(store: Store) -> None:
    proposal = blocked(store, POLICY)
    [one] = blockers_of(proposal.verdict, proposal.candidate, proposal.holdings.now)
    assert (one.owner, one.due) == ("", proposal.candidate.expires.date())
    assert "Owner: nobody is named; the policy can name one" in words(proposal)
    assert "nobody named, due 2026-07-01" in summary(proposal)


def test_a_day_that_had_passed_is_said(store: Store) -> None:
    proposal = blocked(store)
    old = dataclasses.replace(proposal.candidate, committed=proposal.candidate.committed - timedelta(days=60))
    proposal = dataclasses.replace(proposal, candidate=old)
    assert blockers_of(proposal.verdict, old, proposal.holdings.now)[0].late
    assert "2026-04-16, past when it was proposed" in words(proposal)
    assert "due 2026-04-16, past when proposed" in summary(proposal)


def test_what_cannot_be_answered_has_a_command_as_well(store: Store) -> None:
    proposal = blocked(store)
    rule = RuleDecision("parsers", "fuzz", State.INCOMPLETE, "the gate fuzz did not run")
    verdict = dataclasses.replace(proposal.verdict, rules=(rule,))
    [one] = blockers_of(verdict, proposal.candidate, proposal.holdings.now)
    assert one.command == "sdlc check --gate fuzz -v"


def test_however_much_there_is_it_is_one_screen_and_verdict_and_decisions_are_on_it(store: Store) -> None:
    candidate = candidate_of(store)
    proposal = proposal_of(candidate, chain(candidate, "ada", "grace"), store)
    finding = Finding("R1", "bad", Severity.HIGH, Confidence.HIGH, "f1:1")
    rules = tuple(RuleDecision(f"r{n}", f"g{n}", State.BLOCKED, "no", (), "do it") for n in range(30))
    waived = Waived("W", "tests", finding, "ada", "grace", date(2026, 7, 9))
    actions = tuple(Action(f"act {n}", ("r1",), 2, "x", "f1:1") for n in range(30))
    verdict = dataclasses.replace(proposal.verdict, rules=rules, waived=(waived,), actions=actions)
    proposal = dataclasses.replace(proposal, verdict=verdict)
    said = summary(proposal, ["quorum    reached", "next      sign"]).splitlines()
    assert len(said) == 25
    assert said[0].startswith("ALLOWED   router 1.0")
    assert [line for line in said if "meaning approval" in line] == said[-4:-2]
    assert said[-2:] == ["quorum    reached", "next      sign"]
    assert sum("… and" in line for line in said) > 1
    assert "  (every line: --verbose; with all rows: sdlc release status --html FILE)" in said
    everything = summary(proposal, verbose=True)
    assert "r29: no" in everything
    assert "30. act 29 (clears 2)" in everything
    assert "waived     1 finding, the first until 2026-07-09" in everything


def test_what_changed_is_counted_alike(store: Store) -> None:
    candidate = candidate_of(store)
    proposal = proposal_of(candidate, chain(candidate, "ada", "grace"), store)
    now = proposal.holdings.now
    old = Inventory({**now.tables, "tests": {"gone": {"outcome": "passed"}}, "signers": {}})
    before = Before(proposal.digest, "0.9", 1, candidate.created, old)
    changed = dataclasses.replace(proposal, holdings=Holdings(now, before))
    assert "  since 0.9: tests +2 −1 ~0, signers +2 −0 ~0" in summary(changed)
    assert "tests 2 1 0 +" in words(changed)
    follows = dataclasses.replace(candidate, previous=proposal.digest, sequence=2)
    assert "since the release before: not known" in summary(dataclasses.replace(proposal, candidate=follows))


def test_every_gate_says_the_same_word(store: Store) -> None:
    proposal = blocked(store)
    assert re.search(r"\n  tests +failed +1 passed, 1 failed \(replayed\)\n", summary(proposal))
    assert "tests ✕ failed 1 passed, 1 failed" in words(proposal)
