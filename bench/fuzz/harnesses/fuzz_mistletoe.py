"""mistletoe 1.5.1."""

import mistletoe

from sdlc.harness import fuzz


@fuzz()
def fuzz_mistletoe(data: bytes) -> None:
    """Any input."""
    mistletoe.markdown(data.decode("utf-8", "replace"))
