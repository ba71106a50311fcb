"""Approvals."""

from __future__ import annotations

from datetime import timedelta

from attacks.kit import SECOND_KEY, Attack, Kit, attack
from fakes import releases
from fakes.releases import SIGNED, trust_root

from sdlc.release.bundle import write_bundle

FIRST, SECOND = "decisions/0001.dsse.json", "decisions/0002.dsse.json"


@attack("F64")
def insider_with_the_release_key_replays_approvals_of_another_candidate(kit: Kit) -> Attack:
    old = releases.chain(kit.candidate(version="0.9"), "ada", "grace")
    candidate = kit.candidate()
    proposal = releases.proposal_of(candidate, old, kit.store)
    return Attack(write_bundle(releases.members(proposal, kit.store)), "decision-wrong-candidate")


@attack("F64")
def insider_with_the_release_key_lists_one_approval_twice(kit: Kit) -> Attack:
    candidate = kit.candidate()
    [one] = releases.chain(candidate, "ada")
    proposal = releases.proposal_of(candidate, (one, one), kit.store)
    return Attack(write_bundle(releases.members(proposal, kit.store)), "decision-chain-broken")


@attack("F64")
def insider_with_the_release_key_drops_a_rejection(kit: Kit) -> Attack:
    candidate = kit.candidate()
    steps = releases.chain(candidate, "ada", {"person": "alan", "kind": "rejection", "reason": "no"}, "grace")
    proposal = releases.proposal_of(candidate, (steps[0], steps[2]), kit.store)
    return Attack(write_bundle(releases.members(proposal, kit.store)), "decision-chain-broken")


@attack("F64")
def outsider_drops_an_approval(kit: Kit) -> Attack:
    members = kit.release()
    del members[SECOND]
    return Attack(write_bundle(members), "decision-dropped")


@attack("F64")
def insider_with_the_release_key_signs_with_one_approval(kit: Kit) -> Attack:
    return Attack(write_bundle(kit.release(None, "ada")), "quorum-not-reached")


@attack("F64")
def insider_with_the_release_key_signs_over_a_rejection(kit: Kit) -> Attack:
    steps = ("ada", "grace", {"person": "alan", "kind": "rejection", "reason": "it crashes"})
    return Attack(write_bundle(kit.release(None, *steps)), "rejected")


@attack("F64")
def insider_uses_an_approval_for_another_channel(kit: Kit) -> Attack:
    steps = ("ada", {"person": "grace", "channel": "beta"})
    return Attack(write_bundle(kit.release(None, *steps)), "decision-wrong-candidate")


@attack("F66")
def insider_approves_something_else_than_was_shown(kit: Kit) -> Attack:
    steps = ("ada", {"person": "grace", "displayed": "0" * 64})
    return Attack(write_bundle(kit.release(None, *steps)), "decision-wrong-candidate")


@attack("F67")
def insider_who_wrote_it_approves_with_no_independent_person(kit: Kit) -> Attack:
    candidate = kit.candidate(authors=("ada@example.org", "alan@example.org"))
    return Attack(write_bundle(kit.release(candidate, "ada", "alan")), "not-independent")


@attack("F67")
def insider_commits_under_an_unknown_address(kit: Kit) -> Attack:
    candidate = kit.candidate(authors=("nobody@example.net",))
    return Attack(write_bundle(kit.release(candidate)), "author-unmapped")


@attack("F67")
def insider_decides_in_the_name_of_another(kit: Kit) -> Attack:
    steps = ("ada", {"person": "grace", "signer": SECOND_KEY})
    return Attack(write_bundle(kit.release(None, *steps)), "person-mismatch")


@attack("F67")
def insider_approves_as_author_only(kit: Kit) -> Attack:
    steps = ("ada", {"person": "grace", "meaning": "authorship"})
    return Attack(write_bundle(kit.release(None, *steps)), "quorum-not-reached")


@attack("F69")
def victim_demands_more_than_the_release_has(kit: Kit) -> Attack:
    return Attack(write_bundle(kit.release()), "quorum-not-reached", trust_root(approvals_required=3))


@attack("F69")
def insider_breaks_a_glass_that_there_is_not(kit: Kit) -> Attack:
    candidate = kit.candidate(break_glass="We are in a hurry.")
    return Attack(write_bundle(kit.release(candidate, "ada")), "break-glass-not-allowed")


@attack("F69")
def insider_lets_a_break_glass_release_last(kit: Kit) -> Attack:
    candidate = kit.candidate(break_glass="The console does not start.")
    data = write_bundle(kit.release(candidate, "ada", expires=SIGNED + timedelta(days=30)))
    return Attack(data, "break-glass-too-long", trust_root(break_glass_days=7))


@attack("F69")
def author_breaks_the_glass_for_the_own_work(kit: Kit) -> Attack:
    candidate = kit.candidate(break_glass="The console does not start.")
    data = write_bundle(kit.release(candidate, "alan", expires=SIGNED + timedelta(days=3)))
    return Attack(data, "not-independent", trust_root(break_glass_days=7))


@attack("F69")
def victim_installs_a_break_glass_release_that_nothing_followed(kit: Kit) -> Attack:
    candidate = kit.candidate(break_glass="The console does not start.")
    data = write_bundle(kit.release(candidate, "ada", expires=SIGNED + timedelta(days=3)))
    later = SIGNED + timedelta(days=4)
    return Attack(data, "release-expired", trust_root(break_glass_days=7), later, ("--purpose", "install"))
