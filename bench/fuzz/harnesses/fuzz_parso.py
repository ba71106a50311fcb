"""parso 0.8.0."""

import parso

from sdlc.harness import fuzz

GRAMMAR = parso.load_grammar(version="3.9")


@fuzz()
def fuzz_parso(data: bytes) -> None:
    """Any input."""
    GRAMMAR._get_normalizer_issues(GRAMMAR.parse(data.decode("utf-8", "replace")))
