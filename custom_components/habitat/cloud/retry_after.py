"""The pause that a server asks for in the Retry-After header (RFC 9110, section 10.2.3)."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_MAX_PAUSE = 86_400.0
"""Seconds; longer pauses are cut to this."""


def read_retry_after(text: str | None, sent: str | None = None) -> float | None:
    """Return the seconds to wait that a Retry-After header gives, or None if it cannot be read.

    The header holds seconds or a date. `sent` is the server's Date header: the date is compared to
    it because the local clock may be wrong.
    """
    if not text:
        return None
    # Python's numbers take fewer characters for blanks than its texts do.
    if (seconds := text.strip()).isdecimal():
        return min(float(seconds), _MAX_PAUSE)
    if (end := _http_date(text)) is None:
        return None
    now = _http_date(sent or "") or datetime.now(UTC)
    return min(max((end - now).total_seconds(), 0.0), _MAX_PAUSE)


def _http_date(text: str) -> datetime | None:
    """Read a date of a header; without a time zone it is UTC."""
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
