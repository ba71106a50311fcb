"""A release one of whose findings a person closed: what a verifier makes of it, with the own trust root and offline."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from fakes.advisories import FEED, INFO, NO_TOOLS, record
from fakes.products import TOOLS
from fakes.releases import (
    APPROVERS,
    NOW,
    POLICY,
    SIGNED,
    WHEEL_NAME,
    candidate_of,
    chain,
    check_of,
    members,
    proposal_of,
    raw_of,
    trust_root,
)
from fakes.signer import MemorySigner
from fakes.wheels import make_wheel

from sdlc.disk import LocalDisk
from sdlc.evidence.store import Store
from sdlc.evidence.vex import dump_decision
from sdlc.gates import sbom, vulnerabilities
from sdlc.model.digest import sha256
from sdlc.model.vex import Statement, VexDecision
from sdlc.release import bundle
from sdlc.release.verification import Verification
from sdlc.release.verify import verify
from sdlc.selftest.mirror import Mirror
from sdlc.signing.dsse import dump_envelope
from sdlc.signing.trust import Revocation, TrustRoot
from sdlc.workspace import open_workspace

Repository = Callable[..., Path]
RULE = b'[[rules]]\nid = "vulnerable"\ntype = "required"\ngate = "vulnerabilities"\nseverity = "medium"\n'
SBOM = b'[[rules]]\nid = "known"\ntype = "required"\ngate = "sbom"\n'
RULES = POLICY + RULE + SBOM
LOCK = f"h11==0.14.0 --hash=sha256:{'a' * 64}\n"
SAID = Statement(
    advisories=("CVE-2026-1", "DEMO-1"),
    product="router",
    product_versions="==1.0",
    component="pkg:pypi/h11",
    versions="==0.14.0",
    status="not_affected",
    justification="vulnerable_code_not_present",
    impact="The parser was taken out.",
)
CONTRARY = dataclasses.replace(SAID, status="affected", justification="", action="Mend it.")


def trust(**changes: object) -> TrustRoot:
    return trust_root(**({"policies": (sha256(RULES),)} | changes))


def signed(said: Statement = SAID, signer: MemorySigner = APPROVERS["grace"]) -> bytes:
    decision = VexDecision(
        statement=said,
        modified="2026-04-01T00:00:00+00:00",
        person="grace",
        name="Grace Hopper",
        key=APPROVERS["grace"].key_id,
        created=NOW - timedelta(days=2),
        expires=NOW + timedelta(days=60),
    )
    return dump_envelope(signer.sign(dump_decision(decision)))


@pytest.fixture
def release(repository: Repository, tmp_path: Path) -> Callable[[Mapping[str, bytes]], dict[str, bytes]]:
    """Makes the members of a release with the given VEX files, as an insider would who asks nobody."""

    def make(files: Mapping[str, bytes]) -> dict[str, bytes]:
        raw = raw_of(wheel=make_wheel("router", "1.0"))
        product = {
            "pyproject.toml": '[project]\nname = "router"\nversion = "1.0"\n',
            "requirements.txt": LOCK,
            "advisories/1.json": json.dumps(record(aliases=["CVE-2026-1"])),
            "advisories/feed.json": json.dumps(INFO),
            **{f".sdlc/vex/{name}": data for name, data in files.items()},
        }
        workspace = open_workspace(repository(product), TOOLS)
        raw["sbom"] = dict(sbom.run(workspace, NO_TOOLS, sbom.Settings(), {"build": raw["build"]}))
        raw["vulnerabilities"] = dict(vulnerabilities.run(workspace, TOOLS, FEED, {"sbom": raw["sbom"]}))
        store = Store(tmp_path / "store", LocalDisk())
        candidate = candidate_of(store, check_of(store, raw, policy=store.put(RULES)))
        return members(proposal_of(candidate, chain(candidate, "ada", "grace"), store, trust=trust()), store)

    return make


def verified(made: dict[str, bytes], root: TrustRoot) -> Verification:
    return verify(bundle.write_bundle(made), root, at=SIGNED + timedelta(minutes=1))


def test_a_verifier_sees_who_closed_it_and_why(release: Callable[..., dict[str, bytes]]) -> None:
    made = release({"one.json": signed()})
    answer = verified(made, trust())
    assert answer.ok, answer.sentence
    assert answer.verdict is not None
    [closed] = answer.verdict.closed
    assert (closed.name, closed.impact) == ("Grace Hopper", "The parser was taken out.")
    assert "closed by VEX: DEMO-1, not_affected, Grace Hopper" in answer.notes
    assert b"The parser was taken out." in made[bundle.PAGE]
    assert WHEEL_NAME in str(sorted(made))


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"one.json": signed(signer=MemorySigner("stranger"))},
        {"one.json": signed(dataclasses.replace(SAID, product="viewer"))},
        {"one.json": signed(dataclasses.replace(SAID, product_versions="==2.0"))},
        {"one.json": signed(dataclasses.replace(SAID, versions="==0.15.0"))},
        {"one.json": signed(dataclasses.replace(SAID, advisories=("CVE-2026-2",)))},
        {"one.json": signed(), "two.json": signed(CONTRARY)},
    ],
)
def test_what_does_not_count_does_not_ship(
    release: Callable[..., dict[str, bytes]], files: Mapping[str, bytes]
) -> None:
    answer = verified(release(files), trust())
    assert (answer.ok, answer.reason) == (False, "verdict-not-allowed")


def test_another_trust_root_decides_anew(release: Callable[..., dict[str, bytes]]) -> None:
    made = release({"one.json": signed()})
    key = APPROVERS["grace"].key_id
    keys = dict(trust().keys)
    stolen = Revocation(NOW, "compromised")
    for changed in (
        dataclasses.replace(keys[key], roles=("release-signer",)),
        dataclasses.replace(keys[key], revoked=stolen),
        dataclasses.replace(keys[key], not_before=NOW - timedelta(days=1)),
    ):
        answer = verified(made, trust(keys={**keys, key: changed}))
        assert (answer.ok, answer.reason) == (False, "verdict-not-allowed")


def test_a_decision_that_was_swapped_in_the_bundle_is_seen(release: Callable[..., dict[str, bytes]]) -> None:
    made = release({"one.json": signed()})
    other = signed(dataclasses.replace(SAID, impact="Something else."))
    name = next(name for name, data in made.items() if data == signed())
    answer = verified({**made, name: other}, trust())
    assert (answer.ok, answer.steps[-1].number) == (False, 4)


def test_the_mirror_of_a_release_keeps_its_decisions(release: Callable[..., dict[str, bytes]]) -> None:
    made = release({"one.json": signed()})
    answer = verified(made, trust())
    assert answer.candidate is not None
    mirror = Mirror(made, answer.candidate, trust())
    again = mirror.verify(mirror.release())
    assert again.ok, again.sentence
