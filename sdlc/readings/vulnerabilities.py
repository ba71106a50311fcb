"""Reads the SBOM and the slice of the advisory feed that speaks of its components."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sdlc.advisories.match import is_affected, smallest_fix
from sdlc.advisories.severity import severity_of
from sdlc.errors import UnreadableError
from sdlc.formats import strict_json
from sdlc.formats.osv_json import Advisory, load_advisory
from sdlc.model.digest import sha256
from sdlc.model.finding import Confidence, Finding, Place, Severity
from sdlc.model.result import Context, Grade, Outcome, RawArtifacts, Reading

READER = "osv/1"
GRADE = Grade.SLICE
NEEDS = ("sbom",)


@dataclass(frozen=True)
class Settings:
    """`feed`: a folder of OSV files, a `.jsonl`, `.jsonl.gz` or `.zip`, relative to the product or absolute."""

    feed: str = field(default="", metadata={"change": "free"})


def read(raw: RawArtifacts, settings: Settings, context: Context) -> Reading:  # noqa: ARG001 - the shape of a reader
    """PASSED when no component of the SBOM is affected by an advisory of the feed."""
    if "sbom/bom.cdx.json" not in raw:
        return Reading(
            Outcome.ERROR,
            sentence="there is no SBOM to look up",
            hint="let the sbom gate pass: sdlc check --gate sbom -v",
        )
    feed = strict_json.loads_object(raw["feed.json"], what="feed.json")
    rows = strict_json.loads(raw["advisories.json"], what="advisories.json")
    try:
        advisories = [load_advisory(row, what="advisories.json") for row in rows]
        components = _components(raw)
        counters = {
            "components": len(components),
            "advisories": len(advisories),
            "records": int(feed["records"]),
            "withdrawn": sum(1 for advisory in advisories if advisory.withdrawn),
        }
        details = {"feed": str(feed["name"]), "feed-date": str(feed["published"]), "feed-digest": str(feed["sha256"])}
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableError(
            f"the evidence of vulnerabilities is malformed: {type(error).__name__}: {error}"
        ) from None
    if not counters["records"] or not components:
        return Reading(Outcome.ERROR, counters=counters, details=details, sentence="nothing was compared")
    findings = tuple(
        finding for name, version, place in components for finding in _findings(name, version, place, advisories)
    )
    said = f"{len(components)} components against {counters['records']} advisories of {details['feed-date'][:10]}"
    return Reading(Outcome.of(findings, work=len(components)), findings, counters, details, said)


def _components(raw: RawArtifacts) -> list[tuple[str, str, Place | None]]:
    bom: dict[str, Any] = strict_json.loads_object(raw["sbom/bom.cdx.json"], what="bom.cdx.json")
    lock: dict[str, Any] = strict_json.loads_object(raw["sbom/lock.json"], what="lock.json")
    places = {
        str(pin["name"]): Place(str(row["path"]), int(pin["line"])) for row in lock["files"] for pin in row["pins"]
    }
    return [(str(c["name"]), str(c["version"]), places.get(str(c["name"]))) for c in bom.get("components", ())]


def _findings(name: str, version: str, place: Place | None, advisories: list[Advisory]) -> list[Finding]:
    """One finding per group of advisories that share an id or an alias."""
    hits = [
        advisory
        for advisory in advisories
        if not advisory.withdrawn
        and any(affected.name == name and is_affected(affected, version) for affected in advisory.affected)
    ]
    groups: list[list[Advisory]] = []
    for advisory in hits:
        ids = {advisory.id, *advisory.aliases}
        same = [group for group in groups if any(ids & {other.id, *other.aliases} for other in group)]
        groups = [group for group in groups if group not in same]
        groups.append([advisory, *(other for group in same for other in group)])
    return [_finding(name, version, place, group) for group in groups]


def _finding(name: str, version: str, place: Place | None, group: list[Advisory]) -> Finding:
    first = min(group, key=lambda advisory: advisory.id)
    names = sorted({name for advisory in group for name in (advisory.id, *advisory.aliases)})
    severity, score = severity_of(vector for advisory in group for vector in advisory.vectors)
    scored = f"CVSS {score:g}" if score is not None else "severity unknown, counted as critical"
    fixes = sorted(filter(None, (smallest_fix(advisory, name, version) for advisory in group)))
    fix = f"Upgrade {name} to {fixes[0]} or later." if fixes else f"Replace {name}, or wait for a fix and say why."
    return Finding(
        rule=first.id,
        message=f"{name} {version}: {first.summary} ({scored})",
        severity=severity if score is not None else Severity.CRITICAL,
        confidence=Confidence.HIGH,
        fingerprint="f1:" + sha256(f"vulnerability {name} {names[0]}".encode())[:32],
        place=place,
        subject=f"pkg:pypi/{name}@{version}",
        fix=fix,
        reproduce="sdlc check --gate vulnerabilities",
        cwe=(1395,),
        owasp=("A06:2021", "A03:2025"),
        links=first.links,
        properties={"aliases": ", ".join(names)},
    )
