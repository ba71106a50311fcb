"""Every attack ends in a refusal with a code of its own; the good bundle does not."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from fakes import releases
from fakes.releases import (
    RUNNER,
    SIGNED,
    WHEEL,
    WHEEL_NAME,
    candidate_of,
    chain,
    check_of,
    proposal_of,
    trust_root,
)

from sdlc.disk import LocalDisk
from sdlc.evidence.store import Store
from sdlc.formats import strict_json
from sdlc.model.digest import sha256
from sdlc.model.result import Grade, Outcome, Reading
from sdlc.release.bundle import CANDIDATE, MANIFEST, PAGE, RAW_MANIFEST, read_bundle, write_bundle
from sdlc.release.verification import Verification, verification_to_json
from sdlc.release.verify import verify
from sdlc.signing.dsse import dump_envelope, load_envelope
from sdlc.signing.trust import Revocation

LATER = SIGNED + timedelta(days=1)
Members = dict[str, bytes]


def verified(members: Members, **options: object) -> Verification:
    options = {"at": LATER, **options}
    return verify(write_bundle(members), options.pop("trust", trust_root()), **options)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path, LocalDisk())


@pytest.fixture
def good(tmp_path: Path) -> Members:
    return releases.good_members(tmp_path)


def test_a_good_bundle_is_verified(good: Members) -> None:
    result = verified(good)
    assert result.ok, result.sentence
    assert [step.number for step in result.steps] == list(range(1, 12))
    assert result.approvers == ("ada", "grace")
    assert {r.gate: r.grade for r in result.results} == {"build": Grade.ATTESTED, "tests": Grade.REPLAYED}


def test_it_is_the_same_bytes_again(tmp_path: Path) -> None:
    assert releases.good_bundle(tmp_path / "a") == releases.good_bundle(tmp_path / "b")


def test_the_document_for_machines(good: Members) -> None:
    document = json.loads(strict_json.dumps(verification_to_json(verified(good))))
    assert (document["schema"], document["ok"], document["reason"]) == ("sdlc.verification/1", True, "")
    assert document["release"]["artifacts"] == [{"name": WHEEL_NAME, "sha256": sha256(WHEEL)}]
    assert [gate["grade"] for gate in document["gates"]] == ["attested", "replayed"]


def _evidence(members: Members) -> str:
    return next(name for name in sorted(members) if name.startswith("evidence/"))


def _changed_artifact(members: Members) -> None:
    members[f"artifacts/{WHEEL_NAME}"] = WHEEL.replace(b"tested", b"evil!!")


def _removed_artifact(members: Members) -> None:
    del members[f"artifacts/{WHEEL_NAME}"]


def _changed_evidence(members: Members) -> None:
    members[_evidence(members)] += b"\n"


def _removed_evidence(members: Members) -> None:
    del members[_evidence(members)]


def _added_file(members: Members) -> None:
    members["index.html"] = b"<script>alert(1)</script>"


def _added_evidence(members: Members) -> None:
    members["evidence/" + sha256(b"more")] = b"more"


def _added_decision(members: Members) -> None:
    members["decisions/0003.dsse.json"] = members["decisions/0001.dsse.json"]


def _swapped_signature(members: Members) -> None:
    candidate, manifest = (
        load_envelope(members[CANDIDATE], what=""),
        load_envelope(members[RAW_MANIFEST], what=""),
    )
    members[CANDIDATE] = dump_envelope(dataclasses.replace(candidate, signatures=manifest.signatures))


def _two_manifests(members: Members) -> None:
    members[RAW_MANIFEST] = members[CANDIDATE]


def _edited_outcome(members: Members) -> None:
    envelope = load_envelope(members[CANDIDATE], what="")
    payload = envelope.payload.replace(b'"outcome":"passed"', b'"outcome":"failed"', 1)
    assert payload != envelope.payload
    members[CANDIDATE] = dump_envelope(dataclasses.replace(envelope, payload=payload))


def _approval_removed(members: Members) -> None:
    del members["decisions/0002.dsse.json"]


def _approvals_swapped(members: Members) -> None:
    first, second = "decisions/0001.dsse.json", "decisions/0002.dsse.json"
    members[first], members[second] = members[second], members[first]


def _edited_page(members: Members) -> None:
    members[PAGE] = members[PAGE].replace(b"Ada Lovelace", b"Eve Mallory")


def _other_policy(members: Members) -> None:
    members["policy.toml"] += b"\n"


def _no_candidate(members: Members) -> None:
    del members[CANDIDATE]


def _garbage_manifest(members: Members) -> None:
    members[MANIFEST] = b'{"payload": 1, "payload": 2}'


@pytest.mark.parametrize(
    ("attack", "reason"),
    [
        (_changed_artifact, "artifact-changed"),
        (_removed_artifact, "member-missing"),
        (_changed_evidence, "evidence-changed"),
        (_removed_evidence, "member-missing"),
        (_added_file, "member-unlisted"),
        (_added_evidence, "member-unlisted"),
        (_added_decision, "member-unlisted"),
        (_swapped_signature, "signature-invalid"),
        (_two_manifests, "manifest-differs"),
        (_edited_outcome, "candidate-differs"),
        (_approval_removed, "decision-dropped"),
        (_approvals_swapped, "decision-differs"),
        (_edited_page, "page-changed"),
        (_other_policy, "policy-changed"),
        (_no_candidate, "member-missing"),
        (_garbage_manifest, "manifest-unreadable"),
    ],
)
def test_a_carrier_of_the_bundle_is_refused(good: Members, attack: Callable[[Members], None], reason: str) -> None:
    attack(good)
    result = verified(good)
    assert (result.ok, result.reason) == (False, reason)


# What follows is signed again, by people who hold keys.


def test_a_manifest_signed_with_the_runners_key(store: Store) -> None:
    candidate = candidate_of(store)
    made = releases.members(proposal_of(candidate, chain(candidate, "ada", "grace"), store), store, signer=RUNNER)
    assert verified(made).reason == "signer-wrong-role"


def test_everything_signed_with_the_runners_key(store: Store) -> None:
    candidate = candidate_of(store)
    decisions = chain(candidate, {"person": "ada", "signer": RUNNER}, {"person": "grace", "signer": RUNNER})
    assert verified(releases.members(proposal_of(candidate, decisions, store), store, signer=RUNNER)).reason == (
        "signer-wrong-role"
    )
    assert verified(releases.members(proposal_of(candidate, decisions, store), store)).reason == "signer-wrong-role"


def test_a_candidate_that_the_runner_did_not_sign(store: Store) -> None:
    candidate = candidate_of(store)
    proposal = proposal_of(candidate, chain(candidate, "ada", "grace"), store, runner=releases.SIGNER)
    assert verified(releases.members(proposal, store)).reason == "signer-wrong-role"


def test_a_stranger(store: Store) -> None:
    from fakes.signer import MemorySigner

    candidate = candidate_of(store)
    proposal = proposal_of(candidate, chain(candidate, "ada", "grace"), store)
    made = releases.members(proposal, store, signer=MemorySigner("mallory"))
    assert verified(made).reason == "signer-unknown"


def test_all_keys_and_evidence_that_shows_a_failure(store: Store) -> None:
    """The insider signs what really happened; the policy still says no."""
    candidate = candidate_of(store, check_of(store, releases.raw_of(releases.records("tests/test_a.py::test_two"))))
    made = releases.members(proposal_of(candidate, chain(candidate, "ada", "grace"), store), store)
    assert verified(made).reason == "verdict-not-allowed"


def test_all_keys_and_an_outcome_that_the_evidence_does_not_support(store: Store) -> None:
    honest = check_of(store, releases.raw_of(releases.records("tests/test_a.py::test_two")))
    passed = check_of(store).results[1]
    lie = dataclasses.replace(passed, raw=honest.results[1].raw)
    candidate = candidate_of(store, check_of(store))
    candidate = dataclasses.replace(candidate, results=(candidate.results[0], lie))
    made = releases.members(proposal_of(candidate, chain(candidate, "ada", "grace"), store), store)
    assert verified(made).reason == "outcome-differs"


def test_all_keys_and_a_counter_that_is_too_good(store: Store) -> None:
    candidate = candidate_of(store)
    build, tests = candidate.results
    more = dataclasses.replace(tests.reading, counters={**tests.reading.counters, "passed": 2000})
    candidate = dataclasses.replace(candidate, results=(build, dataclasses.replace(tests, reading=more)))
    made = releases.members(proposal_of(candidate, chain(candidate, "ada", "grace"), store), store)
    assert verified(made).reason == "reading-differs"


def test_all_keys_and_a_gate_left_out(store: Store) -> None:
    candidate = candidate_of(store)
    candidate = dataclasses.replace(candidate, results=candidate.results[:1])
    made = releases.members(proposal_of(candidate, chain(candidate, "ada", "grace"), store), store)
    assert verified(made).reason == "verdict-not-allowed"


def test_all_keys_and_a_gate_that_answers_without_evidence(store: Store) -> None:
    candidate = candidate_of(store)
    build, tests = candidate.results
    claimed = dataclasses.replace(tests, raw={}, reading=Reading(Outcome.PASSED, sentence="trust me"))
    candidate = dataclasses.replace(candidate, results=(build, claimed))
    made = releases.members(proposal_of(candidate, chain(candidate, "ada", "grace"), store), store)
    assert verified(made).reason == "outcome-differs"


def test_all_keys_and_a_weaker_policy(store: Store) -> None:
    weak = releases.POLICY.replace(b'id = "tests"', b'id = "test"')
    candidate = candidate_of(store, check_of(store, policy=store.put(weak)))
    made = releases.members(proposal_of(candidate, chain(candidate, "ada", "grace"), store), store)
    assert verified(made).reason == "policy-not-authorised"


def test_all_keys_and_an_artifact_that_no_gate_saw(store: Store) -> None:
    candidate = candidate_of(store)
    other = dataclasses.replace(candidate.artifacts[0], name="other.whl", digest=store.put(b"x" * len(WHEEL)))
    candidate = dataclasses.replace(candidate, artifacts=(other,))
    made = releases.members(proposal_of(candidate, chain(candidate, "ada", "grace"), store), store)
    assert verified(made).reason == "artifact-unseen"


@pytest.mark.parametrize(
    ("steps", "dropped", "reason"),
    [
        (("ada",), (), "quorum-not-reached"),
        (("ada", "ada"), (), "same-person-twice"),
        (("ada", {"person": "alan", "kind": "rejection", "reason": "no"}, "grace"), (), "rejected"),
        (
            ("ada", {"person": "alan", "kind": "rejection", "reason": "no"}, "grace"),
            (1,),
            "decision-chain-broken",
        ),
    ],
)
def test_the_release_signer_alone_cannot_bend_the_decisions(
    store: Store, steps: tuple[str | dict[str, object], ...], dropped: tuple[int, ...], reason: str
) -> None:
    candidate = candidate_of(store)
    kept = tuple(d for number, d in enumerate(chain(candidate, *steps)) if number not in dropped)
    assert verified(releases.members(proposal_of(candidate, kept, store), store)).reason == reason


def test_a_page_that_shows_something_else(store: Store) -> None:
    candidate = candidate_of(store)
    proposal = proposal_of(candidate, chain(candidate, "ada", "grace"), store)
    made = releases.members(proposal, store, page=b"<h1>all is well</h1>")
    assert verified(made).reason == "page-differs"


def test_a_page_of_another_viewer_is_a_note(store: Store) -> None:
    candidate = candidate_of(store)
    proposal = proposal_of(candidate, chain(candidate, "ada", "grace"), store)
    result = verified(releases.members(proposal, store, page=b"<h1>old</h1>", viewer="viewer/0"))
    assert result.ok
    assert "viewer/0" in result.notes[0]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"candidate": sha256(b"another")}, "candidate-differs"),
        ({"version": "2.0"}, "manifest-differs"),
        ({"product": "viewer"}, "wrong-product"),
        ({"trust_version": 4}, "trust-too-old"),
        ({"created": SIGNED + timedelta(days=3)}, "time-disorder"),
        ({"subjects": ((WHEEL_NAME, sha256(b"other")),)}, "manifest-differs"),
    ],
)
def test_a_manifest_that_says_something_else(store: Store, change: dict[str, object], reason: str) -> None:
    candidate = candidate_of(store)
    proposal = proposal_of(candidate, chain(candidate, "ada", "grace"), store)
    assert verified(releases.members(proposal, store, **change)).reason == reason


def test_a_reader_that_this_version_lacks_is_incomplete(store: Store) -> None:
    candidate = candidate_of(store)
    build, tests = candidate.results
    newer = dataclasses.replace(candidate, results=(build, dataclasses.replace(tests, reader="pytest-records/9")))
    made = releases.members(
        dataclasses.replace(
            proposal_of(candidate, chain(newer, "ada", "grace"), store),
            candidate=newer,
            envelope=RUNNER.sign(releases.dump_candidate(newer)),
        ),
        store,
    )
    result = verified(made)
    assert (result.reason, result.incomplete) == ("verifier-lacks-reader", True)


# The same good bundle, at another time, under another trust root, beside another file.


def test_expiry_is_for_install_a_refusal_and_for_audit_a_note(good: Members) -> None:
    late = SIGNED + timedelta(days=400)
    assert verified(good, at=late, purpose="install").reason == "release-expired"
    audit = verified(good, at=late)
    assert audit.ok
    assert any("the release expired" in note for note in audit.notes)


def test_rollback(good: Members) -> None:
    assert verified(good, purpose="install", newer_than=0).ok
    assert verified(good, purpose="install", newer_than=1).reason == "rollback"


def _revoked(reason: str) -> object:
    trust = trust_root()
    key = trust.keys[releases.SIGNER.key_id]
    revoked = dataclasses.replace(key, revoked=Revocation(at=LATER - timedelta(hours=1), reason=reason))
    return dataclasses.replace(trust, keys={**trust.keys, key.id: revoked})


def test_a_key_revoked_later(good: Members) -> None:
    assert verified(good, trust=_revoked("superseded")).ok
    assert verified(good, trust=_revoked("superseded"), purpose="install").reason == "key-revoked"
    assert verified(good, trust=_revoked("compromised")).reason == "key-revoked"


def test_a_higher_threshold_of_the_trust_root_counts(good: Members) -> None:
    assert verified(good, trust=trust_root(approvals_required=3)).reason == "quorum-not-reached"


def test_a_trust_root_that_lists_no_policy(good: Members) -> None:
    assert verified(good, trust=trust_root(policies=())).reason == "policy-not-authorised"


def test_files_beside_the_bundle(good: Members) -> None:
    assert verified(good, files={WHEEL_NAME: sha256(WHEEL)}).ok
    assert verified(good, files={"renamed.whl": sha256(WHEEL)}).ok
    assert verified(good, files={WHEEL_NAME: sha256(b"other")}).reason == "artifact-differs"


def test_reading_a_written_bundle_again(good: Members) -> None:
    assert read_bundle(write_bundle(good)) == good
