"""cbor2 5.5.1."""

from cbor2 import CBORDecodeError, loads

from sdlc.harness import fuzz


@fuzz(raises=(CBORDecodeError,))
def fuzz_cbor2(data: bytes) -> None:
    """Any input."""
    loads(data)
