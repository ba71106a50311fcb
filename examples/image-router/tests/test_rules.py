"""The two forms of rules, and what they match."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from image_router.rules import (
    FIELDS,
    Folder,
    Peer,
    Rule,
    RuleError,
    destinations,
    dump_rules,
    parse_rules,
    rule_from_json,
    rule_to_json,
)

TEXT = """\
# the chest images of all scanners
chest-ct: modality=CT body_part=CHEST -> folder:chest, ae:PACS@10.0.0.7:11112

brain:    modality=MR description="Brain *" -> folder:neuro
rest:     -> folder:unsorted
"""


def test_rules_are_read():
    chest, brain, rest = parse_rules(TEXT)
    assert chest.conditions == (("modality", "CT"), ("body_part", "CHEST"))
    assert chest.destinations == (Folder("chest"), Peer("PACS", "10.0.0.7", 11112))
    assert brain.conditions[1] == ("description", "Brain *")
    assert rest.conditions == ()


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"modality": "ct", "body_part": "Chest "}, ["folder:chest", "ae:PACS@10.0.0.7:11112", "folder:unsorted"]),
        ({"modality": "CT"}, ["folder:unsorted"]),
        ({"modality": "MR", "description": "brain with contrast"}, ["folder:neuro", "folder:unsorted"]),
        ({"modality": "MR", "description": "no brain "}, ["folder:unsorted"]),
    ],
)
def test_image_goes_where_all_conditions_hold(attributes, expected):
    assert [str(target) for target in destinations(parse_rules(TEXT), attributes)] == expected


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("chest modality=CT -> folder:a", "name"),
        ("Chest: -> folder:a", "name"),
        ("chest: modality=CT", "->"),
        ("chest: modality=CT ->", "neither"),
        ("chest: modality -> folder:a", "unknown field|field=value"),
        ("chest: station=A -> folder:a", "unknown field"),
        ("chest: modality=CT modality=MR -> folder:a", "twice"),
        ('chest: description="open -> folder:a', "no end"),
        ('chest: description="ends in a backslash\\', "no end"),
        ("chest: description=<b> -> folder:a", "quotes"),
        ("chest: -> folder:../etc", "neither"),
        ("chest: -> ae:PACS@host:0", "neither"),
        ("chest: -> ae:PACS@host:99999", "neither"),
        ("chest: -> https://host.example", "neither"),
        (f"chest: description={'a' * 65} -> folder:a", "64"),
        (f"chest: {'x' * 2000}", "1000"),
        ("first: -> folder:b", "second rule"),
    ],
)
def test_bad_rules_are_refused_with_line(line, message):
    with pytest.raises(RuleError, match=message) as caught:
        parse_rules(f"first: -> folder:a\n\n{line}\n")
    assert caught.value.line == 3


def test_too_many_rules_are_refused():
    with pytest.raises(RuleError, match="more than 200"):
        parse_rules("".join(f"r{number}: -> folder:a\n" for number in range(201)))


@pytest.mark.parametrize(
    "document",
    [None, [], {}, {"name": "a"}, {"name": "a", "to": []}, {"name": "a", "to": [1]}, {"name": 1, "to": ["folder:a"]},
     {"name": "a", "to": ["folder:a"], "when": {"modality": 1}}, {"name": "a", "to": ["folder:a"], "if": {}}],
)  # fmt: skip
def test_bad_json_is_refused(document):
    with pytest.raises(RuleError):
        rule_from_json(document)


values = st.text(max_size=20).filter(str.isprintable)
rules = st.lists(
    st.builds(
        Rule,
        name=st.from_regex(r"[a-z][a-z0-9-]{0,9}", fullmatch=True),
        conditions=st.dictionaries(st.sampled_from(FIELDS), values, max_size=4).map(lambda found: tuple(found.items())),
        destinations=st.lists(
            st.builds(Folder, st.from_regex(r"[a-z0-9][a-z0-9_-]{0,9}", fullmatch=True)), min_size=1, unique=True
        ).map(tuple),
    ),
    unique_by=lambda rule: rule.name,
    max_size=5,
)


@given(rules)
def test_what_is_written_is_read_back(given_rules):
    assert list(parse_rules(dump_rules(given_rules))) == given_rules
    assert [rule_from_json(rule_to_json(rule)) for rule in given_rules] == given_rules


@given(st.text())
def test_any_text_is_read_or_refused(text):
    try:
        read = parse_rules(text)
    except RuleError as error:
        refused_at = error.line
    else:
        refused_at = None
        assert parse_rules(dump_rules(read)) == read
    assert refused_at is None or 0 < refused_at <= text.count("\n") + 1
