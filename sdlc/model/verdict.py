"""The policy's answer: one decision per rule, and what they add up to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sdlc.model.finding import Finding


class Answer(StrEnum):
    """May it ship? INCOMPLETE says that a question which must be answered was not."""

    ALLOWED = "allowed"
    BLOCKED = "blocked"
    INCOMPLETE = "incomplete"


class State(StrEnum):
    """How one rule came out; TOLERATED (only old or waived findings) is shown and never green."""

    HOLDS = "holds"
    TOLERATED = "tolerated"
    BLOCKED = "blocked"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True)
class RuleDecision:
    """How one policy rule came out, with the findings that decided it and the step that would turn it."""

    rule: str
    gate: str
    state: State
    sentence: str
    findings: tuple[Finding, ...] = ()
    next_step: str = ""


@dataclass(frozen=True)
class Verdict:
    """The answer over all rules; `labels` are words that every report shows (`bootstrap`, `adopting`, …)."""

    answer: Answer
    rules: tuple[RuleDecision, ...]
    labels: tuple[str, ...] = ()

    def having(self, state: State) -> tuple[RuleDecision, ...]:
        """The rules that came out as `state`."""
        return tuple(rule for rule in self.rules if rule.state is state)
