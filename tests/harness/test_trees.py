"""Changes of a JSON document that leave it one."""

from __future__ import annotations

import json
import random
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdlc.harness.trees import changed

DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
).filter(lambda document: isinstance(document, list | dict))


@cache
def many() -> set[bytes | None]:
    rng = random.Random(1)
    return {changed(b'{"a": 1}', rng) for _ in range(20_000)}


@given(DOCUMENTS, st.integers())
def test_a_document_stays_one(document: Any, seed: int) -> None:
    made = changed(json.dumps(document).encode(), random.Random(seed))
    assert made is not None
    json.loads(made)


@pytest.mark.parametrize(
    "wanted",
    [
        b'[{"a": 1}, {"a": 1}]',  # doubled, in a list of its own
        b'[{"a": 1}]',
        b'{"a": []}',
        b"{}",
        b'{"b": 1}',
        b'{"a": {"a": 1}}',
        b'{"a": 1, "b": 1}',
    ],
)
def test_a_part_is_replaced_doubled_taken_out_wrapped_or_renamed(wanted: bytes) -> None:
    assert wanted in many()


def test_a_deep_document_ends_no_search() -> None:
    rng = random.Random(1)
    made = [changed(b"[" * levels + b"]" * levels, rng) for levels in range(100, 2000, 19)]
    assert None in made
    assert any(made)


def test_one_document_leaves_nothing_in_the_next() -> None:
    def all_of(seed: int) -> list[bytes | None]:
        rng = random.Random(seed)
        return [changed(b'{"a": [1, {"b": 2}]}', rng) for _ in range(2000)]

    assert all_of(1) == all_of(1)


@pytest.mark.parametrize("data", [b"", b"a", b"[", b"1", b"[" * 3000 + b"]" * 1000, b"[" + b" " * 5000 + b"]"])
def test_what_is_no_document_or_long_is_left_to_others(data: bytes) -> None:
    assert changed(data, random.Random(1)) is None
