"""Parsing."""

from __future__ import annotations

import dataclasses
import json

from attacks.kit import SIGNER, Attack, Kit, attack

from sdlc.release.bundle import MANIFEST, write_bundle
from sdlc.signing.dsse import Envelope

FIRST, SECOND = "decisions/0001.dsse.json", "decisions/0002.dsse.json"


@attack("D52")
def insider_with_all_keys_says_one_thing_twice_in_evidence(kit: Kit) -> Attack:
    good = kit.candidate()
    build = good.results[0]
    twice = kit.store.get(build.raw["build.json"]).replace(b'"sandbox":', b'"sandbox":"none","sandbox":', 1)
    raw = {**build.raw, "build.json": kit.store.put(twice)}
    results = (dataclasses.replace(build, raw=raw), good.results[1])
    return Attack(write_bundle(kit.release(dataclasses.replace(good, results=results))), "outcome-differs")


@attack("D54")
def insider_with_all_keys_nests_evidence_deeply(kit: Kit) -> Attack:
    good = kit.candidate()
    build = good.results[0]
    raw = {**build.raw, "build.json": kit.store.put(b"[" * 100_000 + b"]" * 100_000)}
    results = (dataclasses.replace(build, raw=raw), good.results[1])
    return Attack(write_bundle(kit.release(dataclasses.replace(good, results=results))), "outcome-differs")


@attack("D54")
def outsider_nests_the_manifest_deeply(kit: Kit) -> Attack:
    return Attack(kit.edited(MANIFEST, lambda _: b"[" * 200_000), "manifest-unreadable")


@attack("D57")
def outsider_writes_the_same_statement_with_other_spaces(kit: Kit) -> Attack:
    def spaced(envelope: Envelope) -> Envelope:
        return dataclasses.replace(envelope, payload=json.dumps(json.loads(envelope.payload)).encode())

    return Attack(kit.envelope(MANIFEST, spaced), "manifest-unreadable")


@attack("D57")
def insider_with_the_release_key_adds_a_member(kit: Kit) -> Attack:
    return Attack(
        kit.resigned(MANIFEST, SIGNER, lambda s: s["predicate"].update(approvalsRequired=1)), "manifest-unreadable"
    )
