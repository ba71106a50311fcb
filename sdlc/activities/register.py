"""The register of activities: what was recorded, by whom, and the digests of the reports that are kept elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sdlc.activities.record import BridgeNote, CodeReview, PenetrationTest, Record, Training

COLUMNS = ("record", "activity", "what", "until", "signed by", "at")


def register_of(records: Mapping[str, Record]) -> Iterator[tuple[str, str, str, str, str, str]]:
    """One row for each of `records`, in the order of `COLUMNS`."""
    for name, record in sorted(records.items()):
        what, until = _what(record)
        who = record.signatory
        yield name, record.body.kind, what, until, who.name, f"{who.at:%Y-%m-%d}"


def _what(record: Record) -> tuple[str, str]:
    match record.body:
        case PenetrationTest() as test:
            left = sum(one.disposition is None for one in test.findings)
            found = f"{len(test.findings)} findings, {left} open"
            return f"{test.version} by {test.tester} ({test.independence}), {found}, report {test.report.sha256}", ""
        case Training() as training:
            return f"{training.person}: {training.course}", training.valid_until
        case CodeReview() as review:
            return f"{review.answer} {review.commit[:12]}, {len(review.topics)} topics", ""
        case BridgeNote() as note:
            return f"report {note.report[:16]} holds for {note.version}: {note.reason}", note.valid_until
