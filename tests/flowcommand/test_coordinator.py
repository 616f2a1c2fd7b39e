"""What a FlowCommand account asks for and when, and what it shows of it."""

from datetime import UTC, datetime, time, timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.habitat.flowcommand.volumes import (
    PERIODS,
    Period,
    Volume,
    VolumeReading,
    idle,
    outdated,
    untouched,
)
from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.flowcommand.homes import home
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from tests.support.common import NOW, counted_writes
from tests.support.faults import Fault, Kind, faults_of

from .conftest import SetUp

LIST = "GET /api/v1/flow_sensors/"
VOLUMES = "GET /api/v1/flow_sensors/*/flow_volume/*"
AT = datetime(2026, 11, 25, 15, 0, 20, tzinfo=UTC)


@pytest.mark.parametrize("sensors", [1, 60])
async def test_an_idle_hour(
    set_up_flowcommand: SetUp, clock: ManualClock, all_enabled: None, sensors: int
) -> None:
    """It costs at most 13 requests, however many sensors there are, and changes nothing."""
    setting = await set_up_flowcommand(home(sensors=sensors, quiet=True, clock=clock))
    await setting.live(1, steps=60)
    setting.cloud.log.clear()
    with counted_writes() as writes:
        await setting.live(1, steps=60)
    # Each poll comes up to a second and a step of the test's clock late.
    assert 10 <= setting.cloud.count() <= 13
    # The age of the data aside.
    assert {one for one in writes if "last_answer" not in one} == set()


async def test_one_request_for_all(
    set_up_flowcommand: SetUp, clock: ManualClock
) -> None:
    """A poll is one list; every page of it is read."""
    world = home(sensors=25, quiet=True, clock=clock)
    setting = await set_up_flowcommand(world)
    setting.cloud.log.clear()
    await setting.poll()
    assert setting.cloud.count() == 1
    setting.cloud.log.clear()
    setting.cloud.page_size = 10
    setting.cloud.ping(9001, 480.0)
    await setting.poll()
    assert setting.cloud.count(LIST) == 3
    assert len(setting.account.devices.present) == 25


async def test_volumes_follow_pings(
    set_up_flowcommand: SetUp, clock: ManualClock
) -> None:
    """The volume of today is read once for each ping, only where there was one."""
    setting = await set_up_flowcommand(home(sensors=2, quiet=True, clock=clock))
    cloud = setting.cloud
    before = float(setting.value("volume_today"))
    cloud.log.clear()
    await setting.poll()
    assert cloud.count(VOLUMES) == 0

    cloud.ping(9001, 480.0)
    await setting.live(5.1)
    assert cloud.count(VOLUMES) == 1
    assert setting.value("flowing", platform="binary_sensor") == "on"
    assert float(setting.value("volume_today")) > before
    await setting.poll(2)
    assert cloud.count(VOLUMES) == 1


async def test_volume_that_fails_is_asked_again(
    set_up_flowcommand: SetUp, clock: ManualClock
) -> None:
    """The sensor keeps what it showed, and has the new volume as soon as there is one."""
    setting = await set_up_flowcommand(home(sensors=1, quiet=True, clock=clock))
    cloud, before = setting.cloud, setting.value("volume_today")
    faults_of(cloud).add(Fault(kind=Kind.STATUS, match=VOLUMES, status=500))
    cloud.ping(9001, 480.0)
    await setting.live(5.1)
    assert setting.value("volume_today") == before
    assert setting.value("connectivity", platform="binary_sensor") == "on"
    await setting.live(5.1, steps=4)
    assert setting.value("volume_today") == "unavailable"
    assert setting.value("flow_rate") != "unavailable"
    faults_of(cloud).clear()
    await setting.live(5.1)
    assert float(setting.value("volume_today")) > float(before)


async def test_sensor_without_volumes(
    set_up_flowcommand: SetUp, clock: ManualClock
) -> None:
    """A sensor of which the cloud has no volumes shows none, and nothing is asked again."""
    setting = await set_up_flowcommand(home(sensors=1, quiet=True, clock=clock))
    cloud = setting.cloud
    faults_of(cloud).add(Fault(kind=Kind.STATUS, match=VOLUMES, status=404))
    cloud.ping(9001, 480.0)
    await setting.live(5.1)
    assert setting.value("volume_today") == "unknown"
    cloud.log.clear()
    await setting.live(5.1)
    assert cloud.count(VOLUMES) == 0


async def test_midnight(
    set_up_flowcommand: SetUp,
    clock: ManualClock,
    all_enabled: None,
    freezer: FrozenDateTimeFactory,
) -> None:
    """At the house's midnight a new day begins, without a poll; yesterday is asked for."""
    setting = await set_up_flowcommand(home(sensors=1, clock=clock))
    # 07:00 at first.
    await setting.live(30, steps=33)
    assert float(setting.value("volume_today")) > 0
    setting.cloud.silence(9001)
    await setting.live(15)
    midnight = dt_util.start_of_local_day(
        dt_util.as_local(dt_util.utcnow()) + timedelta(days=1)
    )
    await setting.live((midnight - dt_util.utcnow()).total_seconds() / 60 - 0.1)
    last = float(setting.value("volume_today"))
    setting.cloud.log.clear()
    await setting.live(0.2)
    assert setting.cloud.count(LIST) <= 1
    assert float(setting.value("volume_today")) == 0
    state = setting.shown("sensor", "9001", "volume_today")
    assert state.attributes["last_reset"] == midnight.isoformat()
    assert float(setting.value("volume_yesterday")) == pytest.approx(last, rel=0.1)
    # From then on the silent sensor costs nothing.
    await setting.live(60)
    setting.cloud.log.clear()
    await setting.live(60)
    assert setting.cloud.count(VOLUMES) == 0
    assert setting.value("volume_last_hour") == "unknown"


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "America/Los_Angeles", "UTC"])
async def test_days_are_those_of_the_house(hass: HomeAssistant, zone: str) -> None:
    """And hours those of UTC."""
    await hass.config.async_set_time_zone(zone)
    for hours in range(24):
        now = AT + timedelta(hours=hours)
        today, yesterday, hour = (period(now) for period in PERIODS.values())
        assert today.end is None
        assert dt_util.as_local(today.start).time() == time(0)
        assert yesterday.end == today.start <= now < today.start + timedelta(days=1)
        assert today.start - yesterday.start == timedelta(days=1)
        end = now.replace(second=0)
        assert hour == Period(end - timedelta(hours=1), end)


def test_what_is_outdated() -> None:
    """A new period is, and one with a ping that may change it; an idle one never."""
    hour = Period(AT - timedelta(hours=1), AT)
    day = Period(AT - timedelta(hours=1))
    before, within, after = (AT - timedelta(minutes=m) for m in (90, 30, -5))
    for period in (hour, day):
        start = period.start
        assert outdated(period, within, None)
        assert outdated(
            period, within, VolumeReading(start - timedelta(hours=1), within)
        )
        assert not outdated(period, within, VolumeReading(start, within))
        assert not outdated(period, before, VolumeReading(start, None))
        assert outdated(period, within, VolumeReading(start, before))
        assert outdated(period, after, VolumeReading(start, within))
    assert not outdated(
        hour, after + timedelta(minutes=1), VolumeReading(hour.start, after)
    )
    assert outdated(day, after + timedelta(minutes=1), VolumeReading(day.start, after))
    assert idle(hour, None)
    assert idle(hour, before)
    assert not idle(hour, within)
    assert untouched(day, before) == Volume(day.start, 0.0)
    assert untouched(day, None) == untouched(hour, before) == Volume()


async def test_silence(set_up_flowcommand: SetUp, clock: ManualClock) -> None:
    """After six hours without a ping a sensor is told to be disconnected, without a poll."""
    setting = await set_up_flowcommand(home(sensors=1, quiet=True, clock=clock))

    def heard() -> str:
        return setting.value("connectivity", platform="binary_sensor")

    ping = dt_util.parse_datetime(setting.value("last_ping"))
    assert ping is not None
    silent = (ping - dt_util.utcnow()).total_seconds() / 60 + 360
    await setting.live(silent - 0.1)
    assert heard() == "on"
    faults_of(setting.cloud).add(Fault(kind=Kind.RESET))
    await setting.live(0.2)
    assert heard() == "off"
    faults_of(setting.cloud).clear()
    setting.cloud.ping(9001, 0.0)
    await setting.live(5.1)
    assert heard() == "on"
    assert setting.value("flowing", platform="binary_sensor") == "off"


async def test_grace(set_up_flowcommand: SetUp, clock: ManualClock) -> None:
    """The last values stand for three polls, then all is unavailable, until there are answers."""
    setting = await set_up_flowcommand(home(sensors=2, quiet=True, clock=clock))
    faults_of(setting.cloud).add(Fault(kind=Kind.STATUS, status=503))
    await setting.poll(2)
    assert setting.unavailable() == set()
    await setting.poll()
    assert len(setting.unavailable()) == len(setting.states())
    faults_of(setting.cloud).clear()
    await setting.poll()
    assert setting.unavailable() == set()


async def test_sensors_come_and_go(
    set_up_flowcommand: SetUp, clock: ManualClock
) -> None:
    """A sensor goes when three whole lists do not name it; an empty list removes none."""
    setting = await set_up_flowcommand(home(sensors=3, quiet=True, clock=clock))
    sensor = setting.cloud.world.sensors[9002]
    setting.cloud.remove(9002)
    await setting.poll(2)
    assert setting.registry_device("9002")
    await setting.poll()
    assert setting.registry_device("9002") is None
    setting.cloud.add(sensor)
    await setting.poll()
    assert setting.registry_device("9002")
    for sensor_id in (9001, 9002, 9003):
        setting.cloud.remove(sensor_id)
    await setting.poll(5)
    assert setting.registry_device("9001")


@pytest.mark.parametrize("forbids", [True, False])
async def test_refused_login(
    set_up_flowcommand: SetUp, clock: ManualClock, forbids: bool
) -> None:
    """A token that is void starts reauthentication at once, as 401 and as 403."""
    setting = await set_up_flowcommand(home(sensors=1, clock=clock))
    setting.cloud.forbids = forbids
    setting.cloud.renew_token()
    await setting.poll()
    (flow,) = setting.hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH


async def test_missing_right(set_up_flowcommand: SetUp, clock: ManualClock) -> None:
    """A 403 that says nothing of the login is weather."""
    setting = await set_up_flowcommand(home(sensors=1, clock=clock))
    faults_of(setting.cloud).add(Fault(kind=Kind.STATUS, status=403))
    await setting.poll(4)
    assert setting.hass.config_entries.flow.async_progress() == []
    assert setting.is_in(ConfigEntryState.LOADED)


def test_the_clock() -> None:
    """The tests' clock stands where they say."""
    assert AT.timestamp() == NOW
