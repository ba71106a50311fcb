"""Every rule about threat models and what they claim: how bad a finding is, how it is mended, how it is made."""

from __future__ import annotations

from dataclasses import dataclass

from sdlc.model.digest import sha256
from sdlc.model.finding import Confidence, Finding, Place, Severity


@dataclass(frozen=True)
class Rule:
    """One rule: `fix` is a sentence that begins with a verb."""

    title: str
    severity: Severity
    fix: str


RULES = {
    "TM101": Rule("unreadable YAML", Severity.HIGH, "Write that entry as plain, strict YAML."),
    "TM102": Rule("not of the schema", Severity.HIGH, "Mend that entry after docs/schemas/threat-model.schema.json."),
    "TM103": Rule("dangling reference", Severity.HIGH, "Name an entry that this model has, or add the entry."),
    "TM104": Rule("ambiguous id", Severity.HIGH, "Give one of the two another id."),
    "TM105": Rule("undeclared crossing", Severity.MEDIUM, "Declare the trust boundary between both zones and name it."),
    "TM106": Rule("unfinished entry", Severity.MEDIUM, "Replace the TODO by what you decided."),
    "TM107": Rule("glob without files", Severity.MEDIUM, "Point the glob at the component's files, or remove it."),
    "TM201": Rule("undecided threat", Severity.HIGH, "Prove a control against it, accept it, or say why it is none."),
    "TM202": Rule(
        "incomplete acceptance", Severity.HIGH, "Complete the acceptance and let an approver sign off on it."
    ),
    "TM203": Rule("acceptance never in force", Severity.HIGH, "Decide again, and write a later expiry date."),
    "TM207": Rule("orphan acceptance", Severity.MEDIUM, "Remove the acceptance, or name the threat that it is about."),
    "TM208": Rule("acceptance of another text", Severity.HIGH, "Let the approver read the threat and decide again."),
    "TM301": Rule("no evidence", Severity.HIGH, "Name a test or a harness that proves the control."),
    "TM302": Rule("unresolved pointer", Severity.HIGH, "Point at code, a test or a harness that exists."),
    "TM303": Rule("evidence not executed", Severity.HIGH, "Let the evidence run in this build, without skipping it."),
    "TM304": Rule("evidence failed", Severity.HIGH, "Mend the control until its evidence passes."),
    "TM308": Rule("too little fuzzing", Severity.MEDIUM, "Give the fuzz gate more seconds, or lower min_execs."),
    "TM901": Rule("empty subject", Severity.HIGH, "Write down at least one component and one threat."),
}


SURFACE_RULES = {
    "TM401": Rule("unclaimed surface", Severity.HIGH, "Claim it in the model with the guard that you intend."),
    "TM402": Rule("stale claim", Severity.MEDIUM, "Remove the claim, or bring back what it speaks of."),
    "TM403": Rule("contradicted claim", Severity.HIGH, "Mend the code, or let the model say what is intended."),
    "TM404": Rule("boundary crossing", Severity.MEDIUM, "Draw the data flow that ends there, over a trust boundary."),
    "TM405": Rule("unresolved surface", Severity.HIGH, "Write it with constants, or claim its key as it is shown."),
    "TM407": Rule("unowned code", Severity.MEDIUM, "Add the file to the `code` of the component that it belongs to."),
    "TM408": Rule("port without listener", Severity.MEDIUM, "Let the data flow name the port that is listened on."),
    "TM409": Rule("new capability", Severity.MEDIUM, "Claim it in the model, or do without it."),
    "TM901": Rule("empty subject", Severity.HIGH, "Start a model with `sdlc init`, and claim what it shows."),
}
"""What the gate attack-surface finds; each weighs here what it weighs where all is known and nothing is claimed."""


def finding(
    rule: str,
    place: Place,
    element: str,
    message: str,
    *,
    of: Rule | None = None,
    confidence: Confidence = Confidence.HIGH,
    gate: str = "threat-model",
) -> Finding:
    """A finding of `rule` about `element` (`<system>/<kind>/<id>`), whose fingerprint ignores lines and wording."""
    of = of or RULES[rule]
    return Finding(
        rule=rule,
        message=message,
        severity=of.severity,
        confidence=confidence,
        fingerprint="f1:" + sha256(f"{gate} {rule} {element}".encode())[:32],
        place=place,
        fix=of.fix,
        reproduce=f"sdlc check --gate {gate}",
        subject=element,
    )
