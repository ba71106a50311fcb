"""Persons are counted, chains hold, a rejection stands until its author takes it back."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from pathlib import Path

import pytest
from fakes.releases import NOW, RUNNER, SECOND_KEY, SIGNED, candidate_of, chain, decide, trust_root

from sdlc.disk import LocalDisk
from sdlc.errors import BlockedError, UnreadableError
from sdlc.evidence.store import Store
from sdlc.model.digest import sha256
from sdlc.release.candidate import Candidate, dump_candidate
from sdlc.release.decisions import Quorum, SignedDecision, load_decision, quorum


@pytest.fixture
def candidate(tmp_path: Path) -> Candidate:
    return candidate_of(Store(tmp_path, LocalDisk()))


def asked(candidate: Candidate, decisions: tuple[SignedDecision, ...], **trust: object) -> Quorum:
    return quorum(decisions, trust_root(**trust), candidate, sha256(dump_candidate(candidate)), SIGNED)


def refusal(candidate: Candidate, decisions: tuple[SignedDecision, ...]) -> str:
    with pytest.raises(BlockedError) as refused:
        asked(candidate, decisions)
    return refused.value.reason


REJECTION = {"kind": "rejection", "reason": "the viewer crashes"}


def test_two_persons_suffice(candidate: Candidate) -> None:
    answer = asked(candidate, chain(candidate, "ada", "grace"))
    assert answer.reached
    assert answer.approvers == ("ada", "grace")


@pytest.mark.parametrize(
    ("steps", "reason"),
    [
        ((), "quorum-not-reached"),
        (("ada",), "quorum-not-reached"),
        (("ada", "ada"), "same-person-twice"),
        (("ada", {"person": "ada", "signer": SECOND_KEY}), "same-person-twice"),
        (("ada", {"person": "grace", "meaning": "authorship"}), "quorum-not-reached"),
        (("ada", {"person": "grace", "expires": SIGNED}), "decision-expired"),
        (("ada", "grace", {"person": "alan", **REJECTION}), "rejected"),
        (("ada", {"person": "grace", **REJECTION}, "alan"), "rejected"),
        (
            ({"person": "ada", **REJECTION}, {"person": "ada", "meaning": "authorship"}, "grace", "alan"),
            "rejected",
        ),
        (({"person": "ada", **REJECTION}, "ada", "grace"), ""),
        (("ada", "grace", {"person": "alan", **REJECTION}, "alan"), ""),
    ],
)
def test_who_counts(candidate: Candidate, steps: tuple[str | dict[str, object], ...], reason: str) -> None:
    assert asked(candidate, chain(candidate, *steps)).reason == reason


def test_an_author_alone_is_not_independent(candidate: Candidate) -> None:
    own = dataclasses.replace(candidate, authors=("ada@example.org", "grace@example.org"))
    assert asked(own, chain(own, "ada", "grace")).reason == "not-independent"
    assert asked(own, chain(own, "ada", "alan")).reached
    assert asked(own, chain(own, "ada", "alan"), independence="all").reason == "not-independent"


def test_an_unknown_author_blocks(candidate: Candidate) -> None:
    foreign = dataclasses.replace(candidate, authors=("mallory@example.org",))
    assert asked(foreign, chain(foreign, "ada", "grace")).reason == "author-unmapped"


def test_a_decision_taken_out_of_the_middle_breaks_the_chain(candidate: Candidate) -> None:
    whole = chain(candidate, "ada", {"person": "alan", **REJECTION}, "grace")
    assert refusal(candidate, (whole[0], whole[2])) == "decision-chain-broken"
    assert refusal(candidate, whole[1:]) == "decision-chain-broken"
    assert refusal(candidate, (whole[1], whole[0], whole[2])) == "decision-chain-broken"


@pytest.mark.parametrize("member", ["candidate", "policy", "displayed"])
def test_an_approval_of_something_else_is_refused(candidate: Candidate, member: str) -> None:
    replayed = chain(candidate, {"person": "ada", member: sha256(b"another")}, "grace")
    assert refusal(candidate, replayed) == "decision-wrong-candidate"


def test_an_approval_for_another_channel_is_refused(candidate: Candidate) -> None:
    assert refusal(candidate, chain(candidate, {"person": "ada", "channel": "beta"})) == "decision-wrong-candidate"


def test_one_decision_under_two_names_is_refused(candidate: Candidate) -> None:
    nonce = "the same nonce twice"
    twice = chain(candidate, {"person": "ada", "nonce": nonce}, {"person": "grace", "nonce": nonce})
    assert refusal(candidate, twice) == "decision-replayed"


def test_a_decision_dated_before_the_candidate_is_refused(candidate: Candidate) -> None:
    early = chain(candidate, {"person": "ada", "created": NOW - timedelta(hours=1)})
    assert refusal(candidate, early) == "time-disorder"


def test_the_runner_may_not_decide(candidate: Candidate) -> None:
    assert refusal(candidate, chain(candidate, {"person": "ada", "signer": RUNNER})) == "signer-wrong-role"


def test_nobody_decides_under_another_name(candidate: Candidate) -> None:
    grace = {"person": "grace", "signer": SECOND_KEY}
    assert refusal(candidate, chain(candidate, grace)) == "person-mismatch"
    assert refusal(candidate, chain(candidate, {"person": "ada", "name": "Grace Hopper"})) == "person-mismatch"


def test_a_swapped_signature_is_refused(candidate: Candidate) -> None:
    first, second = chain(candidate, "ada", "grace")
    swapped = dataclasses.replace(first.envelope, signatures=second.envelope.signatures)
    assert refusal(candidate, (SignedDecision(first.decision, swapped),)) == "signature-invalid"


@pytest.mark.parametrize(
    "change",
    [{"kind": "maybe"}, {"meaning": "none"}, {"nonce": "short"}, {"kind": "rejection", "reason": " "}],
)
def test_a_decision_that_is_none_is_unreadable(candidate: Candidate, change: dict[str, str]) -> None:
    with pytest.raises(UnreadableError):
        decide(candidate, (), "ada", **change)


def test_an_unknown_member_is_refused(candidate: Candidate) -> None:
    envelope = decide(candidate, (), "ada").envelope
    payload = envelope.payload.replace(b'"timeZone":"UTC"', b'"timeZone":"UTC","vote":2')
    with pytest.raises(UnreadableError, match="one form"):
        load_decision(dataclasses.replace(envelope, payload=payload))
