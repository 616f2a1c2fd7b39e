"""FlowCommand's entities: all there are, and what they show."""

import pytest
from syrupy.assertion import SnapshotAssertion

from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.flowcommand.homes import home
from homeassistant.core import HomeAssistant
from homeassistant.util.unit_system import US_CUSTOMARY_SYSTEM
from tests.support.portraits import portraits

from .conftest import SetUp


@pytest.mark.parametrize("name", ["demo", "odd"])
async def test_entities(
    name: str,
    all_enabled: None,
    set_up_flowcommand: SetUp,
    snapshot: SnapshotAssertion,
) -> None:
    """All of the demo's lease and of a lease of oddities, as they are and what they show."""
    setting = await set_up_flowcommand(name)
    assert portraits(setting.hass) == snapshot


async def test_places(set_up_flowcommand: SetUp) -> None:
    """On the map is what has a place, where the options say so."""
    setting = await set_up_flowcommand("odd", show_on_map=True)
    placed = {
        sensor_id
        for sensor_id in setting.cloud.world.sensors
        if setting.registry_device(str(sensor_id))
        and "latitude"
        in setting.shown("sensor", str(sensor_id), "flow_rate").attributes
    }
    assert placed == {1, 3, 4, 5, 6, 8, 10, 12, 13, 20_000}


async def test_units(
    hass: HomeAssistant, set_up_flowcommand: SetUp, clock: ManualClock
) -> None:
    """A house with US units sees gallons, 42 for each barrel."""
    hass.config.units = US_CUSTOMARY_SYSTEM
    world = home(sensors=1, quiet=True, clock=clock)
    setting = await set_up_flowcommand(world)
    setting.cloud.ping(9001, 100.0)
    await setting.poll()
    state = setting.shown("sensor", "9001", "flow_rate")
    assert state.state == "4200.0"
    assert state.attributes["unit_of_measurement"] == "gal/d"
    today = setting.shown("sensor", "9001", "volume_today")
    assert today.attributes["unit_of_measurement"] == "gal"
