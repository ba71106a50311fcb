"""
Do the recorded activities hold: were they done for this version, by whom they may be, and is everybody trained?

Pure: records, history and trust root in, findings out. What only time decides comes out as a deadline, since nobody
here knows the day. It is asked with the trust root of the base commit, and again with that of whoever verifies.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fnmatch import fnmatch

from sdlc.activities.history import Commit, History
from sdlc.activities.record import (
    TOPICS,
    BridgeNote,
    CodeReview,
    PenetrationTest,
    Record,
    Training,
    load_record,
)
from sdlc.activities.rules import FOLDER, finding
from sdlc.errors import BlockedError, UnreadableError
from sdlc.model.deadline import Deadline
from sdlc.model.finding import Finding, Place
from sdlc.signing.dsse import load_envelope
from sdlc.signing.person import ROLE, why_not_signed
from sdlc.signing.trust import TrustRoot


@dataclass(frozen=True)
class Asked:
    """What the product asks for: which kinds must be there, and how old a penetration test may be.

    `risky` are globs of paths whose review answers every topic; `exclude` of those that are no code.
    """

    required: tuple[str, ...]
    pentest_max_days: int
    risky: tuple[str, ...]
    exclude: tuple[str, ...]


@dataclass(frozen=True)
class Judged:
    """`counted` are the records that a person of the trust root signed, by file name."""

    findings: tuple[Finding, ...]
    deadlines: tuple[Deadline, ...]
    counted: Mapping[str, Record]


@dataclass(frozen=True)
class _Case:
    """All that there is to judge by."""

    records: Mapping[str, Record]
    history: History
    asked: Asked
    trust: TrustRoot | None

    def newest(self, kind: type[PenetrationTest] | type[CodeReview] | type[BridgeNote]) -> list[tuple[str, Record]]:
        """The records of `kind`, newest first."""
        found = [(name, one) for name, one in self.records.items() if isinstance(one.body, kind)]
        return sorted(found, key=lambda row: (row[1].signatory.at, row[0]), reverse=True)


def judge(files: Mapping[str, bytes], history: History, asked: Asked, trust: TrustRoot | None) -> Judged:
    """What stands against `files`, the signed records by name, for the product and the commits of `history`."""
    records: dict[str, Record] = {}
    found: list[Finding] = []
    for name, data in sorted(files.items()):
        record = _examined(name, data, history, trust)
        if isinstance(record, Record):
            records[name] = record
        else:
            found.append(record)
    case = _Case(records, history, asked, trust)
    deadlines: list[Deadline] = []
    for kind, check in (("penetration-test", _tested), ("training", _trained), ("code-review", _reviewed)):
        if kind in asked.required or any(one.body.kind == kind for one in records.values()):
            for one in check(case):
                (deadlines if isinstance(one, Deadline) else found).append(one)  # type: ignore[arg-type]
    return Judged(tuple(found), tuple(deadlines), records)


def _examined(name: str, data: bytes, history: History, trust: TrustRoot | None) -> Record | Finding:
    path = f"{FOLDER}{name}"
    try:
        envelope = load_envelope(data, what=name)
        record = load_record(envelope.payload, what=name)
    except (UnreadableError, BlockedError) as error:
        return finding("ACT-UNREADABLE", name, error.message, path)
    unsigned = why_not_signed(envelope, record.signatory, trust)
    if unsigned is not None:
        return finding("ACT-UNSIGNED", name, f"{name} counts for nothing: {unsigned.sentence}", path)
    if record.product != history.product:
        return finding("ACT-OTHER-PRODUCT", name, f"{name} is about {record.product}, this is {history.product}", path)
    return record


def _tested(case: _Case) -> Iterator[Finding | Deadline]:
    """Penetration tests: each report as it was recorded last, and the newest one for version and age."""
    last: dict[str, tuple[str, PenetrationTest]] = {}
    for name, record in case.newest(PenetrationTest):
        if isinstance(record.body, PenetrationTest):
            last.setdefault(record.body.report.sha256, (name, record.body))
    for name, test in last.values():
        for one in test.findings:
            if one.disposition is None:
                said = f"{test.report.name}: nobody has decided about {one.id} ({one.severity}): {one.title}"
                yield finding("ACT-PENTEST-OPEN", f"{test.report.sha256[:16]}/{one.id}", said, FOLDER + name)
    if "penetration-test" not in case.asked.required:
        return
    if not last:
        yield finding("ACT-MISSING", "penetration-test", "no penetration test is recorded")
        return
    version = case.history.version
    name, test = max(last.values(), key=lambda row: (row[1].version == version, row[1].ended, row[0]))
    place = Place(FOLDER + name, 1)
    until = date.fromisoformat(test.ended) + timedelta(days=case.asked.pentest_max_days)
    yield Deadline("ACT-PENTEST-OLD", f"the penetration test {test.report.name} of {test.ended}", until, place)
    if test.version == version:
        return
    for note_name, record in case.newest(BridgeNote):
        note = record.body
        if isinstance(note, BridgeNote) and (note.report, note.version) == (test.report.sha256, version):
            subject = f"the bridge note of {record.signatory.name} for {version}"
            day = date.fromisoformat(note.valid_until)
            yield Deadline("ACT-BRIDGE-OVER", subject, day, Place(FOLDER + note_name, 1))
            return
    said = f"{test.report.name} tested {test.version}, this is {version}, and no bridge note says why it still holds"
    yield finding("ACT-PENTEST-VERSION", version, said, place.path)


def _trained(case: _Case) -> Iterator[Finding | Deadline]:
    """Courses: recorded by somebody else; and, where they are asked for, of every author and every approver."""
    courses: dict[str, list[tuple[str, Training]]] = {}
    for name, record in sorted(case.records.items()):
        if not isinstance(record.body, Training):
            continue
        if record.body.person == record.signatory.person:
            said = f"{record.signatory.name} recorded their own course"
            yield finding("ACT-TRAINING-SELF", record.body.person, said, FOLDER + name)
        else:
            courses.setdefault(record.body.person, []).append((name, record.body))
    if "training" not in case.asked.required:
        return
    if case.trust is None:
        yield finding("ACT-MISSING", "training", "no trust root says who the authors are")
        return
    wrote, unknown = _authors(case.history.commits, case.trust)
    for email, commit in unknown.items():
        said = f"{email}, who wrote {commit.id[:12]}, is no person of the trust root"
        yield finding("ACT-AUTHOR-UNKNOWN", email, said)
    approvers = {key.person for key in case.trust.keys.values() if ROLE in key.roles and key.person and not key.revoked}
    for person in sorted(approvers | set(wrote)):
        shown = case.trust.persons[person].printed_name
        commits = wrote.get(person, [])
        role = f"wrote {commits[0].id[:12]}" if commits else "may approve"
        if person not in courses:
            yield finding("ACT-TRAINING-MISSING", person, f"no course of {shown}, who {role}, is recorded")
            continue
        for commit in commits:
            said = _untrained(commit, courses[person])
            if said:
                text = f"{shown} wrote {commit.id[:12]} on {_day(commit)}, {said}"
                yield finding("ACT-TRAINING-EXPIRED", f"{person}/{commit.id}", text, FOLDER + courses[person][-1][0])
        name, course = max(courses[person], key=lambda row: row[1].valid_until)
        subject = f"the course {course.course!r:.60} of {shown}, {person}, who {role},"
        yield Deadline("ACT-TRAINING-EXPIRED", subject, date.fromisoformat(course.valid_until), Place(FOLDER + name, 1))


def _authors(commits: Sequence[Commit], trust: TrustRoot) -> tuple[dict[str, list[Commit]], dict[str, Commit]]:
    """The commits of each person, newest first, and of each address that nobody has the newest one."""
    wrote: dict[str, list[Commit]] = {}
    unknown: dict[str, Commit] = {}
    for commit in commits:
        for email in commit.emails:
            person = trust.person_of_email(email)
            if person is None:
                unknown.setdefault(email, commit)
            elif commit not in wrote.setdefault(person.id, []):
                wrote[person.id].append(commit)
    return wrote, unknown


def _day(commit: Commit) -> date:
    return commit.at.date()


def _untrained(commit: Commit, courses: Sequence[tuple[str, Training]]) -> str:
    """Why none of `courses` counted on the day of `commit`; empty when one did."""
    day = _day(commit).isoformat()
    if any(course.completed <= day <= course.valid_until for _, course in courses):
        return ""
    before = [course.valid_until for _, course in courses if course.valid_until < day]
    return f"and the last course ended on {max(before)}" if before else "before the first course"


def _reviewed(case: _Case) -> Iterator[Finding | Deadline]:
    """The newest review, which has to be of the code as it is now, by somebody who wrote none of it."""
    reviews = case.newest(CodeReview)
    if not reviews:
        yield finding("ACT-MISSING", "code-review", "no code review is recorded")
        return
    if "code-review" not in case.asked.required:
        return
    last: dict[str, tuple[str, Record]] = {}
    for name, record in reviews:
        last.setdefault(record.signatory.person, (name, record))
    rejecting = [row for row in last.values() if _rejects(row[1])]
    for name, record in rejecting:  # it stands until the same person approves
        said = f"{record.signatory.name} rejects it"
        yield finding("ACT-REVIEW-REJECTED", record.signatory.person, said, FOLDER + name)
    against = [list(_against(case, *row)) for row in last.values() if row not in rejecting]
    if against and all(against):  # one that holds is enough
        yield from against[0]


def _rejects(record: Record) -> bool:
    return isinstance(record.body, CodeReview) and record.body.answer == "rejected"


def _against(case: _Case, name: str, record: Record) -> Iterator[Finding]:
    review, path = record.body, f"{FOLDER}{name}"
    if not isinstance(review, CodeReview):
        return
    who, short = record.signatory, review.commit[:12]
    since = case.history.reviewed.get(review.commit)
    if since is None or not since.known:
        yield finding("ACT-REVIEW-OLD", short, f"{who.name} reviewed {short}, which did not lead to this commit", path)
        return
    changed = [one for one in since.paths if not _is_any(one, case.asked.exclude)]
    if changed:
        newest = since.commits[0][:12] if since.commits else "an uncommitted change"
        said = f"approval is older than code: {who.name} reviewed {short}, and {newest} came after it: {changed[0]}"
        yield finding("ACT-REVIEW-OLD", short, said + (f" and {len(changed) - 1} more" if changed[1:] else ""), path)
    if case.trust is not None and who.person in _authors(case.history.commits, case.trust)[0]:
        commit = _authors(case.history.commits, case.trust)[0][who.person][0]
        yield finding("ACT-REVIEW-AUTHOR", who.person, f"{who.name} reviewed it, and wrote {commit.id[:12]}", path)
    risky = [one for one in case.history.paths if _is_any(one, case.asked.risky)]
    risky = [one for one in risky if not _is_any(one, case.asked.exclude)]
    left = [topic for topic in TOPICS if topic not in review.topics]
    if risky and left:
        said = f"{risky[0]} was changed, and {who.name} did not look at {', '.join(left)}"
        yield finding("ACT-REVIEW-TOPIC", short, said, path)


def _is_any(path: str, globs: Sequence[str]) -> bool:
    return any(fnmatch(path, glob) for glob in globs)
