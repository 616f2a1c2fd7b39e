"""What is true of a sensor that says nothing any more, and of numbers that cannot be."""

from datetime import timedelta

import pytest

from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.core.documents import Json
from custom_components.habitat.simulator.flowcommand.homes import home
from homeassistant.util import dt as dt_util
from tests.support.common import START, counted_writes

from .conftest import Setting, SetUp

NOW = (
    ("sensor", "flow_rate"),
    ("sensor", "flow_rate_bbl"),
    ("binary_sensor", "flowing"),
)
"""What claims to be so now."""


async def silent_for(
    set_up_flowcommand: SetUp, clock: ManualClock, **ago: float
) -> Setting:
    """Return an account of one sensor that sent its last ping some time ago."""
    world = home(sensors=1, clock=clock)
    world.sensors[9001].silent_after = clock() - timedelta(**ago).total_seconds()
    return await set_up_flowcommand(world)


@pytest.mark.parametrize("hours", [7, 72])
async def test_a_silent_sensor(
    set_up_flowcommand: SetUp, clock: ManualClock, all_enabled: None, hours: float
) -> None:
    """It is told to be disconnected, and when it was heard; nothing is said of now."""
    setting = await silent_for(set_up_flowcommand, clock, hours=hours)
    assert setting.value("connectivity", platform="binary_sensor") == "off"
    for platform, key in NOW:
        assert setting.value(key, platform=platform) == "unknown"
    assert setting.value("volume_today") == "unknown"
    assert setting.value("volume_last_hour") == "unknown"
    last = dt_util.parse_datetime(setting.value("last_ping"))
    assert last is not None
    assert timedelta(0) < START - timedelta(hours=hours) - last < timedelta(minutes=40)
    assert float(setting.value("pipe_diameter")) > 0
    assert setting.value("tag") == "T-0001"
    assert setting.value("activated") != "unknown"
    assert setting.unavailable() == set()


async def test_it_falls_silent(
    set_up_flowcommand: SetUp, clock: ManualClock, all_enabled: None
) -> None:
    """All turns at one moment between two polls, once, and comes back with a ping."""
    setting = await set_up_flowcommand(home(sensors=1, quiet=True, clock=clock))
    assert setting.value("flowing", platform="binary_sensor") != "unknown"
    today = setting.value("volume_today")
    assert today != "unknown"
    await setting.live(5, steps=48)
    for platform, key in NOW:
        assert setting.value(key, platform=platform) == "unknown"
    assert setting.value("volume_today") == "unknown"
    assert (
        "last_reset" not in setting.shown("sensor", "9001", "volume_today").attributes
    )
    with counted_writes() as writes:
        await setting.live(5, steps=6)
    assert not {one for one in writes if "last_answer" not in one}
    setting.cloud.ping(9001, 0.0)
    await setting.live(5.1)
    assert float(setting.value("flow_rate_bbl")) == 0
    assert setting.value("flowing", platform="binary_sensor") == "off"
    assert float(setting.value("volume_today")) >= 0


async def test_a_day_that_is_over(
    set_up_flowcommand: SetUp, clock: ManualClock, all_enabled: None
) -> None:
    """Yesterday is known for good where a ping came after its end, though the sensor is silent."""
    # It is 07:00 in the house.
    setting = await silent_for(set_up_flowcommand, clock, hours=6.4)
    assert setting.value("volume_today") == "unknown"
    assert float(setting.value("volume_yesterday")) >= 0
    covered = await silent_for_again(setting, hours=8)
    assert covered == "unknown"


async def silent_for_again(setting: Setting, hours: float) -> str:
    """Return yesterday's volume of a sensor whose last ping was some hours ago."""
    sensor = setting.cloud.world.sensors[9001]
    sensor.silent_after = setting.cloud.clock() - hours * 3600
    setting.cloud.world.touch(9001)
    await setting.reload()
    return setting.value("volume_yesterday")


@pytest.mark.parametrize(
    ("sent", "shown"),
    [(0, "0.0"), (-12.5, "-12.5"), (1e12, "unknown"), (-4e8, "unknown")],
)
async def test_rates(
    set_up_flowcommand: SetUp,
    clock: ManualClock,
    all_enabled: None,
    sent: Json,
    shown: str,
) -> None:
    """No flow and a little backwards can be; more than any pipe carries can not."""
    setting = await set_up_flowcommand(home(sensors=1, clock=clock))
    setting.cloud.set(9001, last_ping_flowrate=sent)
    await setting.live(5.1)
    assert setting.value("flow_rate_bbl") == shown
    flowing = setting.value("flowing", platform="binary_sensor")
    assert flowing == ("unknown" if shown == "unknown" else "off")


@pytest.mark.parametrize("sent", [0, -3, 5000])
async def test_pipes(
    set_up_flowcommand: SetUp, clock: ManualClock, all_enabled: None, sent: Json
) -> None:
    """There is no pipe without a diameter."""
    setting = await set_up_flowcommand(home(sensors=1, clock=clock))
    setting.cloud.set(9001, pipe_diameter=sent)
    await setting.live(5.1)
    assert setting.value("pipe_diameter") == "unknown"
