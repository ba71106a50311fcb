"""w3lib 2.0.1."""

from w3lib.html import replace_entities

from sdlc.harness import fuzz


@fuzz()
def fuzz_w3lib(data: bytes) -> None:
    """Any input."""
    replace_entities(data.decode("utf-8", "replace"))
