"""The scanners that are compared: each is run on a tree and answers which weaknesses it names in which file."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

BIN = Path(sys.executable).parent
Named = dict[str, set[int]]
"""The numbers of the weaknesses (CWE) that a scanner names, by path."""

RUFF_CWE = {
    "S102": 78, "S103": 732, "S104": 605, "S105": 259, "S106": 259, "S107": 259, "S108": 377, "S113": 400,
    "S201": 489, "S202": 22, "S301": 502, "S302": 502, "S303": 328, "S304": 327, "S305": 327, "S306": 377,
    "S307": 95, "S308": 79, "S310": 918, "S311": 330, "S312": 319, "S313": 611, "S314": 611, "S315": 611,
    "S316": 611, "S317": 611, "S318": 611, "S319": 611, "S320": 611, "S321": 319, "S323": 295, "S324": 328,
    "S501": 295, "S502": 327, "S503": 327, "S504": 327, "S505": 326, "S506": 502, "S507": 295, "S508": 319,
    "S509": 319, "S601": 78, "S602": 78, "S604": 78, "S605": 78, "S606": 78, "S608": 89, "S609": 78, "S610": 89,
    "S611": 89, "S612": 94, "S701": 79, "S702": 79, "S704": 79,
}  # fmt: skip
"""ruff names no weaknesses: the numbers are those of the weakness that the rule's page describes."""


def run_bandit(tree: Path) -> Named:
    """What bandit names, whatever its severity and confidence."""
    report = json.loads(_output(tree, "bandit", "-r", ".", "-f", "json", "-q", "-x", "nothing"))
    if report["errors"]:
        raise RuntimeError(f"bandit left out files: {report['errors']}")
    named: Named = defaultdict(set)
    for issue in report["results"]:
        named[issue["filename"].removeprefix("./")].add(int(issue["issue_cwe"]["id"]))
    return named


def run_ruff(tree: Path) -> Named:
    """What the rules that ruff took over from bandit name."""
    output = _output(tree, "ruff", "check", "--isolated", "--no-cache", "--select", "S", "--output-format", "json", ".")
    named: Named = defaultdict(set)
    for issue in json.loads(output):
        if issue["code"] in RUFF_CWE:
            named[Path(issue["filename"]).relative_to(tree).as_posix()].add(RUFF_CWE[issue["code"]])
    return named


@dataclass(frozen=True)
class Ours:
    """What the gate blocks and what it names at all, and the ids of the rules behind both, by path."""

    blocking: Named
    named: Named
    blocking_rules: dict[str, set[str]]
    rules: dict[str, set[str]]


def run_ours(tree: Path) -> Ours:
    """What our gate says of `tree`."""
    for argv in (["init", "-q"], ["add", "-A"], ["-c", "user.name=b", "-c", "user.email=b@b", "commit", "-qm", "b"]):
        subprocess.run(["git", *argv], cwd=tree, check=True)
    report = json.loads(_output(tree, "sdlc", "check", "--gate", "static-analysis", "--format", "json"))
    (result,) = report["gates"]
    if result["outcome"] not in {"passed", "failed"}:
        raise RuntimeError(f"the gate did not look at everything: {result['sentence']}")
    ours = Ours(defaultdict(set), defaultdict(set), defaultdict(set), defaultdict(set))
    for finding in result["findings"]:
        path = finding["place"]["path"]
        ours.named[path] |= set(finding["cwe"])
        ours.rules[path].add(finding["rule"])
        if finding["confidence"] == "high":
            ours.blocking[path] |= set(finding["cwe"])
            ours.blocking_rules[path].add(finding["rule"])
    return ours


def _output(tree: Path, *argv: str) -> bytes:
    done = subprocess.run([str(BIN / argv[0]), *argv[1:]], cwd=tree, capture_output=True, check=False)
    if done.returncode not in {0, 1}:
        raise RuntimeError(f"{argv[0]} exits with {done.returncode}: {done.stderr[-400:]!r}")
    return done.stdout
