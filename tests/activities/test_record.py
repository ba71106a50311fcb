"""A record has one form: what is written is read, and everything else is refused by name."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from conftest import REPOSITORY
from fakes.activity import HISTORY, NOTE, PENTEST, REVIEW, course, record, signed
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from sdlc.activities.history import dump_history, load_history
from sdlc.activities.record import KINDS, body_of, dump_record, json_schema, load_record
from sdlc.activities.register import register_of
from sdlc.errors import UnreadableError
from sdlc.formats import strict_json
from sdlc.signing.dsse import load_envelope

BODIES = (PENTEST, REVIEW, NOTE, course("alan"))


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body["kind"])
def test_what_is_written_is_read(body: dict[str, Any]) -> None:
    made = record(body)
    assert load_record(dump_record(made), what="r") == made
    assert load_record(load_envelope(signed(body), what="r").payload, what="r") == made
    assert made.body.kind in (*KINDS, "bridge-note")
    [row] = register_of({"r.json": made})
    assert row[0] == "r.json"
    assert row[4:] == ("Ada Lovelace", "2026-06-01")


@pytest.mark.parametrize(
    ("body", "change", "said"),
    [
        (PENTEST, {"independence": "friendly"}, "independence: input should be"),
        (PENTEST, {"ended": "2026-05-01"}, "ended: before it began"),
        (PENTEST, {"ended": "2026-02-31"}, "ended: day is out of range"),
        (PENTEST, {"builds": []}, "builds"),
        (PENTEST, {"report": {"name": "r", "sha256": "x"}}, "report.sha256"),
        (PENTEST, {"price": "much"}, "price: there is no such key"),
        (PENTEST, {"findings": [*PENTEST["findings"], *PENTEST["findings"]]}, "two have one id"),
        (PENTEST, {"findings": [{**PENTEST["findings"][0], "reference": " "}]}, "a disposition needs a reference"),
        (PENTEST, {"kind": "party"}, "kind"),
        (REVIEW, {"commit": "HEAD"}, "commit"),
        (REVIEW, {"topics": {"weather": "fine"}}, "topics"),
        (NOTE, {"reason": " "}, "reason"),
        (course("alan"), {"valid_until": "2026-01-01"}, "not after it was completed"),
    ],
)
def test_what_is_no_record_is_refused_by_its_key(body: dict[str, Any], change: dict[str, Any], said: str) -> None:
    with pytest.raises(UnreadableError, match=said):
        body_of({**body, **change}, what="form.yaml")


def test_attack_a_member_more_or_in_another_form() -> None:
    document = json.loads(dump_record(record(PENTEST)))
    for change in ({"note": "x"}, {"created": "2026-06-01T12:00:00Z"}, {"person": {"id": "ada"}}):
        other = {**document, "predicate": {**document["predicate"], **change}}
        with pytest.raises(UnreadableError):
            load_record(strict_json.dumps(other), what="r")
    other = {**document, "subject": [{"name": "activity", "digest": {"sha256": "0" * 64}}]}
    with pytest.raises(UnreadableError, match="not in the one form"):
        load_record(strict_json.dumps(other), what="r")


@given(st.binary(max_size=100) | st.recursive(st.none() | st.text(max_size=9), lambda s: st.lists(s, max_size=3)).map(
    lambda value: json.dumps(value).encode()))  # fmt: skip
def test_any_bytes_are_a_record_or_one_kind_of_error(data: bytes) -> None:
    for load in (lambda: load_record(data, what="r"), lambda: load_history(data)):
        with contextlib.suppress(UnreadableError):
            load()


def test_the_history_is_read_as_it_is_written() -> None:
    assert load_history(dump_history(HISTORY)) == HISTORY


def test_a_record_is_what_the_published_schema_says() -> None:
    path = REPOSITORY / "docs" / "schemas" / "activity-record.schema.json"
    assert path.read_bytes() == strict_json.pretty(json_schema()), "write it again: strict_json.pretty(json_schema())"
    validator = Draft202012Validator(json.loads(path.read_bytes()))
    Draft202012Validator.check_schema(validator.schema)
    for body in BODIES:
        document = json.loads(dump_record(record(body)))
        validator.validate(document)
        for key in document["predicate"]:
            less = {name: value for name, value in document["predicate"].items() if name != key}
            assert not validator.is_valid({**document, "predicate": less}), key
        more = {**document["predicate"]["body"], "more": 1}
        assert not validator.is_valid({**document, "predicate": {**document["predicate"], "body": more}})
