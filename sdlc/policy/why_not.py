"""
Why not, as a computed answer: the smallest set of actions that turns a verdict into "allowed".

Everything that stands against the release is one blocker: a finding, a number that is too large or too small, a
question that was not answered. Each action clears some of them (an upgrade clears every advisory that its version
mends, answering a gate clears every rule about that gate). The smallest set that clears all is a minimum cover; what
is left after removing dominated actions is small, so it is found exactly, and by the greedy rule beyond `MAX_STEPS`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from packaging.version import InvalidVersion, Version

from sdlc.model.finding import Finding
from sdlc.model.verdict import Action, RuleDecision, State
from sdlc.policy.remedy import command_for, command_of

MAX_STEPS = 20_000

Blocker = tuple[str, str]
"""Rule id, and what of it: a finding's position and fingerprint, or "" for the rule as a whole."""


@dataclass(frozen=True)
class _Option:
    """An action that could be taken and the blockers that it clears."""

    do: str
    command: str
    clears: frozenset[Blocker]
    waive: str = ""


def smallest_actions(decisions: Sequence[RuleDecision], waivable: Iterable[str]) -> tuple[Action, ...]:
    """What to do so that every one of `decisions` holds; rules in `waivable` accept a waiver instead."""
    against = [one for one in decisions if one.state in (State.BLOCKED, State.INCOMPLETE)]
    options = [*_of_findings(against, frozenset(waivable)), *_of_rules(against)]
    blockers = frozenset(blocker for option in options for blocker in option.clears)
    chosen = _cover(blockers, _undominated(options))
    actions = [
        Action(
            do=option.do,
            rules=tuple(dict.fromkeys(rule for rule, _ in sorted(option.clears))),
            count=len(option.clears),
            command=option.command,
            waive=option.waive,
        )
        for option in chosen
    ]
    return tuple(sorted(actions, key=lambda action: (-action.count, action.rules, action.do)))


def _of_findings(against: Sequence[RuleDecision], waivable: frozenset[str]) -> list[_Option]:
    components: dict[tuple[str, str], list[tuple[Finding, Blocker]]] = {}
    others: dict[tuple[str, str], list[tuple[RuleDecision, Finding, Blocker]]] = {}
    for decision in against:
        counted: dict[str, int] = {}
        for finding in decision.findings:
            number = counted[finding.fingerprint] = counted.get(finding.fingerprint, 0) + 1
            blocker = (decision.rule, f"{finding.fingerprint}#{number}")
            name = finding.properties.get("component", "")
            if name and "fixed" in finding.properties:  # an advisory: a component's license needs its own answer
                components.setdefault((decision.gate, name), []).append((finding, blocker))
            else:
                key = (decision.gate, f"{finding.fingerprint}#{number}")
                others.setdefault(key, []).append((decision, finding, blocker))
    options = [one for key, several in sorted(components.items()) for one in _of_component(*key, several)]
    for several in others.values():
        decision, finding, _ = several[0]
        where = f"{finding.place or finding.subject}: " if finding.place or finding.subject else ""
        may_waive = all(one.rule in waivable for one, _, _ in several)
        options.append(
            _Option(
                do=f"{where}{finding.fix or decision.next_step or finding.message}",
                command=command_for(decision.gate, finding),
                clears=frozenset(blocker for _, _, blocker in several),
                waive=finding.fingerprint if may_waive else "",
            )
        )
    return options


def _of_component(gate: str, name: str, several: Sequence[tuple[Finding, Blocker]]) -> Iterable[_Option]:
    """An upgrade to each version that mends something; replacing the component where nothing mends all of it."""
    fixes = {version for finding, _ in several if (version := _version(finding)) is not None}
    for fixed in sorted(fixes):
        mended = frozenset(
            blocker for finding, blocker in several if (version := _version(finding)) is not None and version <= fixed
        )
        [way, *_] = [finding for finding, _ in several if _version(finding) == fixed]
        yield _Option(f"Upgrade {name} to {fixed} or later.", command_for(gate, way), mended)
    if unmended := [finding for finding, _ in several if _version(finding) is None]:
        every = frozenset(blocker for _, blocker in several)
        do = f"Replace {name}: no version mends all of its advisories."
        yield _Option(do, command_for(gate, unmended[0]), every)


def _of_rules(against: Sequence[RuleDecision]) -> Iterable[_Option]:
    """Blockers that are no finding: one answer of a gate settles every question that it left open."""
    unanswered: dict[tuple[str, str], list[RuleDecision]] = {}
    for decision in against:
        if decision.findings:
            continue
        if decision.state is State.INCOMPLETE and decision.gate:
            unanswered.setdefault((decision.gate, decision.next_step), []).append(decision)
        else:
            clears = frozenset({(decision.rule, "")})
            yield _Option(decision.next_step or decision.sentence, command_of(decision), clears)
    for (gate, step), several in unanswered.items():
        do = f"Let the gate {gate} answer ({several[0].sentence})" + (f": {step}" if step else "")
        yield _Option(do, command_of(several[0]), frozenset((one.rule, "") for one in several))


def _undominated(options: Sequence[_Option]) -> list[_Option]:
    """Without those of which another one clears all, and (on equality) an earlier one the same."""
    sharing = _by_blocker(enumerate(options))
    kept = []
    for position, option in enumerate(options):
        rivals = sharing[min(option.clears)]  # whoever clears all of it clears this one too
        if not any(
            option.clears < other.clears or (option.clears == other.clears and before < position)
            for before, other in rivals
        ):
            kept.append(option)
    return kept


def _by_blocker(options: Iterable[tuple[int, _Option]]) -> dict[Blocker, list[tuple[int, _Option]]]:
    sharing: dict[Blocker, list[tuple[int, _Option]]] = {}
    for position, option in options:
        for blocker in option.clears:
            sharing.setdefault(blocker, []).append((position, option))
    return sharing


def _cover(blockers: frozenset[Blocker], options: Sequence[_Option]) -> list[_Option]:
    """The fewest of `options` that clear all `blockers`: first those that nothing replaces, then a search."""
    ways = _by_blocker(enumerate(options))
    forced = dict(several[0] for blocker in blockers if len(several := ways[blocker]) == 1)
    left = blockers.difference(*(option.clears for option in forced.values()))
    return [*(forced[position] for position in sorted(forced)), *_search(left, options)]


def _search(blockers: frozenset[Blocker], options: Sequence[_Option]) -> list[_Option]:
    best = _greedy(blockers, options)
    ways = _by_blocker(enumerate(options))
    steps = 0

    def visit(left: frozenset[Blocker], chosen: tuple[_Option, ...]) -> None:
        nonlocal best, steps
        steps += 1
        if not left:
            best = list(chosen)
        elif len(chosen) + 1 < len(best) and steps <= MAX_STEPS:
            # The blocker with the fewest ways out branches least; ties go by name, so equal input, equal answer.
            tightest = min(left, key=lambda blocker: (len(ways[blocker]), blocker))
            for _, option in ways[tightest]:
                visit(left - option.clears, (*chosen, option))

    visit(blockers, ())
    return best


def _greedy(blockers: frozenset[Blocker], options: Sequence[_Option]) -> list[_Option]:
    left, chosen = blockers, []
    while left:
        option = max(options, key=lambda one: (len(one.clears & left), -len(one.clears)))
        chosen.append(option)
        left -= option.clears
    return chosen


def _version(finding: Finding) -> Version | None:
    try:
        return Version(finding.properties.get("fixed", ""))
    except InvalidVersion:
        return None
