"""What stands against a release, each with who has to clear it, until when, and with which command."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, timedelta

from sdlc.model.verdict import RuleDecision, State, Verdict
from sdlc.policy.remedy import command_of
from sdlc.release.candidate import Candidate
from sdlc.release.inventory import Inventory


@dataclass(frozen=True)
class Blocker:
    """One rule that does not hold.

    `owner` is whom the policy names for it, empty where it names nobody. `due` is the day until which it has to be
    cleared: so many days after the commit as the policy gives, and never later than the candidate stays open; `late`
    says that this day had passed when the release was proposed. `command` is a line to type, and `step` says what else
    there is to do, empty where the command is all of it.
    """

    rule: RuleDecision
    owner: str
    due: date
    late: bool
    command: str
    step: str = ""


def blockers_of(verdict: Verdict, candidate: Candidate, inventory: Inventory) -> tuple[Blocker, ...]:
    """A row for each rule that blocks or could not be answered, in the order of the policy."""
    stated = inventory.tables.get("policy", {})
    made = []
    for rule in verdict.rules:
        if rule.state not in (State.BLOCKED, State.INCOMPLETE):
            continue
        owner, days = (stated.get(f"rules.{rule.rule}.{key}", {}).get("value", "") for key in ("owner", "due_days"))
        due = candidate.expires.astimezone(UTC).date()
        if days.isdecimal():
            due = min(due, candidate.committed.astimezone(UTC).date() + timedelta(days=int(days)))
        command = command_of(rule)
        step = "" if rule.next_step.strip("`") == command else rule.next_step
        late = due < candidate.created.astimezone(UTC).date()
        made.append(Blocker(rule, owner, due, late, command, step))
    return tuple(made)
