"""
Reads what semgrep, bandit and the engine for flows across functions say: one finding per weakness and place.

Where both name the same weakness at the same place, ours counts. What bandit alone reports is advice (confidence at
most MEDIUM) except for a few tests whose pattern leaves no doubt.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sdlc.errors import UnreadableError
from sdlc.formats import strict_json
from sdlc.formats.bandit_json import BanditIssue, BanditReport, load_bandit
from sdlc.formats.flows_json import CrossFlow, FlowReport, load_flows_report
from sdlc.formats.semgrep_json import SemgrepMatch, SemgrepReport, load_semgrep
from sdlc.formats.suppression_comments import Suppression, load_suppressions
from sdlc.model.finding import LINE_HASH, Confidence, Finding, Place, Severity
from sdlc.model.fingerprint import fingerprint
from sdlc.model.result import Context, Grade, Outcome, PlaceContext, RawArtifacts, Reading

READER = "bandit+semgrep/1"
GRADE = Grade.REPLAYED
NEEDS: tuple[str, ...] = ()
_BANDIT_TEST = re.compile(r"B\d{3}")
REPRODUCE = "sdlc check --gate static-analysis"

NAMED = 9
"""As many places that were not looked at are named in the one sentence that a reading has."""

CERTAIN_TESTS = frozenset({"B201", "B501", "B502", "B504", "B506", "B507"})
"""bandit's tests that name one harmful value of one argument; all others depend on where a value comes from."""


@dataclass(frozen=True)
class Family:
    """Weaknesses that are the same mistake under several numbers."""

    cwe: frozenset[int]
    owasp: tuple[str, ...]


FAMILIES = (
    Family(frozenset({77, 78, 88}), ("A03:2021", "A05:2025")),
    Family(frozenset({94, 95, 470, 1336}), ("A03:2021", "A05:2025")),
    Family(frozenset({89, 943}), ("A03:2021", "A05:2025")),
    Family(frozenset({79, 80, 116}), ("A03:2021", "A05:2025")),
    Family(frozenset({22, 23, 36, 73}), ("A01:2021", "A01:2025")),
    Family(frozenset({377, 378, 379}), ("A01:2021", "A01:2025")),
    Family(frozenset({732}), ("A01:2021", "A01:2025")),
    Family(frozenset({502}), ("A08:2021", "A08:2025")),
    Family(frozenset({611, 776, 20}), ("A05:2021", "A02:2025")),
    Family(frozenset({326, 327, 328, 916}), ("A02:2021", "A04:2025")),
    Family(frozenset({330, 338}), ("A02:2021", "A04:2025")),
    Family(frozenset({295, 322}), ("A07:2021", "A04:2025")),
    Family(frozenset({259, 321, 798}), ("A07:2021", "A07:2025")),
    Family(frozenset({400, 605, 703}), ("A05:2021", "A02:2025")),
    Family(frozenset({489}), ("A05:2021", "A02:2025")),
)


@dataclass(frozen=True)
class Settings:
    """What is looked at and how long.

    `exclude`: globs of paths that are not looked at (`*` crosses folders); `timeout`: seconds for one tool;
    `rule_timeout`: seconds for one rule and file.
    """

    exclude: tuple[str, ...] = field(
        default=("tests/*", "*/tests/*", "fuzz/*", "docs/*", ".sdlc/rules/samples/*"),
        metadata={"change": "may-only-strengthen"},
    )
    timeout: float = field(default=900.0, metadata={"change": "free"})
    rule_timeout: int = field(default=30, metadata={"change": "free"})


def read(raw: RawArtifacts, settings: Settings, context: Context) -> Reading:  # noqa: ARG001 - the shape of a reader
    """FAILED with a finding that no reasoned comment suppresses; ERROR when a file or rule was left out."""
    try:
        unparsed = strict_json.loads(raw["unparsed.json"], what="unparsed.json")
        problems = [
            (f"{row['path']}:{row['line']}" if row["line"] else str(row["path"]), str(row["reason"]))
            for row in unparsed
        ]
        expected = strict_json.loads_object(raw["rules.json"], what="rules.json")
        rules, details = frozenset(map(str, expected["rules"])), {"rules-digest": str(expected["sha256"])}
        tables = _paths(raw["tables.json"], what="tables.json")
        suppressions = load_suppressions(raw["suppressions.json"])
        scanned = bool(context.files)
        semgrep = load_semgrep(raw["semgrep.json"]) if scanned else None
        bandit = load_bandit(raw["bandit.json"]) if scanned else None
        # Evidence of a version without the engine does not claim that it ran.
        flows = load_flows_report(raw["flows.json"]) if scanned and expected.get("flows") else None
    except (KeyError, TypeError) as error:
        raise UnreadableError(
            f"the evidence of static-analysis is malformed: {type(error).__name__}: {error}"
        ) from None
    counters = {"files": len(context.files), "rules": 0, "findings": 0, "suppressed": 0}
    if semgrep is None or bandit is None:
        return _incomplete(problems or [("static-analysis", "every Python file is excluded")], (), counters, details)
    problems += _left_out(semgrep, bandit, rules, frozenset(context.files), tables)
    if flows is not None:
        problems += flows.problems
        problems += [(p, "its flows were not followed") for p in sorted(set(context.files) - flows.files - tables)]
    findings = _findings(semgrep, bandit, flows or FlowReport(), suppressions, context)
    suppressed = sum(1 for finding in findings if finding.suppressed)
    ran = len(semgrep.rules & rules)
    counters |= {"rules": ran, "findings": len(findings) - suppressed, "suppressed": suppressed}
    if problems or not ran:
        return _incomplete(problems or [("semgrep", "no rule ran")], findings, counters, details)
    said = f"{len(context.files)} Python files, {ran} rules and bandit"
    said += f"; {len(tables)} tables of constants by bandit alone" if tables else ""
    return Reading(Outcome.of(findings, work=min(len(context.files), ran)), findings, counters, details, said)


def _paths(data: bytes, *, what: str) -> frozenset[str]:
    paths = strict_json.loads(data, what=what)
    if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
        raise UnreadableError(f"{what}: a list of paths is expected")
    return frozenset(paths)


def _incomplete(
    problems: Sequence[tuple[str, str]],
    findings: tuple[Finding, ...],
    counters: Mapping[str, int],
    details: Mapping[str, str],
) -> Reading:
    where, reason = problems[0]
    others = list(dict.fromkeys(place for place, _ in problems[1:] if place != where))
    more = f"; nor {', '.join(others[:NAMED])}" if others else ""
    more += f" and {len(others) - NAMED} more" if len(others) > NAMED else ""
    hint = (
        "mend or remove the file, run sdlc under a Python at least as new as the code, raise rule_timeout, "
        "or change `exclude` in [gates.static-analysis]"
    )
    return Reading(Outcome.ERROR, findings, counters, details, f"not all was looked at: {where}: {reason}{more}", hint)


def _left_out(
    semgrep: SemgrepReport,
    bandit: BanditReport,
    rules: frozenset[str],
    files: frozenset[str],
    tables: frozenset[str],
) -> list[tuple[str, str]]:
    """What a tool could not do, or silently did not do; `tables` are bandit's alone."""
    problems = [*semgrep.errors, *bandit.errors]
    problems += [(path, "semgrep did not look at it") for path in sorted(files - semgrep.files - tables)]
    problems += [(path, "bandit did not look at it") for path in sorted(files - bandit.files)]
    problems += [(rule, "this rule did not run") for rule in sorted(rules - semgrep.rules)]
    return problems


def _findings(
    semgrep: SemgrepReport,
    bandit: BanditReport,
    flows: FlowReport,
    suppressions: Iterable[Suppression],
    context: Context,
) -> tuple[Finding, ...]:
    statements = {(place.path, place.line): place.statement for place in context.places}
    by_path: defaultdict[str, list[Suppression]] = defaultdict(list)
    for one in suppressions:
        by_path[one.path].append(one)
    merged = _merge(
        [_of_semgrep(match, statements) for match in semgrep.matches]
        + [_of_flow(flow, flows.metadata[flow.rule], statements) for flow in flows.found],
        [_of_bandit(issue, statements) for issue in bandit.issues],
        statements,
    )
    places = {(place.path, place.line): place for place in context.places}
    return tuple(_suppress(_located(finding, places), by_path[_place(finding).path]) for finding in merged)


def _located(finding: Finding, places: Mapping[tuple[str, int], PlaceContext]) -> Finding:
    """`finding` with the digest of the function around it, which a waiver is bound to, and the line's hash."""
    place = places[_place(finding).path, _place(finding).line]
    more = {"function": str(place.function)} | ({LINE_HASH: place.line_hash} if place.line_hash else {})
    return replace(finding, properties={**finding.properties, **more})


def _of_semgrep(match: SemgrepMatch, statements: Mapping[tuple[str, int], str]) -> Finding:
    place = Place(match.path, match.line, match.column, match.end_line)
    return _of_rule(match.rule, match.message, match.metadata, place, statements)


def _of_flow(flow: CrossFlow, data: Mapping[str, Any], statements: Mapping[tuple[str, int], str]) -> Finding:
    """What crosses functions blocks as its rule does only if no step is guessed."""
    place = Place(flow.path, flow.line, flow.column, flow.end_line)
    finding = _of_rule(flow.rule, str(data.get("message", "")), data, place, statements)
    if not flow.sure and finding.confidence is Confidence.HIGH:
        finding = replace(finding, confidence=Confidence.MEDIUM)
    return replace(finding, steps=flow.steps)


def _of_rule(
    rule: str, message: str, data: Mapping[str, Any], place: Place, statements: Mapping[tuple[str, int], str]
) -> Finding:
    try:
        return Finding(
            rule=rule,
            message=message,
            severity=_word(Severity, data.get("severity"), Severity.CRITICAL),
            confidence=_word(Confidence, data.get("confidence"), Confidence.HIGH),
            fingerprint=fingerprint(rule, _statement(statements, place.path, place.line)),
            place=place,
            fix=str(data["fix"]),
            reproduce=REPRODUCE,
            cwe=tuple(int(number) for number in data["cwe"]),
            owasp=tuple(map(str, data["owasp"])),
            links=tuple(map(str, data["links"])),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableError(
            f"the evidence of static-analysis: metadata of {rule}: {type(error).__name__}: {error}"
        ) from None


def _of_bandit(issue: BanditIssue, statements: Mapping[tuple[str, int], str]) -> Finding:
    confidence: Confidence = _word(Confidence, issue.confidence, Confidence.HIGH)
    if issue.test not in CERTAIN_TESTS and confidence is Confidence.HIGH:
        confidence = Confidence.MEDIUM
    return Finding(
        rule=issue.test,
        message=" ".join(issue.text.split()),
        severity=_word(Severity, issue.severity, Severity.CRITICAL),
        confidence=confidence,
        fingerprint=fingerprint(issue.test, _statement(statements, issue.path, issue.line)),
        place=Place(issue.path, issue.line, issue.column, issue.end_line),
        fix=f"Replace this construct as bandit's page on {issue.test} says.",
        reproduce=REPRODUCE,
        cwe=(issue.cwe,) if issue.cwe else (),
        owasp=next((family.owasp for family in FAMILIES if issue.cwe in family.cwe), ()),
        links=(issue.link,) if issue.link else (),
    )


def _merge(
    ours: Iterable[Finding], theirs: Iterable[Finding], statements: Mapping[tuple[str, int], str]
) -> list[Finding]:
    """One finding per weakness and place, sorted by place.

    Ours are one when they overlap in the same statement; bandit's go into one of ours that they overlap.
    """
    groups: defaultdict[tuple[str, object], list[list[Finding]]] = defaultdict(list)
    for finding in sorted(ours, key=lambda finding: (_place(finding).path, _place(finding).line, finding.rule)):
        place = _place(finding)
        statement = statements[place.path, place.line]
        near = groups[place.path, _family(finding)]
        same = [
            group
            for group in near
            if _overlap(_place(group[0]), place) and statements[place.path, _place(group[0]).line] == statement
        ]
        if same:
            same[0].append(finding)
        else:
            near.append([finding])
    alone = []
    for finding in theirs:
        near = groups[_place(finding).path, _family(finding)]
        same = [group for group in near if _overlap(_place(group[0]), _place(finding))]
        if same:
            same[0].append(finding)
        else:
            alone.append(finding)
    merged = [_best(group) for groups_there in groups.values() for group in groups_there] + alone
    return sorted(merged, key=lambda finding: (_place(finding).path, _place(finding).line, finding.rule))


def _best(group: Sequence[Finding]) -> Finding:
    """The surest and worst of ours, with the names of the others."""
    ours = [finding for finding in group if not _BANDIT_TEST.fullmatch(finding.rule)]
    best = min(ours, key=lambda finding: (-finding.confidence.rank, -finding.severity.rank, finding.rule))
    others = sorted({finding.rule for finding in group} - {best.rule})
    steps = next((one.steps for one in (best, *ours) if one.steps), ())
    best = replace(best, steps=steps)
    return replace(best, properties={"also": ", ".join(others)}) if others else best


def _suppress(finding: Finding, suppressions: Iterable[Suppression]) -> Finding:
    """`finding` with the reason of a comment that names its rule, or with a note why the comment does not count."""
    place = _place(finding)
    names = {finding.rule, *finding.properties.get("also", "").split(", ")}
    notes = []
    for one in suppressions:
        on_it = place.line <= one.line <= max(place.line, place.end_line)
        if not (on_it or (one.alone and one.line == place.line - 1)):
            continue
        if not one.ids:
            notes.append("the comment names no rule")
        elif names.isdisjoint(one.ids):
            notes.append(f"the comment names {', '.join(one.ids)}")
        elif not one.reason:
            notes.append("the comment gives no reason after the rule")
        else:
            return replace(finding, suppressed=one.reason)
    if notes:
        return replace(finding, properties={**finding.properties, "suppression": f"not honored: {notes[0]}"})
    return finding


def _family(finding: Finding) -> object:
    first = finding.cwe[0] if finding.cwe else 0
    return next((number for number, family in enumerate(FAMILIES) if first in family.cwe), f"CWE-{first}")


def _overlap(one: Place, other: Place) -> bool:
    return one.line <= max(other.line, other.end_line) and other.line <= max(one.line, one.end_line)


def _place(finding: Finding) -> Place:
    assert finding.place is not None  # noqa: S101 - every finding of this reading has one
    return finding.place


def _statement(statements: Mapping[tuple[str, int], str], path: str, line: int) -> str:
    try:
        return statements[path, line]
    except KeyError:
        raise UnreadableError(f"context.json does not hold the statement at {path}:{line}") from None


def _word(kind: Any, word: object, otherwise: Any) -> Any:
    """`word` as a severity or confidence; an unknown word counts as the worst."""
    try:
        return kind(word)
    except ValueError:
        return otherwise
