"""
Do the pieces of a release fit each other? Mechanical cross-checks over the facts, each with an id and a sentence.

A gate judges its own evidence; nobody but this file compares one gate's with another's. The row is decided in profile
`release`, and again by everybody who verifies. It never says that the evidence is true, only that it agrees.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from sdlc.model.digest import Digest, sha256
from sdlc.model.finding import Confidence, Finding, Severity
from sdlc.model.result import GateResult, Outcome
from sdlc.model.verdict import RuleDecision, State
from sdlc.policy.facts import Facts
from sdlc.policy.schema import Forbid, Policy, Required

RULE = "consistency"
FIX = "Commit everything, then check and prepare again: sdlc check --profile release"
FIXES = {"K06": "Write a rule about that gate into .sdlc/policy.toml and merge it, then check and prepare again."}
"""What mends a contradiction, where running everything again does not."""
SKEW = timedelta(minutes=5)
"""How far two clocks may be apart."""

UNSTATED = {"", "unknown"}


def decide_consistency(policy: Policy, facts: Facts) -> RuleDecision:
    """The row of the verdict: every contradiction is a finding."""
    found = tuple(
        _finding(number, sentence) for number, _, check in CHECKS for sentence in sorted(set(check(policy, facts)))
    )
    if not found:
        return RuleDecision(RULE, "", State.HOLDS, f"{len(CHECKS)} cross-checks agree")
    number = f"{len(found)} contradiction{'' if len(found) == 1 else 's'} between pieces of evidence"
    return RuleDecision(RULE, "", State.BLOCKED, number, found, found[0].fix)


def _one_build(_policy: Policy, facts: Facts) -> Iterator[str]:
    """Attack: one build is tested and another is scanned."""
    built: dict[str, tuple[str, Digest]] = {}
    for result in facts.results.values():
        for name, digest in result.raw.items():
            if name.startswith("dist/") and built.setdefault(name, (result.gate, digest))[1] != digest:
                yield f"{result.gate} looked at another {name.removeprefix('dist/')} than {built[name][0]}"


def _in_time(_policy: Policy, facts: Facts) -> Iterator[str]:
    """Attack: results of another day are shown for this commit."""
    if facts.committed is None or facts.checked is None:
        yield "the times of the commit and of the check are not recorded"
    elif facts.committed > facts.checked + SKEW:
        yield f"the gates ran at {facts.checked:%Y-%m-%d %H:%M}, before the commit of {facts.committed:%Y-%m-%d %H:%M}"
    elif facts.checked > facts.at + SKEW:
        yield "the gates ran after the release was proposed"


def _stated(_policy: Policy, facts: Facts) -> Iterator[str]:
    for result in _answered(facts):
        for tool in result.tools:
            if tool.version.strip() in UNSTATED:
                yield f"{result.gate} does not say which version of {tool.name} it ran"
        if not result.reading.counters:
            yield f"{result.gate} does not say how much it looked at"


def _one_version(_policy: Policy, facts: Facts) -> Iterator[str]:
    for result in _answered(facts):
        said = result.reading.details.get("product-version", facts.version)
        if said != facts.version:
            yield f"{result.gate} is about version {said}, the release is {facts.version}"


def _dated_feed(_policy: Policy, facts: Facts) -> Iterator[str]:
    """Attack: no advisory is found, since the feed is older than every one of them, or from nowhere."""
    result = facts.results.get("vulnerabilities")
    if result is None or result.reading.outcome not in (Outcome.PASSED, Outcome.FAILED):
        return
    try:
        then = datetime.fromisoformat(result.reading.details.get("feed-date", ""))
    except ValueError:
        yield "vulnerabilities does not say of which day its advisories are"
        return
    if (then if then.tzinfo else then.replace(tzinfo=UTC)) > facts.at + timedelta(days=1):
        yield "the advisories are dated after the release"


def _disposed(policy: Policy, facts: Facts) -> Iterator[str]:
    """Attack: the rule about a gate is left out of the policy, and nobody ever decides about what it found."""
    judged = {rule.gate for rule in policy.rules if isinstance(rule, Required | Forbid)}
    for result in _answered(facts):
        if result.reading.outcome is Outcome.FAILED and result.gate not in judged:
            yield f"no rule of the policy decides about the {len(result.reading.findings)} findings of {result.gate}"


def _resolved(_policy: Policy, facts: Facts) -> Iterator[str]:
    for waiver in facts.waivers:
        if waiver.gate not in facts.results:
            yield f"the waiver {waiver.id} is for {waiver.gate}, which did not run"
    both = [facts.results.get(gate) for gate in ("sbom", "vulnerabilities")]
    counted = {r.gate: r.reading.counters.get("components") for r in both if r is not None and _is_answer(r)}
    if len(counted) == 2 and counted["sbom"] != counted["vulnerabilities"]:
        yield f"sbom knows {counted['sbom']} components, vulnerabilities looked at {counted['vulnerabilities']}"


CHECKS: tuple[tuple[str, str, Callable[[Policy, Facts], Iterator[str]]], ...] = (
    ("K01", "every gate looked at the artifacts of one build", _one_build),
    ("K02", "the gates ran after the commit was made and before the release was proposed", _in_time),
    ("K03", "every gate says which version of its tools ran, and how much it looked at", _stated),
    ("K04", "every gate that names the product's version names that of the release", _one_version),
    ("K05", "the advisories are dated, and not after the release", _dated_feed),
    ("K06", "a rule of the policy decides about the findings of every gate", _disposed),
    ("K07", "what one record names, the other has: waivers and gates, components of both lists", _resolved),
)
"""Every cross-check: its id, what holds, and the generator of what contradicts it."""


def _answered(facts: Facts) -> Iterator[GateResult]:
    return (result for result in facts.results.values() if _is_answer(result))


def _is_answer(result: GateResult) -> bool:
    return result.reading.outcome in (Outcome.PASSED, Outcome.FAILED)


def _finding(number: str, sentence: str) -> Finding:
    return Finding(
        rule=number,
        message=sentence,
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        fingerprint="f1:" + sha256(f"{number} {sentence}".encode())[:32],
        subject=number,
        fix=FIXES.get(number, FIX),
        reproduce="sdlc check --profile release -v",
    )
