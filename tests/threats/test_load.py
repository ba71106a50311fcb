"""Threat models and acceptances: what is not of the schema is named at its place, without patterns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdlc.threats.load import ModelError, load_acceptances, load_model


@given(st.one_of(st.binary(max_size=200), st.text("ab:{}[]-,&*!|>'\"\n #%?", max_size=60).map(str.encode)))
def test_any_bytes_give_a_document_or_one_kind_of_error(data: bytes) -> None:
    for load in (load_model, load_acceptances):
        try:
            load(data, path="m.yaml")  # type: ignore[operator]
        except ModelError as error:
            lines = [problem.place.line for problem in error.problems]
        else:
            lines = [1]
        assert min(lines) >= 1


def test_every_schema_mistake_is_named_at_its_place() -> None:
    text = b"schema: sdlc.threat-model/1\nsystem: {id: Box, title: t}\ntrust_zones: {}\nthreats: {}\nthraets: {}\n"
    with pytest.raises(ModelError) as caught:
        load_model(text, path="m.yaml")
    said = {(p.of, p.place.line, p.message.split(":")[0]) for p in caught.value.problems}
    assert said == {
        ("schema", 2, "system.id"),
        ("schema", 2, "system.owner"),
        ("schema", 1, "components"),
        ("schema", 5, "thraets"),
    }


def test_a_list_is_no_model() -> None:
    with pytest.raises(ModelError, match=r"^m\.yaml:1:1: the document"):
        load_model(b"- a\n", path="m.yaml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"controls: {c: {code: ['src/app.py:check']}}\n", "controls.c.code.0: a file of the product is expected"),
        (b"controls: {c: {code: src/app.py}}\n", "controls.c.code: a list is expected here"),
        (b"controls: {c: {evidence: [{kind: test, id: 'test_x'}]}}\n", "tests/test_app.py::test_x"),
        ("threats: {要求: {}}\n".encode(), "an id begins with a small letter"),
        (b"components: {c: {surface: [{claim: 'GET /x'}]}}\n", "a claim is KIND:WHAT"),
        (b"threats: []\n", "threats: keys with values are expected here"),
        (b"- a\n", "the document: keys with values are expected here"),
    ],
)
def test_what_does_not_fit_is_said_without_patterns(text: bytes, said: str) -> None:
    with pytest.raises(ModelError) as caught:
        load_model(text, path="m.yaml")
    messages = [problem.message for problem in caught.value.problems]
    assert any(said in message for message in messages), messages
    assert not any("pattern" in message and "^" in message for message in messages)
