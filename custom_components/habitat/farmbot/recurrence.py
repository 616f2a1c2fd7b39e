"""Converts between the repetition of farm events and the recurrence rules of calendars (RFC 5545).

The robot repeats after a fixed number of seconds: a month is 30 days and a year 365
(docs/vendors/farmbot.md, Resources). A rule is only shown or accepted if it means the same.
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
"""The frequency of a rule and the number of them in one unit; Home Assistant has none below a day."""
_UNITS: Mapping[str, tuple[TimeUnit, timedelta]] = {
    "DAILY": (TimeUnit.DAILY, timedelta(days=1)),
    "WEEKLY": (TimeUnit.WEEKLY, timedelta(weeks=1)),
}
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_UNDERSTOOD = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST"})
_MOMENT = "%Y%m%dT%H%M%S"
"""The format of the end of a rule, in the local time of Home Assistant."""
_SECOND, _DAY = timedelta(seconds=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Repetition:
    """How a farm event repeats."""

    unit: TimeUnit = TimeUnit.NEVER
    every: int = 1
    end: datetime | None = None
    """Nothing starts at this time or later."""

    def fields(self, start: datetime) -> dict[str, Json]:
        """Return the fields of the server; an event without an end gets one behind its only run."""
        end = self.end or start + LENGTH
        return {
            "time_unit": self.unit,
            "repeat": self.every,
            "end_time": format_time(end),
        }


def rule_of(event: FarmEvent) -> str | None:
    """Return the rule of an event, or None if no rule means the same."""
    known = _DAYS.get(event.time_unit) if event.time_unit else None
    if known is None or not event.repeat or event.end_time is None:
        return None
    frequency, days = known
    until = dt_util.as_local(event.end_time - _SECOND).strftime(_MOMENT)
    return f"FREQ={frequency};INTERVAL={event.repeat * days};UNTIL={until}"


def repetition(start: datetime, rule: str | None) -> Repetition:
    """Return the repetition that means the same as a rule.

    Raises:
        ServiceValidationError: a robot cannot repeat in this way.
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
    """Return the first moment after the end of a rule, which is a time or a date."""
    last = datetime.fromisoformat(text)
    end = last + (_SECOND if "T" in text else _DAY)
    return end.replace(tzinfo=dt_util.get_default_time_zone())


def format_time(moment: datetime) -> str:
    """Return a time as the server accepts it: ISO 8601 in UTC."""
    return dt_util.as_utc(moment).isoformat()
