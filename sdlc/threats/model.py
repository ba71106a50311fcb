"""
The threat model as it lies on disk, and the acceptances beside it.

Maps are keyed by stable kebab-case ids; unknown keys, other types and empty texts are refused. A person may say that
a control is `implemented`; that it is *verified* can be said nowhere in the file, because it is computed.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from sdlc.formats import strict_json
from sdlc.model.digest import Digest, sha256

MODEL_SCHEMA = "sdlc.threat-model/1"
ACCEPTANCES_SCHEMA = "sdlc.threat-acceptances/1"

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,63}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=4000, pattern=r"\S")]
Number = Annotated[int, Field(ge=1)]
Pointer = Annotated[str, StringConstraints(pattern=r"^[^\s/*:][^\s*:]*(::[A-Za-z_][\w.]*)?$")]
TestId = Annotated[str, StringConstraints(pattern=r"^[^\s/:][^:]*\.py(::[A-Za-z_]\w*)+$")]
SopClass = Literal[
    "storage", "verification", "query-retrieve", "worklist", "storage-commitment", "procedure-step", "print"
]
HarnessName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_]\w*$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class System(_Strict):
    """What the model is about; `id` names the model in acceptances, findings and documents."""

    id: Id
    title: Text
    owner: Text
    exposure: Literal["internal", "external"] = "internal"
    data: tuple[Id, ...] = ()


class TrustZone(_Strict):
    """A part of the world in which everything is believed equally much."""

    title: Text
    trust: Literal["none", "semi", "high"]


class TrustBoundary(_Strict):
    """What stands between two zones."""

    between: Annotated[tuple[Id, ...], Field(min_length=2, max_length=2)]
    authentication: tuple[Text, ...] = ()
    authorization: tuple[Text, ...] = ()


class Actor(_Strict):
    """A person or a system outside of ours."""

    title: Text
    trust_zone: Id


ClaimPattern = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,30}:\S.{0,300}$")]


class Claim(_Strict):
    """
    A part of the attack surface that a component may have: `kind:locator`, with `*` (within a segment) and `**`.

    `auth` names the guard that is intended, `none` where there is to be none. Without `bind` only the loopback
    interface is claimed; `any` means all of them. `sop_classes` are for a `dicom-scp` claim that names no service.
    """

    claim: ClaimPattern
    auth: Text | None = None
    bind: Text | None = None
    tls: Literal["required", "optional", "none"] | None = None
    port: Annotated[int, Field(ge=0, le=65535)] | None = None
    sop_classes: tuple[SopClass, ...] = ()

    @model_validator(mode="after")
    def _services(self) -> Claim:
        kind, _, locator = self.claim.partition(":")
        if kind == "dicom-scp" and not self.sop_classes and " " not in locator and "**" not in locator:
            raise ValueError("name the service (dicom-scp:tcp/104 C-STORE), or sop_classes")
        return self


class Component(_Strict):
    """
    A part of the system; `code` are globs of the files that belong to it, `surface` is what they may offer and do.

    `exposure` is the system's where it is not said.
    """

    title: Text
    trust_zone: Id
    exposure: Literal["internal", "external"] | None = None
    code: tuple[Text, ...] = ()
    surface: tuple[Claim, ...] = ()


class DataStore(_Strict):
    """Where data rest."""

    title: Text
    trust_zone: Id
    data: tuple[Id, ...] = ()


class DataFlow(_Strict):
    """Data on their way; `boundary` is needed when the two ends lie in different zones."""

    source: Id = Field(alias="from")
    target: Id = Field(alias="to")
    boundary: Id | None = None
    protocol: Text | None = None
    port: Annotated[int, Field(ge=0, le=65535)] | None = None
    transport_security: Text | None = None
    authentication: Text | None = None
    data: tuple[Id, ...] = ()


class Threat(_Strict):
    """What could go wrong, and on which elements; `rationale` is needed by every status but `open`."""

    on: Annotated[tuple[Id, ...], Field(min_length=1)]
    stride: Literal[
        "spoofing",
        "tampering",
        "repudiation",
        "information-disclosure",
        "denial-of-service",
        "elevation-of-privilege",
    ]
    statement: Text
    cwe: tuple[Number, ...] = ()
    capec: tuple[Number, ...] = ()
    emb3d: tuple[Text, ...] = ()
    status: Literal["open", "transferred", "avoided", "not_applicable"] = "open"
    rationale: Text | None = None


class TestEvidence(_Strict):
    """A test that has to pass in the same build; `id` is pytest's, without parameters."""

    __test__ = False

    kind: Literal["test"]
    id: TestId
    must: Literal["pass"] = "pass"


class FuzzEvidence(_Strict):
    """A harness that has to run at least `min_execs` times in the same build, without a crash."""

    kind: Literal["fuzz"]
    harness: HarnessName
    min_execs: Number = 1
    must: Literal["ran"] = "ran"


Evidence: TypeAlias = Annotated[TestEvidence | FuzzEvidence, Field(discriminator="kind")]


class Control(_Strict):
    """What is done against threats; `code` points at where: `path`, `path::function` or `path::Class.method`."""

    title: Text
    mitigates: Annotated[tuple[Id, ...], Field(min_length=1)]
    status: Literal["planned", "implemented"]
    code: tuple[Pointer, ...] = ()
    evidence: tuple[Evidence, ...] = ()


class ThreatModel(_Strict):
    """One system's threat model, one file under `threat_models/`."""

    schema_: Literal["sdlc.threat-model/1"] = Field(alias="schema")
    system: System
    trust_zones: dict[Id, TrustZone]
    trust_boundaries: dict[Id, TrustBoundary] = Field(default_factory=dict)
    actors: dict[Id, Actor] = Field(default_factory=dict)
    components: dict[Id, Component]
    data_stores: dict[Id, DataStore] = Field(default_factory=dict)
    data_flows: dict[Id, DataFlow] = Field(default_factory=dict)
    assumptions: dict[Id, Text] = Field(default_factory=dict)
    threats: dict[Id, Threat]
    controls: dict[Id, Control] = Field(default_factory=dict)


class Acceptance(_Strict):
    """A threat that is lived with, until a day; all but `threat` may be missing here, and is then a finding."""

    threat: Annotated[str, StringConstraints(pattern=r"^\S+$")]
    risk: str = ""
    owner: str = ""
    approver: str = ""
    rationale: str = ""
    accepted: str = ""
    expires: str = ""


class Acceptances(_Strict):
    """`threat_models/acceptances.yaml`."""

    schema_: Literal["sdlc.threat-acceptances/1"] = Field(alias="schema")
    acceptances: dict[Id, Acceptance]


def risk_digest(threat: Threat) -> Digest:
    """What an acceptance is bound to: statement, elements and classification of `threat`, not how it was decided."""
    accepted = threat.model_dump(mode="json", by_alias=True, exclude={"status", "rationale"})
    return sha256(strict_json.dumps(accepted))


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a threat model file, for editors."""
    schema = ThreatModel.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
