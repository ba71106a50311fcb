"""
The threat model as it lies on disk, and the acceptances beside it.

Maps are keyed by stable kebab-case ids; unknown keys, other types and empty texts are refused. A person may say that
a control is `implemented`; that it is *verified* can be said nowhere in the file, because it is computed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias, get_args

from pydantic import Field, StringConstraints, model_validator

from sdlc.formats import strict_json
from sdlc.formats.strict_entry import UNFINISHED, Day, Id, Number, Strict, Text
from sdlc.model.digest import Digest, sha256
from sdlc.threats.risk_model import Risk
from sdlc.threats.taxonomy import Linddun, Stride

MODEL_SCHEMA = "sdlc.threat-model/1"
ACCEPTANCES_SCHEMA = "sdlc.threat-acceptances/1"

Pointer = Annotated[str, StringConstraints(pattern=r"^[^\s/*:][^\s*:]*(::[A-Za-z_][\w.]*)?$")]
TestId = Annotated[str, StringConstraints(pattern=r"^[^\s/:][^:]*\.py(::[A-Za-z_]\w*)+$")]
SopClass = Literal[
    "storage", "verification", "query-retrieve", "worklist", "storage-commitment", "procedure-step", "print"
]
RuleId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][\w.-]{0,100}$")]
Glob = Annotated[str, StringConstraints(pattern=r"^[^\s/][^\s]{0,300}$")]
Sensitivity = Literal["pii", "phi", "fin", "ip", "cred", "biz", "gov", "pci", "op"]
HarnessName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_]\w*$")]


class System(Strict):
    """What the model is about; `id` names the model in acceptances, findings and documents."""

    id: Id
    title: Text
    owner: Text
    exposure: Literal["internal", "external"] = "internal"
    data: tuple[Id, ...] = ()


class TrustZone(Strict):
    """A part of the world in which everything is believed equally much."""

    title: Text
    trust: Literal["none", "semi", "high"]


class TrustBoundary(Strict):
    """What stands between two zones."""

    between: Annotated[tuple[Id, ...], Field(min_length=2, max_length=2)]
    authentication: tuple[Text, ...] = ()
    authorization: tuple[Text, ...] = ()


class Actor(Strict):
    """A person or a system outside of ours."""

    title: Text
    trust_zone: Id


ClaimPattern = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,30}:\S.{0,300}$")]


FORMS: Mapping[str, str] = {
    get_args(kind)[1].pattern: said
    for kind, said in (
        (Id, "an id begins with a small letter a to z, then small letters, digits and -, at most 64"),
        (Pointer, "a file of the product is expected, or file::function as in src/app.py::check"),
        (TestId, "a test is named as pytest does, without parameters: tests/test_app.py::test_x"),
        (HarnessName, "a harness is named by its function: fuzz_x"),
        (Glob, "a pattern of files below the product is expected, as in src/*.py"),
        (ClaimPattern, "a claim is KIND:WHAT, as `sdlc surface show` prints it: http:GET /health"),
        (Text, "a text is expected here, and it is blank"),
    )
}
"""What a person reads in place of the pattern that an entry does not match."""


class Claim(Strict):
    """
    A part of the attack surface that a component may have: `kind:locator`, with `*` (within a segment) and `**`.

    `auth` names the guard that is intended, `none` where there is to be none. Without `bind` only the loopback
    interface is claimed; `any` means all of them. `sop_classes` are for a `dicom-scp` claim that names no service.
    `why` says why it may be so.
    """

    claim: ClaimPattern
    auth: Text | None = None
    bind: Text | None = None
    tls: Literal["required", "optional", "none"] | None = None
    port: Annotated[int, Field(ge=0, le=65535)] | None = None
    sop_classes: tuple[SopClass, ...] = ()
    why: Text | None = None

    @property
    def unfinished(self) -> bool:
        """True when somebody still has to decide about it: then it claims nothing."""
        return any(UNFINISHED.search(text or "") for text in (self.auth, self.bind, self.why))

    @model_validator(mode="after")
    def _services(self) -> Claim:
        kind, _, locator = self.claim.partition(":")
        if kind == "dicom-scp" and not self.sop_classes and " " not in locator and "**" not in locator:
            raise ValueError("name the service (dicom-scp:tcp/104 C-STORE), or sop_classes")
        return self


class Component(Strict):
    """
    A part of the system; `code` are globs of the files that belong to it, `surface` is what they may offer and do.

    `exposure` is the system's where it is not said.
    """

    title: Text
    trust_zone: Id
    exposure: Literal["internal", "external"] | None = None
    code: tuple[Text, ...] = ()
    surface: tuple[Claim, ...] = ()


class DataSet(Strict):
    """Data of one kind; with `pii` or `phi` among its sensitivities, the privacy threats have to be answered."""

    title: Text
    data_sensitivity: tuple[Sensitivity, ...] = ()
    record_count: Annotated[int, Field(ge=0)] | None = None


class ThreatPersona(Strict):
    """Who attacks."""

    title: Text
    description: Text | None = None


class DataStore(Strict):
    """Where data rest; `encryption` says how they are kept from whoever carries the medium away."""

    title: Text
    trust_zone: Id
    encryption: Text | None = None
    data: tuple[Id, ...] = ()


class DataFlow(Strict):
    """Data on their way; `boundary` is needed when the two ends lie in different zones."""

    source: Id = Field(alias="from")
    target: Id = Field(alias="to")
    boundary: Id | None = None
    protocol: Text | None = None
    port: Annotated[int, Field(ge=0, le=65535)] | None = None
    transport_security: Text | None = None
    authentication: Text | None = None
    data: tuple[Id, ...] = ()


class Threat(Strict):
    """What could go wrong, and on which elements; `rationale` is needed by every status but `open`."""

    on: Annotated[tuple[Id, ...], Field(min_length=1)]
    stride: Stride
    statement: Text
    linddun: tuple[Linddun, ...] = ()
    cwe: tuple[Number, ...] = ()
    capec: tuple[Number, ...] = ()
    attack: tuple[Text, ...] = ()
    emb3d: tuple[Text, ...] = ()
    persona: Id | None = None
    status: Literal["open", "transferred", "avoided", "not_applicable"] = "open"
    rationale: Text | None = None


class TestEvidence(Strict):
    """A test that has to pass in the same build; `id` is pytest's, without parameters."""

    __test__ = False

    kind: Literal["test"]
    id: TestId
    must: Literal["pass"] = "pass"


class FuzzEvidence(Strict):
    """A harness that has to run at least `min_execs` times in the same build, without a crash."""

    kind: Literal["fuzz"]
    harness: HarnessName
    min_execs: Number = 1
    must: Literal["ran"] = "ran"


class SastEvidence(Strict):
    """A rule of static analysis that has to look at files matching the glob `over`, and find nothing in them."""

    kind: Literal["sast"]
    rule: RuleId
    over: Glob
    must: Literal["clean"] = "clean"


class ManualEvidence(Strict):
    """What persons did: a penetration test, a review. It lapses after `valid_until`; `document` is its record."""

    kind: Literal["manual"]
    activity: Text
    by: Text
    performed: Day
    valid_until: Day
    document: Pointer
    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


Evidence: TypeAlias = Annotated[
    TestEvidence | FuzzEvidence | SastEvidence | ManualEvidence, Field(discriminator="kind")
]


class Control(Strict):
    """
    What is done against threats; `code` points at where: `path`, `path::function` or `path::Class.method`.

    `introduces` names hazards that the control itself brings, such as a lock-out in an emergency.
    """

    title: Text
    mitigates: Annotated[tuple[Id, ...], Field(min_length=1)]
    status: Literal["planned", "implemented"]
    introduces: tuple[Text, ...] = ()
    code: tuple[Pointer, ...] = ()
    evidence: tuple[Evidence, ...] = ()


class ThreatModel(Strict):
    """
    One system's threat model, one file under `threat_models/`.

    `extensions` hold what other tools said and this model has no word for; no rule reads them.
    """

    schema_: Literal["sdlc.threat-model/1"] = Field(alias="schema")
    system: System
    trust_zones: dict[Id, TrustZone]
    trust_boundaries: dict[Id, TrustBoundary] = Field(default_factory=dict)
    actors: dict[Id, Actor] = Field(default_factory=dict)
    components: dict[Id, Component]
    data_stores: dict[Id, DataStore] = Field(default_factory=dict)
    data_sets: dict[Id, DataSet] = Field(default_factory=dict)
    data_flows: dict[Id, DataFlow] = Field(default_factory=dict)
    assumptions: dict[Id, Text] = Field(default_factory=dict)
    threat_personas: dict[Id, ThreatPersona] = Field(default_factory=dict)
    threats: dict[Id, Threat]
    not_applicable: dict[Linddun, Text] = Field(default_factory=dict)
    controls: dict[Id, Control] = Field(default_factory=dict)
    risks: dict[Id, Risk] = Field(default_factory=dict)
    extensions: dict[Text, Any] = Field(default_factory=dict)


class Acceptance(Strict):
    """
    A threat that is lived with, until a day; all but `threat` may be missing here, and is then a finding.

    `benefit_risk` is asked for where a risk of the threat stays high.
    """

    threat: Annotated[str, StringConstraints(pattern=r"^\S+$")]
    risk: str = ""
    owner: str = ""
    approver: str = ""
    rationale: str = ""
    accepted: str = ""
    expires: str = ""
    benefit_risk: str = ""


class Acceptances(Strict):
    """`threat_models/acceptances.yaml`."""

    schema_: Literal["sdlc.threat-acceptances/1"] = Field(alias="schema")
    acceptances: dict[Id, Acceptance]


def risk_digest(threat: Threat, risks: Mapping[str, object] | None = None) -> Digest:
    """
    What an acceptance is bound to: statement, elements and classification of `threat`, not how it was decided.

    `risks` are what was computed of the risks that name the threat (`RiskState.accepted`), by their ids.
    """
    later = ("linddun", "attack", "persona")  # keys that came later: without them, the digest is what it was
    left_out = {"status", "rationale"} | {name for name in later if not getattr(threat, name)}
    accepted = threat.model_dump(mode="json", by_alias=True, exclude=left_out)
    return sha256(strict_json.dumps({**accepted, "risks": dict(risks)} if risks else accepted))


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a threat model file, for editors."""
    schema = ThreatModel.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
