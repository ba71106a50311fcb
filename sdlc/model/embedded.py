"""What a distribution declares and holds: its parts, why they are believed to be there, what nobody can explain."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Evidence:
    """Why a part is believed to be there.

    `technique` is one of CycloneDX (``manifest-analysis``, ``filename``, ``binary-analysis``); `path` is relative to
    the folder that the distribution is installed in, `offset` in bytes or None, `text` what was read there.
    """

    path: str
    technique: str
    text: str
    confidence: float
    offset: int | None = None


@dataclass(frozen=True)
class Embedded:
    """One part; `version` is empty when nothing tells it, `license` what its carrier's SBOM declares."""

    name: str
    version: str
    purl: str
    license: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, order=True)
class Unexplained:
    """A place in a distribution that may hold a part that nothing tells of, and why."""

    path: str
    why: str


@dataclass(frozen=True)
class Declared:
    """What a distribution's metadata say of it, each empty where they do not.

    `license` is an SPDX expression, `site` and `source` are addresses, `requires` the Requires-Dist lines.
    """

    license: str = ""
    producer: str = ""
    email: str = ""
    site: str = ""
    source: str = ""
    requires: tuple[str, ...] = ()


@dataclass(frozen=True)
class Inside:
    """What a distribution holds and declares; `looked` counts the files of it that were opened."""

    parts: tuple[Embedded, ...]
    unexplained: tuple[Unexplained, ...]
    looked: int = 0
    declared: Declared = Declared()
