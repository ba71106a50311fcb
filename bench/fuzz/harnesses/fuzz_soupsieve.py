"""soupsieve 2.8.3."""

import soupsieve
from soupsieve import SelectorSyntaxError

from sdlc.harness import fuzz


@fuzz(raises=(SelectorSyntaxError,))
def fuzz_soupsieve(data: bytes) -> None:
    """Any selector."""
    soupsieve.compile(data.decode("utf-8", "replace"))
