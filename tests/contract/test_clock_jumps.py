"""A wall clock that is set leaves nothing late and nothing unknown."""

from collections.abc import AsyncGenerator
import time

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.habitat.coordinator import HabitatCoordinator
from custom_components.habitat.simulator import SIMULATED, create
from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.core.server import CloudServer
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from tests.support.common import NOW, START, AccountSetting, set_up

type Setting = AccountSetting[CloudServer, HabitatCoordinator]

JUMPS = {"two days forward": 2 * 86_400.0, "an hour back": -3600.0}


@pytest.fixture(params=SIMULATED)
async def setting(
    request: pytest.FixtureRequest,
    freezer: FrozenDateTimeFactory,
    real_time_broker: None,
    hass: HomeAssistant,
    socket_enabled: None,
    all_enabled: None,
) -> AsyncGenerator[Setting]:
    """Return an account of each vendor, on a clock that cloud and house share."""
    freezer.move_to(START)
    async with create(request.param, clock=lambda: time.time()) as cloud:  # noqa: PLW0108 - freezing replaces it by its name
        entry = await set_up(hass, cloud, request.param)
        setting: Setting = AccountSetting(hass, freezer, entry, cloud, ManualClock(NOW))
        await setting.settle()
        yield setting
        await hass.config_entries.async_unload(entry.entry_id)


def shown(setting: Setting) -> dict[str, str]:
    """Return what depends on the time: what is on, off, unknown, and when something is."""
    return {
        state.entity_id: state.state
        for state in setting.states()
        if state.domain in ("binary_sensor", "calendar")
        or state.attributes.get("device_class") == "timestamp"
    }


@pytest.mark.parametrize("jump", JUMPS.values(), ids=JUMPS)
async def test_clock_that_is_set(
    setting: Setting, jump: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the next poll all is as it is after a start at the new time."""
    await setting.poll()
    before = time.monotonic
    # The wall clock alone jumps.
    monkeypatch.setattr(time, "monotonic", lambda: before() - jump)
    setting.freezer.tick(jump)
    account = setting.account
    await account.async_refresh()
    await setting.settle()
    after = shown(setting)
    for entity_id, state in after.items():
        if "next" in entity_id and state not in ("unknown", "unavailable"):
            at = dt_util.parse_datetime(state)
            assert at is None or at > dt_util.utcnow(), entity_id
    await setting.reload()
    fresh = shown(setting)
    # What is asked for or told rarely may be a little older, or not be there yet after a start.
    different = {
        key
        for key, state in fresh.items()
        if state not in ("unknown", "unavailable") and "last_" not in key
        if after.get(key) != state
    }
    assert different == set()
