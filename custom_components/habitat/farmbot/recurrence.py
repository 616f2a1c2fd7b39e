"""How farm events repeat, from and to the rules of calendars.

The robot repeats by fixed numbers of seconds, so its months are 30 days and its years 365; a rule
is only shown or taken where it says the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from homeassistant.util import dt as dt_util

from ..cloud.documents import Json
from ..validation import validation_error
from .client.enums import TimeUnit
from .client.models import FarmEvent
from .garden.schedule import LENGTH

_DAYS: Mapping[TimeUnit, tuple[str, int]] = {
    TimeUnit.DAILY: ("DAILY", 1),
    TimeUnit.WEEKLY: ("WEEKLY", 1),
    TimeUnit.MONTHLY: ("DAILY", 30),
    TimeUnit.YEARLY: ("DAILY", 365),
}
"""The frequency of a rule, and what of it one unit is; rules know nothing shorter than a day."""
_UNITS: Mapping[str, tuple[TimeUnit, timedelta]] = {
    "DAILY": (TimeUnit.DAILY, timedelta(days=1)),
    "WEEKLY": (TimeUnit.WEEKLY, timedelta(weeks=1)),
}
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_UNDERSTOOD = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST"})
_MOMENT = "%Y%m%dT%H%M%S"
"""How a rule writes its end, in the house's time."""
_SECOND, _DAY = timedelta(seconds=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Repetition:
    """How often something runs, in the server's words."""

    unit: TimeUnit = TimeUnit.NEVER
    every: int = 1
    end: datetime | None = None
    """Nothing starts then any more."""

    def fields(self, start: datetime) -> dict[str, Json]:
        """Return what the server wants to know; what runs once ends by itself."""
        end = self.end or start + LENGTH
        return {
            "time_unit": self.unit,
            "repeat": self.every,
            "end_time": format_time(end),
        }


def rule_of(event: FarmEvent) -> str | None:
    """Return how an event repeats; None where rules have no word for it."""
    known = _DAYS.get(event.time_unit) if event.time_unit else None
    if known is None or not event.repeat or event.end_time is None:
        return None
    frequency, days = known
    until = dt_util.as_local(event.end_time - _SECOND).strftime(_MOMENT)
    return f"FREQ={frequency};INTERVAL={event.repeat * days};UNTIL={until}"


def repetition(start: datetime, rule: str | None) -> Repetition:
    """Return how a robot does what a rule says.

    Raises:
        ServiceValidationError: it has no way to.
    """
    if rule is None:
        return Repetition()
    parts = dict(part.split("=", 1) for part in rule.split(";"))
    weekday = _WEEKDAYS[start.weekday()]
    if (
        parts.keys() - _UNDERSTOOD
        or parts["FREQ"] not in _UNITS
        or parts.get("BYDAY", weekday) != weekday
    ):
        raise validation_error("event_rule")
    unit, step = _UNITS[parts["FREQ"]]
    every = int(parts.get("INTERVAL", 1))
    if "COUNT" in parts:
        last = dt_util.as_utc(start) + (int(parts["COUNT"]) - 1) * every * step
        end = last + LENGTH
    elif "UNTIL" in parts:
        end = _until(parts["UNTIL"])
    else:
        raise validation_error("event_without_end")
    return Repetition(unit, every, end)


def _until(text: str) -> datetime:
    """Return the first moment after the end of a rule, which is a moment or a whole day."""
    last = datetime.fromisoformat(text)
    end = last + (_SECOND if "T" in text else _DAY)
    return end.replace(tzinfo=dt_util.get_default_time_zone())


def format_time(moment: datetime) -> str:
    """Return a time as the server reads it."""
    return dt_util.as_utc(moment).isoformat()
