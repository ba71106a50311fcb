"""The trivial target."""

from trivial_target import take

from sdlc.harness import fuzz


@fuzz()
def fuzz_trivial(data: bytes) -> None:
    """Nothing."""
    take(data)
