"""pyte 0.8.2."""

import pyte

from sdlc.harness import fuzz


@fuzz()
def fuzz_pyte(data: bytes) -> None:
    """Whatever a terminal is sent."""
    pyte.ByteStream(pyte.Screen(40, 10)).feed(data)
