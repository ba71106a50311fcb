"""Changes of an input that keep its form."""

from __future__ import annotations

import random
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdlc.harness.lexicon import Lexicon
from sdlc.harness.mutate import Mutator

LEXICON = Lexicon([b"exception", b"::", b"<!["], [(r"&#[0-9]{3,};", 0)], [b"a = 1", b"b"])


@cache
def changes(data: bytes) -> set[bytes]:
    mutator = Mutator(LEXICON, random.Random(1))
    return {mutator.change(data, 2000) for _ in range(20_000)}


@given(st.binary(max_size=60), st.integers(1, 80), st.integers())
def test_a_change_keeps_to_its_room(data: bytes, room: int, seed: int) -> None:
    mutator = Mutator(LEXICON, random.Random(seed))
    assert len(mutator.change(data, room)) <= room
    assert isinstance(mutator.fresh(), bytes)


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (b"a[b]c", b"a[a[b]c]c"),
        (b"a[b]c", b"a[((b))]c"),
        (b"a[b]c", b"a["),
        (b"a[b]c", b"ac"),
        (b"a[b]c", b"a[bb]c"),
        (b"a\nb", b"> a\n> b"),
        (b"a\nb", b"a\n  b"),
        (b"2001-02", b"18446744073709551616-02"),
        (b"x", b"x = 1"),
        (b"a=1;b=2", b"a=1;a=2"),
        (b"a=1;b=a", b"b=1;b=b"),
        (b"a\nb\nc\n", b"b\na\nc\n"),
        (b"a\nb\n", b"a\nb\na\n"),
        (b"a\nb\n", b"b\n"),
        (b"\x01a\x00\x00b", b"\x01a\xff\xffb"),
        (b"\x01a\x00\x00\x00\x00", b"\x01a\x7f\xff\xff\xff"),
        (b"[1]", b"[[1]]"),
    ],
)
def test_a_piece_is(data: bytes, wanted: bytes) -> None:
    assert wanted in changes(data)
