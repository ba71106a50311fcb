"""mistune 2.0.2."""

import mistune

from sdlc.harness import fuzz


@fuzz()
def fuzz_mistune(data: bytes) -> None:
    """Any input."""
    mistune.html(data.decode("utf-8", "replace"))
