"""Findings, readings and gate results as JSON, both ways; `reading_digest` is the digest of that form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sdlc.errors import UnreadableError
from sdlc.formats import strict_json
from sdlc.formats.timestamp import time_from_text, time_to_text
from sdlc.model.digest import Digest, parse_digest, sha256
from sdlc.model.finding import Confidence, Finding, Place, Severity, Step
from sdlc.model.result import GateResult, Grade, Outcome, Reading, Refreshed, ToolVersion


def finding_to_json(finding: Finding) -> dict[str, Any]:
    """`finding` as a JSON object; empty members are left out."""
    place = finding.place
    document: dict[str, Any] = {
        "rule": finding.rule,
        "message": finding.message,
        "severity": str(finding.severity),
        "confidence": str(finding.confidence),
        "fingerprint": finding.fingerprint,
        "place": place and {"path": place.path, "line": place.line, "column": place.column, "end_line": place.end_line},
        "fix": finding.fix,
        "reproduce": finding.reproduce,
        "cwe": list(finding.cwe),
        "owasp": list(finding.owasp),
        "subject": finding.subject,
        "links": list(finding.links),
        "suppressed": finding.suppressed,
        "properties": dict(finding.properties),
        "steps": [{"path": one.path, "line": one.line, "text": one.text} for one in finding.steps],
    }
    return {key: value for key, value in document.items() if value}


def finding_from_json(document: Mapping[str, Any]) -> Finding:
    """The finding in `document`; raises KeyError, TypeError or ValueError on anything else."""
    place = document.get("place")
    return Finding(
        rule=str(document["rule"]),
        message=str(document["message"]),
        severity=Severity(document["severity"]),
        confidence=Confidence(document["confidence"]),
        fingerprint=str(document["fingerprint"]),
        place=Place(str(place["path"]), int(place["line"]), int(place["column"]), int(place["end_line"]))
        if place
        else None,
        fix=str(document.get("fix", "")),
        reproduce=str(document.get("reproduce", "")),
        cwe=tuple(int(number) for number in document.get("cwe", ())),
        owasp=tuple(str(name) for name in document.get("owasp", ())),
        subject=str(document.get("subject", "")),
        links=tuple(str(link) for link in document.get("links", ())),
        suppressed=str(document.get("suppressed", "")),
        properties={str(key): str(value) for key, value in document.get("properties", {}).items()},
        steps=tuple(Step(str(s["path"]), int(s["line"]), str(s["text"])) for s in document.get("steps", ())),
    )


def reading_to_json(reading: Reading) -> dict[str, Any]:
    """`reading` as a JSON object."""
    return {
        "outcome": str(reading.outcome),
        "findings": [finding_to_json(finding) for finding in reading.findings],
        "counters": dict(reading.counters),
        "details": dict(reading.details),
        "sentence": reading.sentence,
        "hint": reading.hint,
    }


def reading_from_json(document: Mapping[str, Any]) -> Reading:
    """The reading in `document`; raises KeyError, TypeError or ValueError on anything else."""
    return Reading(
        outcome=Outcome(document["outcome"]),
        findings=tuple(finding_from_json(finding) for finding in document["findings"]),
        counters={str(key): int(value) for key, value in document["counters"].items()},
        details={str(key): str(value) for key, value in document["details"].items()},
        sentence=str(document["sentence"]),
        hint=str(document["hint"]),
    )


def reading_digest(reading: Reading) -> Digest:
    """SHA-256 of the one JSON form of `reading`: equal readings, equal digests."""
    return sha256(strict_json.dumps(reading_to_json(reading)))


def result_to_json(result: GateResult) -> dict[str, Any]:
    """`result` as a JSON object: `id`, the reading's members, what was read, and how."""
    return {
        "id": result.gate,
        **reading_to_json(result.reading),
        "reader": result.reader,
        "grade": str(result.grade),
        "settings": dict(result.settings),
        "raw": dict(result.raw),
        "reading_digest": reading_digest(result.reading),
        "tools": [{"name": t.name, "version": t.version, "digest": t.digest} for t in result.tools],
        "seconds": round(result.seconds, 3),
    }


def result_from_json(document: Mapping[str, Any]) -> GateResult:
    """The result in `document`; raises UnreadableError."""
    try:
        return GateResult(
            gate=str(document["id"]),
            reading=reading_from_json(document),
            reader=str(document["reader"]),
            grade=Grade(document["grade"]),
            settings=dict(document["settings"]),
            raw={str(name): parse_digest(digest) for name, digest in document["raw"].items()},
            tools=tuple(
                ToolVersion(str(t["name"]), str(t["version"]), parse_digest(t["digest"]) if t["digest"] else None)
                for t in document["tools"]
            ),
            seconds=float(document["seconds"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableError(f"a gate result cannot be read: {type(error).__name__}: {error}") from None


def refreshed_to_json(refreshed: Iterable[Refreshed]) -> list[dict[str, str]]:
    """Which gates ran again later, and when."""
    return [{"gate": one.gate, "at": time_to_text(one.at)} for one in refreshed]


def refreshed_from_json(document: Iterable[Mapping[str, Any]]) -> tuple[Refreshed, ...]:
    """What `refreshed_to_json` wrote; raises KeyError, TypeError or ValueError on anything else."""
    return tuple(Refreshed(str(one["gate"]), time_from_text(one["at"])) for one in document)
