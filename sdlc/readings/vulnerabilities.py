"""
Reads the SBOM and the slice of the advisory feed that speaks of its components.

A finding's rule is the id of the advisory (the first of its group), its fingerprint is made of the component's name and
the group, so that it stays when the component moves to another affected version. Evidence whose `feed.json` has no
`format` was written before there were closed findings, problems and exploited vulnerabilities: it is read as then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sdlc.advisories.index import Index
from sdlc.advisories.match import groups, smallest_fix
from sdlc.advisories.ranges import problems_of
from sdlc.advisories.severity import severity_of
from sdlc.components.matchable import Listed, listed
from sdlc.errors import UnreadableError
from sdlc.formats import strict_json
from sdlc.formats.osv_json import Advisory, load_advisory
from sdlc.model.digest import parse_digest, sha256
from sdlc.model.finding import Confidence, Finding, Place, Severity
from sdlc.model.result import Context, Grade, Outcome, RawArtifacts, Reading
from sdlc.readings.fix_notes import with_reach, with_upgrades

NEWER = "fetch a newer feed: sdlc feed fetch URL --out FOLDER"
READER = "osv/1"
GRADE = Grade.SLICE
NEEDS = ("sbom",)
DATED = 3
"""The first `format` of `feed.json` whose findings name the newest change of their advisories."""
BOM, LOCK = "sbom/bom.cdx.json", "sbom/lock.json"


@dataclass(frozen=True)
class Settings:
    """`feed`: a folder of OSV files, a `.json`, `.jsonl` (or `.gz` of them) or `.zip`, relative or absolute.

    `max_age`: how many days older than the commit the feed may be; 0 leaves that to the policy. `upgrades`: whether the
    resolver is asked about a fix: ``off``, ``offline`` (its cache alone) or ``network``.
    """

    feed: str = field(default="", metadata={"change": "free"})
    max_age: int = field(default=0, metadata={"change": "free"})
    upgrades: str = field(default="offline", metadata={"change": "free"})


@dataclass(frozen=True)
class _Known:
    """What is known beside the records: since when a CVE is exploited, its EPSS score; `closed`: show withdrawn.

    `dated`: a finding carries the newest change of its advisories, to which a VEX decision is bound.
    """

    exploited: Mapping[str, str] = field(default_factory=dict)
    scores: Mapping[str, str] = field(default_factory=dict)
    closed: bool = False
    dated: bool = False


def read(raw: RawArtifacts, settings: Settings, context: Context) -> Reading:  # noqa: ARG001 - the shape of a reader
    """PASSED when no component of the SBOM is affected by an advisory of the feed."""
    if BOM not in raw:
        hint = "let the sbom gate answer: sdlc check --gate sbom -v"
        return Reading(Outcome.ERROR, sentence="there is no SBOM to look up", hint=hint)
    try:
        feed = strict_json.loads_object(raw["feed.json"], what="feed.json")
        rows = _rows(raw["advisories.json"])
        advisories = [load_advisory(row, what="advisories.json") for row in rows]
        bom = strict_json.loads_object(raw[BOM], what="bom.cdx.json")
        components, places = components_of(bom), _places(raw)
        counters = {
            "components": sum(component.carrier is None for component in components),
            "advisories": len(advisories),
            "records": int(feed["records"]),
            "withdrawn": sum(1 for advisory in advisories if advisory.withdrawn),
        }
        if embedded := len(components) - counters["components"]:
            counters["embedded"] = embedded
        details: dict[str, str] = {
            "feed": str(feed["name"]),
            "feed-date": utc(feed["published"], what="feed.json: published"),
            "feed-digest": parse_digest(feed["sha256"]),
        }
        known = _known(raw, feed, counters, details)
        if "format" in feed:
            wrong = [problem for advisory in advisories for problem in problems_of(advisory)]
            counters["problems"] = len(wrong)
            details |= {"problems": "; ".join(wrong)[:2000]} if wrong else {}
        late = _late(feed, settings)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableError(
            f"the evidence of vulnerabilities is malformed: {type(error).__name__}: {error}"
        ) from None
    standing = sum(advisory.of_pypi and not advisory.withdrawn for advisory in advisories)
    if standing > counters["records"] or len({advisory.id for advisory in advisories}) != len(advisories):
        raise UnreadableError(
            "advisories.json holds more than the feed that it is a slice of", hint="run the gate again"
        )
    if counters["records"] <= 0 or not components:
        missing = "the SBOM lists no component" if counters["records"] > 0 else "the feed has no advisory that stands"
        sentence, hint = f"nothing was compared: {missing}", "lock the dependencies, fetch a feed of PyPI advisories"
        return Reading(Outcome.ERROR, counters=counters, details=details, sentence=sentence, hint=hint)
    if late:
        return Reading(
            Outcome.ERROR,
            counters=counters,
            details=details,
            sentence=late,
            hint=NEWER,
        )
    index = Index(advisories)
    every = (finding for component in components for finding in _findings(component, index, known, places))
    findings = with_reach(with_upgrades(every, raw), raw)
    within = f" and {embedded} parts inside of them" if embedded else ""
    against = f"{counters['records']} advisories of {details['feed-date'][:10]}"
    said = f"{counters['components']} components{within} against {against}"
    return Reading(Outcome.of(findings, work=len(components)), findings, counters, details, said)


def utc(value: Any, *, what: str) -> str:
    """An ISO 8601 date as one in UTC, whose first ten characters are the day; raises UnreadableError."""
    try:
        then = datetime.fromisoformat(value)
        return (then if then.tzinfo else then.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    except (TypeError, ValueError, OverflowError):
        raise UnreadableError(f"{what}: {value!r:.60} is no date", hint="write ISO 8601 in UTC") from None


def _known(raw: RawArtifacts, feed: Mapping[str, Any], counters: dict[str, int], details: dict[str, str]) -> _Known:
    """The slices beside the records, when the feed had such files; what was whole is counted and dated."""
    found: dict[str, dict[str, str]] = {}
    for key, name in (("exploited", "exploited.json"), ("scores", "scores.json")):
        if (key in feed) != (name in raw):
            raise ValueError(f"feed.json and {name} do not agree")
        if key in feed:
            slice_ = strict_json.loads_object(raw[name], what=name)
            found[key] = {str(cve): str(value) for cve, value in slice_.items()}
            counters[key] = int(feed[key]["entries"])
            details[f"{key}-date"] = utc(feed[key]["published"], what=f"feed.json: {key}")
            details[f"{key}-digest"] = parse_digest(feed[key]["sha256"])
    return _Known(
        found.get("exploited", {}),
        found.get("scores", {}),
        closed="format" in feed,
        dated=int(feed.get("format", 0)) >= DATED,
    )


def _late(feed: Mapping[str, Any], settings: Settings) -> str:
    """Why the feed is too old for the commit, or nothing."""
    if not settings.max_age:
        return ""
    published, commit = (utc(feed[key], what=f"feed.json: {key}") for key in ("published", "commit"))
    days = (datetime.fromisoformat(commit) - datetime.fromisoformat(published)).days
    if days <= settings.max_age:
        return ""
    return (
        f"the advisory feed is {days} days older than the commit, at most {settings.max_age} are allowed [feed-stale]"
    )


def _rows(data: bytes) -> list[Any]:
    rows = strict_json.loads(data, what="advisories.json")
    if not isinstance(rows, list):
        raise TypeError("advisories.json is no list")
    return rows


def components_of(bom: Mapping[str, Any]) -> list[Listed]:
    """What is looked up. Raises UnreadableError for an SBOM that the gate sbom cannot have made."""
    try:
        return listed(bom)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise UnreadableError(f"bom.cdx.json is malformed: {type(error).__name__}: {error}") from None


def _places(raw: RawArtifacts) -> dict[tuple[str, str], Place]:
    """The line of the lock that pins a component."""
    lock = strict_json.loads_object(raw[LOCK], what="lock.json")
    return {
        (str(pin["name"]), str(pin["version"])): Place(str(row["path"]), int(pin["line"]))
        for row in lock["files"]
        for pin in row["pins"]
    }


def _findings(component: Listed, index: Index, known: _Known, places: Mapping[tuple[str, str], Place]) -> list[Finding]:
    """One finding per group of advisories that share an id or an alias; of withdrawn ones alone, a closed one."""
    every = {hit.id: hit for name in component.names for hit in index.hits(name, component.version)}
    hits = list(every.values())
    standing = groups(advisory for advisory in hits if not advisory.withdrawn)
    said = {name for group in standing for advisory in group for name in (advisory.id, *advisory.aliases)}
    gone = groups(
        advisory
        for advisory in hits
        if known.closed and advisory.withdrawn and not said & {advisory.id, *advisory.aliases}
    )
    place = places.get(component.carrier or (component.name, component.version))
    return [_finding(component, group, known, place) for group in (*standing, *gone)]


def _finding(component: Listed, group: list[Advisory], known: _Known, place: Place | None) -> Finding:
    first = min(group, key=lambda advisory: advisory.id)
    names = sorted({name for advisory in group for name in (advisory.id, *advisory.aliases)})
    severity, score = severity_of(vector for advisory in group for vector in advisory.vectors)
    scored = f"CVSS {score:g}" if score is not None else "severity unknown, counted as critical"
    name, version = component.name, component.version or "of unknown version"
    withdrawn = min((advisory.withdrawn for advisory in group), default="")
    fixes = (smallest_fix(group, one, component.version) for one in component.names)
    fixed = "" if withdrawn else next(filter(None, fixes), "")
    fix = f"Upgrade {name} to {fixed} or later." if fixed else f"Replace {name}, or wait for a fix and say why."
    what, key = f"{name} {version}", name
    if component.carrier is not None:
        by, key = " ".join(component.carrier), f"{component.carrier[0]}/{name}"
        more = f" and {len(component.places) - 1} more" if len(component.places) > 1 else ""
        what += f" inside {by}, by {component.places[-1]}{more}"
        wanted = f" that carries {name} {fixed} or later" if fixed else f" with a mended {name}"
        fix = f"Upgrade {component.carrier[0]} to a release{wanted}, or say why it is not affected."
    properties = {"aliases": ", ".join(names), "component": name, "fixed": fixed or ""}
    if known.dated:
        properties["modified"] = max(advisory.modified for advisory in group)
    if since := min((known.exploited[cve] for cve in names if cve in known.exploited), default=""):
        severity, scored = Severity.CRITICAL, f"known exploited since {since}; {scored}"
        properties["exploited"] = since
    if epss := max((known.scores[cve] for cve in names if cve in known.scores), key=float, default=""):
        properties["epss"] = epss
    contested = known.dated and any(advisory.contested for advisory in group)
    if contested or (known.closed and any(advisory.disputed for advisory in group)):
        properties["disputed"] = "yes"
        scored += "; disputed, decide"
    subject = component.purl
    if component.carrier is not None:
        del properties["component"]  # what names it asks for an upgrade or a waiver of a component, and this is none
        properties |= {"part": name, "carrier": by, "evidence": ", ".join(component.places)[:1000]}
        # A waiver of this finding is one of these versions: what binds it elsewhere is the function around the place.
        properties["function"] = sha256(f"{by} {component.purl}".encode())
        subject = f"inside {by}: {component.purl}"
    return Finding(
        rule=first.id,
        message=f"{what}: {first.summary or 'no summary'} ({scored})",
        severity=severity,
        confidence=_confidence(component.confidence),
        fingerprint="f1:" + sha256(f"vulnerability {key} {names[0]}".encode())[:32],
        place=place,
        subject=subject,
        fix="" if withdrawn else fix,
        reproduce="sdlc check --gate vulnerabilities -v",
        cwe=(1395,),
        owasp=("A06:2021", "A03:2025"),
        links=first.links,
        suppressed=f"withdrawn on {withdrawn[:10]} by its publisher" if withdrawn else "",
        properties=properties,
    )


def _confidence(said: float) -> Confidence:
    """High where a manifest, a file's name with a known number, or a library's own text tells the version."""
    return Confidence.HIGH if said >= 0.8 else Confidence.MEDIUM if said >= 0.6 else Confidence.LOW
