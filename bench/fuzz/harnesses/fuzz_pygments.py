"""Pygments 2.7.3."""

from pygments.lexers.ml import SMLLexer

from sdlc.harness import fuzz


@fuzz()
def fuzz_pygments(data: bytes) -> None:
    """Any input."""
    list(SMLLexer().get_tokens(data.decode("utf-8", "replace")))
