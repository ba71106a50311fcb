"""Every rule about security requirements and roles."""

from __future__ import annotations

from sdlc.model.finding import Finding, Place, Severity
from sdlc.model.rule import Rule

GATE = "requirements"
RULES = {
    "REQ-UNREADABLE": Rule("unreadable YAML", Severity.HIGH, "Write that entry as plain, strict YAML."),
    "REQ-SCHEMA": Rule("not of the schema", Severity.HIGH, "Mend that entry; docs/requirements.md has the forms."),
    "REQ-EMPTY": Rule("no requirement", Severity.HIGH, "Write down at least one requirement."),
    "REQ-DUPLICATE": Rule("id used twice", Severity.HIGH, "Give one of the two another id."),
    "REQ-CATEGORY": Rule("unknown category", Severity.MEDIUM, "Name one of the categories of docs/requirements.md."),
    "REQ-NO-CRITERION": Rule(
        "no acceptance criterion", Severity.HIGH, "Say in `acceptance` what has to be seen for it to be met."
    ),
    "REQ-UNFINISHED": Rule("unfinished entry", Severity.MEDIUM, "Replace the TODO by what you decided."),
    "REQ-UNVERIFIED": Rule(
        "requirement not verified", Severity.HIGH, "Let what it names in `verified_by` run and pass in this build."
    ),
    "ROLE-CELL": Rule("cell of a role missing", Severity.HIGH, "Say allow or deny, with the tests that show it."),
    "ROLE-ACTION": Rule("unknown action", Severity.HIGH, "List the action in `actions`, or remove the cell."),
    "ROLE-UNVERIFIED": Rule("access not shown", Severity.HIGH, "Let a test of this build show what the cell says."),
}


def finding(rule: str, place: Place, subject: str, message: str) -> Finding:
    """A finding of `rule` about `subject`: the id of a requirement, or ``roles/ROLE/ACTION``."""
    return RULES[rule].finding(rule, place, subject, message, gate=GATE)
