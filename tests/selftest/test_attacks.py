"""Each weakness of a configuration lets exactly its attack through, and a good one lets none."""

from __future__ import annotations

import dataclasses
import json
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest
from conftest import REPOSITORY
from fakes.releases import (
    NOW,
    POLICY,
    SECOND_KEY,
    SIGNED,
    candidate_of,
    chain,
    check_of,
    members,
    proposal_of,
    trust_root,
)

from sdlc.cli import main
from sdlc.disk import LocalDisk
from sdlc.errors import BlockedError, ExitCode
from sdlc.evidence.store import Store
from sdlc.release.bundle import write_bundle
from sdlc.selftest.attacks import Trial, try_all
from sdlc.selftest.mirror import Mirror
from sdlc.session import Session
from sdlc.signing.trust import Revocation, TrustRoot
from sdlc.signing.trust_json import dump_trust
from sdlc.tools import LocalTools

STRICT = POLICY + b'[[rules]]\nid = "enough"\ntype = "floor"\ngate = "tests"\ncounter = "passed"\nat_least = 2\n'


def strict(**changes: object) -> TrustRoot:
    return trust_root(**({"roots_required": 2, "expires": NOW + timedelta(days=300)} | changes))


def release_of(folder: Path, policy: bytes) -> dict[str, bytes]:
    store = Store(folder, LocalDisk())
    candidate = candidate_of(store, check_of(store, policy=store.put(policy)))
    return members(proposal_of(candidate, chain(candidate, "ada", "grace"), store), store)


def trials(folder: Path, trust: TrustRoot, policy: bytes = STRICT) -> tuple[Trial, ...]:
    store = Store(folder, LocalDisk())
    candidate = candidate_of(store, check_of(store, policy=store.put(policy)))
    listed = dataclasses.replace(trust, policies=(candidate.policy,))
    return try_all(Mirror(release_of(folder, policy), candidate, listed))


def slipped(*arguments: object) -> list[str]:
    return [trial.name for trial in trials(*arguments) if not trial.refused]  # type: ignore[arg-type]


def test_a_good_configuration_lets_nothing_through(tmp_path: Path) -> None:
    done = trials(tmp_path, strict())
    assert [trial.name for trial in done if not trial.refused] == []
    assert len(done) > 25
    assert all(trial.reason for trial in done)


WEAK_TRUST = [
    ({"approvals_required": 1}, ["ada approves alone", "alan approves alone", "grace approves alone"]),
    ({"roots_required": 1}, ["one person alone replaces the trust root"]),
    ({"expires": NOW + timedelta(days=900)}, ["news about stolen keys is withheld for longer than a year"]),
]


@pytest.mark.parametrize(("changes", "expected"), WEAK_TRUST, ids=["one approval", "one root", "long life"])
def test_a_weak_trust_root_is_named(tmp_path: Path, changes: dict[str, object], expected: list[str]) -> None:
    found = slipped(tmp_path, strict(**changes))
    if "approvals_required" in changes:
        found = [name for name in found if "alone" in name]
        expected = [name for name in expected if not name.startswith("alan")]  # the author
    assert sorted(found) == sorted(expected)


def test_authors_approve_their_own_work_where_nobody_forbids_it(tmp_path: Path) -> None:
    trust = strict(independence="none", approvals_required=1)
    assert "only authors approve their own work" in slipped(tmp_path, trust)
    assert "only authors approve their own work" not in slipped(tmp_path / "b", strict(approvals_required=1))


def test_one_key_for_everything_is_named(tmp_path: Path) -> None:
    trust = strict()
    keys = {
        key.id: dataclasses.replace(key, roles=(*key.roles, "release-signer")) if key.id == SECOND_KEY.key_id else key
        for key in trust.keys.values()
    }
    assert "one person approves and signs" in slipped(tmp_path, strict(approvals_required=1, keys=keys))


def test_a_policy_that_asks_for_too_little_is_named(tmp_path: Path) -> None:
    only_build = POLICY.partition(b'[[rules]]\nid = "tests"')[0]
    assert slipped(tmp_path, strict(), only_build) == [
        "tests is left out",
        "tests crashes",
        "tests did almost nothing: passed is 1",
    ], "what it finds has no disposition, and blocks"
    assert slipped(tmp_path / "b", strict(), POLICY) == ["tests did almost nothing: passed is 1"]


def test_a_release_that_nobody_could_make_is_said(tmp_path: Path) -> None:
    with pytest.raises(BlockedError) as raised:
        trials(tmp_path, strict(approvals_required=4))
    assert raised.value.reason == "quorum-not-reached"


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bundle, trust = tmp_path / "release.zip", tmp_path / "trust.json"
    bundle.write_bytes(write_bundle(release_of(tmp_path / "store", POLICY)))
    trust.write_bytes(dump_trust(strict()))
    session = Session(SIGNED + timedelta(days=1), {}, LocalDisk(), LocalTools({}))
    words = ("selftest", str(bundle), "--trust", str(trust))
    assert main(words, session) is ExitCode.BLOCKED
    said = capsys.readouterr().out
    assert "1 would slip through" in said
    assert 'counter = "passed"' in said, "and what stops it"
    assert main((*words, "--json"), session) is ExitCode.BLOCKED
    document = json.loads(capsys.readouterr().out)
    assert (document["schema"], document["slipped"]) == ("sdlc.selftest/1", 1)
    schema = json.loads((REPOSITORY / "docs" / "schemas" / "selftest.schema.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(document)
    bundle.write_bytes(b"nothing")
    assert main(words, session) is ExitCode.BLOCKED
    assert "[bundle-malformed]" in capsys.readouterr().err


def test_a_trust_root_whose_signer_is_revoked_is_said(tmp_path: Path) -> None:
    trust = strict()
    gone = Revocation(NOW + timedelta(days=9), "superseded")
    keys = {
        k.id: dataclasses.replace(k, revoked=gone if "release-signer" in k.roles else None) for k in trust.keys.values()
    }
    with pytest.raises(BlockedError, match="no key for release-signer"):
        trials(tmp_path, strict(keys=keys))
