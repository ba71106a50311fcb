"""durationpy 0.9."""

from durationpy import DurationError, from_str

from sdlc.harness import fuzz


@fuzz(raises=(DurationError,))
def fuzz_durationpy(data: bytes) -> None:
    """Any text as a duration."""
    from_str(data.decode("utf-8", "replace"))
