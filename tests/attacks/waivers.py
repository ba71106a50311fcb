"""Waivers: somebody ships a failing test knowingly, and without the right to."""

from __future__ import annotations

from attacks.kit import Attack, Kit, attack
from fakes.waived import waived_release

from sdlc.release.bundle import WAIVERS, write_bundle


def case(kit: Kit, reason: str, **changes: str) -> Attack:
    return Attack(write_bundle(waived_release(kit.store, **changes)), reason)


@attack("G71")
def insider_with_all_keys_uses_a_waiver_that_is_over(kit: Kit) -> Attack:
    return case(kit, "verdict-not-allowed", expires="2026-05-31")


@attack("G71")
def insider_with_all_keys_uses_a_waiver_of_the_future(kit: Kit) -> Attack:
    return case(kit, "verdict-not-allowed", created="2026-06-20")


@attack("G71")
def insider_with_all_keys_waives_for_a_year(kit: Kit) -> Attack:
    return case(kit, "verdict-not-allowed", expires="2027-05-31")


@attack("G71")
def insider_approves_the_own_waiver(kit: Kit) -> Attack:
    return case(kit, "verdict-not-allowed", owner="alan", approver="alan")


@attack("G71")
def insider_approves_the_release_that_the_own_waiver_favors(kit: Kit) -> Attack:
    return case(kit, "beneficiary-approved", owner="ada", approver="grace")


@attack("G71")
def insider_lets_somebody_unknown_own_the_risk(kit: Kit) -> Attack:
    return case(kit, "waiver-person-unknown", owner="mallory")


@attack("G71")
def outsider_takes_the_waivers_out(kit: Kit) -> Attack:
    members = waived_release(kit.store)
    del members[WAIVERS]
    return Attack(write_bundle(members), "member-missing")


@attack("G71")
def outsider_lengthens_a_waiver(kit: Kit) -> Attack:
    members = waived_release(kit.store)
    members[WAIVERS] = members[WAIVERS].replace(b"2026-07-01", b"2026-08-01")
    return Attack(write_bundle(members), "waivers-changed")
