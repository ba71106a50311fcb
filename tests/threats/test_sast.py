"""What a control may rest on: static analysis ran and found nothing, also not across functions."""

from __future__ import annotations

import json
from typing import Any

from sdlc.threats.model import SastEvidence
from sdlc.threats.sast import PREFIX, load_sast

EVIDENCE = SastEvidence(kind="sast", rule="path-traversal", over="src/*")
SEMGREP = {
    "results": [], "errors": [], "paths": {"scanned": ["src/a.py"]}, "time": {"rules": ["rules.path-traversal"]},
}  # fmt: skip


def raw(**files: Any) -> dict[str, bytes]:
    given = {"rules.json": {"rules": ["path-traversal"]}, "semgrep.json": SEMGREP, "suppressions.json": []}
    return {PREFIX + name: json.dumps(value).encode() for name, value in {**given, **files}.items()}


def flows(path: str) -> dict[str, Any]:
    found = {"rule": "path-traversal", "path": path, "line": 3, "column": 1, "end_line": 3, "sure": True, "steps": []}
    return {
        "schema": "sdlc.flows/1", "found": [found], "problems": [], "files": [path], "rules": ["path-traversal"],
        "unread": [], "functions": 1, "metadata": {"path-traversal": {}},
    }  # fmt: skip


def test_a_flow_across_functions_breaks_the_evidence() -> None:
    run = load_sast(raw(**{"flows.json": flows("src/a.py")}))
    assert run is not None
    assert run.judge(EVIDENCE) == ("TM304", "the rule path-traversal finds something at src/a.py:3")


def test_without_one_it_holds() -> None:
    for files in ({}, {"flows.json": flows("other/a.py")}):
        run = load_sast(raw(**files))
        assert run is not None
        assert run.judge(EVIDENCE) == ("", "")
