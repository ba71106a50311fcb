"""Names of secrets: the same for the same, slow to make, of no use without the repository."""

from __future__ import annotations

import hashlib
import re
import time

from sdlc.searching.fingerprints import Fingerprints


def test_a_name_depends_on_the_value_and_on_the_repository() -> None:
    names = Fingerprints(b"tree 1\n")
    assert names.of("a") == names.of("a") == Fingerprints(b"tree 1\n").of("a")
    assert len({names.of("a"), names.of("b"), Fingerprints(b"tree 2\n").of("a")}) == 3
    assert re.fullmatch("f1:[0-9a-f]{32}", names.of("a"))


def test_a_guess_costs_more_than_a_hash() -> None:
    """A ratio of two measurements in one run, wide of the mark by a factor of a hundred."""
    started = time.perf_counter()
    Fingerprints(b"x").of("a")
    slow = time.perf_counter() - started
    started = time.perf_counter()
    hashlib.sha256(b"xa").hexdigest()
    assert slow > 100 * (time.perf_counter() - started)


def test_neither_value_nor_key_is_part_of_a_representation() -> None:
    names = Fingerprints(b"the first commit")
    names.of("the value")
    assert repr(names) == "Fingerprints()"
