"""wheel 0.37.1."""

from wheel.wheelfile import WHEEL_INFO_RE

from sdlc.harness import fuzz


@fuzz()
def fuzz_wheel(data: bytes) -> None:
    """Any input."""
    WHEEL_INFO_RE.match(data.decode("utf-8", "replace"))
