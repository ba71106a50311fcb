"""Notices: who may take what back, and that nothing else is believed."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from fakes.releases import APPROVERS, RUNNER, SIGNED, SIGNER, trust_root
from fakes.signer import MemorySigner

from sdlc.errors import BlockedError, UnreadableError
from sdlc.model.digest import sha256
from sdlc.release.revocation import Notice, apply_notices, dump_notice, load_notice
from sdlc.signing.trust import Key, Revocation, TrustRoot

ROOT = MemorySigner("ada, root key")
RELEASE = Notice("release", "router", sha256(b"manifest"), SIGNED + timedelta(hours=1), "It mirrors images.")
KEY = Notice("key", "router", RUNNER.key_id, SIGNED + timedelta(hours=1), "compromised")


def trust() -> TrustRoot:
    made = trust_root()
    old = made.keys[APPROVERS["ada"].key_id]
    root: Key = dataclasses.replace(old, id=ROOT.key_id, public_key_pem=ROOT.pem, roles=("root",))
    return dataclasses.replace(made, keys={**made.keys, root.id: root})


@pytest.mark.parametrize("notice", [RELEASE, KEY])
def test_what_is_written_is_read(notice: Notice) -> None:
    assert load_notice(dump_notice(notice), what="x") == notice


@pytest.mark.parametrize(
    "changes", [{"kind": "person"}, {"reason": ""}, {"reason": "  "}], ids=["kind", "no reason", "blank reason"]
)
def test_what_is_no_notice(changes: dict[str, str]) -> None:
    with pytest.raises(UnreadableError):
        load_notice(dump_notice(dataclasses.replace(RELEASE, **changes)), what="x")


@pytest.mark.parametrize(("notice", "signer"), [(RELEASE, SIGNER), (RELEASE, ROOT), (KEY, ROOT)])
def test_who_may_take_it_back(notice: Notice, signer: MemorySigner) -> None:
    changed, recalled = apply_notices(trust(), [("n", signer.sign(dump_notice(notice)))])
    if notice.kind == "release":
        assert (changed, dict(recalled)) == (trust(), {notice.digest: notice})
    else:
        assert changed.keys[RUNNER.key_id].revoked == Revocation(KEY.at, "compromised")
        assert not recalled


@pytest.mark.parametrize(
    ("notice", "signer", "reason"),
    [
        (RELEASE, RUNNER, "signer-wrong-role"),
        (RELEASE, APPROVERS["ada"], "signer-wrong-role"),
        (RELEASE, MemorySigner("mallory"), "signer-unknown"),
        (KEY, SIGNER, "signer-wrong-role"),
        (dataclasses.replace(RELEASE, product="other"), SIGNER, "wrong-product"),
    ],
)
def test_nobody_else_may(notice: Notice, signer: MemorySigner, reason: str) -> None:
    with pytest.raises(BlockedError) as raised:
        apply_notices(trust(), [("n", signer.sign(dump_notice(notice)))])
    assert raised.value.reason == reason


def test_an_earlier_revocation_stands() -> None:
    before = Revocation(SIGNED, "lost")
    made = trust()
    key = dataclasses.replace(made.keys[RUNNER.key_id], revoked=before)
    made = dataclasses.replace(made, keys={**made.keys, key.id: key})
    changed, _ = apply_notices(made, [("n", ROOT.sign(dump_notice(KEY)))])
    assert changed.keys[RUNNER.key_id].revoked == before
