"""darglint 1.8.1."""

from darglint.docstring.docstring import Docstring

from sdlc.harness import fuzz


@fuzz()
def fuzz_darglint(data: bytes) -> None:
    """Any text that documents a function, as Google writes it."""
    Docstring.from_google(data.decode("utf-8", "replace"))
