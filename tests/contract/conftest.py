"""What the tests of all vendors share."""

from collections.abc import AsyncGenerator

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.habitat.simulator import SIMULATED, create
from custom_components.habitat.simulator.core.clock import ManualClock
from homeassistant.core import HomeAssistant
from tests.support.accounts import WAYS, Living, living
from tests.support.common import NOW, START, AccountSetting, AnySetting, done, set_up


@pytest.fixture
async def account(
    request: pytest.FixtureRequest,
    freezer: FrozenDateTimeFactory,
    real_time_broker: None,
    hass: HomeAssistant,
    socket_enabled: None,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncGenerator[Living]:
    """Return an account by the name of its way of logging in, the fixture's parameter."""
    way = WAYS[request.param]
    if not way.broker:
        monkeypatch.setattr(
            "custom_components.habitat.farmbot.receiver.broker_address", lambda _: None
        )
    async with living(hass, freezer, way) as account:
        yield account


@pytest.fixture(params=SIMULATED)
async def setting(
    request: pytest.FixtureRequest,
    freezer: FrozenDateTimeFactory,
    real_time_broker: None,
    hass: HomeAssistant,
    socket_enabled: None,
) -> AsyncGenerator[AnySetting]:
    """Return an account of each vendor."""
    freezer.move_to(START)
    clock = ManualClock(NOW)
    async with create(request.param, clock=clock) as cloud:
        entry = await set_up(hass, cloud, request.param)
        await done(hass)
        yield AccountSetting(hass, freezer, entry, cloud, clock)
