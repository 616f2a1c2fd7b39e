"""A sick cloud is asked less, not more, and when it is well again all is as it was."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
import time

import pytest

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from tests.support.accounts import WAYS, WITH_TOKENS, Living
from tests.support.common import fill
from tests.support.faults import Fault, Kind

MINUTE = 60.0
HOUR = 3600.0
DAY = 86_400.0

FIRST_HOUR, LATER_HOUR = 10, 8
"""The most token requests in the first hour of an outage, and in any other."""
LOGIN_PAUSE = 600.0
"""The longest time from one login that fails to the next, in seconds."""
MAX_PAUSE = 900.0
"""The longest pause of a cloud that asks for none, in seconds."""

TOKEN_FAULTS = {
    "500": Fault(kind=Kind.STATUS, status=500),
    "429": Fault(kind=Kind.STATUS, status=429),
    "429 with a pause": Fault(kind=Kind.STATUS, status=429, retry_after=240),
    "404": Fault(kind=Kind.STATUS, status=404),
    "web page": Fault(kind=Kind.HTML, status=200),
    "half a document": Fault(kind=Kind.TRUNCATED),
    "504": Fault(kind=Kind.STATUS, status=504),
    "silence": Fault(kind=Kind.STALL, seconds=1000),
}

OUTAGES = {
    "503": Fault(kind=Kind.STATUS, status=503),
    "web page": Fault(kind=Kind.HTML, status=200),
    "silence": Fault(kind=Kind.STALL, seconds=1000),
    "reset": Fault(kind=Kind.RESET),
}

LIMITS = {
    "no word of how long": Fault(kind=Kind.STATUS, status=429),
    "a second": Fault(kind=Kind.STATUS, status=429, retry_after=1),
    "ten minutes": Fault(kind=Kind.STATUS, status=429, retry_after=600),
}


# The token endpoint.


@pytest.mark.parametrize("kind", TOKEN_FAULTS)
@pytest.mark.parametrize("account", WITH_TOKENS, indirect=True)
async def test_token_endpoint_down_for_two_hours(account: Living, kind: str) -> None:
    """It is asked a few times an hour, nobody is asked for a login, and then all is back."""
    known = account.known()
    account.expire_tokens()
    account.go_wrong(replace(TOKEN_FAULTS[kind], match=account.way.tokens))
    for most in (FIRST_HOUR, LATER_HOUR):
        _, logins = await account.asked(HOUR)
        assert 2 <= logins <= most
    assert account.is_in(ConfigEntryState.LOADED)
    assert account.flows() == []
    account.get_well()
    _, logins = await account.asked(LOGIN_PAUSE + account.pace + MINUTE)
    # A refresh grant that half an answer used up is followed by the password's.
    assert 1 <= logins <= 2
    assert known - account.known() == set()


@pytest.mark.parametrize("account", WITH_TOKENS, indirect=True)
async def test_pauses_of_logins_hold_over_set_up_retries(account: Living) -> None:
    """However often Home Assistant begins again, the token endpoint is asked no more often."""
    known = account.known()
    account.expire_tokens()
    account.go_wrong(Fault(kind=Kind.HTML, match=account.way.tokens))
    await account.hass.config_entries.async_reload(account.entry.entry_id)
    _, logins = await account.asked(HOUR)
    assert 1 <= logins <= FIRST_HOUR
    assert account.is_in(ConfigEntryState.SETUP_RETRY)
    account.get_well()
    await account.live(2 * LOGIN_PAUSE)
    assert account.is_in(ConfigEntryState.LOADED)
    await account.live(2 * account.pace)
    assert known - account.known() == set()


# A vendor who wants fewer requests.


@pytest.mark.parametrize("kind", LIMITS)
@pytest.mark.parametrize("account", WAYS, indirect=True)
async def test_an_hour_of_429(account: Living, kind: str) -> None:
    """It costs no more requests than an hour when all is well, and then all is back."""
    well, _ = await account.asked(HOUR)
    known = account.known()
    account.go_wrong(LIMITS[kind])
    limited, logins = await account.asked(HOUR)
    assert limited <= well
    assert logins == 0
    assert account.flows() == []
    account.get_well()
    await account.live(max(account.pace, MAX_PAUSE) + MINUTE)
    assert known - account.known() == set()


# A cloud that is down.


@pytest.mark.parametrize("kind", OUTAGES)
@pytest.mark.parametrize("account", WAYS, indirect=True)
async def test_twenty_minutes_of_outage(account: Living, kind: str) -> None:
    """With the first poll after it everything is known that was known before."""
    known = account.known()
    account.go_wrong(OUTAGES[kind])
    await account.live(20 * MINUTE)
    account.get_well()
    await account.live(account.pace + MINUTE)
    assert known - account.known() == set()


@pytest.mark.parametrize("account", WAYS, indirect=True)
async def test_an_outage_of_a_night(account: Living) -> None:
    """The longer it lasts the less is asked; at its end it is noticed in a quarter of an hour."""
    known = account.known()
    well, _ = await account.asked(HOUR)
    account.go_wrong(OUTAGES["503"])
    hours = [(await account.asked(HOUR))[0] for _ in range(4)]
    # The first question is asked three times before it is known that nobody is there.
    assert hours[0] <= max(well + 2, 8)
    assert hours[3] <= min(hours[0], 8)
    account.get_well()
    await account.live(max(MAX_PAUSE, 2 * account.pace) + MINUTE)
    assert known - account.known() == set()


@pytest.mark.parametrize("account", WAYS, indirect=True)
async def test_pauses_hold_over_set_up_retries(account: Living) -> None:
    """A cloud that is down when the account is set up hears one question at a time."""
    known = account.known()
    account.go_wrong(OUTAGES["503"])
    account.take()
    await account.hass.config_entries.async_reload(account.entry.entry_id)
    first = len(account.take())
    assert first <= 12
    # Home Assistant tries again after 5, 10, 20 … 600 seconds.
    asked, _ = await account.asked(HOUR)
    assert asked <= 18
    assert account.is_in(ConfigEntryState.SETUP_RETRY)
    # Who reloads wants to know, and costs a question.
    for _ in range(3):
        account.take()
        await account.hass.config_entries.async_reload(account.entry.entry_id)
        assert 1 <= len(account.take()) <= 2
    account.get_well()
    await account.live(2 * MAX_PAUSE)
    assert account.is_in(ConfigEntryState.LOADED)
    await account.live(2 * account.pace)
    assert known - account.known() == set()


# A login that is refused.


@contextmanager
def refusing(account: Living) -> Iterator[None]:
    """Let the vendor refuse the login, by the token endpoint or with every request."""
    if account.way.refuse is None:
        account.go_wrong(Fault(kind=Kind.STATUS, status=401))
    else:
        account.way.refuse(account.cloud)
        account.expire_tokens()
    yield


@pytest.mark.parametrize(
    "account", [way for way in WAYS if "without" not in way], indirect=True
)
async def test_a_refused_login(account: Living) -> None:
    """The user is asked for another; until then nothing logs in, whoever would like to."""
    with refusing(account):
        await account.live(account.pace + MINUTE)
        if account.way.vendor == "farmbot":
            # While it is pushed to, it polls rarely.
            await account.entry.runtime_data.async_refresh()
        assert account.flows() == [SOURCE_REAUTH]
        account.take()
        for _ in range(6):
            await account.live(10 * MINUTE)
            await account.entry.runtime_data.async_refresh()
        assert account.take() == []
        # Who reloads the account wants to know.
        await account.hass.config_entries.async_reload(account.entry.entry_id)
        await account.settle()
        assert 1 <= len(account.take()) <= 12
        assert account.is_in(ConfigEntryState.SETUP_ERROR)
        await account.live(HOUR)
        assert account.take() == []


@pytest.mark.parametrize("account", ["farmbot"], indirect=True)
async def test_a_broker_that_is_lost_after_a_refusal(account: Living) -> None:
    """The link to the broker does not show a login that the vendor refuses either."""
    cloud = account.cloud
    with refusing(account):
        await account.entry.runtime_data.async_refresh()
        assert account.flows() == [SOURCE_REAUTH]
        account.take()
        await cloud.broker.stop()  # type: ignore[attr-defined]  # FarmBot's has one
        await asyncio.sleep(0.05)
        connection = account.entry.runtime_data.receiver.connection
        connects = connection.counters.connects
        for _ in range(24):
            await account.live(5 * MINUTE, step=MINUTE)
        assert account.take() == []
        assert connection.counters.connects == connects


@pytest.mark.parametrize("account", WAYS, indirect=True)
async def test_the_user_gives_the_login_again(account: Living) -> None:
    """The same login, which the vendor takes again, is tried at once."""
    account.go_wrong(Fault(kind=Kind.STATUS, status=401))
    if account.way.tokens:
        account.expire_tokens()
    await account.entry.runtime_data.async_refresh()
    await account.settle()
    if account.way.vendor == "farmbot":
        # 401 is no word of its token endpoint on the login, but for everything else it is.
        await account.entry.runtime_data.async_refresh()
    assert account.flows() == [SOURCE_REAUTH]
    account.get_well()
    (flow,) = account.hass.config_entries.flow.async_progress()
    login = {**account.way.login(account.cloud), "advanced": {"url": account.cloud.url}}
    result = await fill(account.hass, flow, login)
    assert result["reason"] == "reauth_successful"
    await account.settle()
    assert account.is_in(ConfigEntryState.LOADED)


# A clock that jumps.


@pytest.mark.parametrize("jump", [2 * DAY, -HOUR])
@pytest.mark.parametrize("account", WAYS, indirect=True)
async def test_a_clock_that_jumps(
    account: Living, jump: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It costs a login and a reading of all at most, and polls go on as before."""
    well, _ = await account.asked(HOUR)
    loop = asyncio.get_running_loop()
    now = loop.time
    # Timers are not moved: the clock of the loop does not jump.
    monkeypatch.setattr(loop, "time", lambda: now() - jump)
    account.freezer.tick(jump)
    after, logins = await account.asked(HOUR)
    assert after <= 2 * well + 30
    assert logins <= 1
    assert account.flows() == []
    # Nor does a cloud that is down meanwhile keep the account away for longer.
    account.go_wrong(OUTAGES["503"])
    await account.live(10 * MINUTE)
    monkeypatch.setattr(loop, "time", now)
    account.freezer.tick(-jump)
    await account.live(10 * MINUTE)
    account.get_well()
    asked, _ = await account.asked(max(account.pace, MAX_PAUSE) + MINUTE)
    assert asked > 0 or account.way.vendor == "farmbot"
    assert time.time() > 0
