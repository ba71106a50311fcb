"""`sdlc explain`: what an id of ours means, why it is there, and what clears it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import click

from sdlc.activities.rules import RULES as ACTIVITY_RULES
from sdlc.errors import UsageError
from sdlc.formats.check_json import CheckRecord, load_check
from sdlc.formats.rule_catalogue import load_rules
from sdlc.formats.terminal import printable
from sdlc.hardening.rules import RULES as HARDENING_RULES
from sdlc.malware.rules import RULES as MALWARE_RULES
from sdlc.model.finding import Finding
from sdlc.policy.consistency import CHECKS
from sdlc.policy.remedy import waive
from sdlc.requirements.rules import RULES as REQUIREMENT_RULES
from sdlc.scanning.rules import compiled_rules
from sdlc.threats.rules import RULES as THREAT_RULES
from sdlc.threats.rules import SURFACE_RULES

ROW = re.compile(r"^\| `([a-z-]+)` \| (.+) \| (.+) \|$", re.MULTILINE)
OF_GATES = (
    (REQUIREMENT_RULES, "requirements"),
    (ACTIVITY_RULES, "activities"),
    (HARDENING_RULES, "hardening"),
    (MALWARE_RULES, "malware"),
)
FINGERPRINT = re.compile(r"f1:[0-9a-f]{4,}")


@click.command(name="explain")
@click.argument("name", metavar="ID")
@click.argument("path", type=click.Path(path_type=Path), default=".")
@click.option("--out", type=click.Path(path_type=Path), help="Results of the check; default PATH/.sdlc/out.")
def command(name: str, path: Path, out: Path | None) -> None:
    """Explain ID: a finding (f1:…), a rule, a rule of the policy, a reason code, a cross-check, or `blockers`.

    What stands in the last check of PATH is shown with the smallest set of actions that clears it.
    """
    record = _last(out or path / ".sdlc" / "out")
    lines = [*_of_check(name, record), *_of_catalogue(name)]
    if not lines:
        known = "a fingerprint (f1:…), a rule, a rule of the policy, a reason code, K01…, or blockers"
        where = "" if record else f"; there is no check at {path / '.sdlc' / 'out'}"
        raise UsageError(f"{name!r:.60} is not known here", hint=f"known: {known}{where}")
    click.echo("".join(f"{printable(line)}\n" for line in lines), nl=False)


def _last(out: Path) -> CheckRecord | None:
    try:
        data = (out / "check.json").read_bytes()
    except OSError:
        return None
    return load_check(data, what=str(out / "check.json"))


def _of_check(name: str, record: CheckRecord | None) -> Iterator[str]:
    """What the last check says about `name`."""
    if record is None:
        return
    verdict = record.verdict
    if FINGERPRINT.fullmatch(name):
        for result in record.results:
            for finding in result.reading.findings:
                if finding.fingerprint.startswith(name):
                    yield from _finding(result.gate, finding)
        return
    decisions = [rule for rule in verdict.rules if name in (rule.rule, "blockers")]
    for rule in decisions:
        if name != "blockers":
            yield f"{rule.rule}: a rule of the policy{f' about {rule.gate}' if rule.gate else ''}"
            yield f"  {rule.state.value}: {rule.sentence}"
    actions = [action for action in verdict.actions if name == "blockers" or name in action.rules]
    if name == "blockers" and not actions:
        yield f"{verdict.answer.value}: nothing stands against it"
    elif actions:
        yield f"the smallest set of actions that clears {'all' if name == 'blockers' else 'it'}:"
    for number, action in enumerate(actions, start=1):
        yield f"  {number}. {action.do}" + (f" (clears {action.count})" if action.count > 1 else "")
        yield from ([f"     try: {action.command}"] if action.command else [])
        yield from ([f"     or:  {waive(action.waive)}"] if action.waive else [])
    for result in record.results:
        for finding in result.reading.findings:
            if finding.rule == name:
                yield f"  found by {result.gate}: {finding.place or finding.subject} {finding.fingerprint[:15]}"


def _finding(gate: str, finding: Finding) -> Iterator[str]:
    yield f"{finding.rule}, found by {gate} at {finding.place or finding.subject}"
    yield f"  {finding.message}"
    yield f"  severity {finding.severity}, confidence {finding.confidence}{_classes(finding.cwe, finding.owasp)}"
    for word, text in (("fix", finding.fix), ("again", finding.reproduce), ("suppressed", finding.suppressed)):
        yield from ([f"  {word}: {text}"] if text else [])
    yield from (f"  see: {link}" for link in finding.links)


def _of_catalogue(name: str) -> Iterator[str]:
    """What our own lists say about `name`, whatever was checked."""
    folder = files("sdlc")
    for rule in load_rules(compiled_rules().read_bytes()):
        if rule.id == name:
            yield f"{name}: a rule of static analysis, severity {rule.severity}, confidence {rule.confidence}"
            yield f"  {rule.message}"
            yield f"  fix: {rule.fix}"
            yield f"  classes{_classes(rule.cwe, rule.owasp)}"
            yield from (f"  see: {link}" for link in rule.links)
    for ours, about in OF_GATES:
        if name in ours:
            yield f"{name}: {ours[name].title}, a rule about {about} (docs/{about}.md)"
            yield f"  severity {ours[name].severity}"
            yield f"  fix: {ours[name].fix}"
    for rules in (THREAT_RULES, SURFACE_RULES):
        if name in rules and not (rules is SURFACE_RULES and name in THREAT_RULES):
            yield f"{name}: {rules[name].title}, a rule about threat models (docs/threat-models.md)"
            yield f"  severity {rules[name].severity}"
            yield f"  fix: {rules[name].fix}"
    for code, happened, do in ROW.findall((folder / "release" / "reason-codes.md").read_text(encoding="utf-8")):
        if code == name:
            yield f"{code}: a reason for a refusal"
            yield f"  what happened: {happened}"
            yield f"  what to do: {do}"
    yield from (
        f"{number}: {sentence} (a cross-check of the row consistency)"
        for number, sentence, _ in CHECKS
        if number == name
    )


def _classes(cwe: object, owasp: object) -> str:
    numbers = [str(one) for one in cwe] if isinstance(cwe, list | tuple) else [str(cwe)]
    words = [one if one.startswith("CWE") else f"CWE-{one}" for one in numbers]
    words += [str(one) for one in owasp] if isinstance(owasp, list | tuple) else [str(owasp)]
    return "".join(f", {word}" for word in words)
