"""The pause that a server asks for in the Retry-After header, as RFC 9110 (10.2.3) has it."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_MAX_PAUSE = 86_400.0
"""Seconds; no server means more."""


def read_retry_after(text: str | None, sent: str | None = None) -> float | None:
    """Read a Retry-After header, seconds or a date; seconds from now, None when unreadable.

    `sent` is the server's own date, by which it meant that of the end: our clock may be wrong.
    """
    if not text:
        return None
    if text.strip().isdecimal():
        return min(float(text), _MAX_PAUSE)
    if (end := _http_date(text)) is None:
        return None
    now = _http_date(sent or "") or datetime.now(UTC)
    return min(max((end - now).total_seconds(), 0.0), _MAX_PAUSE)


def _http_date(text: str) -> datetime | None:
    """Read a date of a header; one without a zone is UTC."""
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
