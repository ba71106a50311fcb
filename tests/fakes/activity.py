"""Recorded activities about the product of `fakes.releases`, in memory."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from fakes.releases import APPROVERS, NOW, trust_root
from fakes.signer import MemorySigner

from sdlc.activities.history import Commit, History, Since
from sdlc.activities.judge import Asked, Judged, judge
from sdlc.activities.record import KINDS, TOPICS, Record, body_of, dump_record
from sdlc.signing.dsse import dump_envelope
from sdlc.signing.person import Signatory
from sdlc.signing.trust import TrustRoot

HEAD, OLD = "a" * 40, "b" * 40
REPORT = "5" * 64
PENTEST: dict[str, Any] = {
    "kind": "penetration-test",
    "tester": "Eve Adams",
    "organization": "Breakers Ltd",
    "independence": "external",
    "scope": "The web page and the DICOM port.",
    "began": "2026-05-04",
    "ended": "2026-05-08",
    "version": "1.0",
    "builds": ["6" * 64],
    "report": {"name": "report.pdf", "sha256": REPORT},
    "findings": [
        {"id": "P-1", "title": "Old TLS", "severity": "medium", "disposition": "fixed", "reference": "issue 12"},
    ],
}
REVIEW: dict[str, Any] = {
    "kind": "code-review",
    "commit": HEAD,
    "answer": "approved",
    "topics": dict.fromkeys(TOPICS, "looked at, nothing found"),
}
NOTE: dict[str, Any] = {
    "kind": "bridge-note",
    "report": REPORT,
    "version": "1.0",
    "reason": "Only texts of the page changed since.",
    "valid_until": "2026-09-01",
}
HISTORY = History(
    product="router",
    version="1.0",
    commits=(Commit(HEAD, NOW, ("alan@example.org",)), Commit(OLD, NOW - timedelta(days=40), ("author@example.org",))),
    paths=("src/router.py",),
    reviewed={HEAD: Since(True), OLD: Since(True, ("src/router.py", ".sdlc/records/x.json"), (HEAD,))},
)
ASKED = Asked(KINDS, 365, ("*",), (".sdlc/*",))


def course(person: str, until: str = "2027-01-01", completed: str = "2026-01-01") -> dict[str, Any]:
    """A course that `person` passed."""
    return {"kind": "training", "person": person, "course": "Secure code", "completed": completed, "valid_until": until}


def record(body: Mapping[str, Any], person: str = "ada", product: str = "router", at: datetime = NOW) -> Record:
    """`body` as `person` says it."""
    who = Signatory(person, trust_root().persons[person].printed_name, APPROVERS[person].key_id, at)
    return Record(body_of(dict(body), what="body"), product, who)


def signed(body: Mapping[str, Any], person: str = "ada", signer: MemorySigner | None = None, **changes: Any) -> bytes:
    """The file of a record."""
    return dump_envelope((signer or APPROVERS[person]).sign(dump_record(record(body, person, **changes))))


def good() -> dict[str, bytes]:
    """All that is asked for: a test, a review by who wrote nothing, a course of everybody."""
    return {
        "pentest.json": signed(PENTEST),
        "review.json": signed(REVIEW),
        **{f"course-{one}.json": signed(course(one), "grace") for one in ("ada", "alan")},
        "course-grace.json": signed(course("grace"), "ada"),
    }


def judged(
    files: Mapping[str, bytes] | None = None,
    *,
    history: History = HISTORY,
    asked: Asked = ASKED,
    trust: TrustRoot | None = None,
    **changed: bytes,
) -> Judged:
    """What the good records, with `changed` ones by name (without ending), are worth."""
    given = {**good(), **(files or {}), **{f"{name}.json": data for name, data in changed.items()}}
    return judge({name: data for name, data in given.items() if data}, history, asked, trust or trust_root())
