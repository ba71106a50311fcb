"""m3u8 2.0.0."""

import m3u8

from sdlc.harness import fuzz


@fuzz(raises=(m3u8.ParseError,))
def fuzz_m3u8(data: bytes) -> None:
    """Any playlist."""
    m3u8.loads(data.decode("utf-8", "replace"))
