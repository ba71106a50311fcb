"""hpack 2.2.0."""

from hpack import Decoder, HPACKError

from sdlc.harness import fuzz
from sdlc.harness.properties import bounded_output


@fuzz(raises=(HPACKError, UnicodeDecodeError))
def fuzz_hpack(data: bytes) -> None:
    """Headers that are out of proportion to their block are a bomb; 64 times is more than the fixed table allows."""
    headers = Decoder().decode(data)
    bounded_output(data, "".join(name + value for name, value in headers), ratio=64)
