"""Spans of time."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from custom_components.habitat.cloud.time_range import TimeRange, format_utc
from tests.support.strategies import BOUNDED

START = datetime(2026, 11, 25, 10, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)
TIMES = st.datetimes(
    min_value=datetime(1900, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    timezones=st.just(UTC),
)


def test_ends() -> None:
    """The start is in, the end is out."""
    span = TimeRange(START, START + HOUR)
    assert START in span
    assert START + HOUR not in span
    assert START - timedelta(microseconds=1) not in span


def test_any_zone() -> None:
    """Whatever zone the ends are given in, they are UTC."""
    copenhagen = START.astimezone(ZoneInfo("Europe/Copenhagen"))
    assert TimeRange(copenhagen, copenhagen + HOUR) == TimeRange(START, START + HOUR)
    assert TimeRange(copenhagen, copenhagen + HOUR).start.tzinfo is UTC


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (START, START),
        (START + HOUR, START),
        (START.replace(tzinfo=None), START + HOUR),
        (START, START.replace(tzinfo=None) + HOUR),
    ],
)
def test_no_span(start: datetime, end: datetime) -> None:
    """A span has a length and a zone."""
    with pytest.raises(ValueError, match=r"zone|before"):
        TimeRange(start, end)


@given(TIMES, st.timedeltas(min_value=timedelta(seconds=1), max_value=40 * HOUR))
@BOUNDED
def test_aligned(start: datetime, length: timedelta) -> None:
    """Widened to whole hours, by less than one at each end."""
    span = TimeRange(start, start + length)
    wide = span.aligned(HOUR)
    for moment in (wide.start, wide.end):
        assert (moment.minute, moment.second, moment.microsecond) == (0, 0, 0)
    assert timedelta(0) <= span.start - wide.start < HOUR
    assert timedelta(0) <= wide.end - span.end < HOUR
    assert wide.aligned(HOUR) == wide


@given(TIMES, st.integers(1, 2000), st.integers(10, 300))
@BOUNDED
def test_slices(start: datetime, minutes: int, longest: int) -> None:
    """The slices are the span, without gap or overlap, none too long."""
    span = TimeRange(start, start + timedelta(minutes=minutes))
    split = list(span.split(timedelta(minutes=longest)))
    assert (split[0].start, split[-1].end) == (span.start, span.end)
    assert all(one.end == other.start for one, other in pairwise(split))
    assert all(one.end - one.start <= timedelta(minutes=longest) for one in split)


def test_zulu() -> None:
    """Times are written in UTC with a Z."""
    copenhagen = START.astimezone(ZoneInfo("Europe/Copenhagen"))
    assert format_utc(copenhagen) == "2026-11-25T10:20:00Z"
