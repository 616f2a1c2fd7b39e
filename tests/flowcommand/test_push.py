"""Pings that FlowCommand posts to Home Assistant's webhook."""

from collections.abc import Awaitable, Callable

from aiohttp.test_utils import TestClient
from aiohttp.web import Application, Request
import pytest

from custom_components.habitat.diagnostics import async_get_config_entry_diagnostics
from custom_components.habitat.flowcommand.coordinator import (
    PUSH_INTERVAL,
    FlowCommandCoordinator,
)
from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.core.documents import Json, Record, dump
from custom_components.habitat.simulator.flowcommand.homes import home
from custom_components.habitat.simulator.flowcommand.world import Ping, Sensor
from custom_components.habitat.webhooks import MAX_BYTES, webhook_id
from homeassistant.core import HomeAssistant
from tests.support.common import lines
from tests.support.faults import Fault, Kind, faults_of

from .conftest import Setting, SetUp

SECRET = "simulated:signature"
LIST = "GET /api/v1/flow_sensors/"

type Client = TestClient[Request, Application]
type ClientGenerator = Callable[[], Awaitable[Client]]


class Line:
    """FlowCommand's end of the webhook of an account."""

    def __init__(self, setting: Setting, client: Client) -> None:
        """Post to the account's address."""
        self.setting = setting
        self.cloud = setting.cloud
        self._client = client
        self.path = f"/api/webhook/{webhook_id(setting.hass, setting.entry)}"

    async def post(self, body: bytes, secret: str | None = SECRET) -> int:
        """Post a body and return the status of the answer."""
        headers = {} if secret is None else {"FC-Signature": secret}
        async with self._client.post(self.path, data=body, headers=headers) as answer:
            status = answer.status
        await self.setting.settle()
        return status

    async def push(self, ping: Ping | Json, secret: str | None = SECRET) -> int:
        """Post a ping, or any document."""
        event = self.cloud.webhook(ping) if isinstance(ping, Ping) else ping
        return await self.post(dump(event), secret)

    async def counters(self) -> Json:
        """Return what was counted, as diagnostics tell."""
        setting = self.setting
        told = await async_get_config_entry_diagnostics(setting.hass, setting.entry)
        webhook: Json = told["webhook"]
        return webhook


@pytest.fixture
async def line(
    hass: HomeAssistant,
    set_up_flowcommand: SetUp,
    clock: ManualClock,
    all_enabled: None,
    hass_client_no_auth: ClientGenerator,
) -> Line:
    """Return the webhook of an account with two sensors that send nothing by themselves."""
    setting = await set_up_flowcommand(
        home(sensors=2, quiet=True, clock=clock), webhook=True, webhook_secret=SECRET
    )
    return Line(setting, await hass_client_no_auth())


async def test_at_once(line: Line) -> None:
    """A ping shows at once, with its volume and its event, and without a poll."""
    setting, cloud = line.setting, line.cloud
    assert setting.value("ping", platform="event") == "unknown"
    cloud.log.clear()
    assert await line.push(cloud.ping(9001, 480.0)) == 200
    assert float(setting.value("flow_rate_bbl")) == 480.0
    assert setting.value("flowing", platform="binary_sensor") == "on"
    assert setting.value("last_ping") == "2026-11-25T15:00:20+00:00"
    event = setting.shown("event", "9001", "ping")
    assert event.attributes["event_type"] == "ping"
    assert event.attributes["taken_at"] == "2026-11-25T15:00:20+00:00"
    assert event.attributes["gallons_per_day"] == 480.0 * 42
    assert cloud.count(LIST) == 0
    assert cloud.count("GET *9001/flow_volume/*") >= 1
    assert cloud.count("GET *9002/*") == 0
    assert await line.counters() == {"accepted": 1, "refused": 0}


@pytest.mark.parametrize("secret", [None, "", "guessed", SECRET[:-1]])
async def test_forged(line: Line, secret: str | None) -> None:
    """Without the secret nothing is believed, and all is counted."""
    before = line.setting.value("last_ping")
    assert await line.push(line.cloud.ping(9001, 480.0), secret) == 401
    assert line.setting.value("last_ping") == before
    assert await line.counters() == {"accepted": 0, "refused": 1}


async def test_without_a_secret(
    set_up_flowcommand: SetUp,
    clock: ManualClock,
    hass_client_no_auth: ClientGenerator,
) -> None:
    """As long as the user gave none, everything is refused."""
    setting = await set_up_flowcommand(home(sensors=1, clock=clock), webhook=True)
    line = Line(setting, await hass_client_no_auth())
    for secret in (None, "", SECRET):
        assert await line.push(line.cloud.ping(9001, 480.0), secret) == 401


async def test_not_asked_for(
    set_up_flowcommand: SetUp,
    clock: ManualClock,
    hass_client_no_auth: ClientGenerator,
) -> None:
    """Without the option there is no webhook: Home Assistant answers as to any stranger."""
    setting = await set_up_flowcommand(
        home(sensors=1, quiet=True, clock=clock), webhook=False, webhook_secret=SECRET
    )
    line = Line(setting, await hass_client_no_auth())
    before = setting.value("last_ping")
    assert await line.push(line.cloud.ping(9001, 480.0)) == 200
    assert setting.value("last_ping") == before
    assert await line.counters() is None


async def test_too_large_and_rubbish(line: Line) -> None:
    """A body that is too large is not read to its end; one that is no object is refused."""
    assert await line.post(b"x" * (MAX_BYTES + 1)) == 413
    assert await line.post(b"[]") == 400
    assert await line.post(b"<html>") == 400
    events: tuple[Record, ...] = (
        {"type": "sensor_renamed", "api_version": "1", "data": {}},
        {"type": "ping_received", "api_version": "2", "data": {}},
        {"type": "ping_received", "api_version": "1", "data": None},
    )
    for event in events:
        assert await line.push(event) == 200
    assert await line.counters() == {"accepted": 3, "refused": 3}


async def test_replayed_and_older(line: Line) -> None:
    """What is known or older changes nothing and reads no volume."""
    setting, cloud = line.setting, line.cloud
    ping = cloud.ping(9001, 480.0)
    older = Ping(7, 9001, 1.0, ping.at - 60, ping.at)
    ahead = Ping(8, 9001, 2.0, ping.at + 86_400, ping.at)
    await line.push(ping)
    cloud.log.clear()
    event = setting.shown("event", "9001", "ping")
    for one in (ping, older, ahead):
        assert await line.push(one) == 200
    assert float(setting.value("flow_rate_bbl")) == 480.0
    assert setting.shown("event", "9001", "ping") is event
    assert cloud.count() == 0


async def test_ping_from_the_future_in_the_list(line: Line) -> None:
    """A time that cannot be does not keep later pings out."""
    setting, cloud = line.setting, line.cloud
    cloud.set(9001, last_ping_datetime="2107-12-11T08:11:30Z")
    await setting.poll()
    assert setting.value("connectivity", platform="binary_sensor") == "unknown"
    await line.push(cloud.ping(9001, 480.0))
    assert setting.value("last_ping") == "2026-11-25T15:00:20+00:00"
    assert setting.value("connectivity", platform="binary_sensor") == "on"


async def test_unknown_sensor(line: Line) -> None:
    """A ping of a sensor that is not known yet lets the list be read."""
    setting, cloud = line.setting, line.cloud
    cloud.add(Sensor(id=9100, name="Brand New"))
    cloud.log.clear()
    assert await line.push(cloud.ping(9100, 77.0)) == 200
    assert cloud.count(LIST) == 1
    assert float(setting.value("flow_rate_bbl", 9100)) == 77.0


async def test_list_that_lags(line: Line) -> None:
    """A list whose last ping is older than what was pushed takes nothing back, however long."""
    setting, cloud = line.setting, line.cloud
    at = cloud.clock()
    await line.push(Ping(99, 9001, 480.0, at, at))
    for minutes in (0, 6, 90):
        await setting.live(minutes)
        await setting.account.async_refresh()
        assert float(setting.value("flow_rate_bbl")) == 480.0
        assert setting.value("last_ping") == "2026-11-25T15:00:20+00:00"
    # What is newer in the list is what counts, and from then on its word alone.
    cloud.ping(9001, 120.0)
    await setting.account.async_refresh()
    assert float(setting.value("flow_rate_bbl")) == 120.0


@pytest.mark.parametrize(
    ("listed", "shown"),
    # Of the same time the list has the later word, where it has one.
    [(500.0, 500.0), (None, 480.0), ("fast", 480.0)],
)
async def test_list_of_the_same_time(line: Line, listed: Json, shown: float) -> None:
    """A push and the list that tell of one ping agree in the end."""
    setting, cloud = line.setting, line.cloud
    ping = cloud.ping(9001, 480.0)
    await line.push(ping)
    cloud.set(9001, last_ping_flowrate=listed)
    await setting.account.async_refresh()
    assert float(setting.value("flow_rate_bbl")) == shown
    assert setting.value("last_ping") == "2026-11-25T15:00:20+00:00"


async def test_push_that_knows_more(line: Line) -> None:
    """A push of the listed ping's time fills in a rate that the list could not tell."""
    setting, cloud = line.setting, line.cloud
    ping = cloud.ping(9001, 480.0)
    cloud.set(9001, last_ping_flowrate=None)
    await setting.account.async_refresh()
    assert setting.value("flow_rate_bbl") == "unknown"
    await line.push(ping)
    assert float(setting.value("flow_rate_bbl")) == 480.0


async def test_list_from_the_future(line: Line) -> None:
    """A list that names a ping of years ahead gives way to a push, and does not come back."""
    setting, cloud = line.setting, line.cloud
    cloud.set(9001, last_ping_datetime="2107-12-11T08:11:30Z")
    await setting.account.async_refresh()
    assert setting.value("last_ping") == "unknown"
    assert setting.value("flow_rate_bbl") == "unknown"
    at = cloud.clock()
    await line.push(Ping(99, 9001, 480.0, at, at))
    await setting.account.async_refresh()
    assert float(setting.value("flow_rate_bbl")) == 480.0
    assert setting.value("last_ping") == "2026-11-25T15:00:20+00:00"


async def test_pace(line: Line) -> None:
    """Polls become rare while pings are pushed, and as they were when that stops."""
    setting, cloud = line.setting, line.cloud
    account = setting.account
    assert account.update_interval == FlowCommandCoordinator.interval
    await line.push(cloud.ping(9001, 480.0))
    await setting.live(5.1)
    assert account.update_interval == PUSH_INTERVAL
    cloud.log.clear()
    await setting.live(5, steps=5)
    assert cloud.count(LIST) == 0
    for _ in range(3):
        await line.push(cloud.ping(9001, 480.0))
        await setting.live(30.1)
    assert account.update_interval == PUSH_INTERVAL
    await setting.live(30.1, steps=3)
    assert account.update_interval == FlowCommandCoordinator.interval


async def test_push_that_is_missed(line: Line) -> None:
    """When the list has pings that nobody pushed, it is asked often again."""
    setting, cloud = line.setting, line.cloud
    await line.push(cloud.ping(9001, 480.0))
    await setting.live(5.1)
    assert setting.account.update_interval == PUSH_INTERVAL
    cloud.ping(9002, 50.0)
    await setting.live(30.1)
    assert setting.account.update_interval == FlowCommandCoordinator.interval


async def test_pace_of_a_bad_day(line: Line) -> None:
    """A cloud that does not answer is asked as often as ever."""
    setting, cloud = line.setting, line.cloud
    await line.push(cloud.ping(9001, 480.0))
    faults_of(cloud).add(Fault(kind=Kind.RESET))
    await setting.live(5.1)
    assert setting.account.update_interval == FlowCommandCoordinator.interval


async def test_nothing_secret_is_told(
    line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither the secret nor names, places and tags stand in log or diagnostics."""
    setting = line.setting
    caplog.set_level("DEBUG", "custom_components.habitat")
    await line.push(line.cloud.ping(9001, 480.0), "guessed")
    await line.push(line.cloud.ping(9001, 480.0))
    await setting.poll()
    told = await async_get_config_entry_diagnostics(setting.hass, setting.entry)
    sensor = line.cloud.world.sensors[9001]
    hidden = (
        SECRET,
        line.path.rpartition("/")[2],
        line.cloud.credentials["api_token"],
        sensor.name,
        str(sensor.tag),
        str(sensor.longitude),
    )
    for text in (str(told), *lines(caplog, 0)):
        assert not [one for one in hidden if one in text]
