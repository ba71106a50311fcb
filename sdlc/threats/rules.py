"""Every rule about threat models and what they claim: how bad a finding is, how it is mended, how it is made."""

from __future__ import annotations

from sdlc.model.deadline import Book
from sdlc.model.finding import Confidence, Finding, Place, Severity
from sdlc.model.rule import Rule

RULES = {
    "TM101": Rule("unreadable YAML", Severity.HIGH, "Write that entry as plain, strict YAML."),
    "TM102": Rule("not of the schema", Severity.HIGH, "Mend that entry; docs/threat-models.md has the forms."),
    "TM103": Rule("dangling reference", Severity.HIGH, "Name an entry that this model has, or add the entry."),
    "TM104": Rule("ambiguous id", Severity.HIGH, "Give one of the two another id."),
    "TM105": Rule("undeclared crossing", Severity.MEDIUM, "Declare the trust boundary between both zones and name it."),
    "TM106": Rule("unfinished entry", Severity.MEDIUM, "Replace the TODO by what you decided."),
    "TM107": Rule("glob without files", Severity.MEDIUM, "Point the glob at the component's files, or remove it."),
    "TM108": Rule("orphan element", Severity.LOW, "Draw the data flow that it takes part in, or remove it."),
    "TM109": Rule("unknown taxonomy id", Severity.MEDIUM, "Name an entry that the taxonomy has, or leave it out."),
    "TM110": Rule("unreadable vector", Severity.HIGH, "Copy the whole vector from a calculator of CVSS."),
    "TM111": Rule("harm not in the table", Severity.HIGH, "Name a harm of harms.yaml, or let its owner add it first."),
    "TM112": Rule("wrong arithmetic", Severity.HIGH, "Write the level that it comes to, or leave `level` out."),
    "TM113": Rule("matrix not monotone", Severity.HIGH, "Let no level fall where ease or harm grows."),
    "TM114": Rule("worse after its controls", Severity.MEDIUM, "Mend the vector, or leave the control out."),
    "TM115": Rule("no safety reference", Severity.HIGH, "Name the hazard of the safety process in safety_ref."),
    "TM116": Rule("vector and harm disagree", Severity.MEDIUM, "Let vector and harm agree about patients."),
    "TM117": Rule("privacy not answered", Severity.MEDIUM, "Write the threat, or why there is none in not_applicable."),
    "TM118": Rule("threat without risk", Severity.MEDIUM, "Weigh the threat: add a risk that names it."),
    "TM201": Rule("undecided threat", Severity.HIGH, "Prove a control against it, accept it, or say why it is none."),
    "TM202": Rule(
        "incomplete acceptance", Severity.HIGH, "Complete the acceptance and let an approver sign off on it."
    ),
    "TM203": Rule("acceptance expired", Severity.HIGH, "Decide again, and write a later expiry date."),
    "TM205": Rule("wildcard acceptance", Severity.HIGH, "Write one acceptance for each threat, by its id."),
    "TM206": Rule("accepted by its owner", Severity.HIGH, "Let somebody else than the owner approve the acceptance."),
    "TM207": Rule("orphan acceptance", Severity.MEDIUM, "Remove the acceptance, or name the threat that it is about."),
    "TM208": Rule("acceptance of another text", Severity.HIGH, "Let the approver read the threat and decide again."),
    "TM209": Rule("improvement not verified", Severity.LOW, "Verify the controls; until then the risk is as before."),
    "TM301": Rule("no evidence", Severity.HIGH, "Name a test or a harness that proves the control."),
    "TM302": Rule("unresolved pointer", Severity.HIGH, "Point at code, a test or a harness that exists."),
    "TM303": Rule("evidence not executed", Severity.HIGH, "Let the evidence run in this build, without skipping it."),
    "TM304": Rule("evidence failed", Severity.HIGH, "Mend the control until its evidence passes."),
    "TM305": Rule("evidence of another build", Severity.HIGH, "Let build and tests run again, in one check."),
    "TM306": Rule("evidence elsewhere", Severity.MEDIUM, "Name a test that runs the control's code, or mend `code`."),
    "TM307": Rule("hollow scan", Severity.HIGH, "Let the rule run over those files, and take its suppression away."),
    "TM308": Rule("too little fuzzing", Severity.MEDIUM, "Give the fuzz gate more seconds, or lower min_execs."),
    "TM309": Rule("manual evidence out of date", Severity.HIGH, "Let it be done again, and write down the new record."),
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


GATE = "threat-model"
DAYS = Book(GATE, RULES, "TM204")


def finding(
    rule: str,
    place: Place,
    element: str,
    message: str,
    *,
    of: Rule | None = None,
    severity: Severity | None = None,
    confidence: Confidence = Confidence.HIGH,
    gate: str = GATE,
) -> Finding:
    """A finding of `rule` about `element` (`<system>/<kind>/<id>`), whose fingerprint ignores lines and wording."""
    of = of or RULES[rule]
    return of.finding(rule, place, element, message, gate=gate, severity=severity, confidence=confidence)
