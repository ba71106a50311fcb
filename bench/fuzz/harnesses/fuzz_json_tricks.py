"""json_tricks 3.17.3."""

import zlib

from json_tricks import loads

from sdlc.harness import fuzz
from sdlc.harness.properties import bounded_memory


def read(data: bytes) -> object:
    """Any document, packed or not."""
    return loads(data, conv_str_byte=True)


@fuzz(raises=(ValueError, OSError, EOFError, RecursionError, zlib.error))
def fuzz_json_tricks(data: bytes) -> None:
    """No document takes memory out of proportion to it; an empty object has some 50 bytes for each of its own."""
    bounded_memory(read, data, ratio=128)
