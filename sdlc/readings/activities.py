"""Reads the signed records of what people did against this version, its commits and its authors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sdlc.activities.history import load_history
from sdlc.activities.judge import Asked, Judged, judge
from sdlc.activities.record import KINDS
from sdlc.activities.register import COLUMNS, register_of
from sdlc.activities.rules import FOLDER
from sdlc.errors import UnreadableError
from sdlc.formats.spreadsheet_text import dump_csv
from sdlc.model.deadline import dump_deadlines
from sdlc.model.finding import Finding
from sdlc.model.result import Context, Grade, Outcome, RawArtifacts, Reading
from sdlc.signing.trust import TrustRoot
from sdlc.signing.trust_json import load_trust

READER = "activities/1"
GRADE = Grade.REPLAYED
NEEDS: tuple[str, ...] = ()
RECORDS = "records/"
TRUST = "trust.json"
HISTORY = "history.json"
REGISTER = "register.csv"
MOST_DAYS = 3650


@dataclass(frozen=True)
class Settings:
    """`required` are the activities that must be there: penetration-test, training, code-review.

    `since` names the last release (a tag, a commit): its later commits are answered for; empty: all of them.
    `pentest_max_days` is how old a penetration test may be. Where a path of `risky` was changed, a review answers every
    topic; paths of `exclude` are no code, and may change after a review.
    """

    required: tuple[str, ...] = field(default=(), metadata={"change": "may-only-strengthen"})
    since: str = field(default="", metadata={"change": "may-only-strengthen"})
    pentest_max_days: int = field(default=365, metadata={"change": "may-only-strengthen"})
    risky: tuple[str, ...] = field(default=("*",), metadata={"change": "may-only-strengthen"})
    exclude: tuple[str, ...] = field(default=(".sdlc/*",), metadata={"change": "may-only-strengthen"})


def read(raw: RawArtifacts, settings: Settings, context: Context) -> Reading:  # noqa: ARG001 - the shape of a reader
    """PASSED when every record is in order and what is required is there; by the trust root of the base commit."""
    judged = judged_by(raw, settings, trust_of(raw))
    if raw.get(REGISTER) != dump_csv(COLUMNS, register_of(judged.counted)):
        raise UnreadableError("the register is not that of the records beside it", hint="run the gate again")
    history = load_history(raw[HISTORY])
    counters = {kind: sum(one.body.kind == kind for one in judged.counted.values()) for kind in KINDS}
    counters = {"records": len(judged.counted), "commits": len(history.commits), **counters}
    details = {"product-version": history.version, **dump_deadlines(judged.deadlines)}
    if not judged.counted and not judged.findings:
        hint = "sdlc record --help"
        return Reading(Outcome.ERROR, (), counters, details, f"no record is in {FOLDER}", hint)
    said = ", ".join(f"{number} {kind}" for kind, number in counters.items() if kind in KINDS and number)
    sentence = f"{len(judged.counted)} records{f' ({said})' if said else ''}, {len(history.commits)} commits"
    return Reading(Outcome.of(judged.findings, work=1), judged.findings, counters, details, sentence)


def judged_by(raw: RawArtifacts, settings: Settings, trust: TrustRoot | None) -> Judged:
    """What the records among `raw` are worth by `trust`; raises UnreadableError."""
    if HISTORY not in raw:
        raise UnreadableError(f"{HISTORY} is missing: nothing says whose commits they are")
    unknown = [one for one in settings.required if one not in KINDS]
    if unknown:
        hint = f"name some of: {', '.join(KINDS)}"
        raise UnreadableError(f"sdlc.toml: gates.activities.required: {unknown[0]!r:.40} is none", hint=hint)
    if not 0 < settings.pentest_max_days <= MOST_DAYS:
        said = f"sdlc.toml: gates.activities.pentest_max_days: {settings.pentest_max_days} is not in 1 to {MOST_DAYS}"
        raise UnreadableError(said, hint="a year is 365")
    files = {name.removeprefix(RECORDS): data for name, data in raw.items() if name.startswith(RECORDS)}
    asked = Asked(settings.required, settings.pentest_max_days, settings.risky, settings.exclude)
    return judge(files, load_history(raw[HISTORY]), asked, trust)


def trust_of(raw: RawArtifacts) -> TrustRoot | None:
    """The trust root of the base commit; None without one. Raises UnreadableError."""
    return load_trust(raw[TRUST], what=".sdlc/trust.json") if TRUST in raw else None


def distrusted(
    raw: RawArtifacts, settings: Settings, trust: TrustRoot | None, known: Sequence[Finding]
) -> list[Finding]:
    """What stands against the records by the `trust` of whoever verifies, and is not `known` by that of the base."""
    seen = {one.fingerprint for one in known}
    return [one for one in judged_by(raw, settings, trust).findings if one.fingerprint not in seen]
