"""python-dateutil 2.9.0."""

from datetime import UTC, datetime

from dateutil.rrule import rrulestr

from sdlc.harness import fuzz

START = datetime(2024, 2, 28, 12, 0, tzinfo=UTC)


@fuzz(raises=(ValueError,))
def fuzz_dateutil(data: bytes) -> None:
    """The first day of any rule."""
    next(iter(rrulestr(data.decode("utf-8", "replace"), dtstart=START)), None)
