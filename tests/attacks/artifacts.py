"""Artifacts and digests."""

from __future__ import annotations

import base64
import dataclasses
import json
from collections.abc import Callable
from typing import Any

from attacks.kit import RUNNER, SIGNER, Attack, Kit, attack
from fakes import releases
from fakes.releases import WHEEL, WHEEL_NAME, raw_of
from fakes.wheels import make_sdist

from sdlc.formats import strict_json
from sdlc.model.digest import sha256
from sdlc.release.bundle import CANDIDATE, MANIFEST, RAW_MANIFEST, write_bundle
from sdlc.signing.dsse import dump_envelope
from sdlc.signing.sigstore_bundle import dump_bundle

FIRST, SECOND = "decisions/0001.dsse.json", "decisions/0002.dsse.json"


@attack("B24")
def outsider_swaps_the_artifact(kit: Kit) -> Attack:
    return Attack(
        kit.edited(f"artifacts/{WHEEL_NAME}", lambda data: data.replace(b"tested", b"evil!!")), "artifact-changed"
    )


@attack("B24")
def insider_with_the_release_key_swaps_the_artifact(kit: Kit) -> Attack:
    evil = releases.sha256(b"evil")

    def swap(statement: dict[str, Any]) -> None:
        statement["subject"][0]["digest"]["sha256"] = evil

    return Attack(kit.resigned(MANIFEST, SIGNER, swap), "manifest-differs")


@attack("B24")
def insider_with_all_keys_releases_what_no_gate_saw(kit: Kit) -> Attack:
    candidate = kit.candidate()
    other = dataclasses.replace(candidate.artifacts[0], digest=kit.store.put(b"x" * len(WHEEL)))
    return Attack(write_bundle(kit.release(dataclasses.replace(candidate, artifacts=(other,)))), "artifact-unseen")


@attack("B24")
def outsider_removes_the_artifact(kit: Kit) -> Attack:
    members = kit.release()
    del members[f"artifacts/{WHEEL_NAME}"]
    return Attack(write_bundle(members), "member-missing")


@attack("B24")
def outsider_adds_an_artifact(kit: Kit) -> Attack:
    return Attack(write_bundle({**kit.release(), "artifacts/more.whl": b"evil"}), "member-unlisted")


@attack("B28")
def insider_with_the_runners_key_writes_a_digest_in_capitals(kit: Kit) -> Attack:
    def shout(statement: dict[str, Any]) -> None:
        artifact = statement["predicate"]["artifacts"][0]
        artifact["sha256"] = artifact["sha256"].upper()

    return Attack(_resigned_candidate(kit, shout), "candidate-unreadable")


@attack("B29")
def insider_with_the_runners_key_adds_a_digest_that_collides(kit: Kit) -> Attack:
    """Whoever can forge MD5 or SHA-1 adds one that fits another file; only SHA-256 is read, and nothing beside it."""

    def weaken(statement: dict[str, Any]) -> None:
        statement["subject"][0]["digest"]["sha1"] = "c" * 40

    return Attack(_resigned_candidate(kit, weaken), "candidate-unreadable")


@attack("B29")
def insider_with_the_runners_key_names_a_weak_digest_only(kit: Kit) -> Attack:
    def weaken(statement: dict[str, Any]) -> None:
        statement["subject"][0]["digest"] = {"md5": "c" * 32}

    return Attack(_resigned_candidate(kit, weaken), "candidate-unreadable")


@attack("B32")
def insider_with_the_runners_key_puts_a_commit_in_the_place_of_a_digest(kit: Kit) -> Attack:
    def confuse(statement: dict[str, Any]) -> None:
        statement["predicate"]["artifacts"][0]["sha256"] = "c" * 40

    return Attack(_resigned_candidate(kit, confuse), "candidate-unreadable")


def _resigned_candidate(kit: Kit, edit: Callable[[dict[str, Any]], object]) -> bytes:
    """Candidate and manifest signed again, so that only the candidate's own content can be refused."""
    members = kit.release()
    document = json.loads(base64.b64decode(json.loads(members[CANDIDATE])["payload"]))
    edit(document)
    payload = strict_json.dumps(document)
    members[CANDIDATE] = dump_envelope(RUNNER.sign(payload))
    manifest = json.loads(base64.b64decode(json.loads(members[RAW_MANIFEST])["payload"]))
    manifest["predicate"]["candidateDigest"] = releases.sha256(payload)
    envelope = SIGNER.sign(strict_json.dumps(manifest))
    members[RAW_MANIFEST], members[MANIFEST] = dump_envelope(envelope), dump_bundle(envelope)
    return write_bundle(members)


@attack("B34")
def insider_with_all_keys_ships_a_source_archive_that_is_not_the_commit(kit: Kit) -> Attack:
    archive, name = make_sdist({"src/router.py": b"x = 1\n", "m4/host.m4": b"loader\n"}), "router-1.0.tar.gz"
    raw = raw_of()
    document = json.loads(raw["build"]["build.json"])
    document["artifacts"].append({"name": name, "size": len(archive), "sha256": sha256(archive)})
    raw["build"] |= {
        f"dist/{name}": archive,
        "build.json": strict_json.dumps(document),
        "tree.json": strict_json.dumps({"src/router.py": sha256(b"x = 1\n")}),
    }
    return Attack(write_bundle(kit.release(kit.candidate(raw))), "verdict-not-allowed")
