"""A small release made in memory: a wheel, two gates with real readers, three persons, a policy, and all keys.

A test says what is different about its release; everything else is as in a good one.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fakes.signer import MemorySigner

from sdlc.disk import LocalDisk
from sdlc.evidence.store import Store
from sdlc.formats import strict_json
from sdlc.formats.check_json import CheckRecord
from sdlc.formats.context_json import load_tools
from sdlc.model.digest import sha256
from sdlc.model.result import GateResult
from sdlc.model.verdict import Answer, Verdict
from sdlc.readings import READINGS
from sdlc.readings.replay import replay, settings_to_json
from sdlc.release import assemble, bundle, viewer
from sdlc.release.assemble import Proposal
from sdlc.release.attestations import attestations_of, summary_of
from sdlc.release.candidate import Candidate, dump_candidate
from sdlc.release.decisions import Decision, SignedDecision, dump_decision, load_decision
from sdlc.release.inventory import Holdings
from sdlc.release.manifest import Manifest, dump_manifest
from sdlc.release.recompute import holdings_of, read_again, verdict_of
from sdlc.signing.trust import Key, Person, TrustRoot

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SIGNED = NOW + timedelta(hours=1)
WHEEL = b"not really a wheel, but the very bytes that were tested"
WHEEL_NAME = "router-1.0-py3-none-any.whl"
POLICY = b"""schema = "sdlc.policy/1"
id = "router"
[[rules]]
id = "build"
type = "required"
gate = "build"
[[rules]]
id = "tests"
type = "required"
gate = "tests"
"""

RUNNER, SIGNER = MemorySigner("runner"), MemorySigner("release signer")
EMAILS = {
    "ada": ("ada@example.org",),
    "grace": ("grace@example.org",),
    "alan": ("alan@example.org", "author@example.org"),
}
PEOPLE = {"ada": "Ada Lovelace", "grace": "Grace Hopper", "alan": "Alan Turing"}
APPROVERS = {person: MemorySigner(person) for person in PEOPLE}
SECOND_KEY = MemorySigner("ada, second key")


def trust_root(**changes: object) -> TrustRoot:
    """Ada, Grace and Alan may approve, two of them must; Alan wrote the product."""

    def key(signer: MemorySigner, role: str, person: str | None = None) -> Key:
        return Key(
            id=signer.key_id,
            algorithm="ecdsa-p256-sha256",
            public_key_pem=signer.pem,
            person=person,
            roles=(role,),
            not_before=NOW - timedelta(days=30),
            not_after=NOW + timedelta(days=365),
            revoked=None,
        )

    keys = [key(RUNNER, "runner"), key(SIGNER, "release-signer"), key(SECOND_KEY, "approver", "ada")]
    keys += [key(signer, "approver", person) for person, signer in APPROVERS.items()]
    made = TrustRoot(
        version=3,
        product="router",
        created=NOW - timedelta(days=30),
        expires=NOW + timedelta(days=365),
        persons={
            person: Person(id=person, name=name, emails=EMAILS[person], forge_ids=(), role="")
            for person, name in PEOPLE.items()
        },
        keys={one.id: one for one in keys},
        approvals_required=2,
        roots_required=0,
        independence="one",
        policies=(sha256(POLICY),),
    )
    return dataclasses.replace(made, **changes)


def records(*failing: str) -> bytes:
    """`records.jsonl` of a run of two tests, of which `failing` fail."""
    names = ("tests/test_a.py::test_one", "tests/test_a.py::test_two")
    events: list[dict[str, object]] = [{"event": "start"}]
    events += [{"event": "collected", "id": name} for name in names]
    for name in names:
        outcome = "failed" if name in failing else "passed"
        events.append({"event": "result", "id": name, "outcome": outcome, "seconds": 0.01, "message": ""})
    events.append({"event": "end", "exit": 1 if failing else 0})
    return "".join(json.dumps(event) + "\n" for event in events).encode()


def raw_of(test_records: bytes = b"", wheel: bytes = WHEEL) -> dict[str, dict[str, bytes]]:
    """The raw artifacts of both gates."""
    document = {
        "artifacts": [{"name": WHEEL_NAME, "size": len(wheel), "sha256": sha256(wheel)}],
        "packages": [{"name": "click", "version": "8.1"}],
        "sandbox": "namespace",
        "python": "3.12",
    }
    return {
        "build": {f"dist/{WHEEL_NAME}": wheel, "build.json": strict_json.dumps(document)},
        "tests": {"records.jsonl": test_records or records()},
    }


def check_of(store: Store, raw: dict[str, dict[str, bytes]] | None = None, **changes: object) -> CheckRecord:
    """What `sdlc check --profile release` would have left, with its evidence in `store`."""
    raw = raw or raw_of()
    results = []
    for gate, artifacts in raw.items():
        reader = READINGS[gate]
        settings = settings_to_json(reader.Settings())
        results.append(
            GateResult(
                gate=gate,
                reading=replay(gate, artifacts, settings, raw),
                reader=reader.READER,
                grade=reader.GRADE,
                settings=settings,
                raw={name: store.put(data) for name, data in artifacts.items()},
                tools=load_tools(artifacts["tools.json"]) if "tools.json" in artifacts else (),
                seconds=0.5,
            )
        )
    record = CheckRecord(
        product="router",
        version="1.0",
        profile="release",
        repository=".",
        commit="c" * 40,
        tree="d" * 40,
        dirty=False,
        created=(NOW - timedelta(minutes=5)).isoformat(timespec="seconds"),
        policy=store.put(POLICY),
        bootstrap=False,
        results=tuple(results),
        verdict=Verdict(Answer.ALLOWED, ()),
        committed=NOW - timedelta(hours=2),
    )
    return dataclasses.replace(record, **changes)


def candidate_of(store: Store, record: CheckRecord | None = None, **changes: object) -> Candidate:
    """The candidate of `record`."""
    made = assemble.propose(
        record or check_of(store),
        store,
        channel="stable",
        sequence=1,
        previous=None,
        authors=("alan@example.org",),
        files={},
        now=NOW,
        days=30,
    )
    return dataclasses.replace(made, **changes)


def decide(
    candidate: Candidate,
    before: tuple[SignedDecision, ...],
    /,
    person: str,
    *,
    signer: MemorySigner | None = None,
    **changes: object,
) -> SignedDecision:
    """The next decision of the chain, an approval unless told otherwise."""
    digest, signer = sha256(dump_candidate(candidate)), signer or APPROVERS[person]
    number = len(before) + 1
    decision = Decision(
        kind="approval",
        person=person,
        name=PEOPLE[person],
        key=signer.key_id,
        meaning="approval",
        candidate=digest,
        policy=candidate.policy,
        channel=candidate.channel,
        previous=before[-1].digest if before else None,
        displayed=digest,
        nonce=f"nonce of decision {number}",
        created=NOW + timedelta(minutes=number),
        expires=NOW + timedelta(days=20),
        reason="",
    )
    return load_decision(signer.sign(dump_decision(dataclasses.replace(decision, **changes))))


def chain(candidate: Candidate, *steps: str | dict[str, object]) -> tuple[SignedDecision, ...]:
    """Decisions one after the other: a person's id, or the arguments of `decide`."""
    made: tuple[SignedDecision, ...] = ()
    for step in steps:
        arguments = {"person": step} if isinstance(step, str) else step
        made += (decide(candidate, made, **arguments),)  # type: ignore[arg-type]
    return made


def proposal_of(
    candidate: Candidate,
    decisions: tuple[SignedDecision, ...],
    store: Store,
    *,
    runner: MemorySigner = RUNNER,
    holdings: Holdings | None = None,
    trust: TrustRoot | None = None,
) -> Proposal:
    """Candidate and decisions as `sdlc release sign` would open them, without asking whether they suffice."""
    results = read_again(candidate.results, store.get)
    verdict = verdict_of(candidate, results, store.get, trust=trust)
    attested = {
        name: runner.sign(payload) for name, payload in attestations_of(candidate, results, verdict, store.get).items()
    }
    holdings = holdings or holdings_of(candidate, results, store.get, believe=True)
    return Proposal(candidate, runner.sign(dump_candidate(candidate)), decisions, verdict, attested, holdings)


def members(
    proposal: Proposal,
    store: Store,
    *,
    signer: MemorySigner = SIGNER,
    page: bytes | None = None,
    **changes: object,
) -> dict[str, bytes]:
    """The members of a signed bundle, made without any of the checks of `sdlc release sign`: as an insider would."""
    candidate = proposal.candidate
    drawn = page or viewer.draw(candidate, proposal.digest, proposal.verdict, proposal.decisions, proposal.holdings)
    manifest = Manifest(
        product=candidate.product,
        version=candidate.version,
        channel=candidate.channel,
        sequence=candidate.sequence,
        candidate=proposal.digest,
        decisions=tuple(signed.digest for signed in proposal.decisions),
        trust_version=3,
        page=sha256(drawn),
        viewer=viewer.VERSION,
        created=SIGNED,
        expires=SIGNED + timedelta(days=365),
        subjects=candidate.subjects,
    )
    manifest = dataclasses.replace(manifest, **changes)
    envelope = signer.sign(dump_manifest(manifest))
    summary = signer.sign(summary_of(manifest, candidate.policy, proposal.attestations))
    return assemble.members_of(proposal, store.get, envelope, summary, drawn)


def good_members(folder: Path, edit: Callable[[Candidate], Candidate] | None = None) -> dict[str, bytes]:
    """The members of a good bundle; `edit` changes the candidate before everybody signs."""
    store = Store(folder, LocalDisk())
    candidate = candidate_of(store)
    candidate = edit(candidate) if edit else candidate
    return members(proposal_of(candidate, chain(candidate, "ada", "grace"), store), store)


def good_bundle(folder: Path) -> bytes:
    """A bundle that verifies."""
    return bundle.write_bundle(good_members(folder))
