"""An action on what the cloud no longer has says so, at whichever vendor."""

from collections.abc import AsyncGenerator, Callable, Mapping
import time
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.habitat.const import DOMAIN
from custom_components.habitat.coordinator import HabitatCoordinator
from custom_components.habitat.entity import HabitatEntity
from custom_components.habitat.simulator import SIMULATED, create
from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.core.server import CloudServer
from homeassistant.components.climate import ClimateEntityFeature, HVACMode
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_component import DATA_INSTANCES
from tests.support.common import NOW, START, done, set_up

CONTROLLED = ("farmbot", "flair")
"""Whose devices take commands."""

type Act = Callable[[Any], Any]

ACTIONS: Mapping[str, tuple[Act, ...]] = {
    "button": (lambda one: one.async_press(),),
    "climate": (
        lambda one: one.async_set_temperature(temperature=21.0),
        lambda one: one.async_set_hvac_mode(HVACMode.OFF),
        lambda one: (
            one.async_set_preset_mode(one.preset_modes[-1])
            if one.supported_features & ClimateEntityFeature.PRESET_MODE
            else one.async_turn_off()
        ),
    ),
    "cover": (
        lambda one: one.async_open_cover(),
        lambda one: one.async_close_cover(),
        lambda one: one.async_set_cover_position(position=50),
    ),
    "number": (lambda one: one.async_set_native_value(1.0),),
    "select": (lambda one: one.async_select_option(one.options[-1]),),
    "switch": (lambda one: one.async_turn_on(), lambda one: one.async_turn_off()),
}
"""What people do with the entities of a platform."""


@pytest.fixture(params=SIMULATED)
async def cloud(
    request: pytest.FixtureRequest, socket_enabled: None
) -> AsyncGenerator[tuple[str, CloudServer]]:
    """Return the cloud of each vendor."""
    vendor: str = request.param
    clock = (lambda: time.time()) if vendor == "cityflow" else ManualClock(NOW)  # noqa: PLW0108 - freezing replaces it by its name
    async with create(vendor, clock=clock) as served:
        yield vendor, served


def _sent(account: HabitatCoordinator, cloud: CloudServer) -> int:
    """Return how much was asked of the cloud, or of the robot behind it."""
    receiver = getattr(account, "receiver", None)
    return cloud.count() + (receiver.connection.counters.commands if receiver else 0)


async def _error_of(
    act: Act, entity: HabitatEntity[Any, Any]
) -> HomeAssistantError | None:
    try:
        await act(entity)
    except HomeAssistantError as err:
        return err
    return None


async def test_nothing_is_done_in_silence(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    real_time_broker: None,
    all_enabled: None,
    cloud: tuple[str, CloudServer],
) -> None:
    """An entity whose record is gone does what does not need it, or refuses in words."""
    vendor, served = cloud
    freezer.move_to(START)
    entry = await set_up(hass, served, vendor)
    await done(hass)
    account: HabitatCoordinator = entry.runtime_data
    refused = 0
    registry = er.async_get(hass)
    for known in er.async_entries_for_config_entry(registry, entry.entry_id):
        entity = hass.data[DATA_INSTANCES][known.domain].get_entity(known.entity_id)
        assert isinstance(entity, HabitatEntity)
        record = account.data.pop(entity.key, None)
        for act in ACTIONS.get(known.domain, ()):
            before = _sent(account, served)
            error = await _error_of(act, entity)
            if error is None:
                assert _sent(account, served) > before, known.entity_id
                continue
            assert error.translation_domain == DOMAIN
            assert error.translation_key is not None
            refused += error.translation_key == "record_gone"
        if record is not None:
            account.data[entity.key] = record
    assert bool(refused) is (vendor in CONTROLLED)
