"""
Every reading, by gate id: a pure function from raw bytes to findings, counters and outcome.

Both the pipeline and the verifier call it, years apart; a reader's name (`bandit+semgrep/1`) is frozen with the
format that it reads.
"""

from __future__ import annotations

from typing import Any, Protocol

from sdlc.model.result import Context, Grade, RawArtifacts, Reading
from sdlc.readings import (
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


class Reader(Protocol):
    """One way to read the raw artifacts of one gate."""

    @property
    def READER(self) -> str:
        """Name and version of this reader, written into the evidence."""

    @property
    def GRADE(self) -> Grade:
        """How much of the answer follows from the stored bytes."""

    @property
    def NEEDS(self) -> tuple[str, ...]:
        """Gates whose raw artifacts are read too; `raw` holds them as `<gate id>/<name>`."""

    @property
    def Settings(self) -> type[Any]:
        """Frozen dataclass; each field carries `metadata={"change": "free" | "may-only-strengthen"}`."""

    def read(self, raw: RawArtifacts, settings: Any, context: Context) -> Reading:
        """What the bytes say. Raises UnreadableError, never guesses."""


READINGS: dict[str, Reader] = {
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
