"""isodate 0.7.2."""

from isodate import ISO8601Error, parse_duration

from sdlc.harness import fuzz


@fuzz(raises=(ISO8601Error,))
def fuzz_isodate(data: bytes) -> None:
    """Any text as a duration."""
    parse_duration(data.decode("utf-8", "replace"))
