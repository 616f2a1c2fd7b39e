"""Reading single values: each function returns None if it cannot read the value, and never raises."""

from datetime import UTC, datetime, time
from math import isfinite

from .documents import MAX_INTEGER
from .text import clean

_TRUE = frozenset({"true", "on", "yes", "1"})
_FALSE = frozenset({"false", "off", "no", "0"})


def to_float(value: object) -> float | None:
    """Read a finite number, also from decimal text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except ValueError, OverflowError:
        return None
    return number if isfinite(number) else None


def to_int(value: object) -> int | None:
    """Read a whole number; fractions are rounded."""
    number = to_float(value)
    if number is None or abs(number) >= MAX_INTEGER:
        return None
    return value if type(value) is int else round(number)


def to_bool(value: object) -> bool | None:
    """Read true and false, also from 0 and 1, "On" and "Off" and similar text."""
    if isinstance(value, bool):
        return value
    text = str(value).casefold() if isinstance(value, int | str) else ""
    if text in _TRUE:
        return True
    return False if text in _FALSE else None


def to_str(value: object) -> str | None:
    """Read text unchanged; numbers become text, because clouds send ids and versions both ways."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return str(value) if isfinite(value) else None


def to_text(value: object) -> str | None:
    """Read text to show, cleaned by `clean`; blank text is None."""
    text = to_str(value)
    return None if text is None else clean(text)


def to_datetime(value: object) -> datetime | None:
    """Read an ISO 8601 date and time; without a time zone it is UTC."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except ValueError, OverflowError:
        return None


def to_time(value: object) -> time | None:
    """Read an ISO 8601 time of day."""
    if not isinstance(value, str):
        return None
    try:
        return time.fromisoformat(value)
    except ValueError:
        return None
