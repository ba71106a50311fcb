"""croniter 1.0.2."""

from datetime import UTC, datetime

from croniter.croniter import CroniterError, croniter

from sdlc.harness import fuzz

START = datetime(2024, 2, 28, 23, 59, tzinfo=UTC)


@fuzz(raises=(CroniterError,))
def fuzz_croniter(data: bytes) -> None:
    """The next time of any timetable."""
    croniter(data.decode("utf-8", "replace"), START).get_next(datetime)
