"""The one way in which a point in time is written: ISO 8601, UTC, to the second."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def time_to_text(time: datetime) -> str:
    """`time` in UTC to the second, ISO 8601."""
    return time.astimezone(UTC).isoformat(timespec="seconds")


def time_from_text(text: object) -> datetime:
    """The UTC time that `time_to_text` wrote; raises ValueError for any other form."""
    if not isinstance(text, str):
        raise ValueError(f"not a time: {text!r:.40}")
    time = datetime.fromisoformat(text)
    if time.tzinfo is None or time.utcoffset() != timedelta(0) or time_to_text(time) != text:
        raise ValueError(f"not a UTC time to the second (2026-01-31T12:00:00+00:00): {text!r:.40}")
    return time
