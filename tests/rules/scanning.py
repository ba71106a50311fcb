"""One run of semgrep with the rules of this tree, looked at twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from sdlc.scanning.narrow import narrow

REPOSITORY = Path(__file__).parent.parent.parent
COMPILED = REPOSITORY / "rules" / "compiled" / "python.json"
BY_ID = {rule["id"]: rule for rule in json.loads(COMPILED.read_text())["rules"]}


def narrowed(tree: Path, folder: Path) -> Path:
    """The compiled rules as the gate hands them to semgrep for the files of `tree`, written to `folder`."""
    texts = {path.relative_to(tree).as_posix(): path.read_text() for path in sorted(tree.rglob("*.py"))}
    target = folder / "rules.json"
    target.write_bytes(narrow(COMPILED.read_bytes(), texts))
    assert target.read_text().count('"include"') >= sum(rule.get("mode") == "taint" for rule in BY_ID.values())
    return target


def scan(folder: Path, *extra: str, rules: Path = COMPILED) -> set[tuple[str, str, int]]:
    """(rule, file name, line) of every match, after a look at the errors and the rules that ran."""
    argv = ["semgrep", "scan", *extra, "--metrics=off", "--disable-version-check", "--json", "--time"]
    argv += ["--no-git-ignore", "--disable-nosem", "--jobs=2", "--config", str(rules), "."]
    argv[0] = str(Path(sys.executable).parent / "semgrep")
    quiet = {"SEMGREP_SEND_METRICS": "off", "SEMGREP_ENABLE_VERSION_CHECK": "0", "HOME": str(folder.parent)}
    done = subprocess.run(argv, cwd=folder, capture_output=True, timeout=240, check=True, env=os.environ | quiet)
    report = json.loads(done.stdout)
    assert report["errors"] == []
    assert {rule.rpartition(".")[2] for rule in report["time"]["rules"]} == set(BY_ID)
    assert len(report["paths"]["scanned"]) == len(list(folder.rglob("*.py")))
    return {
        (m["check_id"].rpartition(".")[2], m["path"].removeprefix("./"), m["start"]["line"]) for m in report["results"]
    }
