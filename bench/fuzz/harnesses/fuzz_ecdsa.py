"""ecdsa 0.13."""

from ecdsa.der import UnexpectedDER
from ecdsa.util import sigdecode_der

from sdlc.harness import fuzz


@fuzz(raises=(UnexpectedDER,))
def fuzz_ecdsa(data: bytes) -> None:
    """Any input."""
    sigdecode_der(data, 7)
