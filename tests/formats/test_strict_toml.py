from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdlc.formats import strict_toml
from sdlc.harness.pump import grow


@pytest.mark.parametrize(
    "data",
    [
        b"a=" + b"[" * 900,
        b"a=" + b"{b=" * 900,
        b"a = " + b"9" * 5000,
        b"a = [",
        b"\xff",
        b"a." * 300 + b"b = 1",
        b'"a". ' * 300 + b"b = 1",
    ],
)
def test_what_is_no_document_is_an_error_of_one_kind(data: bytes) -> None:
    with pytest.raises((tomllib.TOMLDecodeError, UnicodeDecodeError)):
        strict_toml.loads(data)


@given(st.binary(max_size=80))
def test_any_bytes_give_a_table_or_an_error(data: bytes) -> None:
    try:
        assert isinstance(strict_toml.loads(data), dict)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return


def test_a_document() -> None:
    assert strict_toml.loads('a = "é"\n[b]\nc = 1\n'.encode()) == {"a": "é", "b": {"c": 1}}


@pytest.mark.parametrize("token", [b"a.", b'"a".', b"a . ", b"[", b"'", b'"', b"a", b"1.", b". "])
def test_a_document_is_read_in_a_time_that_grows_with_its_length(token: bytes) -> None:
    def read(data: bytes) -> None:
        strict_toml.loads(data)

    assert not grow(read, b"a = 1\n", token, b"b = 1", raises=(tomllib.TOMLDecodeError,)).fails(65536)
