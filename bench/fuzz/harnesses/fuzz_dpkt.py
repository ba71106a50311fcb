"""dpkt 1.9.6."""

import dpkt
from dpkt.ethernet import Ethernet

from sdlc.harness import fuzz


@fuzz(raises=(dpkt.Error,))
def fuzz_dpkt(data: bytes) -> None:
    """Any frame."""
    Ethernet(data)
