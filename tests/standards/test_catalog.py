"""Standards as data: strict, with file and line, and ours hold nothing that they must not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdlc.errors import UsageError
from sdlc.formats.rule_catalogue import load_rules
from sdlc.scanning.rules import compiled_rules
from sdlc.standards.catalog import ACTIVITY, PRODUCERS, load_standard, replace_by_own
from sdlc.standards.shipped import our_standards

GOOD = """\
schema = "sdlc.standard/1"
id = "house"
title = "House rules"
version = "3"
status = "final"
reviewer = "Maria Weber"

[[controls]]
id = "A"
text = "Fuzzed"
full = ["fuzz"]

[[controls]]
id = "B"
text = "Thought about"
people = "the minutes of the meeting"
"""

WRONG = {
    "not TOML": ("status =", "status", "house.toml:5: "),
    "schema": ("standard/1", "standard/9", "house.toml:1: schema: 'sdlc.standard/9' is not"),
    "id": ('"house"', '"House!"', "house.toml:2: id: words in lower case"),
    "no title": ('title = "House rules"\n', "", "house.toml:1: title is missing"),
    "empty title": ('"House rules"', '" "', "house.toml:3: title: must not be empty"),
    "a number": ('"3"', "3", "house.toml:4: version: a text is expected"),
    "status": ('"final"', '"valid"', "house.toml:5: status: one of final, draft"),
    "unknown key": ("reviewer =", "reviewed =", "house.toml:6: the key 'reviewed' is unknown"),
    "unknown key of a control": ("people =", "person =", "house.toml:13: the key 'person' is unknown"),
    "unknown producer": ('["fuzz"]', '["fuz"]', "house.toml:8: A: full: nothing is called 'fuz'"),
    "named twice": ('["fuzz"]', '["fuzz", "fuzz"]', "house.toml:8: A: a producer is named twice"),
    "answered by nobody": ('full = ["fuzz"]\n', "", "house.toml:8: A: nothing answers it"),
    "twice": ('id = "B"', 'id = "A"', "house.toml:13: the control 'A' stands twice"),
    "weakness": ('full = ["fuzz"]', 'full = ["fuzz"]\ncwe = ["79"]', "house.toml:8: A: cwe: numbers"),
    "a whole text": ('"Fuzzed"', f'"{"x" * 401}"', "house.toml:8: text: 401 characters"),
}


def test_a_good_file() -> None:
    standard = load_standard(GOOD.encode(), "house.toml")
    assert [(one.id, one.producers, one.people) for one in standard.controls] == [
        ("A", ("fuzz",), ""),
        ("B", (), "the minutes of the meeting"),
    ]
    assert standard.review == "mapping reviewed by Maria Weber"


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_named_with_its_line(case: str) -> None:
    old, new, said = WRONG[case]
    assert old in GOOD
    with pytest.raises(UsageError) as caught:
        load_standard(GOOD.replace(old, new, 1).encode(), "house.toml")
    assert caught.value.message.startswith(said)
    assert caught.value.hint


def test_a_file_without_controls_covers_nothing_and_is_refused() -> None:
    with pytest.raises(UsageError, match="there is no control"):
        load_standard(GOOD.partition("[[controls]]")[0].encode(), "house.toml")


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: (GOOD + text).encode()))
def test_no_bytes_give_a_traceback(data: bytes) -> None:
    try:
        load_standard(data, "any.toml")
    except UsageError as error:
        assert error.message.startswith("any.toml:")


@pytest.mark.parametrize("text", [f"a = {'[' * 5000}", f"a = {'1' * 5000}", "a = 2026-13-45", "a = {b = " * 2000])
def test_what_breaks_a_reader_of_toml_is_a_sentence(text: str) -> None:
    with pytest.raises(UsageError, match=r"any\.toml:1: "):
        load_standard(text.encode(), "any.toml")


def test_ones_own_stands_instead_or_besides() -> None:
    own = load_standard(GOOD.encode(), "house.toml")
    reviewed = load_standard(GOOD.replace('"house"', '"slsa-1.2"').encode(), "slsa.toml")
    standards = {standard.id: standard for standard in replace_by_own(our_standards(), [own, reviewed])}
    assert len(standards) == len(our_standards()) + 1
    assert standards["slsa-1.2"].title == "House rules"
    with pytest.raises(UsageError, match="two of the given files"):
        replace_by_own(our_standards(), [own, own])


def test_ours_are_many_and_say_that_nobody_reviewed_them() -> None:
    standards = our_standards()
    assert len(standards) == 25
    assert sum(len(standard.controls) for standard in standards) > 500
    assert {standard.review for standard in standards} == {"mapping not reviewed"}
    assert [standard.id for standard in standards if standard.status == "draft"] == ["nist-ssdf-1.2"]
    assert "MDR" in next(standard.scope for standard in standards if standard.id == "eu-cra-annex-i")


def test_ours_never_say_that_anything_conforms() -> None:
    said = " ".join(control.text for standard in our_standards() for control in standard.controls).lower()
    assert "compliant" not in said
    assert "certified" not in said


def test_every_producer_is_used_and_none_is_an_unnamed_activity() -> None:
    used = {name for standard in our_standards() for control in standard.controls for name in control.producers}
    assert used <= PRODUCERS
    assert PRODUCERS - used <= {"build", "tests", "workflows"}
    assert len([name for name in PRODUCERS if name.startswith(ACTIVITY)]) == 3


def test_a_weakness_that_no_rule_looks_for_is_not_claimed_for_static_analysis() -> None:
    looked_for = {number for rule in load_rules(compiled_rules().read_bytes()) for number in rule.cwe}
    top = next(standard for standard in our_standards() if standard.id == "cwe-top-25-2025")
    assert len(top.controls) == 25
    wrong = [c.id for c in top.controls if ("static-analysis" in c.producers) != bool(looked_for & set(c.cwe))]
    assert wrong == []
