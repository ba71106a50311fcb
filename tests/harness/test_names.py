"""Words of a product's input that stand in its names."""

from __future__ import annotations

import ast

import pytest

from sdlc.harness.names import words_of_names


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (
            "class A:\n def visit_table(self): 0\n def visit_row(self): 0\n async def visit_cell(self): 0\n",
            "cell row table",
        ),
        ("class A:\n _handle_FREQ = 1\n _handle_COUNT = 1\n _handle_BYDAY = 1\n", "BYDAY COUNT FREQ"),
        ("def do_GET(): 0\ndef do_PUT(): 0\ndef do_HEAD(): 0\n", "GET HEAD PUT"),
        ("x = dict(red=1, green=2)\n", "green red"),
        ("def read_a(): 0\ndef write_b(): 0\ndef read_c(): 0\n", ""),
        ("class A:\n def run(self): 0\n def stop(self): 0\n def start(self): 0\n", ""),
    ],
)
def test_words_behind_a_prefix_that_three_share(source: str, words: str) -> None:
    assert sorted(words_of_names(ast.parse(source))) == words.split()
