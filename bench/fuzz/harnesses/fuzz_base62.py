"""pybase62 0.4.3."""

from base62 import decodebytes, encodebytes

from sdlc.harness import fuzz
from sdlc.harness.properties import round_trip


@fuzz()
def fuzz_base62(data: bytes) -> None:
    """What was written is read as the same."""
    round_trip(encodebytes, decodebytes, data)
