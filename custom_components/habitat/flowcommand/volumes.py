"""The volumes that are shown: of today, of yesterday, of the last complete hour."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from homeassistant.util import dt as dt_util

TODAY = "today"
YESTERDAY = "yesterday"
LAST_HOUR = "last_hour"


@dataclass(frozen=True, slots=True)
class Period:
    """A period from `start` to `end`; without an end it is not over."""

    start: datetime
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Volume:
    """The volume since `start`, in bbl; without a start it is not known."""

    start: datetime | None = None
    barrels: float | None = None
    settled: bool = False
    """Whether a ping came after the end of the period, so that the volume is final."""


@dataclass(frozen=True, slots=True)
class VolumeReading:
    """For what a volume was requested: the start of its period, and the last ping at that time."""

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
"""Days in local time, and hours in UTC as FlowCommand has them."""


def idle(period: Period, ping: datetime | None) -> bool:
    """Return whether no ping came since a period began, so that no request is needed."""
    return ping is None or ping < period.start


def untouched(period: Period, ping: datetime | None) -> Volume:
    """Return the volume of an idle period: 0 for a day that is not over, else unknown.

    It is only shown while the sensor is not silent: silence does not mean an empty pipe.
    """
    if period.end is None and ping is not None:
        return Volume(period.start, 0.0)
    # An equal value, so that a new hour of silence writes no state.
    return Volume()


def settled(period: Period, ping: datetime | None) -> bool:
    """Return whether a ping came after the end of a period, so that its volume is final."""
    return period.end is not None and ping is not None and ping >= period.end


def outdated(
    period: Period, ping: datetime | None, known: VolumeReading | None
) -> bool:
    """Return whether a volume must be requested: in a new period, or after a ping that changes it."""
    if known is None or known.start != period.start:
        return True
    if known.ping == ping or idle(period, ping):
        return False
    # A ping after the end of a period makes it final.
    return period.end is None or known.ping is None or known.ping < period.end
