"""However a report writes a value, it is taken out; what else it says stays."""

from __future__ import annotations

import json

import pytest
from fakes.credentials import Mint
from hypothesis import given
from hypothesis import strategies as st

from sdlc.credentials.redact import LEAST, redact, redactor

VALUES = st.text(st.characters(exclude_categories=("Cs",)), min_size=LEAST, max_size=80).filter(str.strip)


@pytest.mark.parametrize(
    "write",
    [str, json.dumps, repr, ascii, lambda value: json.dumps(value, ensure_ascii=False), lambda v: json.dumps(repr(v))],
)
@given(value=VALUES)
def test_no_form_of_a_value_stays(write: object, value: str) -> None:
    written = write(value)  # type: ignore[operator]
    data = f"before {written} after".encode()
    clean = redact(data, redactor([value]))
    assert b"\0" in data or (value.encode() not in clean and clean.startswith(b"before ") and clean.endswith(b" after"))


def test_json_stays_json() -> None:
    value = 'a"b\\c\n' + "d" * 20
    document = json.dumps({"message": f"found {value}!", "line": 3})
    clean = json.loads(redact(document.encode(), redactor([value])))
    assert clean == {"message": "found [redacted]!", "line": 3}


def test_each_line_of_a_key_is_taken_out() -> None:
    pem = Mint(1).pem("rsa")
    clean = redact("\n".join(f"    {line}" for line in pem.splitlines()).encode(), redactor([pem]))
    assert not any(line.encode() in clean for line in pem.splitlines() if len(line) > 40)


def test_the_longer_value_goes_first() -> None:
    assert redact(b"abcdefgh abcdef", redactor(["abcdef", "abcdefgh"])) == b"[redacted] [redacted]"


def test_files_that_are_no_text_stay_as_they_are() -> None:
    wheel = b"PK\x03\x04\0\0abcdefgh"
    assert redact(wheel, redactor(["abcdefgh"])) == wheel


def test_nothing_to_take_out() -> None:
    assert redactor([]) is None
    assert redactor(["ab"]) is None
    assert redact(b"ab", None) == b"ab"
