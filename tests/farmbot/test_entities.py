"""FarmBot's entities: all there are, and what they show."""

import pytest
from syrupy.assertion import SnapshotAssertion

from custom_components.habitat.farmbot.coordinator import FarmBotCoordinator
from homeassistant.const import Platform
from tests.support.portraits import portraits

from .conftest import SetUp


@pytest.mark.parametrize("name", ["demo", "odd"])
async def test_entities(
    name: str,
    all_enabled: None,
    set_up_farmbot: SetUp,
    snapshot: SnapshotAssertion,
) -> None:
    """All of the demo's robot and of a robot of oddities, as they are and what they show."""
    setting = await set_up_farmbot(name)
    # In real time: as the clock moves, so does what a robot measures.
    await setting.until_real(lambda: "position" in setting.account.data)
    await setting.until_real(lambda: setting.account.connectivity.online is True)
    await setting.settle()
    device = setting.registry_device(setting.number)
    assert device is not None
    assert {
        "name": device.name,
        "manufacturer": device.manufacturer,
        "model": device.model,
        "serial_number": device.serial_number,
        "sw_version": device.sw_version,
        "hw_version": device.hw_version,
    } == snapshot(name="device")
    for platform in (*FarmBotCoordinator.platforms, Platform.CAMERA):
        assert portraits(setting.hass, platform) == snapshot(name=platform)
