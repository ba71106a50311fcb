"""
Rules of static analysis as people write them, and as semgrep reads them.

A pack is one YAML file with a list `rules`. Sources, sanitizers and sinks that several rules share are written once,
as a flow, and named by `- flow: NAME`. What every rule has in common (language, options, semgrep's own severity) is
filled in here, so that it cannot differ from rule to rule. Everything is compiled to one JSON document, because semgrep
loads that ten times faster than many YAML files.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent

from sdlc.errors import UsageError
from sdlc.formats.rule_prefilter import IN_TEXT, with_needs

MAX_BYTES = 2**20
SEVERITIES = {"critical": "ERROR", "high": "ERROR", "medium": "WARNING", "low": "INFO"}
CONFIDENCES = ("high", "medium", "low")
TAINT_OPTIONS = {
    "taint_assume_safe_booleans": True,
    "taint_assume_safe_comparisons": True,
    "taint_assume_safe_indexes": True,
    "taint_assume_safe_numbers": True,
}
PROPAGATORS = [
    {"pattern": pattern, "from": "$VALUE", "to": "$BOX"}
    for pattern in (
        "$BOX.append($VALUE)",
        "$BOX.extend($VALUE)",
        "$BOX.add($VALUE)",
        "$BOX.insert($PLACE, $VALUE)",
    )
]
"""What is put into a collection is in it; semgrep's open engine does not know the methods of Python's."""
FLOW_LISTS = ("pattern-sources", "pattern-sanitizers", "pattern-sinks")
PATTERNS = ("pattern", "patterns", "pattern-either", "pattern-regex")
_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_HINT = "docs/own-rules.md shows a whole rule with its samples"

Flows = Mapping[str, list[Any]]


def load_flows(packs: Iterable[tuple[str, bytes]]) -> dict[str, list[Any]]:
    """Every list of the flow files, by its name; (path, text) are given. Raises UsageError."""
    flows: dict[str, list[Any]] = {}
    for path, data in packs:
        for name, items in _load(path, data).items():
            if name in flows:
                raise UsageError(f"{path}: the flow {name!r} is already defined", hint="give it another name")
            if not isinstance(items, list):
                raise UsageError(f"{path}: {name}: a list is expected", hint=_HINT)
            flows[name] = items
    return flows


def compile_packs(packs: Iterable[tuple[str, bytes]], flows: Flows, *, taken: Iterable[str] = ()) -> list[Any]:
    """The rules of all packs (path, text), ready for semgrep, in their order; no id of `taken` may stand in them.

    Raises UsageError with the file and the rule for what is missing, unknown, or there twice.
    """
    seen = set(taken)
    compiled = []
    for path, data in packs:
        rules = _load(path, data).get("rules")
        if not isinstance(rules, list):
            raise UsageError(f"{path}: rules: a list of rules is expected", hint=_HINT)
        for number, rule in enumerate(rules, start=1):
            if not isinstance(rule, dict) or not _ID.fullmatch(str(rule.get("id"))):
                raise UsageError(f"{path}: rule {number}: id: words in lower case with hyphens", hint=_HINT)
            if rule["id"] in seen:
                raise UsageError(f"{path}: the rule {rule['id']!r} is already defined", hint="give it another id")
            seen.add(rule["id"])
            compiled.append(_compile(rule, flows, f"{path}: {rule['id']}"))
    return compiled


def dump_compiled(rules: Iterable[Any]) -> bytes:
    """The one file that semgrep loads; the same rules are the same bytes."""
    return (json.dumps({"rules": list(rules)}, indent=1, sort_keys=True) + "\n").encode()


def _load(path: str, data: bytes) -> dict[str, Any]:
    if len(data) > MAX_BYTES:
        raise UsageError(f"{path}: larger than {MAX_BYTES // 2**20} MiB", hint="split it into several files")
    try:
        text = data.decode("utf-8")
        # An alias makes a small file a gigantic one, and semgrep drops rules of files that have some.
        if any(isinstance(event, AliasEvent) for event in YAML(typ="safe", pure=True).parse(text)):
            raise UsageError(f"{path}: YAML aliases are not taken", hint="write the list out, or make it a flow")
        document = YAML(typ="safe", pure=True).load(text)
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 at byte {error.start}", hint="save the file as UTF-8") from None
    except MarkedYAMLError as error:
        mark = error.problem_mark
        where = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise UsageError(f"{path}{where}: {error.problem}", hint="mend the YAML there") from None
    except (YAMLError, ValueError, RecursionError) as error:
        raise UsageError(f"{path}: no YAML: {type(error).__name__}", hint=_HINT) from None
    if not isinstance(document, dict):
        raise UsageError(f"{path}: a mapping is expected", hint=_HINT)
    return document


def _compile(rule: dict[str, Any], flows: Flows, where: str) -> dict[str, Any]:
    """`rule` as semgrep reads it: flows in place of their names, language, severity and options filled in."""
    metadata = _checked(rule, where)
    compiled: dict[str, Any] = {"languages": ["python"], **rule, "metadata": metadata}
    compiled["severity"] = SEVERITIES[metadata["severity"]]
    if rule.get("mode") == "taint":
        compiled["options"] = {**TAINT_OPTIONS, **rule.get("options", {})}
        compiled["pattern-propagators"] = [*PROPAGATORS, *rule.get("pattern-propagators", [])]
    for key in FLOW_LISTS:
        if key in rule:
            compiled[key] = [item for entry in rule[key] for item in _expand(entry, flows, where)]
    return with_needs(compiled) if rule.get("mode") == "taint" else compiled


def _checked(rule: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The metadata of `rule`, with empty lists for references that it does not give."""
    metadata = rule.get("metadata")
    if not isinstance(metadata, dict):
        raise UsageError(f"{where}: metadata: a mapping is expected", hint=_HINT)
    if not isinstance(rule.get("message"), str) or not isinstance(metadata.get("fix"), str):
        raise UsageError(f"{where}: message and metadata.fix: a sentence each", hint=_HINT)
    if metadata.get("severity") not in SEVERITIES:
        raise UsageError(f"{where}: metadata.severity: one of {', '.join(SEVERITIES)}", hint=_HINT)
    if metadata.get("confidence") not in CONFIDENCES:
        raise UsageError(f"{where}: metadata.confidence: one of {', '.join(CONFIDENCES)}", hint=_HINT)
    cwe = metadata.get("cwe")
    if not isinstance(cwe, list) or not cwe or not all(type(number) is int for number in cwe):
        raise UsageError(f"{where}: metadata.cwe: a list of numbers, such as [78]", hint=_HINT)
    edits = metadata.get("edits", {})
    if not isinstance(edits, dict) or not all(isinstance(new, str) for new in edits.values()):
        raise UsageError(f"{where}: metadata.edits: regular expressions, each with its replacement", hint=_HINT)
    for old in edits:
        _check_expression(old, where, "metadata.edits")
    if rule.get("languages", ["python"]) != ["python"]:
        raise UsageError(f"{where}: languages: only Python is looked at", hint="leave the key out")
    if rule.get("mode", "search") not in ("search", "taint"):
        raise UsageError(f"{where}: mode: search or taint", hint=_HINT)
    needed = ("pattern-sources", "pattern-sinks") if rule.get("mode") == "taint" else ()
    if any(not isinstance(rule.get(key), list) or not rule[key] for key in needed):
        raise UsageError(f"{where}: a taint rule needs pattern-sources and pattern-sinks", hint=_HINT)
    if not needed and not any(key in rule for key in PATTERNS):
        raise UsageError(f"{where}: one of {', '.join(PATTERNS)} is needed", hint=_HINT)
    return {"owasp": [], "links": [], **metadata}


def _expand(entry: Any, flows: Flows, where: str) -> list[Any]:
    """The items that `entry` of a list of sources, sanitizers or sinks stands for."""
    if not isinstance(entry, dict):
        raise UsageError(f"{where}: a list of patterns holds mappings, this is {entry!r:.40}", hint=_HINT)
    if "flow" not in entry:
        _check_expression(entry.get(IN_TEXT, ""), where, IN_TEXT)
        return [entry]
    if entry["flow"] not in flows:
        raise UsageError(f"{where}: there is no flow {entry['flow']!r:.60}", hint=f"known: {', '.join(sorted(flows))}")
    return flows[entry["flow"]]


def _check_expression(text: object, where: str, key: str) -> None:
    try:
        re.compile(text if isinstance(text, str) else "(")
    except re.error:
        raise UsageError(f"{where}: {key}: no regular expression: {text!r:.60}", hint=_HINT) from None
