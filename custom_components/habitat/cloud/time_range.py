"""Spans of time, as histories are asked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class TimeRange:
    """From a time up to, but not at, another; both are UTC whatever zone they are given in."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        """Turn both ends to UTC.

        Raises:
            ValueError: one has no zone, or the start is not before the end.
        """
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("a time without a zone")
        object.__setattr__(self, "start", self.start.astimezone(UTC))
        object.__setattr__(self, "end", self.end.astimezone(UTC))
        if self.start >= self.end:
            raise ValueError("the start is not before the end")

    def __contains__(self, moment: datetime) -> bool:
        """Say whether a time lies within."""
        return self.start <= moment < self.end

    def aligned(self, step: timedelta) -> TimeRange:
        """Return the span widened to whole steps, such as full hours of UTC."""
        return TimeRange(
            self.start - (self.start - _EPOCH) % step,
            self.end + (_EPOCH - self.end) % step,
        )

    def split(self, longest: timedelta) -> Iterator[TimeRange]:
        """Cut the span into parts of a length, the oldest first."""
        start = self.start
        while start < self.end:
            end = min(start + longest, self.end)
            yield TimeRange(start, end)
            start = end


def format_utc(moment: datetime) -> str:
    """Write a time to the second with a Z: a plus sign would read as a space in a query."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
