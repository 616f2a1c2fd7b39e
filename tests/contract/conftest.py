"""What the tests of all vendors share."""

from collections.abc import AsyncGenerator

from freezegun.api import FrozenDateTimeFactory
import pytest

from homeassistant.core import HomeAssistant
from tests.support.accounts import WAYS, Living, living


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
