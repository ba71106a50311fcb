"""The next version of a trust root needs the quorum of the old one and of the new one, for exactly this step."""

from __future__ import annotations

import dataclasses
import json
from datetime import timedelta

import pytest
from fakes.releases import NOW, trust_root
from fakes.signer import MemorySigner

from sdlc.errors import BlockedError, UnreadableError
from sdlc.formats import strict_json
from sdlc.release.rotation import check_rotation, holders_of, rotation_statement
from sdlc.signing.dsse import Envelope
from sdlc.signing.trust import Key, Revocation, TrustRoot
from sdlc.signing.trust_json import dump_trust

AT = NOW + timedelta(days=1)
ROOTS = {person: MemorySigner(f"{person}'s root key") for person in ("ada", "grace", "alan")}
SECOND = MemorySigner("ada's second root key")


def key_of(signer: MemorySigner, person: str) -> Key:
    return Key(
        id=signer.key_id,
        algorithm="ecdsa-p256-sha256",
        public_key_pem=signer.pem,
        person=person,
        roles=("root",),
        not_before=NOW - timedelta(days=30),
        not_after=NOW + timedelta(days=365),
        revoked=None,
    )


def trust(*persons: str, **changes: object) -> TrustRoot:
    """A trust root whose root keys belong to `persons`, two of whom must sign."""
    made = trust_root(roots_required=2)
    keys = [key_of(ROOTS[person], person) for person in persons]
    return dataclasses.replace(made, keys={**made.keys, **{key.id: key for key in keys}}, **changes)  # type: ignore[arg-type]


OLD = trust("ada", "grace")
NEW = trust("ada", "alan", version=4, created=NOW)


def signed(old: TrustRoot, new: TrustRoot, *signers: MemorySigner) -> Envelope:
    statement = rotation_statement(dump_trust(old), dump_trust(new), NOW + timedelta(hours=1))
    envelopes = [signer.sign(statement) for signer in signers]
    return dataclasses.replace(envelopes[0], signatures=tuple(e.signatures[0] for e in envelopes))


def rotate(envelope: Envelope, old: TrustRoot = OLD, new: TrustRoot = NEW) -> TrustRoot:
    return check_rotation(dump_trust(old), dump_trust(new), envelope, AT)


def test_both_quorums_make_the_next_version() -> None:
    assert rotate(signed(OLD, NEW, *ROOTS.values())).version == 4


@pytest.mark.parametrize(
    ("signers", "reason"),
    [
        (("ada", "grace"), "rotation-new-quorum-missing"),
        (("ada", "alan"), "rotation-old-quorum-missing"),
        (("ada",), "rotation-old-quorum-missing"),
    ],
)
def test_one_quorum_alone_is_refused(signers: tuple[str, ...], reason: str) -> None:
    with pytest.raises(BlockedError) as caught:
        rotate(signed(OLD, NEW, *(ROOTS[name] for name in signers)))
    assert caught.value.reason == reason


def test_two_keys_of_one_person_are_one_person() -> None:
    old = dataclasses.replace(OLD, keys={**OLD.keys, SECOND.key_id: key_of(SECOND, "ada")})
    envelope = signed(old, NEW, ROOTS["ada"], SECOND, ROOTS["alan"])
    assert holders_of(envelope, old, NOW) == {"ada"}
    with pytest.raises(BlockedError, match="1 of 2 persons"):
        rotate(envelope, old)


def test_the_same_signature_twice_is_one() -> None:
    with pytest.raises(BlockedError, match="1 of 2 persons"):
        rotate(signed(OLD, NEW, ROOTS["ada"], ROOTS["ada"], ROOTS["alan"]))


def test_other_roles_do_not_count() -> None:
    from fakes.releases import APPROVERS, RUNNER, SIGNER

    with pytest.raises(BlockedError, match="0 of 2"):
        rotate(signed(OLD, NEW, RUNNER, SIGNER, *APPROVERS.values()))


def test_a_revoked_root_key_does_not_count() -> None:
    key = OLD.keys[ROOTS["grace"].key_id]
    revoked = dataclasses.replace(key, revoked=Revocation(at=NOW - timedelta(days=1), reason="left"))
    old = dataclasses.replace(OLD, keys={**OLD.keys, key.id: revoked})
    with pytest.raises(BlockedError, match="1 of 2"):
        rotate(signed(old, NEW, *ROOTS.values()), old)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"version": 5}, "rotation-wrong-version"),
        ({"version": 3}, "rotation-wrong-version"),
        ({"product": "other"}, "wrong-product"),
        ({"expires": NOW + timedelta(hours=2)}, "trust-expired"),
        ({"created": NOW - timedelta(days=40)}, "time-disorder"),
        ({"roots_required": 0}, "rotation-new-quorum-missing"),
    ],
)
def test_a_version_that_does_not_follow(change: dict[str, object], reason: str) -> None:
    new = dataclasses.replace(NEW, **change)  # type: ignore[arg-type]
    with pytest.raises(BlockedError) as caught:
        rotate(signed(OLD, new, *ROOTS.values()), new=new)
    assert caught.value.reason == reason


def test_signatures_are_for_one_step_only() -> None:
    envelope = signed(OLD, NEW, *ROOTS.values())
    lower = dataclasses.replace(NEW, approvals_required=1)
    with pytest.raises(BlockedError) as caught:
        rotate(envelope, new=lower)
    assert caught.value.reason == "rotation-differs"
    other_old = dataclasses.replace(OLD, approvals_required=1)
    with pytest.raises(BlockedError) as caught:
        rotate(envelope, old=other_old)
    assert caught.value.reason == "rotation-differs"


def test_a_signature_of_tomorrow_is_refused() -> None:
    envelope = signed(OLD, NEW, *ROOTS.values())
    with pytest.raises(BlockedError) as caught:
        check_rotation(dump_trust(OLD), dump_trust(NEW), envelope, NOW)
    assert caught.value.reason == "time-disorder"


def test_something_else_that_was_signed_is_no_rotation() -> None:
    envelope = ROOTS["ada"].sign(b'{"_type": "something else"}')
    with pytest.raises(UnreadableError):
        rotate(envelope)


@pytest.mark.parametrize("change", [{"timeCreated": None}, {"timeCreated": "soon"}, {"version": 9}, {"extra": 1}])
def test_a_statement_of_another_form_is_refused(change: dict[str, object]) -> None:
    document = json.loads(rotation_statement(dump_trust(OLD), dump_trust(NEW), NOW + timedelta(hours=1)))
    document["predicate"].update(change)
    with pytest.raises((BlockedError, UnreadableError)):
        rotate(ROOTS["ada"].sign(strict_json.dumps(document)))
