"""Names of secrets: the same for the same, slow to make, of no use without the repository."""

from __future__ import annotations

import hashlib
import re

from sdlc.searching.fingerprints import Fingerprints


def test_a_name_depends_on_the_value_and_on_the_repository() -> None:
    names = Fingerprints(b"tree 1\n")
    assert names.of("a") == names.of("a") == Fingerprints(b"tree 1\n").of("a")
    assert len({names.of("a"), names.of("b"), Fingerprints(b"tree 2\n").of("a")}) == 3
    assert re.fullmatch("f1:[0-9a-f]{32}", names.of("a"))


def test_a_name_is_that_of_the_slow_function() -> None:
    """Computed here with the parameters of the decision record, so that nobody makes it cheaper unseen."""
    salt = b"sdlc.secrets/1\0tree 1\n"
    slow = hashlib.scrypt(b"a", salt=salt, n=2**14, r=8, p=1, maxmem=2**26, dklen=16)
    assert Fingerprints(b"tree 1\n").of("a") == f"f1:{slow.hex()}"


def test_neither_value_nor_key_is_part_of_a_representation() -> None:
    names = Fingerprints(b"the first commit")
    names.of("the value")
    assert repr(names) == "Fingerprints()"
