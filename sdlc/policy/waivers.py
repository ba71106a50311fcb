"""
`.sdlc/waivers.toml`: findings that are knowingly shipped, each with an owner, a reason, an approver and an end.

A waiver names one finding: by its fingerprint and the digest of the function around it, so that it survives moves and
reformatting and lapses when the code changes its meaning; or by rule, component and versions. One that is expired,
not yet valid, valid for too long, self-approved, a second one for the same finding, or for nothing is *refused*, by
name: it waives nothing, and every report says so. The file is read from the base commit alone.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, Self

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from sdlc.errors import UsageError
from sdlc.formats import strict_toml
from sdlc.model.finding import Finding
from sdlc.model.verdict import RefusedWaiver, Waived

_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
"""No `*` and no `?`: a waiver for whatever there is would be a change of the policy."""


class Waiver(BaseModel):
    """One entry.

    `fingerprint` with `function` (a digest; empty where the finding has none), or `component` with `versions` (PEP
    440). `owner` and `approver` are persons' ids of the trust root; `max_uses` is how many findings it may cover in
    one check; `control` says what reduces the risk meanwhile.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    id: str = Field(pattern=_NAME, max_length=64)
    gate: str = Field(pattern=_NAME)
    rule: str = Field(pattern=_NAME)
    owner: str = Field(pattern=_NAME)
    approver: str = Field(pattern=_NAME)
    reason: str = Field(min_length=10, max_length=2000)
    created: date
    expires: date
    fingerprint: str = Field(default="", pattern=r"^(f1:[0-9a-f]{32})?$")
    function: str = Field(default="", pattern=r"^([0-9a-f]{64})?$")
    component: str = Field(default="", pattern=r"^([A-Za-z0-9][A-Za-z0-9._-]*)?$")
    versions: str = ""
    max_uses: int = Field(default=1, ge=1, le=1000)
    control: str = ""

    @field_validator("versions")
    @classmethod
    def _specifier(cls, value: str) -> str:
        try:
            SpecifierSet(value)
        except InvalidSpecifier:
            raise ValueError(f"{value!r} is no range of versions, such as >=8.0,<8.2") from None
        return value

    @model_validator(mode="after")
    def _one_scope(self) -> Self:
        if bool(self.fingerprint) == bool(self.component):
            raise ValueError("a waiver has either a fingerprint, or a component with versions")
        if self.component and not self.versions:
            raise ValueError("versions: say which versions of the component, such as >=8.0,<8.2")
        return self

    def covers(self, gate: str, finding: Finding) -> bool:
        """True when `finding` of `gate` is what this waiver was written for."""
        if (gate, finding.rule) != (self.gate, self.rule):
            return False
        if self.fingerprint:
            return (finding.fingerprint, finding.properties.get("function", "")) == (self.fingerprint, self.function)
        return self._is_component(finding.subject)

    def _is_component(self, purl: str) -> bool:
        name, _, version = purl.removeprefix("pkg:pypi/").partition("@")
        try:
            inside = SpecifierSet(self.versions).contains(Version(version), prereleases=True)
        except InvalidVersion:
            return False
        return inside and canonicalize_name(name) == canonicalize_name(self.component)


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    schema_: Literal["sdlc.waivers/1"] = Field(alias="schema")
    waivers: tuple[Waiver, ...] = ()


@dataclass(frozen=True)
class Limits:
    """What the policy allows: days from `created` to `expires`, and days before the end from which it is said."""

    max_days: int = 90
    heads_up_days: int = 30


@dataclass(frozen=True)
class Applied:
    """What the waivers came to: which findings they cover (gate and position), what was refused, what ends soon."""

    covered: Mapping[tuple[str, int], Waived]
    refused: tuple[RefusedWaiver, ...]
    notes: tuple[str, ...]


def load_waivers(data: bytes, what: str = ".sdlc/waivers.toml") -> tuple[Waiver, ...]:
    """The waivers in `data`; raises UsageError with file and key path."""
    try:
        document = _Document.model_validate(strict_toml.loads(data))
    except UnicodeDecodeError as error:
        raise UsageError(f"{what}: not UTF-8 at byte {error.start}", hint="save the file as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{what}: {error}", hint="mend the TOML syntax") from None
    except ValidationError as error:
        first = error.errors()[0]
        path = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"{what}: {path}: {first['msg']}", hint="docs/waivers.md lists the keys") from None
    ids = [waiver.id for waiver in document.waivers]
    twice = next((identifier for identifier in ids if ids.count(identifier) > 1), None)
    if twice is not None:
        raise UsageError(f"{what}: two waivers have the id {twice}", hint="give each its own")
    return document.waivers


def apply(
    waivers: Sequence[Waiver], findings: Mapping[str, Sequence[Finding]], at: datetime, limits: Limits
) -> Applied:
    """Lay `waivers` over the findings of each gate, as of `at`; in the file's order, each finding is covered once."""
    covered: dict[tuple[str, int], Waived] = {}
    refused: list[RefusedWaiver] = []
    notes: list[str] = []
    for waiver in waivers:
        hits = [
            (gate, position)
            for gate, several in findings.items()
            for position, finding in enumerate(several)
            if not finding.suppressed and waiver.covers(gate, finding)
        ]
        reason, sentence = _why_not(waiver, at, limits)
        if not reason and not hits:
            reason, sentence = "waiver-orphaned", "no finding is what it was written for"
        elif not reason and all(hit in covered for hit in hits):
            reason, sentence = "waiver-duplicate", f"{covered[hits[0]].waiver} covers the same finding already"
        if reason:
            refused.append(RefusedWaiver(waiver.id, reason, sentence))
            continue
        for hit in [hit for hit in hits if hit not in covered][: waiver.max_uses]:
            finding = findings[hit[0]][hit[1]]
            covered[hit] = Waived(waiver.id, hit[0], finding, waiver.owner, waiver.approver, waiver.expires)
        left = (_end(waiver) - at).days
        if left <= limits.heads_up_days:
            notes.append(f"waiver {waiver.id} of {waiver.owner} ends on {waiver.expires}, in {left} days")
    return Applied(covered, tuple(refused), tuple(notes))


def _why_not(waiver: Waiver, at: datetime, limits: Limits) -> tuple[str, str]:
    """Reason code and sentence, empty when nothing stands against `waiver` itself."""
    if waiver.owner == waiver.approver:
        return "waiver-self-approved", f"{waiver.owner} approved it in the own favor"
    if waiver.expires - waiver.created > timedelta(days=limits.max_days):
        days = (waiver.expires - waiver.created).days
        return "waiver-too-long", f"it lasts {days} days, the policy allows {limits.max_days}"
    if _begin(waiver) > at or waiver.expires < waiver.created:
        return "waiver-not-yet-valid", f"it begins on {waiver.created}"
    if _end(waiver) <= at:
        return "waiver-expired", f"it ended on {waiver.expires}"
    return "", ""


def _begin(waiver: Waiver) -> datetime:
    return datetime.combine(waiver.created, time(), UTC)


def _end(waiver: Waiver) -> datetime:
    """The end of the day that it expires on."""
    return datetime.combine(waiver.expires, time(), UTC) + timedelta(days=1)
