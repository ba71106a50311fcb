"""The policy's answer: one decision per rule, and what they add up to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
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
class Waived:
    """A finding of `gate` that is knowingly shipped: by which waiver, whose risk, agreed by whom, until which day."""

    waiver: str
    gate: str
    finding: Finding
    owner: str
    approver: str
    expires: date


@dataclass(frozen=True)
class Closed:
    """A finding of `gate` that a person's signed VEX decision closes: which, its status and why, whose, until when."""

    decision: str
    gate: str
    finding: Finding
    status: str
    justification: str
    impact: str
    name: str
    created: date
    expires: date

    @property
    def words(self) -> str:
        """The decision in a sentence: which, what it says, whose, from when until when, and why."""
        what = ", ".join(filter(None, (self.status, self.justification)))
        return f"{self.decision}: {what}, by {self.name} on {self.created}, until {self.expires}: {self.impact}"


@dataclass(frozen=True)
class RefusedWaiver:
    """A waiver, or a VEX decision, that changes nothing, with its reason code (docs/reason-codes.md) and a sentence."""

    waiver: str
    reason: str
    sentence: str
    kind: str = "waiver"


@dataclass(frozen=True)
class Action:
    """One thing to do, and the rules that it helps: `count` findings or unanswered questions are cleared by it.

    `waive` is the fingerprint that a waiver would name instead, where the policy lets one waive; empty elsewhere.
    """

    do: str
    rules: tuple[str, ...]
    count: int = 1
    command: str = ""
    waive: str = ""


@dataclass(frozen=True)
class Verdict:
    """The answer over all rules.

    `labels` are words that every report shows (`bootstrap`, `3 waived`, …); `waived` is the debt, `closed` what signed
    VEX decisions close, `refused` what was meant to be one of them, and `notes` are sentences that turn nothing.
    `actions` are the smallest set of things to do that would turn the answer to allowed; empty when it is.
    """

    answer: Answer
    rules: tuple[RuleDecision, ...]
    labels: tuple[str, ...] = ()
    waived: tuple[Waived, ...] = ()
    refused: tuple[RefusedWaiver, ...] = ()
    notes: tuple[str, ...] = ()
    actions: tuple[Action, ...] = ()
    closed: tuple[Closed, ...] = ()

    def decided(self, gate: str, finding: Finding) -> str:
        """Who lets `finding` of `gate` stand, why and until when, in a sentence; empty when nobody does."""
        for shut in self.closed:
            if shut.gate == gate and shut.finding == finding:
                return f"closed by {shut.words}"
        for one in self.waived:
            if one.gate == gate and one.finding == finding:
                return f"waived by {one.waiver} of {one.owner}, agreed by {one.approver}, until {one.expires}"
        return ""

    def having(self, state: State) -> tuple[RuleDecision, ...]:
        """The rules that came out as `state`."""
        return tuple(rule for rule in self.rules if rule.state is state)
