"""Every rule about recorded activities."""

from __future__ import annotations

from sdlc.model.deadline import Book
from sdlc.model.finding import Finding, Place, Severity
from sdlc.model.rule import Rule

GATE = "activities"
FOLDER = ".sdlc/records/"

RULES = {
    "ACT-UNREADABLE": Rule("no record", Severity.HIGH, "Write it with `sdlc record`, and remove this file."),
    "ACT-UNSIGNED": Rule("nobody signed it", Severity.HIGH, "Let a person of the trust root record it again."),
    "ACT-OTHER-PRODUCT": Rule("about another product", Severity.HIGH, "Remove it; it says nothing of this product."),
    "ACT-MISSING": Rule("activity not recorded", Severity.HIGH, "Let it be done, and record it with `sdlc record`."),
    "ACT-PENTEST-VERSION": Rule(
        "tested another version",
        Severity.HIGH,
        "Test this version, or let a bridge note say why the report still holds.",
    ),
    "ACT-PENTEST-OPEN": Rule(
        "finding without a decision",
        Severity.HIGH,
        "Decide about it, and record the report again with its disposition.",
    ),
    "ACT-PENTEST-OLD": Rule("penetration test too old", Severity.HIGH, "Let the product be tested again."),
    "ACT-BRIDGE-OVER": Rule("bridge note over", Severity.HIGH, "Test this version."),
    "ACT-AUTHOR-UNKNOWN": Rule(
        "author nobody knows", Severity.HIGH, "Add the address to its person: sdlc trust add-person --email."
    ),
    "ACT-TRAINING-MISSING": Rule(
        "person without a course", Severity.HIGH, "Let them be trained, and record the course."
    ),
    "ACT-TRAINING-EXPIRED": Rule("course over", Severity.HIGH, "Let the course be repeated, and record it."),
    "ACT-TRAINING-SELF": Rule("own word", Severity.HIGH, "Let somebody else record the course."),
    "ACT-REVIEW-OLD": Rule("approval is older than code", Severity.HIGH, "Let the code be reviewed as it is now."),
    "ACT-REVIEW-AUTHOR": Rule("reviewed by an author", Severity.HIGH, "Let somebody review it who wrote none of it."),
    "ACT-REVIEW-REJECTED": Rule("review rejects it", Severity.HIGH, "Mend what the reviewer found, and ask again."),
    "ACT-REVIEW-TOPIC": Rule(
        "topic not looked at", Severity.HIGH, "Answer every topic of the checklist, and record the review again."
    ),
}


DAYS = Book(GATE, RULES, "ACT-ENDING")


def finding(rule: str, subject: str, message: str, path: str = FOLDER) -> Finding:
    """A finding of `rule` about `subject`, which the record at `path` is about."""
    return RULES[rule].finding(rule, Place(path, 1), subject, message, gate=GATE)
