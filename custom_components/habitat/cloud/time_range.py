"""Ranges of time, in which histories are requested."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class TimeRange:
    """A range from `start` up to but without `end`; both are converted to UTC."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        """Convert both ends to UTC.

        Raises:
            ValueError: one has no time zone, or the start is not before the end.
        """
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("a time without a zone")
        object.__setattr__(self, "start", self.start.astimezone(UTC))
        object.__setattr__(self, "end", self.end.astimezone(UTC))
        if self.start >= self.end:
            raise ValueError("the start is not before the end")

    def __contains__(self, moment: datetime) -> bool:
        """Return whether a time lies in the range."""
        return self.start <= moment < self.end

    def aligned(self, step: timedelta) -> TimeRange:
        """Return the range widened to multiples of `step`, such as full hours of UTC."""
        return TimeRange(
            self.start - (self.start - _EPOCH) % step,
            self.end + (_EPOCH - self.end) % step,
        )

    def split(self, longest: timedelta) -> Iterator[TimeRange]:
        """Yield ranges of at most `longest`, the oldest first."""
        start = self.start
        while start < self.end:
            end = min(start + longest, self.end)
            yield TimeRange(start, end)
            start = end


def format_utc(moment: datetime) -> str:
    """Format a time in seconds with a Z; a plus sign would be a space in a query."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
