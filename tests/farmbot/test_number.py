"""FarmBot's numbers: analog peripherals, heights, and how fast tools pour."""

import pytest

from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.core.documents import Record
from custom_components.habitat.simulator.farmbot.builder import robot
from homeassistant.components.number import SERVICE_SET_VALUE
from homeassistant.const import STATE_UNKNOWN
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from tests.support.faults import Fault, Kind, faults_of

from .conftest import Setting, SetUp


async def test_peripheral(heard: list[Record], garden: Setting) -> None:
    """A dimmable peripheral takes 0 to 255, and shows it as soon as the robot says so."""
    key = garden.key("peripherals", "Grow light")
    assert float(garden.value(key, "number")) == 0
    heard.clear()
    await garden.call("number", key, SERVICE_SET_VALUE, value=200)
    assert float(garden.value(key, "number")) == 200
    assert len(heard) == 1
    assert '"pin_value": 200, "pin_mode": 1' in str(heard[0]).replace("'", '"')
    with pytest.raises(ServiceValidationError):
        await garden.call("number", key, SERVICE_SET_VALUE, value=256)
    assert len(heard) == 1


@pytest.mark.parametrize(
    ("pin", "shown"),
    [
        ({"mode": 0, "value": 1}, 255),
        ({"mode": 1, "value": 100}, 100),
        ({"mode": 1, "value": 700}, None),
        ({"mode": 1, "value": None}, None),
    ],
)
async def test_pin(pin: Record, shown: float | None, garden: Setting) -> None:
    """What was written shows; on is all of it, and what was read on another scale is unknown."""
    key = garden.key("peripherals", "Grow light")
    garden.cloud.robot.state.pins["12"] = pin
    garden.cloud.robot.tell()
    await garden.until(lambda: garden.value(key, "number") != "0.0")
    value = garden.value(key, "number")
    assert value == STATE_UNKNOWN if shown is None else float(value) == shown


async def test_emergency_stop(heard: list[Record], garden: Setting) -> None:
    """While the emergency stop is on nothing is switched on, and off is off already."""
    key = garden.key("peripherals", "Grow light")
    await garden.press("emergency_stop")
    await garden.until_shown("emergency_stop", "on", "binary_sensor")
    heard.clear()
    with pytest.raises(ServiceValidationError) as caught:
        await garden.call("number", key, SERVICE_SET_VALUE, value=1)
    assert caught.value.translation_key == "robot_locked"
    await garden.call("number", key, SERVICE_SET_VALUE, value=0)
    assert not heard


async def test_new_name(all_enabled: None, garden: Setting) -> None:
    """Numbers are called what their peripheral or tool is called now."""
    light = garden.key("peripherals", "Grow light")
    rate = f"{garden.key('tools', 'Watering nozzle')}_flow_rate"
    assert garden.name(rate, "number") == "Sunny Watering nozzle flow rate"
    garden.change("peripherals", "Grow light", label="Sun")
    garden.change("tools", "Watering nozzle", name="Shower")
    await garden.until(lambda: garden.name(light, "number") == "Sunny Sun")
    await garden.until(lambda: garden.name(rate, "number") == "Sunny Shower flow rate")


async def test_tools(all_enabled: None, garden: Setting) -> None:
    """Only of tools that pour there is a flow rate, which can be changed; it goes with the tool."""
    rate = f"{garden.key('tools', 'Watering nozzle')}_flow_rate"
    dry = f"{garden.key('tools', 'Weeder')}_flow_rate"
    assert not garden.has(dry, "number")
    await garden.call("number", rate, SERVICE_SET_VALUE, value=55)
    assert garden.row("tools", "Watering nozzle")["flow_rate_ml_per_s"] == 55
    assert float(garden.value(rate, "number")) == 55
    garden.change("tools", "Weeder", flow_rate_ml_per_s=5)
    await garden.until(lambda: garden.has(dry, "number"))
    garden.cloud.world.remove("tools", int(rate.split("_")[1]))
    await garden.until(lambda: not garden.has(rate, "number"))


@pytest.mark.parametrize(
    ("key", "value"),
    [("safe_height", -120), ("soil_height", -333), ("gantry_height", 99)],
)
async def test_height(key: str, value: int, all_enabled: None, garden: Setting) -> None:
    """A height is kept by the server, shows at once, and is as before where the server refuses."""
    settings = garden.cloud.world.single("fbos_config")
    states = garden.track("number", key)
    await garden.call("number", key, SERVICE_SET_VALUE, value=value)
    assert settings[key] == value
    assert [float(state) for state in states] == [value]
    faults_of(garden.cloud).add(Fault(kind=Kind.STATUS, match="PATCH *", status=422))
    with pytest.raises(HomeAssistantError) as caught:
        await garden.call("number", key, SERVICE_SET_VALUE, value=0)
    assert caught.value.translation_key == "write_refused"
    assert [float(state) for state in states] == [value, 0, value]
    await garden.lose_robot()
    assert float(garden.value(key, "number")) == value


@pytest.mark.parametrize(
    ("firmware", "low", "high"),
    [
        ({}, -550, 0),
        ({"movement_home_up_z": 0}, 0, 550),
        ({"movement_axis_nr_steps_z": 0}, -2000, 2000),
    ],
)
async def test_depths(
    firmware: Record,
    low: float,
    high: float,
    all_enabled: None,
    set_up_farmbot: SetUp,
    clock: ManualClock,
) -> None:
    """Depths go as far as the axis does, where its length is known."""
    world = robot(1, clock)
    config = world.single("firmware_config")
    config |= {"movement_home_up_z": 1, **firmware}
    setting = await set_up_farmbot(world)
    shown = setting.shown("number", setting.number, "soil_height").attributes
    assert (shown["min"], shown["max"]) == (low, high)
