"""Which comments ask a scanner to be silent, and what they say."""

from __future__ import annotations

import pytest

from sdlc.errors import UnreadableError
from sdlc.formats.suppression_comments import dump_suppressions, find_suppressions, load_suppressions
from sdlc.harness.pump import grow


@pytest.mark.parametrize(
    ("comment", "ids", "reason"),
    [
        ("# nosec B602 -- a constant", ("B602",), "a constant"),
        ("# nosec: B602, B603 -- a constant", ("B602", "B603"), "a constant"),
        ("# nosemgrep: sql-injection -- a constant", ("sql-injection",), "a constant"),
        ("# nosec command-injection: a well-known word", ("command-injection",), "a well-known word"),
        ("# nosec B602", ("B602",), ""),
        ("# nosec", (), ""),
        ("# nosec -- a constant", (), "a constant"),
        ("#nosec B602 --", ("B602",), ""),
    ],
)
def test_rule_and_reason(comment: str, ids: tuple[str, ...], reason: str) -> None:
    (found,) = find_suppressions("a.py", f"x = 1  {comment}\n")
    assert (found.line, found.alone, found.ids, found.reason) == (1, False, ids, reason)


def test_a_comment_of_its_own_stands_alone() -> None:
    assert find_suppressions("a.py", "def f():\n    # nosec B602 -- why\n    g()\n")[0].alone


def test_strings_and_other_words_are_no_comments() -> None:
    assert find_suppressions("a.py", 'x = "# nosec B602 -- a"\n# about nosec and nosection\n# nosection\n') == ()


def test_round_trip() -> None:
    found = find_suppressions("a.py", "x = 1  # nosec B602 -- why\n")
    assert load_suppressions(dump_suppressions(found)) == found


def test_garbage_is_refused() -> None:
    with pytest.raises(UnreadableError):
        load_suppressions(b'[{"path": "a.py"}]')


def test_a_long_word_is_read_in_a_time_that_grows_with_its_length() -> None:
    def read(data: bytes) -> None:
        find_suppressions("a.py", data.decode())

    assert not grow(read, b"# nosec ", b"a", b"", limit=65536).fails(65536)
