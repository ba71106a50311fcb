"""
What the stored bytes say when they are read again: the readings, and the verdict over them.

`prepare`, `approve`, `sign` and `verify` all call this; none of them believes an outcome that somebody wrote down.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence

from sdlc.activities.rules import GATE as ACTIVITIES
from sdlc.errors import BlockedError, IncompleteError, SdlcError, UsageError
from sdlc.formats.context_json import load_tools
from sdlc.formats.reading_json import reading_digest
from sdlc.model.digest import Digest, sha256
from sdlc.model.finding import Finding
from sdlc.model.result import GateResult, Grade, Outcome, Reading, ToolVersion
from sdlc.model.verdict import Verdict
from sdlc.policy.decide import decide
from sdlc.policy.facts import Facts
from sdlc.policy.schema import load_policy
from sdlc.policy.vex import GATE, PREFIX, examine
from sdlc.policy.waivers import load_waivers
from sdlc.readings import Reader, activities
from sdlc.readings.replay import reader_of, replay, settings_from_json
from sdlc.release.candidate import Candidate
from sdlc.release.inventory import (
    Before,
    Holdings,
    Inventory,
    dump_inventory,
    inventory_of,
    load_before,
    load_inventory,
)
from sdlc.signing.trust import TrustRoot

Blobs = Callable[[Digest], bytes]
"""Bytes by digest; raises an SdlcError when there are none."""

ANSWERED = (Outcome.PASSED, Outcome.FAILED)


def read_again(results: Sequence[GateResult], blobs: Blobs) -> tuple[GateResult, ...]:
    """Each of `results` with the reading that its raw bytes give now.

    Raises BlockedError (`verifier-lacks-reader`) for a gate or reader version that is not known here, and what
    `blobs` raises. A gate that answered without bytes comes out as `error`: absence is no evidence.
    """
    by_gate = {result.gate: result for result in results}
    raw = {gate: {name: blobs(digest) for name, digest in result.raw.items()} for gate, result in by_gate.items()}
    done: dict[str, GateResult] = {}

    def visit(gate: str, above: tuple[str, ...] = ()) -> GateResult:
        if gate not in done:
            reader = _known_reader(by_gate[gate])
            needs = [need for need in reader.NEEDS if need in by_gate and need not in above]
            answers = {need: visit(need, (*above, gate)) for need in needs}
            others = {need: raw[need] for need, answer in answers.items() if answer.reading.outcome in ANSWERED}
            done[gate] = _read_one(by_gate[gate], raw[gate], others, reader.GRADE)
        return done[gate]

    return tuple(visit(result.gate) for result in results)


def compare(stored: Sequence[GateResult], now: Sequence[GateResult]) -> None:
    """Raise BlockedError when a stored reading is not what the bytes say now."""
    for old, new in zip(stored, now, strict=True):
        if old.reading.outcome is not new.reading.outcome:
            raise BlockedError(
                "outcome-differs",
                f"{old.gate} is recorded as {old.reading.outcome}, its evidence reads {new.reading.outcome}",
            )
        if reading_digest(old.reading) != reading_digest(new.reading):
            raise BlockedError("reading-differs", f"{old.gate}: the evidence does not say what is recorded of it")
        if old.grade is not new.grade or old.tools != new.tools:
            raise BlockedError("reading-differs", f"{old.gate}: grade or tools are not those of its evidence")


def verdict_of(
    candidate: Candidate,
    results: Sequence[GateResult],
    blobs: Blobs,
    own_policy: bytes | None = None,
    trust: TrustRoot | None = None,
) -> Verdict:
    """The verdict of the profile `release` over `results`, as of the time that `candidate` was made.

    Decided by the policy of the candidate, or by `own_policy`, which a verifier brings.

    A VEX decision counts when a person of `trust` signed it; without a trust root none does.

    Raises BlockedError for a policy or a file of waivers that cannot be read, and what `blobs` raises.
    """
    try:
        policy = load_policy(blobs(candidate.policy) if own_policy is None else own_policy, "policy.toml")
    except UsageError as error:
        raise BlockedError("policy-unreadable", error.message, hint=error.hint) from None
    try:
        waivers = load_waivers(blobs(candidate.waivers), "waivers.toml") if candidate.waivers else ()
    except UsageError as error:
        raise BlockedError("waivers-unreadable", error.message, hint=error.hint) from None
    by_gate = {result.gate: result for result in results}
    facts = Facts(
        results=by_gate,
        profile="release",
        at=candidate.created,
        product=candidate.product,
        version=candidate.version,
        waivers=waivers,
        committed=candidate.committed,
        checked=candidate.checked,
        vex=examine(vex_files(by_gate.get(GATE), blobs), trust),
        distrusted=_distrusted(by_gate.get(ACTIVITIES), blobs, trust),
    )
    return decide(policy, facts)


def vex_files(result: GateResult | None, blobs: Blobs) -> dict[str, bytes]:
    """The VEX decisions that the gate vulnerabilities kept, by file name."""
    raw = result.raw if result is not None else {}
    return {name.removeprefix(PREFIX): blobs(digest) for name, digest in raw.items() if name.startswith(PREFIX)}


def _distrusted(result: GateResult | None, blobs: Blobs, trust: TrustRoot | None) -> tuple[Finding, ...]:
    """What stands against the recorded activities by `trust`, beside what the gate found by that of its base commit."""
    if result is None or result.reading.outcome not in ANSWERED:
        return ()
    raw = {name: blobs(digest) for name, digest in result.raw.items()}
    settings = settings_from_json(reader_of(ACTIVITIES), result.settings)
    return tuple(activities.distrusted(raw, settings, trust, result.reading.findings))


class LacksReader(IncompleteError):
    """The evidence may be good; this version cannot read it."""


def _known_reader(result: GateResult) -> Reader:
    try:
        reader = reader_of(result.gate)
    except SdlcError as error:
        raise LacksReader(error.message, hint=error.hint) from None
    if result.reader != reader.READER:
        raise LacksReader(
            f"{result.gate} was read by {result.reader}, this version has {reader.READER}",
            hint="verify with the version of secure-sdlc that made the bundle",
        )
    return reader


def _read_one(
    result: GateResult, raw: Mapping[str, bytes], others: Mapping[str, Mapping[str, bytes]], grade: Grade
) -> GateResult:
    if not raw:
        reading = result.reading
        if reading.outcome in ANSWERED:
            reading = Reading(Outcome.ERROR, sentence="there is no evidence for the recorded answer")
        return dataclasses.replace(result, reading=reading, grade=grade, tools=())
    tools: tuple[ToolVersion, ...] = ()
    try:
        tools = load_tools(raw["tools.json"]) if "tools.json" in raw else ()
        reading = replay(result.gate, raw, result.settings, others)
    except SdlcError as error:
        reading = Reading(Outcome.ERROR, sentence=error.message, hint=error.hint)
    except Exception as error:  # as in the pipeline: a reader that stumbles has not answered
        reading = Reading(
            Outcome.ERROR,
            sentence=f"a bug in the gate {result.gate}: {type(error).__name__}: {error}"[:300],
            hint="report it with the command that you ran",
        )
    return dataclasses.replace(result, reading=reading, grade=grade, tools=tools)


def holdings_of(
    candidate: Candidate, results: Sequence[GateResult], blobs: Blobs, *, believe: bool = False
) -> Holdings:
    """What the release is made of, made again, and the release before as the runner recorded it.

    Raises BlockedError (`inventory-differs`) unless the bytes give what is stored, and unless the release before is the
    one that the candidate follows. `believe` takes what is stored: where evidence is withheld, it cannot be made again.
    """
    before = load_before(blobs(candidate.before)) if candidate.before is not None else None
    if before is not None and (before.manifest, before.sequence) != (candidate.previous, candidate.sequence - 1):
        raise BlockedError("inventory-differs", "what is said of the release before is about another one")
    if believe:
        return Holdings(load_inventory(blobs(candidate.inventory)), before)
    made = make_inventory(candidate.policy, candidate.waivers, results, blobs, before)
    if sha256(dump_inventory(made)) != candidate.inventory:
        raise BlockedError("inventory-differs", "the evidence does not give what is said that the release is made of")
    return Holdings(made, before)


def make_inventory(
    policy: Digest, waivers: Digest | None, results: Sequence[GateResult], blobs: Blobs, before: Before | None
) -> Inventory:
    """What a release is made of, by the digests of its policy and waivers, and from the evidence of its results.

    Raises BlockedError for a policy or a file of waivers that cannot be read, and what `blobs` raises.
    """
    try:
        return inventory_of(results, blobs(policy), blobs(waivers) if waivers else None, blobs, before)
    except UsageError as error:
        raise BlockedError("waivers-unreadable", error.message, hint=error.hint) from None
    except ValueError as error:
        raise BlockedError("policy-unreadable", f"policy.toml: {error}", hint="mend the TOML syntax") from None
