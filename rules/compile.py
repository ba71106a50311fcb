"""
Compile the rules of this folder into the one file that semgrep loads: `python rules/compile.py [--check]`.

Rules are written by weakness class in `python/` and `dicom/`; sources, sanitizers and sinks that several rules share
are written once in `flows/`, and named by `- flow: <name>`. semgrep loads one JSON file ten times faster than many
YAML files. What every rule has in common (language, options, semgrep's own severity) is filled in here, so that it
cannot differ from rule to rule.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

FOLDER = Path(__file__).parent
COMPILED = FOLDER / "compiled" / "python.json"
CLASSES = ("python", "dicom")
SEVERITIES = {"critical": "ERROR", "high": "ERROR", "medium": "WARNING", "low": "INFO"}
TAINT_OPTIONS = {
    "taint_assume_safe_booleans": True,
    "taint_assume_safe_comparisons": True,
    "taint_assume_safe_indexes": True,
    "taint_assume_safe_numbers": True,
}
FLOW_LISTS = ("pattern-sources", "pattern-sanitizers", "pattern-sinks")


def load_flows() -> dict[str, list[Any]]:
    """Every list of `flows/` by its name; a name stands once in the whole folder."""
    flows: dict[str, list[Any]] = {}
    for path in sorted((FOLDER / "flows").glob("*.yaml")):
        for name, items in YAML(typ="safe").load(path).items():
            if name in flows:
                raise SystemExit(f"{path}: the flow {name!r} is already defined")
            flows[name] = items
    return flows


def compile_rule(rule: dict[str, Any], flows: dict[str, list[Any]], path: Path) -> dict[str, Any]:
    """`rule` as semgrep reads it: flows in place of their names, language, severity and options filled in."""
    compiled: dict[str, Any] = {"languages": ["python"], **rule}
    severity = rule["metadata"]["severity"]
    if severity not in SEVERITIES:
        raise SystemExit(f"{path}: {rule['id']}: severity {severity!r} is none of {', '.join(SEVERITIES)}")
    compiled["severity"] = SEVERITIES[severity]
    if rule.get("mode") == "taint":
        compiled["options"] = {**TAINT_OPTIONS, **rule.get("options", {})}
    for key in FLOW_LISTS:
        if key in rule:
            compiled[key] = [item for entry in rule[key] for item in expand(entry, flows, f"{path}: {rule['id']}")]
    return compiled


def expand(entry: dict[str, Any], flows: dict[str, list[Any]], where: str) -> list[Any]:
    """The items that `entry` of a list of sources, sanitizers or sinks stands for."""
    if "flow" not in entry:
        return [entry]
    if entry["flow"] not in flows:
        raise SystemExit(f"{where}: there is no flow {entry['flow']!r}")
    return flows[entry["flow"]]


def compile_all() -> str:
    """The text of the compiled file."""
    flows = load_flows()
    rules: dict[str, dict[str, Any]] = {}
    for folder in CLASSES:
        for path in sorted((FOLDER / folder).glob("*.yaml")):
            for rule in YAML(typ="safe").load(path)["rules"]:
                if rule["id"] in rules:
                    raise SystemExit(f"{path}: the rule {rule['id']!r} is already defined")
                rules[rule["id"]] = compile_rule(rule, flows, path)
    return json.dumps({"rules": list(rules.values())}, indent=1, sort_keys=True) + "\n"


def main() -> int:
    """Write the compiled file, or say with `--check` whether it is up to date."""
    text = compile_all()
    if "--check" in sys.argv[1:]:
        if not COMPILED.exists() or COMPILED.read_text(encoding="utf-8") != text:
            print(f"{COMPILED.relative_to(FOLDER.parent)} is out of date: run python rules/compile.py")
            return 1
        return 0
    COMPILED.parent.mkdir(exist_ok=True)
    COMPILED.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
