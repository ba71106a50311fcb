"""
Risks as they lie on disk, the table of harms that they share, and the policy that weighs them.

Three files, because three kinds of people own them: a risk stands in the model, `harms.yaml` belongs to those who
answer for safety, `policy.yaml` to those who release. The last two count from the base commit only.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from sdlc.formats.strict_entry import Id, Strict, Text

HARMS_SCHEMA = "sdlc.threat-harms/1"
POLICY_SCHEMA = "sdlc.threat-policy/1"

Exploitability = Literal["E1", "E2", "E3", "E4", "E5"]
Severity = Literal["S1", "S2", "S3", "S4", "S5"]
Level = Literal["low", "medium", "high", "unacceptable"]
Dimension = Literal["patient_safety", "care_availability", "privacy", "business"]

EXPLOITABILITIES: tuple[Exploitability, ...] = ("E1", "E2", "E3", "E4", "E5")
SEVERITIES: tuple[Severity, ...] = ("S1", "S2", "S3", "S4", "S5")
LEVELS: tuple[Level, ...] = ("low", "medium", "high", "unacceptable")
DIMENSIONS: tuple[Dimension, ...] = ("patient_safety", "care_availability", "privacy", "business")


class Vectors(Strict):
    """CVSS vectors before and after the controls; without `post` nothing gets better."""

    pre: Text
    post: Text | None = None


class RubricVectors(Vectors):
    """Vectors of CVSS 3.1 by a rubric of questions; `rubric` says which, and its version."""

    rubric: Text


class Expert(Strict):
    """Exploitability as persons judge it, and why."""

    pre: Exploitability
    post: Exploitability | None = None
    rationale: Text


class Levels(Strict):
    """Levels as a person wrote them down; they are compared with those that are computed."""

    pre: Level
    post: Level | None = None


class Risk(Strict):
    """
    What threats can come to: a harm of the shared table, and one way to say how easily.

    `exploited` is for what is known to be exploited, which makes it easiest. `multi_patient`: one exploit reaches many
    devices, which makes the harm one step worse. `safety_ref` names the hazard in the file of the safety process.
    """

    threats: Annotated[tuple[Id, ...], Field(min_length=1)]
    harm: Id
    cvss4: Vectors | None = None
    cvss31: RubricVectors | None = None
    expert: Expert | None = None
    exploited: bool = False
    multi_patient: bool = False
    level: Levels | None = None
    rationale: Text | None = None
    benefit_risk: Text | None = None
    safety_ref: Text | None = None

    @model_validator(mode="after")
    def _one_method(self) -> Risk:
        if sum(method is not None for method in (self.cvss4, self.cvss31, self.expert)) != 1:
            raise ValueError("say how easily it is exploited in one way: cvss4, cvss31 or expert")
        return self


class Harm(Strict):
    """How bad it is, in each dimension that it touches."""

    title: Text
    patient_safety: Severity | None = None
    care_availability: Severity | None = None
    privacy: Severity | None = None
    business: Severity | None = None

    @model_validator(mode="after")
    def _touches_one(self) -> Harm:
        if all(getattr(self, dimension) is None for dimension in DIMENSIONS):
            raise ValueError(f"say how bad it is in one of: {', '.join(DIMENSIONS)}")
        return self


class Harms(Strict):
    """`threat_models/harms.yaml`."""

    schema_: Literal["sdlc.threat-harms/1"] = Field(alias="schema")
    harms: dict[Id, Harm]


class Row(Strict):
    """Levels by severity, for one exploitability."""

    S1: Level
    S2: Level
    S3: Level
    S4: Level
    S5: Level


class Matrix(Strict):
    """Levels by exploitability and severity."""

    E5: Row
    E4: Row
    E3: Row
    E2: Row
    E1: Row


def _row(*levels: Level) -> Row:
    return Row(**dict(zip(SEVERITIES, levels, strict=True)))


DEFAULT_MATRIX = Matrix(
    E5=_row("low", "medium", "high", "unacceptable", "unacceptable"),
    E4=_row("low", "medium", "high", "high", "unacceptable"),
    E3=_row("low", "low", "medium", "high", "high"),
    E2=_row("low", "low", "medium", "medium", "high"),
    E1=_row("low", "low", "low", "medium", "medium"),
)


class Ease(Strict):
    """
    Exploitability by what CVSS says of reach and effort, each an equivalence class of CVSS 4.0 (0 is easiest).

    `reach`: EQ1, of attack vector, privileges and interaction. `effort`: EQ2, of complexity and requirements.
    """

    reach: Annotated[int, Field(ge=0, le=2)]
    effort: Annotated[int, Field(ge=0, le=1)]
    attacked: Exploitability
    proof_of_concept: Exploitability
    unreported: Exploitability


DEFAULT_EASE = (
    Ease(reach=0, effort=0, attacked="E5", proof_of_concept="E4", unreported="E3"),
    Ease(reach=0, effort=1, attacked="E4", proof_of_concept="E3", unreported="E3"),
    Ease(reach=1, effort=0, attacked="E4", proof_of_concept="E3", unreported="E2"),
    Ease(reach=1, effort=1, attacked="E3", proof_of_concept="E2", unreported="E2"),
    Ease(reach=2, effort=0, attacked="E2", proof_of_concept="E2", unreported="E1"),
    Ease(reach=2, effort=1, attacked="E1", proof_of_concept="E1", unreported="E1"),
)


class RiskPolicy(Strict):
    """
    `threat_models/policy.yaml`: how risks are weighed.

    `risks: required` asks for a risk of every open threat; `optional` weighs those that there are.
    """

    schema_: Literal["sdlc.threat-policy/1"] = Field(alias="schema")
    risks: Literal["required", "optional"] = "optional"
    matrix: Matrix = DEFAULT_MATRIX
    exploitability: Annotated[tuple[Ease, ...], Field(min_length=6, max_length=6)] = DEFAULT_EASE

    @model_validator(mode="after")
    def _every_case_once(self) -> RiskPolicy:
        cases = {(ease.reach, ease.effort) for ease in self.exploitability}
        if len(cases) != len(self.exploitability):
            raise ValueError("exploitability: each pair of reach (0 to 2) and effort (0, 1) stands once")
        return self


DEFAULT_POLICY = RiskPolicy(schema="sdlc.threat-policy/1")
