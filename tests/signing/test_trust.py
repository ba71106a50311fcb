"""The trust root decides whose signature counts; what is signed never does."""

from __future__ import annotations

import dataclasses
import json
from datetime import timedelta

import pytest
from fakes.releases import APPROVERS, NOW, RUNNER, SECOND_KEY, SIGNER, trust_root
from fakes.signer import MemorySigner

from sdlc.errors import UnreadableError
from sdlc.formats import strict_json
from sdlc.signing.dsse import Envelope, Signature
from sdlc.signing.trust import Revocation, TrustRoot, signers_of, why_not
from sdlc.signing.trust_json import dump_trust, load_trust

TRUST = trust_root()
PAYLOAD = b'{"what":"is signed"}'


def _revoked(signer: MemorySigner, reason: str) -> TrustRoot:
    key = dataclasses.replace(TRUST.keys[signer.key_id], revoked=Revocation(at=NOW, reason=reason))
    return dataclasses.replace(TRUST, keys={**TRUST.keys, key.id: key})


def _signers(envelope: Envelope, role: str = "approver", trust: TrustRoot = TRUST, **later: int) -> set[str]:
    return {key.id for key in signers_of(envelope, trust, role=role, at=NOW + timedelta(**later))}


def test_the_key_that_signed_is_found() -> None:
    assert _signers(RUNNER.sign(PAYLOAD), "runner") == {RUNNER.key_id}


def test_attack_keyid_of_somebody_else_changes_nothing() -> None:
    honest = APPROVERS["ada"].sign(PAYLOAD).signatures[0]
    claimed = APPROVERS["grace"].sign(b"else").signatures[0].keyid
    forged = Envelope("application/vnd.in-toto+json", PAYLOAD, (Signature(claimed, honest.sig),))
    assert _signers(forged) == {APPROVERS["ada"].key_id}
    assert _signers(dataclasses.replace(forged, signatures=(Signature("", honest.sig),))) == {APPROVERS["ada"].key_id}


def test_attack_one_signature_repeated_counts_once() -> None:
    envelope = APPROVERS["ada"].sign(PAYLOAD)
    assert len(signers_of(dataclasses.replace(envelope, signatures=envelope.signatures * 5), TRUST,
                          role="approver", at=NOW)) == 1  # fmt: skip


def test_attack_a_bad_signature_in_front_hides_no_good_one_and_adds_none() -> None:
    good = APPROVERS["ada"].sign(PAYLOAD)
    bad = Signature(good.signatures[0].keyid, b"\x30\x00")
    assert _signers(dataclasses.replace(good, signatures=(bad, *good.signatures))) == {APPROVERS["ada"].key_id}
    assert _signers(dataclasses.replace(good, signatures=(bad,))) == set()


def test_attack_no_keys_and_no_signatures_verify_nothing() -> None:
    envelope = RUNNER.sign(PAYLOAD)
    nobody = dataclasses.replace(TRUST, keys={})
    assert _signers(envelope, "runner", nobody) == set()
    assert _signers(dataclasses.replace(envelope, signatures=()), "runner") == set()
    assert why_not(dataclasses.replace(envelope, signatures=()), TRUST, "runner", NOW)[0] == "unsigned"


def test_a_key_outside_of_its_validity_does_not_count() -> None:
    envelope = RUNNER.sign(PAYLOAD)
    for days in (-31, 365):
        assert _signers(envelope, "runner", days=days) == set()
        assert why_not(envelope, TRUST, "runner", NOW + timedelta(days=days))[0] == "key-expired"
    assert _signers(envelope, "runner", days=364)


def test_a_retired_key_counts_for_what_it_signed_before() -> None:
    envelope, trust = RUNNER.sign(PAYLOAD), _revoked(RUNNER, "retired")
    assert _signers(envelope, "runner", trust, days=-1) == {RUNNER.key_id}
    assert _signers(envelope, "runner", trust) == set()
    assert why_not(envelope, trust, "runner", NOW)[0] == "key-revoked"


def test_attack_a_thief_dates_back() -> None:
    envelope, trust = RUNNER.sign(PAYLOAD), _revoked(RUNNER, "compromised")
    assert _signers(envelope, "runner", trust, days=-20) == set()


@pytest.mark.parametrize(
    ("envelope", "code"),
    [
        (MemorySigner("a stranger").sign(PAYLOAD), "signer-unknown"),
        (SIGNER.sign(PAYLOAD), "signer-wrong-role"),
        (dataclasses.replace(RUNNER.sign(PAYLOAD), payload=b"{}"), "signature-invalid"),
    ],
)
def test_why_a_signature_does_not_count(envelope: Envelope, code: str) -> None:
    assert signers_of(envelope, TRUST, role="runner", at=NOW) == ()
    assert why_not(envelope, TRUST, "runner", NOW)[0] == code


def test_persons_are_found_by_any_of_their_addresses() -> None:
    person = TRUST.person_of_email(" Author@Example.ORG ")
    assert person is not None
    assert person.id == "alan"
    assert TRUST.person_of_email("author@example.com") is None


def test_what_was_written_is_read() -> None:
    trust = _revoked(RUNNER, "retired")
    assert load_trust(dump_trust(trust), what="x") == trust


def _edited(edit: str) -> bytes:
    document = json.loads(dump_trust(TRUST))
    exec(edit, {"d": document, "keys": {key["id"]: key for key in document["keys"]}})
    return strict_json.dumps(document)


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        ("d['surprise'] = 1", "surprise: there is no such member"),
        ("d['keys'][0]['scheme'] = 'none'", r"keys\[0\]: scheme: there is no such"),
        ("del d['expires']", "expires: is missing"),
        ("d['version'] = '3'", "version: a whole number"),
        ("d['version'] = True", "version: a whole number"),
        ("d['version'] = 0", "versions count from 1"),
        ("d['approvals_required'] = 0", "at least one person"),
        ("d['approvals_required'] = -1", "at least one person"),
        ("d['independence'] = 'nobody'", "independence: one or all or none"),
        ("d['schema'] = 'sdlc.trust/9'", "schema"),
        ("d['policies'] = ['ABC']", "policies: not a SHA-256"),
        ("d['expires'] = '2027-01-01'", "expires: not a UTC time"),
        ("d['keys'][0]['id'] = d['keys'][1]['id']", "id: the key beside it"),
        ("d['keys'][0]['algorithm'] = 'none'", "algorithm"),
        ("d['keys'][0]['roles'] = []", "roles: one or more"),
        ("d['keys'][0]['roles'] = ['king']", "roles: one or more"),
        ("d['keys'].append(d['keys'][0])", "one key stands there twice"),
        (f"keys['{SECOND_KEY.key_id}']['person'] = None", "must belong to a person"),
        (f"keys['{SECOND_KEY.key_id}']['person'] = 'nobody'", "who is no person"),
        (f"keys['{RUNNER.key_id}']['person'] = 'ada'", "belongs to a machine"),
        (f"keys['{RUNNER.key_id}']['roles'] = ['runner', 'release-signer']", "belongs to a machine"),
        ("d['persons'].append(d['persons'][0])", "two persons have one id"),
        ("d['persons'][0]['emails'] = d['persons'][1]['emails']", "belongs to two persons"),
        ("d['persons'][0]['name'] = ' '", "name: a text"),
        ("d['keys'] = {}", "keys: a list"),
    ],
)
def test_a_wrong_trust_root_is_refused_by_name(edit: str, said: str) -> None:
    with pytest.raises(UnreadableError, match=said):
        load_trust(_edited(edit), what="trust.json")
