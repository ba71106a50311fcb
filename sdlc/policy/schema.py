"""
`.sdlc/policy.toml`: typed rules, so that evaluation is bounded and every decision explains itself.

Five types of rule: `required` (a gate must have passed), `threshold` (a counter at most), `floor` (a counter at
least), `max-age` (a date in a gate's details not older than), `forbid` (no finding of these rules, waived or not).
Unknown keys are refused, and so is a policy without rules: empty is not valid.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from sdlc.errors import UsageError
from sdlc.formats import strict_toml
from sdlc.model.finding import Confidence, Severity
from sdlc.policy.waivers import Limits

Profile = Literal["pr", "release", "nightly"]
Mode = Literal["enforcing", "adopting", "observe"]

SCHEMA = "sdlc.policy/1"
BUILT_IN_NAME = "built-in policy"

BUILT_IN = b"""\
schema = "sdlc.policy/1"
id = "built-in"

[[rules]]
id = "static-analysis"
type = "required"
gate = "static-analysis"
when = "applicable"
text = "No new weakness of high confidence in the code."

[[rules]]
id = "secrets"
type = "required"
gate = "secrets"
severity = "high"
text = "No credential in the files, or in the commits under test."

[[rules]]
id = "workflows"
type = "required"
gate = "workflows"
when = "applicable"
severity = "medium"
text = "No workflow lets a stranger act in the project's name, or a check fail in silence."

[[rules]]
id = "build"
type = "required"
gate = "build"
when = "applicable"
text = "The product builds from its lock."

[[rules]]
id = "tests"
type = "required"
gate = "tests"
when = "applicable"
text = "The product's own tests pass."

[[rules]]
id = "sbom"
type = "required"
gate = "sbom"
when = "applicable"
text = "What is shipped is known and pinned."

[[rules]]
id = "vulnerabilities"
type = "required"
gate = "vulnerabilities"
when = "applicable"
severity = "high"
text = "No known serious vulnerability in what is shipped."

[[rules]]
id = "licenses"
type = "required"
gate = "licenses"
when = "applicable"
severity = "high"
text = "Nothing is shipped under a license that is unknown, or that the product's lists deny."

[[rules]]
id = "malware"
type = "required"
gate = "malware"
when = "applicable"
severity = "medium"
text = "Nothing harmful is in what is shipped, and nothing that nobody could look into."

[[rules]]
id = "fuzz"
type = "required"
gate = "fuzz"
when = "applicable"
text = "The parsers survive the fuzzer."

[[rules]]
id = "threat-model"
type = "required"
gate = "threat-model"
when = "applicable"
text = "Every threat is decided and every control is proved in this build."

[[rules]]
id = "attack-surface"
type = "required"
gate = "attack-surface"
when = "applicable"
severity = "medium"
text = "What can be reached, and what the code can do, is what the threat model says."
"""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class _Rule(_Strict):
    """What all rules have; before the day `effective_on` (None: always effective) a rule is only announced.

    `owner` is who clears it when it blocks a release, within `due_days` of the commit (None: while the candidate is
    open); both are shown and decide nothing.
    """

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    text: str = ""
    owner: str = Field(default="", max_length=200)
    due_days: int | None = Field(default=None, ge=0, le=3650)
    profiles: tuple[Profile, ...] = ("pr", "release", "nightly")
    effective_on: date | None = None

    @field_validator("profiles")
    @classmethod
    def _some_profile(cls, value: tuple[Profile, ...]) -> tuple[Profile, ...]:
        if not value:
            raise ValueError("a rule without a profile never applies; remove the rule or name a profile")
        return value


class Required(_Rule):
    """The gate worked, and no finding at or above `severity` and `confidence` stands.

    `pins` hold the gate to its tools: the name of a tool, or `rules`, and its version or SHA-256.
    """

    type: Literal["required"]
    gate: str
    severity: Severity = Severity.LOW
    confidence: Confidence = Confidence.HIGH
    when: Literal["always", "applicable"] = "always"
    pins: dict[str, str] = Field(default_factory=dict)


class Threshold(_Rule):
    """The gate's `counter` is at most `at_most`."""

    type: Literal["threshold"]
    gate: str
    counter: str
    at_most: int = Field(ge=0)


class Floor(_Rule):
    """The gate's `counter` is at least `at_least`."""

    type: Literal["floor"]
    gate: str
    counter: str
    at_least: int = Field(ge=1)


class MaxAge(_Rule):
    """The date in the gate's detail `detail` is at most `days` old."""

    type: Literal["max-age"]
    gate: str
    detail: str
    days: int = Field(ge=0)


class Forbid(_Rule):
    """No finding of the gate has a rule id that matches the glob `finding`."""

    type: Literal["forbid"]
    gate: str
    finding: str = Field(min_length=1)


AnyRule = Required | Threshold | Floor | MaxAge | Forbid
Rule = Annotated[AnyRule, Field(discriminator="type")]


class _Waivers(_Strict):
    """How long a waiver may last, and from when on its end is announced; in days."""

    max_days: int = Field(default=90, ge=1, le=366)
    heads_up_days: int = Field(default=30, ge=0, le=366)


class _Weakening(_Strict):
    """Does a change that weakens what judges it block?"""

    blocks: bool = True


class _Page(_Strict):
    """In which language the page of a release is drawn that lies in its bundle."""

    language: Literal["en", "ja"] = "en"


class _Document(_Strict):
    schema_: Literal["sdlc.policy/1"] = Field(alias="schema")
    id: str
    mode: Mode = "enforcing"
    adopting_until: date | None = None
    waivers: _Waivers = _Waivers()
    weakening: _Weakening = _Weakening()
    page: _Page = _Page()
    rules: tuple[Rule, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _ends(self) -> _Document:
        if (self.mode == "adopting") != (self.adopting_until is not None):
            raise ValueError('mode = "adopting" and adopting_until = DATE belong together')
        return self

    @field_validator("rules")
    @classmethod
    def _unique(cls, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        seen: set[str] = set()
        for rule in rules:
            if rule.id in seen:
                raise ValueError(f"two rules have the id {rule.id!r}")
            seen.add(rule.id)
        return rules


@dataclass(frozen=True)
class Policy:
    """What must hold; in mode `adopting`, until that day, findings block a pull request only if they are new."""

    id: str
    mode: Mode
    rules: tuple[AnyRule, ...]
    waivers: Limits = field(default_factory=Limits)
    weakening_blocks: bool = True
    adopting_until: date | None = None


def load_policy(data: bytes, what: str = ".sdlc/policy.toml") -> Policy:
    """The policy in `data`; raises UsageError with file and key path."""
    try:
        document = strict_toml.loads(data)
    except UnicodeDecodeError as error:
        raise UsageError(f"{what}: not UTF-8 at byte {error.start}") from None
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{what}: {error}", hint="mend the TOML syntax") from None
    try:
        parsed = _Document.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        path = ".".join(str(part) for part in first["loc"])
        raise UsageError(
            f"{what}: {path}: {first['msg']}", hint="docs/policy.md lists the keys and types of a policy"
        ) from None
    limits = Limits(parsed.waivers.max_days, parsed.waivers.heads_up_days)
    blocks, until = parsed.weakening.blocks, parsed.adopting_until
    return Policy(parsed.id, parsed.mode, parsed.rules, limits, blocks, until)
