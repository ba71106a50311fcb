"""Which files a rule is told to look at."""

from __future__ import annotations

import json
from typing import Any

from sdlc.scanning.narrow import NOWHERE, narrow

EVAL = [[[r"\beval\b"]]]


def told(rule: dict[str, Any], texts: dict[str, str]) -> Any:
    given = {"id": "a", "metadata": {"needs": EVAL}, **rule}
    return json.loads(narrow(json.dumps({"rules": [given]}).encode(), texts))["rules"][0].get("paths")


def test_a_rule_looks_where_its_words_are() -> None:
    assert told({}, {"a.py": "eval(x)", "sub/b.py": "evaluate(x)"}) == {"include": ["/a.py"]}


def test_a_rule_that_no_file_needs_still_runs() -> None:
    [nowhere] = told({}, {"a.py": "x"})["include"]
    assert nowhere != "/a.py"


def test_without_needs_a_rule_looks_everywhere() -> None:
    assert told({"metadata": {}}, {"a.py": "x"}) is None


def test_a_path_that_reads_like_a_pattern_narrows_nothing() -> None:
    for path in ("a*.py", "[a].py", "!a.py", "a b.py", "ä.py", "a\\b.py"):
        assert told({}, {path: "eval(x)", "b.py": "x"}) is None
        assert told({}, {path: "x", "b.py": "eval(x)"}) == {"include": ["/b.py"]}


def test_a_rule_that_says_where_it_looks_keeps_its_word() -> None:
    own = {"include": ["src/"]}
    assert told({"paths": own}, {"a.py": "eval(x)"}) == own


def test_long_lines_of_signs_end_soon() -> None:
    route = r"@[^\n(@]*\.\s*(?:route|get)\b"
    text = "@" * 300_000 + "." * 300_000 + " " * 300_000
    assert told({"metadata": {"needs": [[[route]], [[r"\.[\s\\]*x\b[\s\\]*\("]]]}}, {"a.py": text}) == {
        "include": [NOWHERE]
    }
