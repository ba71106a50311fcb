"""sacremoses 0.1.1."""

from sacremoses import MosesTokenizer

from sdlc.harness import fuzz

TOKENIZER = MosesTokenizer()


@fuzz()
def fuzz_sacremoses(data: bytes) -> None:
    """Any text."""
    TOKENIZER.tokenize(data.decode("utf-8", "replace"))
