"""A release with a waived finding: allowed, shown, and never approved by whom it favors."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from fakes.releases import SIGNED, trust_root
from fakes.waived import waived_release

from sdlc.disk import LocalDisk
from sdlc.errors import BlockedError
from sdlc.evidence.store import Store
from sdlc.release.bundle import PAGE, WAIVERS, write_bundle
from sdlc.release.verification import Verification
from sdlc.release.verify import verify


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path, LocalDisk())


def verified(members: dict[str, bytes]) -> Verification:
    return verify(write_bundle(members), trust_root(), at=SIGNED + timedelta(days=1))


def test_it_is_verified_and_says_what_was_waived(store: Store) -> None:
    members = waived_release(store)
    result = verified(members)
    assert result.ok, result.sentence
    assert any("waived until 2026-07-01" in note for note in result.notes)
    page = members[PAGE].decode()
    assert "Waived findings" in page
    assert "W-1" in page
    assert "1 waived" in page


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"owner": "ada", "approver": "grace"}, "beneficiary-approved"),
        ({"owner": "mallory"}, "waiver-person-unknown"),
        ({"approver": "mallory"}, "waiver-person-unknown"),
        ({"approver": "alan", "owner": "alan"}, "verdict-not-allowed"),
        ({"expires": "2026-05-31"}, "verdict-not-allowed"),
        ({"created": "2026-06-20"}, "verdict-not-allowed"),
        ({"expires": "2027-05-31"}, "verdict-not-allowed"),
    ],
)
def test_what_a_waiver_cannot_do(store: Store, changes: dict[str, str], reason: str) -> None:
    assert verified(waived_release(store, **changes)).reason == reason


def test_a_wildcard_makes_no_waived_release(store: Store) -> None:
    with pytest.raises(BlockedError) as caught:
        waived_release(store, owner="*")
    assert caught.value.reason == "waivers-unreadable"


def test_a_third_person_makes_up_for_the_owner(store: Store) -> None:
    made = waived_release(store, approvals=("ada", "grace", "alan"), owner="grace", approver="ada")
    assert verified(made).ok


def test_the_file_cannot_be_taken_out_or_changed(store: Store) -> None:
    members = waived_release(store)
    assert verified({name: data for name, data in members.items() if name != WAIVERS}).reason == "member-missing"
    assert verified({**members, WAIVERS: members[WAIVERS] + b"\n"}).reason == "waivers-changed"
