"""
The check as SARIF 2.1.0, one run, in the shape that GitHub code scanning ingests without a warning.

Every rule carries help, CWE tags and `security-severity`; findings without a place in the tree are left to the
other reports, because code scanning shows only places.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from sdlc import __version__
from sdlc.formats.check_json import CheckRecord
from sdlc.formats.terminal import printable
from sdlc.model.finding import LINE_HASH, Confidence, Finding, Severity, Step

MAX_RESULTS = 5000
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.NOTE: "note",
}
SCORES = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "2.0",
    Severity.NOTE: "0.1",
}
PRECISION = {Confidence.HIGH: "high", Confidence.MEDIUM: "medium", Confidence.LOW: "low"}


def render(record: CheckRecord, *, verbose: bool) -> str:  # noqa: ARG001 - SARIF is always whole
    """One run with at most 5,000 results, worst first; what was dropped is said in the run's properties."""
    placed = [(r.gate, f) for r in record.results for f in r.reading.findings if f.place is not None]
    placed.sort(key=lambda pair: (-pair[1].severity.rank, str(pair[1].place), pair[1].rule))
    kept = placed[:MAX_RESULTS]
    rules = _rules(kept)
    index = {rule["id"]: number for number, rule in enumerate(rules)}
    run = {
        "tool": {
            "driver": {
                "name": "secure-sdlc",
                "fullName": f"secure-sdlc {__version__}",
                "semanticVersion": __version__,
                "rules": rules,
            }
        },
        "automationDetails": {"id": f"secure-sdlc/{record.profile}/"},
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(gate, finding, index, record.repository, record.verdict.decided(gate, finding))
            for gate, finding in kept
        ],
        "properties": {"verdict": record.verdict.answer.value, "dropped": len(placed) - len(kept)},
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _rule_id(gate: str, finding: Finding) -> str:
    return f"{gate}/{finding.rule}"


def _rules(placed: Iterable[tuple[str, Finding]]) -> list[dict[str, Any]]:
    rules: dict[str, dict[str, Any]] = {}
    for gate, finding in placed:
        identifier = _rule_id(gate, finding)
        if identifier in rules:
            continue
        text = _text(finding.message)[:1024] or identifier
        tags = ["security", *(f"external/cwe/cwe-{number:03d}" for number in finding.cwe), *finding.owasp]
        links = "".join(f"\n- <{link}>" for link in finding.links)
        fix = printable(finding.fix) or "See the message."
        rules[identifier] = {
            "id": identifier,
            "name": finding.rule[:255],
            "shortDescription": {"text": text},
            "fullDescription": {"text": text},
            "help": {"text": fix, "markdown": f"{fix}{links}"},
            "defaultConfiguration": {"level": LEVELS[finding.severity]},
            "properties": {
                "tags": tags[:10],
                "precision": PRECISION[finding.confidence],
                "security-severity": SCORES[finding.severity],
            },
        }
    return [rules[identifier] for identifier in sorted(rules)]


def _result(gate: str, finding: Finding, index: dict[str, int], folder: str, decided: str) -> dict[str, Any]:
    """One result; `folder` is the product's in the repository, because code scanning counts from the top of that.

    What a person `decided` is in the message as well: not every reader of SARIF shows suppressions.
    """
    place = finding.place
    assert place is not None  # noqa: S101 - only placed findings come here
    region: dict[str, int] = {"startLine": max(1, place.line)}
    if place.column:
        region["startColumn"] = place.column
    identifier = _rule_id(gate, finding)
    said = f"({_text(decided)}) " if decided else ""
    result: dict[str, Any] = {
        "ruleId": identifier,
        "ruleIndex": index[identifier],
        "level": LEVELS[finding.severity],
        "message": {"text": f"{said}{_text(finding.message)} Fix: {_text(finding.fix)}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": _uri(folder, place.path), "uriBaseId": "%SRCROOT%"},
                    "region": region,
                }
            }
        ],
        "partialFingerprints": {
            **({"primaryLocationLineHash": finding.properties[LINE_HASH]} if LINE_HASH in finding.properties else {}),
            "sdlc/f1": finding.fingerprint,
        },
    }
    if finding.steps:
        result["codeFlows"] = [{"threadFlows": [{"locations": [_step(one, folder) for one in finding.steps]}]}]
    suppressions = [{"kind": "inSource", "justification": _text(finding.suppressed)}] if finding.suppressed else []
    if decided:
        suppressions.append({"kind": "external", "status": "accepted", "justification": _text(decided)})
    if suppressions:
        result["suppressions"] = suppressions
    return result


def _step(step: Step, folder: str) -> dict[str, Any]:
    """One place that data pass (SARIF 2.1.0, 3.38)."""
    place = {
        "artifactLocation": {"uri": _uri(folder, step.path), "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": max(1, step.line)},
    }
    return {"location": {"physicalLocation": place, "message": {"text": _text(step.text)}}}


def _uri(folder: str, path: str) -> str:
    return quote(path if folder == "." else f"{folder}/{path}")


def _text(text: str) -> str:
    """Foreign text in a message: brackets would be a link (SARIF 2.1.0, 3.11.6)."""
    return re.sub(r"([\\\[\]])", r"\\\1", printable(text))
