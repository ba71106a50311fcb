"""Our rules are understood to the last pattern; what is not understood of others' rules is said."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from sdlc.flows.engine import find_flows
from sdlc.flows.vocabulary import read_vocabulary
from sdlc.formats import strict_json
from sdlc.scanning.rules import compiled_rules


def compiled() -> dict[str, Any]:
    return strict_json.loads_object(compiled_rules().read_bytes(), what="rules")


def test_every_pattern_of_our_taint_rules_is_read() -> None:
    vocabulary = read_vocabulary(compiled())
    assert vocabulary.unread == ()
    assert len(vocabulary.rules) == sum(rule.get("mode") == "taint" for rule in compiled()["rules"]) > 30
    for kind in ("source", "sanitizer", "sink"):
        masks = [entry.mask for entry in vocabulary.entries if entry.kind == kind]
        assert all(
            any(mask >> bit & 1 for mask in masks) for bit in range(len(vocabulary.rules)) if kind != "sanitizer"
        )
        assert masks


def own(sink: dict[str, Any]) -> dict[str, Any]:
    """A rule of a product."""
    return {
        "rules": [
            {
                "id": "own-sink",
                "mode": "taint",
                "message": "Ours.",
                "metadata": {"confidence": "high", "cwe": [78]},
                "pattern-sources": [{"pattern": "ours.asked(...)"}],
                "pattern-sinks": [sink],
            }
        ]
    }


PROGRAM = "import ours\n\ndef go(text):\n    ours.harm(text)\n\ndef main():\n    go(ours.asked('x'))\n"


def test_a_rule_of_a_products_own_is_followed_too() -> None:
    vocabulary = read_vocabulary(own({"pattern": "ours.harm(...)"}))
    report = find_flows({"app.py": ast.parse(PROGRAM)}, {"app.py": PROGRAM}, vocabulary)
    assert [(one.rule, one.line) for one in report.found] == [("own-sink", 4)]
    focused = {"patterns": [{"pattern": "ours.harm($VALUE, ...)"}, {"focus-metavariable": "$VALUE"}]}
    report = find_flows({"app.py": ast.parse(PROGRAM)}, {"app.py": PROGRAM}, read_vocabulary(own(focused)))
    assert [(one.rule, one.line) for one in report.found] == [("own-sink", 4)]


@pytest.mark.parametrize(
    "sink",
    [
        {"pattern": "for x in"},
        {"patterns": [{"pattern": "f($X)"}, {"metavariable-analysis": {"metavariable": "$X", "analyzer": "entropy"}}]},
        {"patterns": [{"pattern": "f($X)"}, {"metavariable-comparison": {"metavariable": "$X", "comparison": "$X>1"}}]},
        {"patterns": [{"pattern": "f($X)"}, {"metavariable-regex": {"metavariable": "$X", "regex": "("}}]},
        {"patterns": [{"pattern-not": "f($X)"}]},
        {"pattern-either": "f"},
    ],
)
def test_what_cannot_be_read_is_listed_by_rule(sink: dict[str, Any]) -> None:
    vocabulary = read_vocabulary(own(sink))
    assert [rule for rule, _ in vocabulary.unread] == ["own-sink"]
    assert not [entry for entry in vocabulary.entries if entry.kind == "sink"]
