"""
Reads the SBOM and the slice of the advisory feed that speaks of its components.

A finding's rule is the id of the advisory (the first of its group), its fingerprint is made of the component's name and
the group, so that it stays when the component moves to another affected version.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sdlc.advisories.match import affects, groups, smallest_fix
from sdlc.advisories.severity import severity_of
from sdlc.errors import UnreadableError
from sdlc.formats import strict_json
from sdlc.formats.osv_json import Advisory, load_advisory
from sdlc.model.digest import parse_digest, sha256
from sdlc.model.finding import Confidence, Finding, Place
from sdlc.model.result import Context, Grade, Outcome, RawArtifacts, Reading

READER = "osv/1"
GRADE = Grade.SLICE
NEEDS = ("sbom",)
BOM, LOCK = "sbom/bom.cdx.json", "sbom/lock.json"


@dataclass(frozen=True)
class Settings:
    """`feed`: a folder of OSV files, a `.jsonl`, `.jsonl.gz` or `.zip`, relative to the product or absolute."""

    feed: str = field(default="", metadata={"change": "free"})


@dataclass(frozen=True)
class _Component:
    name: str
    version: str
    purl: str
    place: Place | None


def read(raw: RawArtifacts, settings: Settings, context: Context) -> Reading:  # noqa: ARG001 - the shape of a reader
    """PASSED when no component of the SBOM is affected by an advisory of the feed."""
    if BOM not in raw:
        hint = "let the sbom gate answer: sdlc check --gate sbom -v"
        return Reading(Outcome.ERROR, sentence="there is no SBOM to look up", hint=hint)
    try:
        feed = strict_json.loads_object(raw["feed.json"], what="feed.json")
        rows = _rows(raw["advisories.json"])
        advisories = [load_advisory(row, what="advisories.json") for row in rows]
        components = _components(raw)
        counters = {
            "components": len(components),
            "advisories": len(advisories),
            "records": int(feed["records"]),
            "withdrawn": sum(1 for advisory in advisories if advisory.withdrawn),
        }
        details = {
            "feed": str(feed["name"]),
            "feed-date": utc(feed["published"], what="feed.json: published"),
            "feed-digest": parse_digest(feed["sha256"]),
        }
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableError(
            f"the evidence of vulnerabilities is malformed: {type(error).__name__}: {error}"
        ) from None
    standing = len(advisories) - counters["withdrawn"]
    if standing > counters["records"] or len({advisory.id for advisory in advisories}) != len(advisories):
        raise UnreadableError(
            "advisories.json holds more than the feed that it is a slice of", hint="run the gate again"
        )
    if counters["records"] <= 0 or not components:
        missing = "the SBOM lists no component" if counters["records"] > 0 else "the feed has no advisory that stands"
        sentence, hint = f"nothing was compared: {missing}", "lock the dependencies, fetch a feed of PyPI advisories"
        return Reading(Outcome.ERROR, counters=counters, details=details, sentence=sentence, hint=hint)
    findings = tuple(finding for component in components for finding in _findings(component, advisories))
    said = f"{len(components)} components against {counters['records']} advisories of {details['feed-date'][:10]}"
    return Reading(Outcome.of(findings, work=len(components)), findings, counters, details, said)


def utc(value: Any, *, what: str) -> str:
    """An ISO 8601 date as one in UTC, whose first ten characters are the day; raises UnreadableError."""
    try:
        then = datetime.fromisoformat(value)
        return (then if then.tzinfo else then.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    except (TypeError, ValueError, OverflowError):
        raise UnreadableError(f"{what}: {value!r:.60} is no date", hint="write ISO 8601 in UTC") from None


def _rows(data: bytes) -> list[Any]:
    rows = strict_json.loads(data, what="advisories.json")
    if not isinstance(rows, list):
        raise TypeError("advisories.json is no list")
    return rows


def _components(raw: RawArtifacts) -> list[_Component]:
    """What the SBOM lists, each at the line of the lock that pins it."""
    bom = strict_json.loads_object(raw[BOM], what="bom.cdx.json")
    lock = strict_json.loads_object(raw[LOCK], what="lock.json")
    places = {
        (str(pin["name"]), str(pin["version"])): Place(str(row["path"]), int(pin["line"]))
        for row in lock["files"]
        for pin in row["pins"]
    }
    found = []
    for row in bom.get("components", ()):
        name, version = str(row["name"]), str(row.get("version", ""))
        found.append(_Component(name, version, str(row["purl"]), places.get((name, version))))
    return found


def _findings(component: _Component, advisories: list[Advisory]) -> list[Finding]:
    """One finding per group of advisories that share an id or an alias."""
    hits = [advisory for advisory in advisories if affects(advisory, component.name, component.version)]
    return [_finding(component, group) for group in groups(hits)]


def _finding(component: _Component, group: list[Advisory]) -> Finding:
    first = min(group, key=lambda advisory: advisory.id)
    names = sorted({name for advisory in group for name in (advisory.id, *advisory.aliases)})
    severity, score = severity_of(vector for advisory in group for vector in advisory.vectors)
    scored = f"CVSS {score:g}" if score is not None else "severity unknown, counted as critical"
    name, version = component.name, component.version or "of unknown version"
    fixed = smallest_fix(group, name, component.version)
    fix = f"Upgrade {name} to {fixed} or later." if fixed else f"Replace {name}, or wait for a fix and say why."
    return Finding(
        rule=first.id,
        message=f"{name} {version}: {first.summary or 'no summary'} ({scored})",
        severity=severity,
        confidence=Confidence.HIGH,
        fingerprint="f1:" + sha256(f"vulnerability {name} {names[0]}".encode())[:32],
        place=component.place,
        subject=component.purl,
        fix=fix,
        reproduce="sdlc check --gate vulnerabilities -v",
        cwe=(1395,),
        owasp=("A06:2021", "A03:2025"),
        links=first.links,
        properties={"aliases": ", ".join(names), "component": name, "fixed": fixed or ""},
    )
