"""icalendar 5.0.4."""

from icalendar import Calendar

from sdlc.harness import fuzz


@fuzz(raises=(ValueError,))
def fuzz_icalendar(data: bytes) -> None:
    """Any input."""
    Calendar.from_ical(data.decode("utf-8", "replace"))
