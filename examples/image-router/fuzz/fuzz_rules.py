"""Rules text and JSON: read, or refused with RuleError, and the same when written and read again."""

from __future__ import annotations

import json
from typing import Any

from image_router.rules import RuleError, dump_rules, parse_rules, rule_from_json, rule_to_json

from sdlc.harness import fuzz


@fuzz(raises=(RuleError,))
def fuzz_rules_text(data: bytes) -> None:
    """Any bytes that somebody may upload."""
    parse_rules(data.decode("utf-8", "replace"))


def _lines() -> Any:
    from hypothesis import strategies as st

    word = st.sampled_from(
        ["a", "b: ", "modality=", "CT ", 'description="', '" ', "-> ", "folder:x", ", ", "ae:A@h:1", "\n", "#", "\\"]
    )
    return st.lists(st.one_of(word, st.text(max_size=5)), max_size=20).map("".join)


@fuzz(strategy=_lines, raises=(RuleError,))
def fuzz_rules_round_trip(text: str) -> None:
    """What was read is written, and read back as the same."""
    rules = parse_rules(text)
    if parse_rules(dump_rules(rules)) != rules:
        raise AssertionError("written rules are other rules")


@fuzz(raises=(RuleError,))
def fuzz_rule_json(data: bytes) -> None:
    """The body of a request."""
    try:
        document = json.loads(data.decode("utf-8", "replace"))
    except (ValueError, RecursionError):  # the web handler answers them with 400
        return
    rule = rule_from_json(document)
    if rule_from_json(rule_to_json(rule)) != rule:
        raise AssertionError("a written rule is another rule")
