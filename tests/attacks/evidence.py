"""Evidence and gates."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

from attacks.kit import APPROVERS, RUNNER, SIGNER, Attack, Kit, attack
from fakes import releases
from fakes.releases import raw_of, records, trust_root

from sdlc.formats.context_json import dump_tools
from sdlc.model.result import ToolVersion
from sdlc.release.attestations import SUMMARY
from sdlc.release.bundle import ATTESTATIONS, write_bundle

FIRST, SECOND = "decisions/0001.dsse.json", "decisions/0002.dsse.json"


@attack("C36")
def outsider_removes_evidence(kit: Kit) -> Attack:
    members = kit.release()
    del members[next(name for name in sorted(members) if name.startswith("evidence/"))]
    return Attack(write_bundle(members), "member-missing")


@attack("C36")
def insider_with_all_keys_leaves_a_gate_out(kit: Kit) -> Attack:
    candidate = kit.candidate()
    return Attack(
        write_bundle(kit.release(dataclasses.replace(candidate, results=candidate.results[:1]))), "verdict-not-allowed"
    )


@attack("C36")
def insider_with_all_keys_claims_an_answer_without_evidence(kit: Kit) -> Attack:
    candidate = kit.candidate()
    build, tests = candidate.results
    empty = dataclasses.replace(tests, raw={})
    return Attack(write_bundle(kit.release(dataclasses.replace(candidate, results=(build, empty)))), "outcome-differs")


@attack("C38")
def outsider_takes_evidence_of_another_release(kit: Kit) -> Attack:
    members = kit.release()
    name = next(name for name in sorted(members) if name.startswith("evidence/"))
    return Attack(write_bundle({**members, name: b"green evidence of another commit"}), "evidence-changed")


@attack("C38")
def insider_with_all_keys_shows_evidence_from_before_the_commit(kit: Kit) -> Attack:
    candidate = kit.candidate(committed=releases.NOW + timedelta(hours=1))
    return Attack(write_bundle(kit.release(candidate)), "verdict-not-allowed")


@attack("C38")
def insider_with_all_keys_shows_evidence_of_another_build(kit: Kit) -> Attack:
    raw = raw_of()
    raw["tests"][f"dist/{releases.WHEEL_NAME}"] = b"what was really tested"
    return Attack(write_bundle(kit.release(kit.candidate(raw))), "verdict-not-allowed")


@attack("C40")
def insider_with_all_keys_reuses_old_evidence(kit: Kit) -> Attack:
    """The policy bounds the age of a date; nobody states one."""
    aged = releases.POLICY + (
        b'[[rules]]\nid = "fresh"\ntype = "max-age"\ngate = "tests"\ndetail = "feed-date"\ndays = 30\n'
    )
    candidate = dataclasses.replace(kit.candidate(), policy=kit.store.put(aged))
    trust = trust_root(policies=(releases.sha256(aged),))
    return Attack(write_bundle(kit.release(candidate)), "verdict-not-allowed", trust)


@attack("C42")
def insider_with_all_keys_scans_nothing(kit: Kit) -> Attack:
    empty = b'{"event":"start"}\n{"event":"end","exit":5}\n'
    return Attack(write_bundle(kit.release(kit.candidate(raw_of(empty)))), "verdict-not-allowed")


@attack("C42")
def insider_with_all_keys_cuts_the_run_off(kit: Kit) -> Attack:
    cut = records().rsplit(b"\n", 2)[0] + b"\n"
    return Attack(write_bundle(kit.release(kit.candidate(raw_of(cut)))), "verdict-not-allowed")


@attack("C43")
def insider_with_all_keys_signs_what_failed(kit: Kit) -> Attack:
    failed = raw_of(records("tests/test_a.py::test_two"))
    return Attack(write_bundle(kit.release(kit.candidate(failed))), "verdict-not-allowed")


@attack("C43")
def insider_with_all_keys_writes_passed_over_failed_evidence(kit: Kit) -> Attack:
    honest = kit.candidate(raw_of(records("tests/test_a.py::test_two")))
    good = kit.candidate()
    lie = dataclasses.replace(good.results[1], raw=honest.results[1].raw)
    return Attack(
        write_bundle(kit.release(dataclasses.replace(good, results=(good.results[0], lie)))), "outcome-differs"
    )


@attack("C43")
def insider_with_all_keys_raises_a_counter(kit: Kit) -> Attack:
    good = kit.candidate()
    reading = good.results[1].reading
    more = dataclasses.replace(reading, counters={**reading.counters, "passed": 2000})
    results = (good.results[0], dataclasses.replace(good.results[1], reading=more))
    return Attack(write_bundle(kit.release(dataclasses.replace(good, results=results))), "reading-differs")


@attack("C47")
def insider_with_all_keys_makes_a_gate_advisory(kit: Kit) -> Attack:
    weak = releases.POLICY.replace(
        b'type = "required"\ngate = "tests"', b'type = "required"\nwhen = "applicable"\ngate = "tests"'
    )
    assert weak != releases.POLICY
    candidate = dataclasses.replace(kit.candidate(), policy=kit.store.put(weak))
    return Attack(write_bundle(kit.release(candidate)), "policy-not-authorised")


@attack("C47")
def outsider_exchanges_the_policy(kit: Kit) -> Attack:
    return Attack(kit.edited("policy.toml", lambda data: data + b"\n"), "policy-changed")


@attack("C51")
def insider_with_all_keys_has_a_policy_that_says_nothing(kit: Kit) -> Attack:
    empty = releases.POLICY.replace(b'type = "required"', b'type = "required"\nprofiles = ["pr"]')
    candidate = dataclasses.replace(kit.candidate(), policy=kit.store.put(empty))
    trust = trust_root(policies=(releases.sha256(empty),))
    return Attack(write_bundle(kit.release(candidate)), "verdict-not-allowed", trust)


@attack("C43")
def insider_with_the_runner_key_attests_a_better_result(kit: Kit) -> Attack:
    """What other people's tools would be shown, while our own evidence stays as it is."""

    def better(document: dict[str, Any]) -> None:
        document["predicate"]["passedTests"] = ["tests: passed 9000"]

    return Attack(kit.resigned(f"{ATTESTATIONS}tests.intoto.json", RUNNER, better), "attestation-differs")


@attack("C43")
def insider_with_the_release_key_summarizes_another_policy(kit: Kit) -> Attack:
    def other(document: dict[str, Any]) -> None:
        document["predicate"]["policy"]["digest"]["sha256"] = "0" * 64

    return Attack(kit.resigned(f"{ATTESTATIONS}{SUMMARY}", SIGNER, other), "attestation-differs")


@attack("A7")
def insider_with_an_approvers_key_signs_an_attestation(kit: Kit) -> Attack:
    data = kit.resigned(f"{ATTESTATIONS}tests.intoto.json", APPROVERS["ada"], lambda _document: None)
    return Attack(data, "signer-wrong-role")


@attack("C36")
def outsider_removes_the_summary(kit: Kit) -> Attack:
    members = kit.release()
    del members[f"{ATTESTATIONS}{SUMMARY}"]
    return Attack(write_bundle(members), "member-missing")


@attack("E61")
def outsider_adds_an_attestation_about_a_gate_that_never_ran(kit: Kit) -> Attack:
    members = kit.release()
    forged = members[f"{ATTESTATIONS}tests.intoto.json"]
    return Attack(write_bundle({**members, f"{ATTESTATIONS}malware.intoto.json": forged}), "member-unlisted")


@attack("C45")
def insider_with_all_keys_runs_another_scanner(kit: Kit) -> Attack:
    """The policy pins the tool; the evidence says that another one ran."""
    pinned = releases.POLICY.replace(b'gate = "tests"', b'gate = "tests"\npins = {pytest = "8.3.5"}')
    raw = raw_of()
    raw["tests"]["tools.json"] = dump_tools([ToolVersion("pytest", "0.0.1")])
    candidate = dataclasses.replace(kit.candidate(raw), policy=kit.store.put(pinned))
    trust = trust_root(policies=(releases.sha256(pinned),))
    return Attack(write_bundle(kit.release(candidate)), "verdict-not-allowed", trust)


@attack("C39")
def insider_with_all_keys_takes_the_evidence_of_another_product(kit: Kit) -> Attack:
    return Attack(write_bundle(kit.release(kit.candidate(product="viewer"))), "wrong-product")
