"""pyasn1 0.4.8."""

from pyasn1.codec.ber.decoder import decode
from pyasn1.error import PyAsn1Error

from sdlc.harness import fuzz


@fuzz(raises=(PyAsn1Error,))
def fuzz_pyasn1(data: bytes) -> None:
    """Any input."""
    decode(data)
