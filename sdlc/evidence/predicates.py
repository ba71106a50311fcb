"""
What others' tools can read of a check: in-toto statements with the standard predicates.

Each is a pure function of what the candidate holds, so that a verifier makes it again and compares the bytes; nothing
is believed because it stands here. Sources: the in-toto attestation framework (test-result v0.1, vulns v0.2), SLSA v1.0
(provenance, verification summary), CycloneDX (a BOM as predicate).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sdlc.errors import UnreadableError
from sdlc.formats import strict_json
from sdlc.formats.statements import STATEMENT
from sdlc.formats.timestamp import time_to_text
from sdlc.model.digest import Digest, sha256
from sdlc.model.result import GateResult, Outcome, RawArtifacts
from sdlc.model.verdict import RuleDecision, State

TEST_RESULT = "https://in-toto.io/attestation/test-result/v0.1"
VULNS = "https://in-toto.io/attestation/vulns/v0.2"
CYCLONEDX = "https://cyclonedx.org/bom"
PROVENANCE = "https://slsa.dev/provenance/v1"
SUMMARY = "https://slsa.dev/verification_summary/v1"

BUILD_TYPE = "urn:secure-sdlc:build:v1"
BUILDER = "urn:secure-sdlc:runner"
VERIFIER = "urn:secure-sdlc:verify"
LEVELS = ("SDLC_POLICY_HELD", "SDLC_APPROVED_BY_QUORUM")

Subject = Mapping[str, object]


def file_subjects(files: Iterable[tuple[str, Digest]]) -> list[Subject]:
    """Files by name and SHA-256."""
    return [{"name": name, "digest": {"sha256": digest}} for name, digest in sorted(files)]


def commit_subject(commit: str, tree: str) -> Subject:
    """A git commit and its tree, under digest kinds that no file's digest can be taken for."""
    return {"name": "commit", "digest": {"gitCommit": commit, "gitTree": tree}}


def statement_of(subjects: Sequence[Subject], predicate_type: str, predicate: Mapping[str, object]) -> bytes:
    """The statement in the one form that is signed."""
    document = {"_type": STATEMENT, "subject": subjects, "predicateType": predicate_type, "predicate": predicate}
    return strict_json.dumps(document)


def result_predicate(result: GateResult, decisions: Sequence[RuleDecision]) -> dict[str, object]:
    """test-result v0.1: PASSED, WARNED where the policy tolerates what was found, else FAILED; rule ids as tests."""
    blocking = {f.rule for one in decisions for f in one.findings if one.state is State.BLOCKED}
    found = {finding.rule for finding in result.reading.findings if not finding.suppressed}
    stands = any(one.state in (State.BLOCKED, State.INCOMPLETE) for one in decisions)
    if result.reading.outcome is Outcome.PASSED and not stands:
        word = "PASSED"
    else:
        word = "WARNED" if result.reading.outcome is Outcome.FAILED and decisions and not stands else "FAILED"
    tools = [
        {"name": f"{tool.name} {tool.version}", "digest": {"sha256": tool.digest}}
        for tool in result.tools
        if tool.digest
    ]
    settings = {"name": "settings", "digest": {"sha256": sha256(strict_json.dumps(dict(result.settings)))}}
    rules = result.reading.details.get("rules-digest")
    return {
        "result": word,
        "configuration": [settings, *([{"name": "rules", "digest": {"sha256": rules}}] if rules else []), *tools],
        "failedTests": sorted(found & blocking),
        "warnedTests": sorted(found - blocking),
        "passedTests": [f"{result.gate}: {name} {number}" for name, number in sorted(result.reading.counters.items())],
    }


def vulnerabilities_predicate(result: GateResult, began: datetime) -> dict[str, object]:
    """vulns v0.2: every advisory that affects a component, by the severity that the reading gave it."""
    details = result.reading.details
    return {
        "scanner": {
            "uri": "urn:secure-sdlc:gate:vulnerabilities",
            "version": result.reader,
            "db": {
                "uri": f"urn:sha256:{details.get('feed-digest', '')}",
                "version": details.get("feed", ""),
                "lastUpdate": details.get("feed-date", ""),
            },
            "result": [
                {
                    "id": finding.rule,
                    "severity": [{"method": "secure-sdlc", "score": str(finding.severity)}],
                    "annotations": [{"component": finding.subject}],
                }
                for finding in result.reading.findings
            ],
        },
        "metadata": {
            "scanStartedOn": time_to_text(began),
            "scanFinishedOn": time_to_text(began + timedelta(seconds=result.seconds)),
        },
    }


def bom_predicate(raw: RawArtifacts) -> dict[str, Any]:
    """The CycloneDX document of the SBOM gate."""
    return _document(raw, "bom.cdx.json")


def _document(raw: RawArtifacts, name: str) -> dict[str, Any]:
    if name not in raw:
        raise UnreadableError(f"{name} is missing: nothing can be attested")
    return strict_json.loads_object(raw[name], what=name)


def provenance_predicate(
    raw: RawArtifacts, source: Mapping[str, str], began: datetime, seconds: float
) -> dict[str, object]:
    """SLSA provenance v1 of the build gate: `source` is repository, commit and tree."""
    build = _document(raw, "build.json")
    packages = [
        {"uri": f"pkg:pypi/{package['name']}@{package['version']}", "name": "build environment"}
        for package in build.get("packages", [])
    ]
    locks = [
        {"name": path, "digest": {"sha256": digest}} for path, digest in sorted(build.get("requirements", {}).items())
    ]
    return {
        "buildDefinition": {
            "buildType": BUILD_TYPE,
            "externalParameters": {"source": dict(source), "command": build.get("command", [])},
            "internalParameters": {"sandbox": build.get("sandbox", ""), "python": build.get("python", "")},
            "resolvedDependencies": [
                {"name": "source", "digest": {"gitCommit": source["commit"], "gitTree": source["tree"]}},
                *locks,
                *packages,
            ],
        },
        "runDetails": {
            "builder": {"id": BUILDER},
            "metadata": {
                "startedOn": time_to_text(began),
                "finishedOn": time_to_text(began + timedelta(seconds=seconds)),
            },
        },
    }


def summary_predicate(
    resource: str, policy: Digest, at: datetime, inputs: Iterable[tuple[str, Digest]]
) -> dict[str, object]:
    """SLSA verification summary v1 for a consumer: what was verified, under which policy, from which attestations."""
    return {
        "verifier": {"id": VERIFIER},
        "timeVerified": time_to_text(at),
        "resourceUri": resource,
        "policy": {"uri": "urn:secure-sdlc:policy", "digest": {"sha256": policy}},
        "inputAttestations": [{"uri": name, "digest": {"sha256": digest}} for name, digest in sorted(inputs)],
        "verificationResult": "PASSED",
        "verifiedLevels": list(LEVELS),
        "slsaVersion": "1.0",
    }
