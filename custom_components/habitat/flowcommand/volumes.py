"""Volumes as Home Assistant shows them: of the day, of the day before, of the last whole hour."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from homeassistant.util import dt as dt_util

TODAY = "today"
YESTERDAY = "yesterday"
LAST_HOUR = "last_hour"


@dataclass(frozen=True, slots=True)
class Period:
    """From a time up to another; a period without an end goes on until now."""

    start: datetime
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Volume:
    """What went through a pipe since `start`, in bbl; without a start nothing is known."""

    start: datetime | None = None
    barrels: float | None = None
    settled: bool = False
    """Whether a ping came after the end of the period: then it is known for good."""


@dataclass(frozen=True, slots=True)
class VolumeReading:
    """What a volume was read for: the start of its period, and the last ping known then."""

    start: datetime
    ping: datetime | None


def _today(now: datetime) -> Period:
    return Period(dt_util.start_of_local_day(dt_util.as_local(now).date()))


def _yesterday(now: datetime) -> Period:
    today = dt_util.as_local(now).date()
    return Period(
        dt_util.start_of_local_day(today - timedelta(days=1)),
        dt_util.start_of_local_day(today),
    )


def _last_hour(now: datetime) -> Period:
    end = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return Period(end - timedelta(hours=1), end)


PERIODS: Mapping[str, Callable[[datetime], Period]] = {
    TODAY: _today,
    YESTERDAY: _yesterday,
    LAST_HOUR: _last_hour,
}
"""Local days, and hours as FlowCommand has them, those of UTC."""


def idle(period: Period, ping: datetime | None) -> bool:
    """Say whether no ping came since a period began: then there is nothing to ask for."""
    return ping is None or ping < period.start


def untouched(period: Period, ping: datetime | None) -> Volume:
    """Return what is known of an idle period: a day that goes on begins with 0, else nothing.

    That is shown only while the sensor is heard of: silence is no proof of an empty pipe.
    """
    if period.end is None and ping is not None:
        return Volume(period.start, 0.0)
    # Always the same, so that a new hour of silence changes nothing.
    return Volume()


def settled(period: Period, ping: datetime | None) -> bool:
    """Say whether a period is over for a sensor too: a ping came after its end."""
    return period.end is not None and ping is not None and ping >= period.end


def outdated(
    period: Period, ping: datetime | None, known: VolumeReading | None
) -> bool:
    """Say whether a volume must be read: in a new period, or after a ping that changes it."""
    if known is None or known.start != period.start:
        return True
    if known.ping == ping or idle(period, ping):
        return False
    # A ping after the end of a period settles it.
    return period.end is None or known.ping is None or known.ping < period.end
