"""
The check as a GitLab security report (`artifacts:reports:sast`), format 15.0: one entry per finding that has a place.

GitLab compares reports of two branches by the ids, which are made of fingerprint and number, so a moved finding is the
same one. A report whose scan did not answer says `failure`.
"""

from __future__ import annotations

import json
import uuid
from collections import Counter
from typing import Any

from sdlc import __version__
from sdlc.formats.check_json import CheckRecord
from sdlc.formats.terminal import printable
from sdlc.model.finding import Finding, Severity
from sdlc.model.verdict import Answer

VERSION = "15.0.7"
SEVERITIES = {
    Severity.CRITICAL: "Critical",
    Severity.HIGH: "High",
    Severity.MEDIUM: "Medium",
    Severity.LOW: "Low",
    Severity.NOTE: "Info",
}
_NAMES = uuid.UUID("7d1c3a52-7d5e-5f0f-9d0a-2f6f2f1b0c6e")


def render(record: CheckRecord, *, verbose: bool) -> str:  # noqa: ARG001 - the report is always whole
    """`gl-sast-report.json`; findings without a place are left to the other reports, which GitLab cannot show."""
    seen: Counter[str] = Counter()
    vulnerabilities = []
    for result in record.results:
        for finding in result.reading.findings:
            if finding.place is None or finding.suppressed:
                continue
            seen[finding.fingerprint] += 1
            name = f"{result.gate}\n{finding.fingerprint}\n{seen[finding.fingerprint]}"
            decided = record.verdict.decided(result.gate, finding)
            entry = _entry(result.gate, finding, str(uuid.uuid5(_NAMES, name)), record.repository, decided)
            vulnerabilities.append(entry)
    program = {
        "id": "secure-sdlc",
        "name": "secure-sdlc",
        "version": __version__,
        "vendor": {"name": "The secure-sdlc authors"},
    }
    time = record.created[:19]
    document = {
        "version": VERSION,
        "scan": {
            "analyzer": program,
            "scanner": program,
            "type": "sast",
            "status": "failure" if record.verdict.answer is Answer.INCOMPLETE else "success",
            "start_time": time,
            "end_time": time,
        },
        "vulnerabilities": vulnerabilities,
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _entry(gate: str, finding: Finding, identity: str, folder: str, decided: str) -> dict[str, Any]:
    place = finding.place
    assert place is not None  # noqa: S101 - only placed findings come here
    rule = f"{gate}/{finding.rule}"
    identifiers = [{"type": "secure_sdlc_rule", "name": rule, "value": rule}]
    identifiers += [{"type": "cwe", "name": f"CWE-{number}", "value": str(number)} for number in finding.cwe]
    message = printable(f"({decided}) {finding.message}" if decided else finding.message)
    return {
        "id": identity,
        "name": message[:255] or rule,
        "description": message,
        "severity": SEVERITIES[finding.severity],
        "solution": printable(finding.fix),
        "identifiers": identifiers,
        "links": [{"url": link} for link in finding.links],
        "location": {
            "file": place.path if folder == "." else f"{folder}/{place.path}",
            "start_line": max(1, place.line),
            "end_line": max(1, place.line, place.end_line),
        },
    }
