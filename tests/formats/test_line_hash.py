"""The line hashes of code scanning, held against known values."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sdlc.formats.line_hash import line_hashes

TEXT = 'import subprocess, sys\nsubprocess.run("ls " + sys.argv[1], shell=True)\n'
KNOWN = ("6fe68ab7498b66f8:1", "6fd61d3802323577:1", "c129715d7a2bc9a3:1")


def test_known_values() -> None:
    assert line_hashes(TEXT) == KNOWN


def test_white_space_and_line_ends_do_not_count() -> None:
    assert line_hashes(TEXT.replace("\n", "\r\n").replace(", ", " ,\t")) == KNOWN
    assert line_hashes(TEXT.replace("\n", "\r")) == KNOWN


def test_equal_lines_are_numbered() -> None:
    one = "x" * 150
    hashes = line_hashes(f"{one}\n{one}\n")
    assert [text.partition(":")[2] for text in hashes] == ["1", "2", "1"]
    assert hashes[0].partition(":")[0] == hashes[1].partition(":")[0]


@given(st.text(alphabet=st.characters(codec=None), max_size=300))
def test_every_text_has_a_hash_per_line(text: str) -> None:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    assert len(line_hashes(text)) == lines
