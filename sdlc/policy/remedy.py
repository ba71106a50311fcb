"""
The command that clears a blocker, or at least begins to: a line to paste, with what is known filled in.

What a person has to decide stands as `…`. Where nothing clears it but an edit, it is the command that tells whether
the edit did. A command is taken from a sentence only where it has no character that a shell reads as more than a word.
"""

from __future__ import annotations

import re

from sdlc.model.finding import Finding
from sdlc.model.verdict import RuleDecision
from sdlc.policy.vex import GATE as VULNERABILITIES

MENDED = frozenset({"TM105", "TM201", "TM301", "TM401", "TM402", "TM404", "TM407", "TM409"})
"""Rules about threat models of which `sdlc threats fix` writes what is lacking."""

_BEGIN = r"(?:^|[:,] |then |or |`)"
_COMMAND = re.compile(rf"{_BEGIN}((?:sdlc|uv pip|git|pip|python -m) [\w./=@+:… -]*[\w…/])(?=$|`|[,;.] | \()")
_RESOLVED = re.compile(r"The resolver accepts it, .*: (uv pip compile [\w./=@+:… -]+)\Z")


def command_of(decision: RuleDecision) -> str:
    """What to type against `decision`, which does not hold: for its worst finding, if it has some."""
    if decision.findings:
        return command_for(decision.gate, decision.findings[0])
    again = f"sdlc check --gate {decision.gate} -v" if decision.gate else "sdlc check --profile release -v"
    return command_in(decision.next_step) or again


def command_for(gate: str, finding: Finding) -> str:
    """What to type against `finding` of `gate`."""
    if gate in ("threat-model", "attack-surface") and finding.rule in MENDED:
        return "sdlc threats fix --write"
    if finding.reproduce == "sdlc fuzz replay":
        return "sdlc fuzz replay --save"
    if gate == VULNERABILITIES:
        resolved = _RESOLVED.search(finding.fix)
        if resolved:
            return resolved[1]
        if "fixed" in finding.properties and not finding.properties["fixed"]:
            return vex(finding.fingerprint)
    return finding.reproduce or f"sdlc check --gate {gate} -v"


def vex(fingerprint: str) -> str:
    """How a person decides that an advisory does not affect the product."""
    return f"sdlc vex write {fingerprint[:15]} --status … --justification … --impact … --as … --key … --trust …"


def waive(fingerprint: str) -> str:
    """How a person lets a finding stand."""
    return f"sdlc waive {fingerprint[:15]} --owner … --approver … --reason …"


def command_in(text: str) -> str:
    """The first command in a sentence of ours, empty without one."""
    found = _COMMAND.search(text)
    return found[1] if found else ""
