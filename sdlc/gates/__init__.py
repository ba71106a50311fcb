"""Every gate, by id. A gate is a module of this shape; its twin in `readings/` makes findings of its bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from sdlc.gates import (
    activities,
    attack_surface,
    build,
    fuzz,
    hardening,
    licenses,
    malware,
    requirements,
    sbom,
    secrets,
    static_analysis,
    tests,
    threat_model,
    vulnerabilities,
    workflows,
)
from sdlc.model.result import RawArtifacts
from sdlc.tools import Tools
from sdlc.workspace import Workspace

Inputs = Mapping[str, RawArtifacts]
"""The raw artifacts of the gates that a gate NEEDS, by gate id; one that did not answer is absent."""


class Gate(Protocol):
    """One automated question about a workspace.

    It returns raw bytes; it never prints, stores, signs, exits, or reads clock or environment. What goes wrong
    with a tool is raised as ToolError, which the pipeline turns into the outcome `error`.
    """

    @property
    def ID(self) -> str:
        """Kebab-case id, the same in configuration, documentation and SARIF."""

    @property
    def NEEDS(self) -> tuple[str, ...]:
        """Ids of the gates whose raw artifacts this one reads."""

    @property
    def Settings(self) -> type[Any]:
        """Frozen dataclass of what `[gates.<id>]` of sdlc.toml may say."""

    def not_applicable(self, workspace: Workspace, settings: Any) -> str | None:
        """Why there is nothing to look at here, in one sentence; None when the gate applies."""

    def run(self, workspace: Workspace, tools: Tools, settings: Any, inputs: Inputs) -> RawArtifacts:
        """Look, and return what the tools printed. Raises ToolError."""


EXECUTING = ("build", "tests", "fuzz", "hardening")
"""Gates that execute code of the product; all others only read it."""

GATES: dict[str, Gate] = {  # a literal, so that mypy checks every module against Gate
    "build": build,
    "tests": tests,
    "static-analysis": static_analysis,
    "secrets": secrets,
    "sbom": sbom,
    "vulnerabilities": vulnerabilities,
    "licenses": licenses,
    "malware": malware,
    "fuzz": fuzz,
    "threat-model": threat_model,
    "attack-surface": attack_surface,
    "activities": activities,
    "requirements": requirements,
    "hardening": hardening,
    "workflows": workflows,
}
