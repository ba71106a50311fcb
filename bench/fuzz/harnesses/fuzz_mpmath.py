"""mpmath 1.2.1."""

from mpmath import mpmathify

from sdlc.harness import fuzz


@fuzz(raises=(ValueError, TypeError))
def fuzz_mpmath(data: bytes) -> None:
    """Any text as a number."""
    mpmathify(data.decode("utf-8", "replace"))
