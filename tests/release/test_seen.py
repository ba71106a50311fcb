"""A memory of what was verified: older, and other in the same place, is noticed."""

from __future__ import annotations

import dataclasses
import json
from datetime import timedelta
from pathlib import Path

import pytest
from fakes import releases
from fakes.releases import SIGNED, trust_root

from sdlc.errors import UnreadableError
from sdlc.release.bundle import write_bundle
from sdlc.release.seen import Seen, dump_seen, load_seen, remembered
from sdlc.release.verify import verify

LATER = SIGNED + timedelta(days=1)
OTHER = "0" * 64


@pytest.fixture
def good(tmp_path: Path) -> bytes:
    return write_bundle(releases.good_members(tmp_path))


def reason(data: bytes, seen: Seen) -> str:
    return verify(data, trust_root(), at=LATER, seen=seen).reason


def test_what_is_remembered_is_fine_again(good: bytes) -> None:
    first = verify(good, trust_root(), at=LATER, seen=Seen("router"))
    assert first.ok
    assert first.manifest is not None
    assert first.manifest_digest is not None
    seen = remembered(Seen("router"), trust_root(), first.manifest, first.manifest_digest)
    assert load_seen(dump_seen(seen), what="x") == seen
    assert seen.trust_version == 3
    assert reason(good, seen) == ""


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"channels": {"stable": (2, OTHER)}}, "rollback"),
        ({"channels": {"stable": (1, OTHER)}}, "fork"),
        ({"channels": {"beta": (9, OTHER)}}, ""),
        ({"trust_version": 4}, "trust-rollback"),
        ({"product": "other"}, "wrong-product"),
    ],
)
def test_what_was_seen_before_counts(good: bytes, change: dict[str, object], expected: str) -> None:
    assert reason(good, dataclasses.replace(Seen("router"), **change)) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"schema": "sdlc.seen/2", "product": "a", "trust_version": 1, "channels": {}},
        {"schema": "sdlc.seen/1", "product": "a", "trust_version": "new", "channels": {}},
        {"schema": "sdlc.seen/1", "product": "a", "trust_version": 1, "channels": []},
        {"schema": "sdlc.seen/1", "product": "a", "trust_version": 1, "channels": {"s": {"sequence": 1}}},
    ],
)
def test_a_memory_that_cannot_be_read_is_not_an_empty_one(document: object) -> None:
    with pytest.raises(UnreadableError, match=r"seen\.json"):
        load_seen(json.dumps(document).encode(), what="seen.json")
