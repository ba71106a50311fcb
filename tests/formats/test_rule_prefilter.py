"""A file is left out for a rule only if no match is possible in it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sdlc.errors import UsageError
from sdlc.formats.rule_packs import compile_packs
from sdlc.formats.rule_prefilter import of_pattern, with_needs
from sdlc.scanning.narrow import narrow

SOURCE = {"pattern": "request.args"}


def looked_at(sinks: list[Any], text: str, sources: list[Any] | None = None) -> bool:
    """Whether a rule with these sinks is tried on a file with `text`."""
    rule = {"id": "a", "pattern-sources": sources or [{"pattern": "..."}], "pattern-sinks": sinks, "metadata": {}}
    compiled = json.dumps({"rules": [with_needs(rule)]}).encode()
    [told] = json.loads(narrow(compiled, {"a.py": text}))["rules"]
    assert told["metadata"] == {}
    return told.get("paths", {"include": ["/a.py"]})["include"] == ["/a.py"]


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("os.open($PATH)", "from os import (\n    open as o,  # why\n)\no(x)"),
        ("os.open($PATH)", "import os as system\nsystem.open(x)"),
        ("$CURSOR.execute($SQL, ...)", "(self.cursor()\n .execute\n (sql))"),
        ("$CURSOR.execute($SQL, ...)", "cursor. \\\n  execute(sql)"),
        ("open($PATH, ...)", "with open (path) as f: pass"),
        ('{..., "$where": $SCRIPT, ...}', 'find({"$where": x})'),
        ('$RESPONSE["Location"] = $URL', "WHERE = 'Location'\nresponse[WHERE] = url"),
        ("subprocess.$RUN($C, ..., shell=True, ...)", "from subprocess import run\nrun(c, shell=True)"),
        ("pathlib.Path(...).name", "from pathlib import Path\nPath(x).name"),
        ('f"...{$VALUE}..."', "rf'a{b}c'"),
        ('"=~/^https?:/".format(...)', "'http:'.format(x)"),
        ("$A.$B($C)", "anything.at_all(x)"),
        ("def $VIEW(self, ...):\n  ...\n", "def get(self): pass"),
    ],
)
def test_what_may_match_is_looked_at(pattern: str, text: str) -> None:
    assert looked_at([{"pattern": pattern}], text)
    assert looked_at([{"pattern": "never_there($X)"}, {"pattern": pattern}], text)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("os.open($PATH)", "open(path)"),
        ("$CURSOR.execute($SQL, ...)", "def execute(self): pass\nexecute(sql)"),
        ("open($PATH, ...)", "import io\nreopen(x)\nis_open = open"),
        ('{..., "$where": $SCRIPT, ...}', "where(x)"),
    ],
)
def test_what_cannot_match_is_left_out(pattern: str, text: str) -> None:
    assert not looked_at([{"pattern": pattern}], text)


def test_a_source_is_needed_as_well() -> None:
    assert looked_at([{"pattern": "eval($X)"}], "eval(request.args)", [SOURCE])
    assert not looked_at([{"pattern": "eval($X)"}], "eval(x)", [SOURCE])


def test_one_alternative_that_is_not_understood_is_possible_everywhere() -> None:
    either = {"pattern-either": [{"pattern": "eval($X)"}, {"pattern": "$F($X)"}]}
    for unknown in (either, {"pattern-regex": "."}, {"metavariable-regex": {"metavariable": "$X", "regex": "^a.*"}}):
        assert looked_at([{"pattern": "eval($X)"}, unknown], "x = 1")


def test_the_words_of_a_placeholder_are_asked_for() -> None:
    level = {"metavariable-regex": {"metavariable": "$LEVEL", "regex": "^(debug|info)$"}}
    sink = {"patterns": [{"pattern": "$LOG.$LEVEL($X)"}, level, {"pattern-not": "print($X)"}]}
    assert looked_at([sink], "log.info(x)")
    assert not looked_at([sink], "log.warning(x)")


def test_the_author_says_what_stands_in_the_text() -> None:
    sink = {"in-text": r"@\w+\.route\b", "pattern-inside": "@$APP.$ROUTE(...)\ndef $F(...):\n  ...\n"}
    rule = with_needs({"pattern-sources": [SOURCE], "pattern-sinks": [sink], "metadata": {}})
    assert "in-text" not in str(rule)
    assert looked_at([sink], "@app.route('/')\ndef f(): ...")
    assert not looked_at([sink], "@cache\ndef f(): ...")


def test_a_pattern_of_placeholders_needs_nothing() -> None:
    assert of_pattern("$A.$B(..., $C=$D, ...)") == frozenset()


PACK = b"""
rules:
  - id: own
    message: M.
    metadata: {cwe: [1], severity: high, confidence: high, fix: F.}
    mode: taint
    pattern-sources: [{pattern: input(...)}]
    pattern-sinks: [%b]
"""


@pytest.mark.parametrize("sink", [b"{patterns: 3}", b"{pattern-either: x}", b"{patterns: [a]}", b"{pattern: 1}"])
def test_a_malformed_pattern_is_left_to_semgrep_to_refuse(sink: bytes) -> None:
    assert compile_packs([("own.yaml", PACK % sink)], {})


@pytest.mark.parametrize("text", [b"'('", b"3"])
def test_an_expression_that_is_none_is_named(text: bytes) -> None:
    with pytest.raises(UsageError, match=r"own\.yaml: own: in-text: no regular expression"):
        compile_packs([("own.yaml", PACK % b"{in-text: %b, pattern: f($X)}" % text)], {})
