"""
What a change does to the rules that it is judged by: every step that makes them weaker, by name.

The base commit's rules apply to the change in any case. But what is merged applies to the next one, so a weakening must
be seen when it comes: it is a row of its own, which blocks unless the base's policy says that it is only shown.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sdlc.model.digest import sha256
from sdlc.model.finding import Confidence, Finding, Place, Severity
from sdlc.model.verdict import RuleDecision, State
from sdlc.policy.schema import Floor, Forbid, MaxAge, Policy, Required, Rule, Threshold
from sdlc.policy.waivers import Waiver

RULE = "weakening"
_CALLS = re.compile(rb"sdlc|/\.github/workflows/(evidence|monitor|pr|recheck|release)\.yml@")
"""How a workflow file calls the gates, by their name or by the workflows of the toolkit."""
FIX = "Take it back, or let somebody merge it alone who may change what has to hold."
_PROFILES = ("pr", "nightly", "release")


def of_policy(old: Policy, new: Policy | None, path: str) -> tuple[Finding, ...]:
    """Every way in which `new` (None: removed, or no policy any more) allows what `old` did not."""
    if new is None:
        return (_finding("WEAKER-POLICY", "the policy is removed, or can no longer be read", path, "policy"),)
    said: list[tuple[str, str]] = []
    if (old.mode, new.mode) == ("enforcing", "observe"):
        said.append(("mode", "mode: verdicts are only shown"))
    if new.adopting_until is not None and (old.adopting_until is None or new.adopting_until > old.adopting_until):
        said.append(("adopting_until", f"old findings block nothing until {new.adopting_until}"))
    if new.waivers.max_days > old.waivers.max_days:
        said.append(("max_days", f"waivers may last {new.waivers.max_days} days, not {old.waivers.max_days}"))
    if old.weakening_blocks and not new.weakening_blocks:
        said.append(("weakening", "weakenings are only shown"))
    rules = {rule.id: rule for rule in new.rules}
    for rule in old.rules:
        other = rules.get(rule.id)
        if other is None:
            said.append((rule.id, f"the rule {rule.id} is removed"))
        else:
            said += [(f"{rule.id}.{what}", f"the rule {rule.id}: {text}") for what, text in _of_rule(rule, other)]
    return tuple(_finding("WEAKER-POLICY", text, path, what) for what, text in said)


def of_settings(old: Mapping[str, Any], new: Mapping[str, Any], path: str) -> tuple[Finding, ...]:
    """Settings that may only be strengthened and were not; by gate id."""
    found = []
    for gate, before in old.items():
        for field in dataclasses.fields(before):
            one, other = getattr(before, field.name), getattr(new[gate], field.name)
            if field.metadata["change"] == "may-only-strengthen" and _is_weaker(field.name, one, other):
                text = f"gates.{gate}.{field.name}: {other!r:.80} is weaker than {one!r:.80}"
                found.append(_finding("WEAKER-SETTING", text, path, f"{gate}.{field.name}"))
    return tuple(found)


def of_waivers(old: Iterable[Waiver], new: Iterable[Waiver], path: str) -> tuple[Finding, ...]:
    """Waivers that were added, or changed so that they may cover something else or longer."""
    known = {waiver.id: waiver for waiver in old}
    added = [waiver for waiver in new if known.get(waiver.id) != waiver]
    return tuple(
        _finding("WEAKER-WAIVER", f"the waiver {waiver.id} for {waiver.rule} is new or changed", path, waiver.id)
        for waiver in added
    )


def of_revocations(old: Mapping[str, object], new: Mapping[str, object], path: str) -> tuple[Finding, ...]:
    """Credentials that are now said to be revoked, by fingerprint, and entries that say something else."""
    added = [name for name, entry in new.items() if old.get(name) != entry]
    return tuple(
        _finding("WEAKER-REVOCATION", f"{name} is now said to be revoked: see that it is", path, name) for name in added
    )


def of_files(old: Sequence[str], new: Sequence[str], kinds: Mapping[str, str]) -> tuple[Finding, ...]:
    """Files that are gone, of the kinds that prove something: the prefix of their path, and what they are."""
    there = set(new)
    return tuple(
        _finding("WEAKER-PROOF", f"{word} {path} is deleted", path, path)
        for path in old
        if path not in there
        for prefix, word in kinds.items()
        if path.startswith(prefix)
    )


def of_rules(old: Mapping[str, object], new: Mapping[str, object], folder: str) -> tuple[Finding, ...]:
    """The product's own rules of static analysis, by id, that are gone or say something else."""
    return tuple(
        _finding("WEAKER-RULE", f"the rule {name} is {'changed' if name in new else 'gone'}", folder, name)
        for name, rule in sorted(old.items())
        if new.get(name) != rule
    )


def of_workflows(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> tuple[Finding, ...]:
    """Workflow files that call this toolkit and are changed or gone: who edits the call can edit the gate away."""
    return tuple(
        _finding(
            "WEAKER-WORKFLOW",
            f"{path}, which calls the gates, is {'changed' if path in new else 'deleted'}",
            path,
            path,
        )
        for path, data in sorted(old.items())
        if _CALLS.search(data) and new.get(path) != data
    )


def of_suppressions(old: Iterable[Finding], new: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings that a comment suppresses now and did not in the base."""
    left = [finding.fingerprint for finding in old if finding.suppressed]
    found = []
    for finding in new:
        if not finding.suppressed:
            continue
        if finding.fingerprint in left:
            left.remove(finding.fingerprint)
            continue
        path, line = (finding.place.path, finding.place.line) if finding.place else ("", 0)
        text = f"{finding.rule} is suppressed here: {finding.suppressed}"
        found.append(_finding("WEAKER-SUPPRESSION", text, path, finding.fingerprint, line))
    return tuple(found)


def decide_weakening(findings: tuple[Finding, ...], *, blocks: bool) -> RuleDecision:
    """The row of the verdict."""
    if not findings:
        return RuleDecision(RULE, "", State.HOLDS, "nothing that judges this change is made weaker by it")
    number = f"{len(findings)} weakening{'' if len(findings) == 1 else 's'} of what has to hold"
    if not blocks:
        return RuleDecision(RULE, "", State.TOLERATED, f"{number}: {'; '.join(f.message for f in findings)}")
    return RuleDecision(RULE, "", State.BLOCKED, number, findings, FIX)


def _of_rule(old: Rule, new: Rule) -> list[tuple[str, str]]:
    """(what, sentence) for each step from `old` to `new` that makes it weaker."""
    if (old.type, old.gate) != (new.type, new.gate):
        return [("type", f"{old.type} of {old.gate} becomes {new.type} of {new.gate}")]
    said = [
        (f"profiles.{profile}", f"no longer applies in profile {profile}")
        for profile in _PROFILES
        if profile in old.profiles and profile not in new.profiles
    ]
    if new.effective_on is not None and (old.effective_on is None or new.effective_on > old.effective_on):
        said.append(("effective_on", f"bites only from {new.effective_on} on"))
    match old, new:
        case Required(), Required():
            if new.severity.rank > old.severity.rank:
                said.append(("severity", f"findings below {new.severity} no longer block"))
            if new.confidence.rank > old.confidence.rank:
                said.append(("confidence", f"findings below confidence {new.confidence} no longer block"))
            said += [
                (f"pins.{name}", f"{name} is no longer pinned to {pinned[:16]}")
                for name, pinned in sorted(old.pins.items())
                if new.pins.get(name) != pinned
            ]
            if (old.when, new.when) == ("always", "applicable"):
                said.append(("when", "no longer demanded where the gate has nothing to look at"))
        case Threshold(), Threshold():
            if new.counter != old.counter or new.at_most > old.at_most:
                said.append(("at_most", f"{new.counter} may be {new.at_most}, not {old.at_most} of {old.counter}"))
        case Floor(), Floor():
            if new.counter != old.counter or new.at_least < old.at_least:
                said.append(("at_least", f"{new.counter} need only be {new.at_least}, not {old.at_least}"))
        case MaxAge(), MaxAge():
            if new.detail != old.detail or new.days > old.days:
                said.append(("days", f"{new.detail} may be {new.days} days old, not {old.days} of {old.detail}"))
        case Forbid(), Forbid():
            if new.finding not in (old.finding, "*"):
                said.append(("finding", f"forbids {new.finding} instead of {old.finding}"))
    return said


def _is_weaker(name: str, old: Any, new: Any) -> bool:
    """Less time is weaker, and a longer age; more exclusions are; fewer paths; of any other setting, every change."""
    if name.endswith("_max_days"):
        return bool(new > old)
    if isinstance(old, int | float):
        return bool(new < old)
    if name in ("exclude", "generated", "allow", "allow_unused"):
        return not set(new) <= set(old)
    if name == "clamd":  # who had none asks for more, wherever the new one is
        return bool(old and old != new)
    if name in ("paths", "deny", "required", "risky", "defaults"):
        return not set(old) <= set(new)
    if name == "start":
        return bool(old) and old != new
    return bool(old != new)


def _finding(rule: str, message: str, path: str, subject: str, line: int = 0) -> Finding:
    return Finding(
        rule=rule,
        message=message,
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        fingerprint="f1:" + sha256(f"{rule} {subject}".encode())[:32],
        place=Place(path, line),
        subject=subject,
        fix=FIX,
        reproduce="sdlc check --since BASE -v",
    )
