"""The vendor asks for a pause: how it is understood, kept, and kept by all."""

import asyncio
from collections.abc import Generator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
import time

from hypothesis import given, strategies as st
import pytest

from custom_components.habitat.cloud.errors import (
    CloudError,
    RateLimited,
    Refused,
    Unreachable,
)
from custom_components.habitat.cloud.pacing import Pacing
from custom_components.habitat.cloud.retry_after import read_retry_after
from custom_components.habitat.simulator.core.clock import ManualClock
from tests.support.faults import Fault, Kind
from tests.support.loopback import GET, PATCH, QUICK, data, status, talking
from tests.support.strategies import BOUNDED

pytestmark = pytest.mark.usefixtures("socket_enabled")


def _date(seconds: float, *, zone: bool = True) -> str:
    moment = datetime.now(UTC) + timedelta(seconds=seconds)
    return format_datetime(moment if zone else moment.replace(tzinfo=None))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("0", 0),
        ("999999999", 86_400),
        ("9" * 500, 86_400),
    ],
    ids=range(5),
)
def test_seconds(text: str, seconds: float) -> None:
    """Whole seconds are understood; more than a day nobody waits."""
    assert read_retry_after(text) == seconds


@pytest.fixture
def far_east() -> Generator[None]:
    """Let the machine stand in Tokyo."""
    with pytest.MonkeyPatch.context() as patcher:
        patcher.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("far_east")
def test_dates() -> None:
    """So are times of day; one without a zone is UTC, one that is past asks for nothing."""
    assert read_retry_after(_date(600)) == pytest.approx(600, abs=5)
    assert read_retry_after(_date(600, zone=False)) == pytest.approx(600, abs=5)
    assert read_retry_after(_date(-600)) == 0
    assert read_retry_after(_date(10**9)) == 86_400


@pytest.mark.parametrize(
    "text",
    [None, "", " ", "soon", "1.5", "-5", "1 Jan 2027 00:00:00 +999999", "1 Foo 2027"],
)
def test_no_pause(text: str | None) -> None:
    """What cannot be read asks for nothing."""
    assert read_retry_after(text) is None


@BOUNDED
@given(st.text() | st.datetimes().map(format_datetime))
def test_any_header(text: str) -> None:
    """No header does harm."""
    seconds = read_retry_after(text)
    assert seconds is None or 0 <= seconds <= 86_400


@pytest.mark.parametrize("code", [429, 503])
async def test_a_short_pause_is_waited_for(code: int) -> None:
    """A pause within the patience is kept, then the answer comes."""
    limits = replace(QUICK, max_pause=2)
    async with talking(status(code, "1"), data([1]), limits=limits) as (
        session,
        server,
    ):
        assert await session.json(GET) == [1]
    first, second = server.asked
    assert second.at - first.at >= 1


async def test_a_date_is_waited_for() -> None:
    """A time of day is kept like a number of seconds."""
    until = datetime.now(UTC) + timedelta(seconds=2)
    async with talking(data([1]), limits=replace(QUICK, max_pause=3)) as (
        session,
        server,
    ):
        server.faults.add(
            Fault(kind=Kind.STATUS, status=503, retry_after=until, times=1)
        )
        assert await session.json(GET) == [1]
    first, second = server.asked
    # The header has whole seconds: of two seconds at least one is left.
    assert 0.9 <= second.at - first.at < 4


@pytest.mark.parametrize(
    ("code", "error"), [(429, RateLimited), (500, Unreachable), (503, Unreachable)]
)
async def test_a_long_pause_is_the_callers(code: int, error: type[CloudError]) -> None:
    """A pause beyond the patience ends the request and tells for how long."""
    async with talking(status(code, "2")) as (session, server):
        with pytest.raises(error, match=f"said {code}") as raised:
            await session.json(GET)
    assert isinstance(raised.value, RateLimited | Unreachable)
    assert raised.value.retry_after == 2
    assert len(server.asked) == 1


async def test_a_pause_is_for_the_whole_account() -> None:
    """While the vendor wants a pause nothing at all is sent, not even a write."""
    async with talking(status(429, "120"), data([1])) as (session, server):
        with pytest.raises(RateLimited):
            await session.json(GET)
        for request in (GET, PATCH, replace(GET, path="/other", anonymous=True)):
            with pytest.raises(RateLimited, match="pause") as raised:
                await session.json(request)
            assert 100 < (raised.value.retry_after or 0) <= 120
    assert len(server.asked) == 1
    assert session.counters.requests == 1


async def test_a_pause_ends() -> None:
    """After the pause all is well, also for who came in the middle of it."""
    limits = replace(QUICK, max_pause=2)
    async with talking(status(429, "1"), data([1]), limits=limits) as (session, server):
        first = asyncio.create_task(session.json(GET))
        while not session.counters.errors:
            await asyncio.sleep(0.001)
        later = (session.json(GET), session.json(GET))
        answers = await asyncio.gather(first, *later)
    assert all(answer == [1] for answer in answers)
    assert len(server.asked) == 4
    assert server.asked[1].at - server.asked[0].at >= 1


@pytest.mark.parametrize("header", [None, "soon"])
async def test_no_word_of_how_long(header: str | None) -> None:
    """Without a readable pause one of minutes is made up; nothing is asked again at once.

    Only a write, which somebody waits for, is tried even so.
    """
    clock = ManualClock()
    async with talking(status(429, header), pacing=Pacing(clock)) as (session, server):
        for request in (GET, PATCH, replace(GET, path="/other")):
            with pytest.raises(RateLimited):
                await session.json(request)
        assert [asked.method for asked in server.asked] == ["GET", "PATCH"]
        assert 90 <= session.pacing.remaining <= 120
        server.replies[:] = [data([1])]
        clock.advance(120)
        assert await session.json(GET) == [1]
        assert session.pacing.remaining == 0


async def test_pauses_that_grow() -> None:
    """The longer it goes on the longer are the pauses, up to a quarter of an hour."""
    clock = ManualClock()
    pauses = []
    async with talking(status(429), pacing=Pacing(clock)) as (session, server):
        for _ in range(20):
            with pytest.raises(RateLimited):
                await session.json(GET)
            pauses.append(session.pacing.remaining)
            clock.advance(pauses[-1])
    assert len(server.asked) == 20
    assert pauses[0] <= 120
    assert all(720 <= pause <= 900 for pause in pauses[-8:])
    assert len(set(pauses)) > 15


async def test_a_short_pause_again_and_again() -> None:
    """Who says "in a second" each time is believed once, not for ever."""
    limits = replace(QUICK, max_pause=2)
    async with talking(status(429, "1"), limits=limits) as (session, server):
        paths = [replace(GET, path=f"/{number}") for number in range(9)]
        found = await asyncio.gather(*map(session.json, paths), return_exceptions=True)
    assert {type(error) for error in found} == {RateLimited}
    assert len(server.asked) == len(paths) + 1
    assert 60 < session.pacing.remaining <= 120


async def test_a_pause_that_is_longer_than_ours() -> None:
    """What the vendor wants is kept to, however often it was asked."""
    clock = ManualClock()
    async with talking(status(429, "3600"), pacing=Pacing(clock)) as (session, _):
        for _ in range(3):
            with pytest.raises(RateLimited):
                await session.json(GET)
            assert session.pacing.remaining == 3600
            clock.advance(3600)


def test_the_servers_own_clock() -> None:
    """A date is meant by the clock of the server, whatever ours says."""
    sent = datetime(2020, 6, 1, 12, tzinfo=UTC)
    end = format_datetime(sent + timedelta(seconds=90))
    assert read_retry_after(end, format_datetime(sent)) == 90
    assert read_retry_after(end, "yesterday") == read_retry_after(end) == 0


async def test_a_pause_on_a_refusal_means_nothing() -> None:
    """Only 429 and errors of the server may ask for a pause."""
    async with talking(status(404, "120"), data([1])) as (session, _):
        with pytest.raises(Refused):
            await session.json(GET)
        assert await session.json(GET) == [1]
