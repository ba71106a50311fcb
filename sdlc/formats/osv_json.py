"""OSV records (schema 1.x): the members that matching needs, and nothing guessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from packaging.utils import canonicalize_name

from sdlc.errors import UnreadableError


@dataclass(frozen=True)
class Affected:
    """One affected PyPI package: listed `versions`, and `ranges` as lists of (event, version)."""

    name: str
    versions: tuple[str, ...]
    ranges: tuple[tuple[tuple[str, str], ...], ...]


@dataclass(frozen=True)
class Advisory:
    """One OSV record; `vectors` are CVSS vectors, `withdrawn` is empty or a date."""

    id: str
    aliases: tuple[str, ...]
    summary: str
    modified: str
    withdrawn: str
    affected: tuple[Affected, ...]
    vectors: tuple[str, ...]
    links: tuple[str, ...]


def load_advisory(document: Mapping[str, Any], *, what: str) -> Advisory:
    """The record in `document`; packages of other ecosystems are left out. Raises UnreadableError."""
    try:
        return Advisory(
            id=str(document["id"]),
            aliases=tuple(str(alias) for alias in document.get("aliases", ())),
            summary=str(document.get("summary") or document.get("details", ""))[:300],
            modified=str(document["modified"]),
            withdrawn=str(document.get("withdrawn", "")),
            affected=tuple(
                _affected(row)
                for row in document["affected"]
                if str(row.get("package", {}).get("ecosystem", "")).partition(":")[0] == "PyPI"
            ),
            vectors=tuple(str(row["score"]) for row in document.get("severity", ())),
            links=tuple(str(row["url"]) for row in document.get("references", ()))[:3],
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableError(f"{what}: not an OSV record: {type(error).__name__}: {error}") from None


def _affected(row: Mapping[str, Any]) -> Affected:
    return Affected(
        name=canonicalize_name(str(row["package"]["name"])),
        versions=tuple(str(version) for version in row.get("versions", ())),
        ranges=tuple(
            tuple((str(kind), str(version)) for event in span["events"] for kind, version in event.items())
            for span in row.get("ranges", ())
            if span["type"] == "ECOSYSTEM"
        ),
    )
