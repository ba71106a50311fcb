"""
Reads the workflow files themselves with the rules about their shape, and what zizmor printed about them.

Where both see the same, ours counts. What zizmor is not sure of is advice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from sdlc.errors import UnreadableError
from sdlc.formats import strict_json
from sdlc.formats.zizmor_json import ZizmorFinding, load_zizmor
from sdlc.model.digest import sha256
from sdlc.model.finding import Confidence, Finding, Place, Severity
from sdlc.model.fingerprint import fingerprint
from sdlc.model.result import Context, Grade, Outcome, RawArtifacts, Reading
from sdlc.workflows.load import load_workflow
from sdlc.workflows.rules import RULES, matches

READER = "zizmor+shape/1"
GRADE = Grade.REPLAYED
NEEDS: tuple[str, ...] = ()
REPRODUCE = "sdlc check --gate workflows"
OWASP = ("A08:2021", "A03:2025")
SEVERITIES = {"informational": Severity.NOTE, "low": Severity.LOW, "medium": Severity.MEDIUM, "high": Severity.HIGH}
AUDITS: dict[str, tuple[int, str]] = {
    "artipacked": (522, "Give the checkout persist-credentials: false."),
    "bot-conditions": (290, "Compare the author of the event, not the last actor."),
    "cache-poisoning": (345, "Leave out the cache in jobs that publish."),
    "dangerous-triggers": (829, "Use the trigger pull_request for code of pull requests."),
    "excessive-permissions": (272, "Write `permissions: {}` at the top and give each job what it needs."),
    "github-env": (94, "Hand values on as step outputs instead of GITHUB_ENV or GITHUB_PATH."),
    "hardcoded-container-credentials": (798, "Take the credentials from secrets."),
    "insecure-commands": (77, "Remove ACTIONS_ALLOW_UNSECURE_COMMANDS."),
    "known-vulnerable-actions": (1395, "Pin a version of the action without the known hole."),
    "overprovisioned-secrets": (522, "Name the one secret that is needed."),
    "secrets-inherit": (272, "Pass the secrets that the called workflow needs by name."),
    "template-injection": (94, "Hand the value over through env: and quote the shell variable."),
    "unpinned-images": (829, "Pin the image by its digest."),
    "unpinned-uses": (829, "Pin the action by the full hash of a commit."),
    "unredacted-secrets": (532, "Keep each secret a secret of its own, so that logs are masked."),
}
"""What an audit of zizmor means in the words of weaknesses, and how to mend it."""

_COMMENT = re.compile(r"#\s?nosec:?\s(?P<rest>.*)$")


@dataclass(frozen=True)
class Settings:
    """`timeout`: seconds for zizmor."""

    timeout: float = field(default=300.0, metadata={"change": "free"})


def problem_of(path: str, text: str) -> str | None:
    """Why nobody may say anything about this file; None when it can be read."""
    try:
        load_workflow(text, path)
    except UnreadableError as error:
        return error.message
    return None


def read(raw: RawArtifacts, settings: Settings, context: Context) -> Reading:  # noqa: ARG001 - the shape of a reader
    """FAILED with a finding that no reasoned comment suppresses; ERROR when a file was left out."""
    files = _texts(raw["files.json"], "files.json")
    problems = _texts(raw["problems.json"], "problems.json")
    looked = strict_json.loads(raw["looked.json"], what="looked.json")
    if not isinstance(looked, list):
        raise UnreadableError("looked.json: a list is expected")
    unread = {path: said for path, text in files.items() if (said := problem_of(path, text)) is not None}
    problems = {**problems, **unread}
    problems |= {path: "zizmor did not look at it" for path in files if path not in looked and path not in problems}
    texts = {path: text for path, text in files.items() if path not in unread}
    ours = [finding for path, text in texts.items() for finding in _ours(path, text)]
    theirs = [_theirs(one) for one in load_zizmor(raw["zizmor.json"])]
    findings = tuple(_suppressed(one, files) for one in _merged(ours, theirs))
    suppressed = sum(1 for one in findings if one.suppressed)
    counters = {"files": len(texts), "rules": len(RULES), "findings": len(findings) - suppressed}
    counters["suppressed"] = suppressed
    details = {"inventory": sha256(raw["files.json"])}
    if problems or not texts:
        path, said = next(iter(sorted(problems.items())), ("workflows", "there is no file to look at"))
        sentence = f"not all was looked at: {said if said.startswith(path) else f'{path}: {said}'}"
        sentence += f" and {len(problems) - 1} more" if len(problems) > 1 else ""
        return Reading(Outcome.ERROR, findings, counters, details, sentence, "mend or remove the file")
    sentence = f"{len(texts)} files, {len(RULES)} rules and zizmor"
    return Reading(Outcome.of(findings, work=len(texts)), findings, counters, details, sentence)


def _texts(data: bytes, what: str) -> dict[str, str]:
    document = strict_json.loads_object(data, what=what)
    if not all(isinstance(text, str) for text in document.values()):
        raise UnreadableError(f"{what}: paths and texts are expected")
    return {str(path): str(text) for path, text in document.items()}


def _ours(path: str, text: str) -> Iterator[Finding]:
    for match in matches(load_workflow(text, path)):
        rule = match.rule
        yield Finding(
            rule=rule.id,
            message=rule.message,
            severity=rule.severity,
            confidence=rule.confidence,
            fingerprint=fingerprint(rule.id, " ".join(match.anchor.split())),
            place=Place(path, match.line),
            fix=rule.fix,
            reproduce=REPRODUCE,
            cwe=rule.cwe,
            owasp=OWASP,
            properties={"instead-of": rule.instead_of} if rule.instead_of else {},
        )


def _theirs(one: ZizmorFinding) -> Finding:
    job = one.route[1] if one.route[:1] == ("jobs",) and len(one.route) > 1 else ""
    cwe, fix = AUDITS.get(one.audit, (0, f"Change it as zizmor's page on {one.audit} says."))
    return Finding(
        rule=one.audit,
        message=f"{one.text[:1].upper()}{one.text[1:]}.",
        severity=SEVERITIES.get(one.severity, Severity.HIGH),
        confidence=Confidence(one.confidence) if one.confidence in ("low", "medium", "high") else Confidence.HIGH,
        fingerprint=fingerprint(one.audit, f"{job}: {one.feature}"),
        place=Place(one.path, one.line),
        fix=fix,
        reproduce=REPRODUCE,
        cwe=(cwe,) if cwe else (),
        owasp=OWASP,
        links=(one.link,) if one.link.startswith("https://") else (),
    )


def _merged(ours: list[Finding], theirs: list[Finding]) -> list[Finding]:
    """Both, without what ours says more exactly of the same file."""
    covered = {(one.place.path, one.properties.get("instead-of")) for one in ours if one.place}
    kept = [one for one in theirs if one.place and (one.place.path, one.rule) not in covered]
    return sorted([*ours, *kept], key=_order)


def _order(finding: Finding) -> tuple[str, int, str]:
    assert finding.place is not None  # noqa: S101 - every finding of this reading has one
    return finding.place.path, finding.place.line, finding.rule


def _suppressed(finding: Finding, files: Mapping[str, str]) -> Finding:
    """`finding` with the reason of a comment that names its rule, on its line or alone on the one above."""
    if finding.place is None or finding.place.path not in files:
        return finding
    lines = files[finding.place.path].splitlines()
    for number in (finding.place.line, finding.place.line - 1):
        line = lines[number - 1] if 0 < number <= len(lines) else ""
        if number != finding.place.line and not line.lstrip().startswith("#"):
            continue
        comment = _COMMENT.search(line)
        ids, _, reason = comment["rest"].partition(" -- ") if comment else ("", "", "")
        if reason.strip() and finding.rule in ids.replace(",", " ").split():
            return replace(finding, suppressed=reason.strip())
    return finding
