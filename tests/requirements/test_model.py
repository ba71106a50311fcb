"""The file of requirements is read strictly: what is wrong is refused with its place, and no content raises else."""

from __future__ import annotations

import json

import jsonschema
import pytest
from conftest import REPOSITORY
from fakes.asked import FILE, REQUIREMENTS
from hypothesis import given
from hypothesis import strategies as st

from sdlc.formats import strict_json
from sdlc.formats.strict_yaml import EntryError, load_yaml
from sdlc.requirements.model import CATEGORIES, json_schema, load_requirements

SCHEMA = REPOSITORY / "docs" / "schemas" / "requirements.schema.json"
EXAMPLE = REPOSITORY / "examples" / "image-router" / "security" / "requirements.yaml"
TEST = "tests/test_box.py::test_double"


def test_the_file_is_read_with_its_places() -> None:
    loaded = load_requirements(REQUIREMENTS.encode(), path=FILE)
    first, second = loaded.file.requirements
    assert (first.category, second.source) == ("authorization", "IEC 62443-4-2 CR 3.5")
    assert [proof.name for proof in second.verified_by] == [TEST]
    assert loaded.file.roles is not None
    assert loaded.file.roles.matrix["viewer"]["delete"].access == "deny"
    place = loaded.positions.place("requirements", 1, "id")
    assert REQUIREMENTS.splitlines()[place.line - 1] == "  - id: REQ-007"
    assert set(CATEGORIES) >= {first.category, second.category}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  - id: REQ-007", "  - id: REQ_007", "an id is letters and digits"),
        ("    title: Numbers are doubled\n", "", "title: this key is required"),
        ("    category: integrity", "    category: integrity\n    owner: me", "owner: there is no such key"),
        (TEST, "tests/*.py::test_double", "a test is named as pytest does, and no pattern"),
        (TEST, "tests/test_box.py", "a test is named as pytest does, and no pattern"),
        (TEST, "tests/test_box.py::test_*", "a test is named as pytest does, and no pattern"),
        (TEST, "/tests/test_box.py::test_x", "a test is named as pytest does, and no pattern"),
        (f'{{test: "{TEST}"}}', "{control: doubled}", "a control is named SYSTEM/CONTROL"),
        (
            f'{{test: "{TEST}"}}',
            f'{{test: "{TEST}", control: box/doubled}}',
            "one of test, control and activity",
        ),
        ("deny: [", "allow: [], deny: [", "one of allow and deny is expected"),
        ("    viewer:\n", "    Viewer:\n", "an id begins with a small letter"),
        ("actions: [view, delete]", "actions: []", "actions"),
        ("schema: sdlc.requirements/1", "schema: sdlc.requirements/2", "schema"),
        ("schema: sdlc.requirements/1", "schema: &a sdlc.requirements/1", "anchors"),
        ("    acceptance: Two", "    acceptance: no\n    acceptance: Two", "different things to different readers"),
        ("Two comes out as four.", "[a]", "acceptance"),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(old: str, new: str, said: str) -> None:
    assert old in REQUIREMENTS
    with pytest.raises(EntryError, match=said) as caught:
        load_requirements(REQUIREMENTS.replace(old, new).encode(), path=FILE)
    assert all(problem.place.path == FILE and problem.place.line > 0 for problem in caught.value.problems)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_requirements_or_one_kind_of_error(data: bytes) -> None:
    for text in (data, REQUIREMENTS.encode() + data):
        try:
            load_requirements(text, path=FILE)
        except EntryError as error:
            assert error.problems


def test_the_published_schema_is_the_enforced_one() -> None:
    said = "write it again: strict_json.pretty(json_schema())"
    assert SCHEMA.read_bytes() == strict_json.pretty(json_schema()), said
    schema = json.loads(SCHEMA.read_bytes())
    jsonschema.Draft202012Validator.check_schema(schema)
    for text in (REQUIREMENTS.encode(), EXAMPLE.read_bytes()):
        document, _ = load_yaml(text, path=FILE)
        jsonschema.validate(json.loads(json.dumps(document)), schema)
        assert load_requirements(text, path=FILE).file.roles
    for wrong in ({**document, "more": 1}, {"schema": "sdlc.requirements/1", "requirements": [{"id": "x"}]}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(json.loads(json.dumps(wrong)), schema)
