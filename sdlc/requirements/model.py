"""
Security requirements as they lie on disk, and the matrix of roles beside them.

That a requirement is *verified* can be written nowhere in the file: it is computed from what ran in this build. The
categories are those in which IEC 62443-4-2 and IEC 81001-5-1 speak of security, in our own words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, StringConstraints, model_validator

from sdlc.formats.strict_entry import Id, Strict, Text
from sdlc.formats.strict_yaml import Positions, load_yaml, validate

SCHEMA = "sdlc.requirements/1"
CATEGORIES = (
    "authentication",
    "authorization",
    "audit",
    "confidentiality",
    "integrity",
    "availability",
    "update",
    "logging",
    "privacy",
    "other",
)

RequirementId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9]*([.-][A-Za-z0-9]+){0,7}$")]
TestId = Annotated[str, StringConstraints(pattern=r"^[^\s/:*?\[\]][^\s:*?\[\]]*\.py(::[A-Za-z_]\w*)+(\[[^\r\n]*\])?$")]
ControlId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,63}/[a-z][a-z0-9-]{0,63}$")]
FORMS: Mapping[str, str] = {
    get_args(kind)[1].pattern: said
    for kind, said in (
        (RequirementId, "an id is letters and digits, parted by - or ., as in REQ-007"),
        (TestId, "a test is named as pytest does, and no pattern: tests/test_app.py::test_x"),
        (ControlId, "a control is named SYSTEM/CONTROL, as in the threat model"),
        (Id, "an id begins with a small letter a to z, then small letters, digits and -, at most 64"),
        (Text, "a text is expected here, and it is blank"),
    )
}
"""What a person reads in place of the pattern that an entry does not match."""


class Proof(Strict):
    """One thing that has to hold: a `test` of this build, a `control` of a threat model, a recorded `activity`."""

    test: TestId | None = None
    control: ControlId | None = None
    activity: Literal["penetration-test", "training", "code-review"] | None = None

    @model_validator(mode="after")
    def _one(self) -> Proof:
        if [self.test, self.control, self.activity].count(None) != 2:
            raise ValueError("one of test, control and activity is expected")
        return self

    @property
    def name(self) -> str:
        """What is named."""
        return self.test or self.control or self.activity or ""


class Requirement(Strict):
    """One requirement; `acceptance` says when it is met, `source` where it comes from (a clause of a standard)."""

    id: RequirementId
    title: Text
    statement: Text
    category: Text
    acceptance: str = ""
    verified_by: tuple[Proof, ...] = ()
    source: Text | None = None
    rationale: Text | None = None


class Cell(Strict):
    """One role and one action: allowed or denied, by the tests that show it."""

    allow: tuple[TestId, ...] | None = None
    deny: tuple[TestId, ...] | None = None

    @model_validator(mode="after")
    def _one(self) -> Cell:
        if (self.allow is None) == (self.deny is None):
            raise ValueError("one of allow and deny is expected, with the tests that show it")
        return self

    @property
    def access(self) -> str:
        """``allow`` or ``deny``."""
        return "allow" if self.allow is not None else "deny"

    @property
    def tests(self) -> tuple[str, ...]:
        """The tests that show it."""
        return (self.allow if self.allow is not None else self.deny) or ()


class Roles(Strict):
    """Who may do what: every role of the matrix has a cell for each of the `actions`."""

    actions: Annotated[tuple[Id, ...], Field(min_length=1)]
    matrix: Annotated[dict[Id, dict[Id, Cell]], Field(min_length=1)]


class Requirements(Strict):
    """The whole file."""

    schema_: Literal["sdlc.requirements/1"] = Field(alias="schema")
    requirements: tuple[Requirement, ...] = ()
    roles: Roles | None = None


@dataclass(frozen=True)
class LoadedRequirements:
    """The requirements and where their entries stand."""

    file: Requirements
    positions: Positions


def load_requirements(data: bytes, *, path: str) -> LoadedRequirements:
    """The requirements in `data`; `path` is for messages and places. Raises EntryError."""
    document, positions = load_yaml(data, path=path)
    return LoadedRequirements(validate(Requirements, document, positions, FORMS), positions)


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the file, for editors."""
    schema = Requirements.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
