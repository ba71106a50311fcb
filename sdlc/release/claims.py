"""
What a release shows, producer by producer, for the standards: from readings, verdict and decisions alone.

The strongest word is given only to a gate that passed and whose evidence is in the bundle. A gate with findings that
the policy tolerates, or whose evidence was withheld, shows a part; all others show nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from sdlc.activities.record import KINDS
from sdlc.activities.rules import GATE as ACTIVITIES
from sdlc.formats.timestamp import time_to_text
from sdlc.model.result import GateResult, Outcome
from sdlc.model.verdict import State, Verdict
from sdlc.release.decisions import SignedDecision
from sdlc.standards.coverage import Producer, Shown

GOOD = (State.HOLDS, State.TOLERATED)


def producers_of(
    results: Sequence[GateResult],
    verdict: Verdict,
    decisions: Sequence[SignedDecision],
    *,
    withheld: frozenset[str] = frozenset(),
    break_glass: str = "",
) -> dict[str, Producer]:
    """What each gate, the approval, the signature and the provenance show; `withheld` are gates without evidence."""
    shown = {result.gate: _gate(result, verdict, result.gate in withheld) for result in results}
    for result in results:
        if result.gate == ACTIVITIES and result.reading.outcome is not Outcome.NOT_APPLICABLE:
            shown |= {f"{ACTIVITIES}/{kind}": _activity(result, shown[ACTIVITIES], kind) for kind in KINDS}
    if "build" in shown:
        build = shown["build"]
        said = "an attestation says from which commit and lock the artifacts were built"
        shown["provenance"] = Producer(
            "provenance", build.shown, said if build.shown is Shown.WHOLE else build.sentence
        )
    shown["approval"] = _approval(decisions, break_glass)
    shown["signing"] = Producer("signing", Shown.WHOLE, "every file is listed by digest in the signed manifest")
    return shown


def _gate(result: GateResult, verdict: Verdict, withheld: bool) -> Producer:
    outcome, sentence = result.reading.outcome, result.reading.sentence
    if outcome is Outcome.PASSED:
        if withheld:
            return Producer(result.gate, Shown.LESS, "passed, but its evidence is withheld from this copy")
        return Producer(result.gate, Shown.WHOLE, f"passed: {sentence}")
    rules = [rule for rule in verdict.rules if rule.gate == result.gate]
    if outcome is Outcome.FAILED and rules and all(rule.state in GOOD for rule in rules):
        count = len(result.reading.findings)
        return Producer(result.gate, Shown.LESS, f"{count} finding{'s' if count != 1 else ''}, tolerated by the policy")
    return Producer(result.gate, Shown.NOTHING, f"{outcome.value}: {sentence}")


def _activity(result: GateResult, of_all: Producer, kind: str) -> Producer:
    """What the release shows of one activity: all of it only where the product asks for it, of everybody."""
    name, number = f"{ACTIVITIES}/{kind}", result.reading.counters.get(kind, 0)
    if not number or of_all.shown is Shown.NOTHING:
        return Producer(name, Shown.NOTHING, of_all.sentence if number else f"no {kind} is recorded")
    asked = result.settings.get("required")
    if not isinstance(asked, list) or kind not in asked:
        return Producer(name, Shown.LESS, f"{number} recorded, and the product does not ask for it")
    return Producer(name, of_all.shown, of_all.sentence)


def _approval(decisions: Sequence[SignedDecision], break_glass: str) -> Producer:
    last = {signed.decision.person: signed.decision for signed in decisions}
    yes = [one for one in last.values() if one.kind == "approval"]
    if not yes or len(yes) < len(last):
        return Producer("approval", Shown.NOTHING, "nobody approved, or a rejection stands")
    if break_glass:
        return Producer("approval", Shown.LESS, "one person approved in an emergency, without the quorum")
    # Name, meaning and time belong together wherever a signature is shown (21 CFR 11.50).
    said = "; ".join(f"{one.name}, meaning {one.meaning}, {time_to_text(one.created)}" for one in yes)
    return Producer("approval", Shown.WHOLE, f"approved by {said}")
