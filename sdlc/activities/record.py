"""
What a person did, as the statement that a person signs: penetration test, training, code review, bridge note.

A record is accepted only in the one form that `dump_record` writes. It is about one product, and its signer answers
for it by name; what was done it says in `body`, whose keys are those of the form that people fill in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, StringConstraints, TypeAdapter, ValidationError

from sdlc.errors import UnreadableError
from sdlc.formats import strict_json
from sdlc.formats.statements import STATEMENT, load_statement, statement
from sdlc.formats.strict_entry import Day, Strict, Text
from sdlc.formats.timestamp import time_from_text, time_to_text
from sdlc.model.digest import parse_digest, sha256
from sdlc.model.finding import Severity
from sdlc.signing.person import Signatory

PREDICATE = "urn:secure-sdlc:activity-record:v1"
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Commit = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{40}([0-9a-f]{24})?$")]
PersonId = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Topic = Literal[
    "authentication",
    "session-management",
    "access-control",
    "input-validation",
    "output-encoding",
    "cryptography",
    "error-handling",
    "logging",
    "data-protection",
    "communication",
    "configuration",
    "files",
]
TOPICS: tuple[str, ...] = get_args(Topic)
"""What a review of risky code has to look at: the fields of the OWASP guides to code review, in our own words."""


class Report(Strict):
    """A file that is kept elsewhere: its name and its digest."""

    name: Text
    sha256: Sha256


class Weakness(Strict):
    """What a tester found; `disposition` says what became of it (None: nothing yet), `reference` where that stands."""

    id: Text
    title: Text
    severity: Annotated[Severity, Field(strict=False)]
    disposition: Literal["fixed", "accepted", "false", "transferred"] | None = None
    reference: str = ""


class PenetrationTest(Strict):
    """A test by people: of which version and build, by whom, how independent, and what became of what they found."""

    kind: Literal["penetration-test"]
    tester: Text
    organization: Text
    independence: Literal["internal", "organization", "external"]
    scope: Text
    began: Day
    ended: Day
    version: Text
    builds: Annotated[tuple[Sha256, ...], Field(min_length=1)]
    report: Report
    findings: tuple[Weakness, ...] = ()


class Training(Strict):
    """A course that a person of the trust root passed; it counts from `completed` through `valid_until`."""

    kind: Literal["training"]
    person: PersonId
    course: Text
    completed: Day
    valid_until: Day


class CodeReview(Strict):
    """The signer read the code as it was at `commit`; `topics` are those that the reviewer looked at, each answered."""

    kind: Literal["code-review"]
    commit: Commit
    answer: Literal["approved", "rejected"]
    topics: dict[Topic, Text] = Field(default_factory=dict)


class BridgeNote(Strict):
    """Why the penetration test with this report still holds for `version`, until a day."""

    kind: Literal["bridge-note"]
    report: Sha256
    version: Text
    reason: Text
    valid_until: Day


Body = Annotated[PenetrationTest | Training | CodeReview | BridgeNote, Field(discriminator="kind")]
AnyBody = PenetrationTest | Training | CodeReview | BridgeNote
BODY: TypeAdapter[AnyBody] = TypeAdapter(Body)
KINDS = ("penetration-test", "training", "code-review")
"""What a product may demand; a bridge note is demanded by nobody."""


@dataclass(frozen=True)
class Record:
    """One record, about `product`, and who signed it and when."""

    body: AnyBody
    product: str
    signatory: Signatory


def body_of(document: Any, *, what: str) -> AnyBody:
    """What was done, from the JSON or YAML value `document`; raises UnreadableError that names the key."""
    try:
        body = BODY.validate_python(_frozen(document))
    except ValidationError as error:
        row = error.errors(include_url=False, include_input=False)[0]
        keys = ".".join(str(key) for key in row["loc"][1:]) or "kind"
        said = "there is no such key" if row["type"] == "extra_forbidden" else row["msg"][:1].lower() + row["msg"][1:]
        raise UnreadableError(f"{what}: {keys}: {said}", hint="docs/activities.md shows each form") from None
    problem = _out_of_order(body)
    if problem:
        raise UnreadableError(f"{what}: {problem}", hint="docs/activities.md shows each form")
    return body


def dump_record(record: Record) -> bytes:
    """The statement that the person signs."""
    who, body = record.signatory, _to_json(record.body)
    predicate: dict[str, object] = {
        "product": record.product,
        "body": body,
        "person": {"id": who.person, "name": who.name, "key": who.key},
        "created": time_to_text(who.at),
    }
    return statement([("activity", sha256(strict_json.dumps(body)))], PREDICATE, predicate)


def load_record(payload: bytes, *, what: str) -> Record:
    """The record in `payload`, whose signature is not looked at here; raises UnreadableError."""
    document = load_statement(payload, predicate_type=PREDICATE, what=what).predicate
    try:
        person = document["person"]
        who = Signatory(
            person=str(person["id"]),
            name=str(person["name"]),
            key=parse_digest(person["key"]),
            at=time_from_text(document["created"]),
        )
        record = Record(body_of(document["body"], what=what), str(document["product"]), who)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableError(f"{what}: {type(error).__name__}: {error}") from None
    if dump_record(record) != payload:
        raise UnreadableError(f"{what}: a member is unknown, or not in the one form that is written")
    return record


def _out_of_order(body: AnyBody) -> str:
    for key in ("began", "ended", "completed", "valid_until"):
        try:
            date.fromisoformat(getattr(body, key, "2026-01-01"))
        except ValueError as error:
            return f"{key}: {error}"
    match body:
        case PenetrationTest():
            named = [one.id for one in body.findings]
            if body.ended < body.began:
                return "ended: before it began"
            if len(set(named)) != len(named):
                return "findings: two have one id"
            without = [one.id for one in body.findings if one.disposition and not one.reference.strip()]
            return f"findings: {without[0]}: a disposition needs a reference to where it stands" if without else ""
        case Training():
            return "valid_until: not after it was completed" if body.valid_until <= body.completed else ""
        case _:
            return ""


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _frozen(inner) for key, inner in value.items()}
    return tuple(_frozen(inner) for inner in value) if isinstance(value, list | tuple) else value


def _to_json(body: AnyBody) -> dict[str, object]:
    document: dict[str, object] = body.model_dump(mode="json")
    return document


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of what is signed."""
    digest = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
    body = BODY.json_schema(ref_template="#/$defs/{model}")
    name = {"type": "string", "minLength": 1}
    person = _object(id=name, name=name, key=digest)
    time = {"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\+00:00$"}
    subject = _object(name={"const": "activity"}, digest=_object(sha256=digest))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:secure-sdlc:schema:activity-record:v1",
        "title": "Record of an activity",
        "description": "What a person did, signed by who answers for it (docs/activities.md).",
        "$defs": body.pop("$defs"),
        **_object(
            _type={"const": STATEMENT},
            predicateType={"const": PREDICATE},
            predicate=_object(product=name, body=body, person=person, created=time),
            subject={"type": "array", "minItems": 1, "maxItems": 1, "items": subject},
        ),
    }


def _object(**properties: object) -> dict[str, object]:
    return {"type": "object", "additionalProperties": False, "required": sorted(properties), "properties": properties}
