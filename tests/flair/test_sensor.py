"""Flair's sensors."""

from datetime import timedelta

import pytest
from syrupy.assertion import SnapshotAssertion

from custom_components.habitat.flair.sensor import battery
from custom_components.habitat.simulator.core.documents import Json
from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import (
    ATTR_DEVICE_CLASS,
    ATTR_UNIT_OF_MEASUREMENT,
    STATE_UNKNOWN,
    Platform,
)
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_system import US_CUSTOMARY_SYSTEM
from tests.conftest import SetUp
from tests.support.common import Setting

from .conftest import Portraits
from .entities import FlairResource, live


@pytest.mark.parametrize("home", ["demo", "odd"])
async def test_entities(
    home: str, portray: Portraits, snapshot: SnapshotAssertion
) -> None:
    """All of the demo's house and of a home of oddities, as they are and what they show."""
    assert await portray(home, Platform.SENSOR) == snapshot


def shown(thing: FlairResource, key: str) -> str:
    """Return what a sensor shows."""
    return thing.state(Platform.SENSOR, key).state


async def report(thing: FlairResource, **reading: Json) -> None:
    """Let a device report something else, and wait until it is read."""
    thing.cloud.set_reading(thing.kind, thing.id, **reading)
    await thing.setting.poll(5)


# Batteries and radio.


@pytest.mark.parametrize(
    ("volts", "percent", "left"),
    [
        (3.2, None, 100),
        (3.0, None, 100),
        (2.6, None, 50),
        (2.2, None, 0),
        (1.9, None, 0),
        (2.6, 87, 87),
        (None, 0, 0),
        (0, None, None),
        (None, None, None),
    ],
)
def test_battery(
    volts: float | None, percent: float | None, left: float | None
) -> None:
    """Two alkaline cells are estimated by their voltage, unless the device knows better."""
    assert battery(volts, percent) == left


async def test_radio(all_enabled: None, cottage: Setting) -> None:
    """Every device on the radio tells volts and signal, and through what it is reached."""
    bridge = FlairResource(cottage, "bridges", "Bridge 1")
    for kind, name in (("vents", "Vent 1"), ("pucks", "Puck 1")):
        device = FlairResource(cottage, kind, name)
        device.set(voltage="2.6", current_rssi=-71)
        await cottage.poll()
        assert shown(device, "battery") == "50"
        assert shown(device, "voltage") == "2.6"
        assert shown(device, "rssi") == "-71.0"
        assert shown(device, "gateway") == "Bridge 1"
        device.set(connected_gateway_id=None, connected_gateway_puck_id=bridge.id)
        await cottage.poll()
        assert shown(device, "gateway") == "Bridge 1"
        device.set(connected_gateway_puck_id="a stranger", voltage=None)
        await cottage.poll()
        assert shown(device, "gateway") == STATE_UNKNOWN
        assert shown(device, "battery") == STATE_UNKNOWN


async def test_what_hangs_on_a_cable(all_enabled: None, cottage: Setting) -> None:
    """No battery and no signal are made up for it; they appear when it tells them."""
    puck2 = FlairResource(cottage, "puck2s", "Puck 2 1")
    assert shown(puck2, "power_source") == "usb"
    for key in ("battery", "voltage", "rssi"):
        assert not puck2.has(Platform.SENSOR, key)
    puck2.set(power_source="Battery", voltage=2.6, current_rssi=-60.0)
    await cottage.poll()
    assert shown(puck2, "power_source") == "battery"
    assert shown(puck2, "battery") == "50"
    assert shown(puck2, "rssi") == "-60.0"
    puck2.set(power_source="USB", voltage=0.0, current_rssi=0.0)
    await cottage.poll()
    assert shown(puck2, "battery") == shown(puck2, "rssi") == STATE_UNKNOWN


# What devices report.


async def test_readings_of_a_vent(all_enabled: None, cottage: Setting) -> None:
    """Where the vent believes to be, apart from where it was sent."""
    vent = FlairResource(cottage, "vents", "Vent 1")
    told: dict[str, Json] = {
        "duct_temperature_c": 31.25,
        "percent_open": 88,
        "motor_run_time": 402,
        "created_at": "2026-11-25T14:59:31.5+00:00",
    }
    await report(vent, **told)
    assert shown(vent, "duct_temperature") == "31.25"
    assert shown(vent, "reported_position") == "88"
    assert shown(vent, "motor_run_time") == "402.0"
    assert shown(vent, "last_report") == "2026-11-25T14:59:31+00:00"
    assert not vent.has(Platform.SENSOR, "duct_pressure")
    await report(vent, duct_pressure=98.7, **dict.fromkeys(told))
    state = vent.state(Platform.SENSOR, "duct_pressure")
    assert state.state == "98.7"
    assert state.attributes[ATTR_UNIT_OF_MEASUREMENT] == "kPa"
    for key in ("duct_temperature", "reported_position", "last_report"):
        assert shown(vent, key) == STATE_UNKNOWN


async def test_a_moved_vent_reports_soon(cottage: Setting) -> None:
    """After a command its report is read as soon as it can have moved, not minutes later."""
    vent = FlairResource(cottage, "vents", "Vent 1")
    await live(cottage, minutes=1)
    await vent.call(Platform.COVER, "vent", "set_cover_position", position=30)
    await live(cottage, minutes=2)
    assert shown(vent, "reported_position") == "30"


async def test_readings_of_a_puck(all_enabled: None, cottage: Setting) -> None:
    """Twice the raw light is about lux; pressure comes back should Flair send it again."""
    puck = FlairResource(cottage, "pucks", "Puck 1")
    await report(puck, light=123, desired_temperature_c=20.5)
    assert shown(puck, "light") == "246.0"
    assert shown(puck, "dialled_temperature") == "20.5"
    assert not puck.has(Platform.SENSOR, "pressure")
    await report(puck, light=None, room_pressure=81.2)
    assert shown(puck, "light") == STATE_UNKNOWN
    assert shown(puck, "pressure") == "81.2"
    puck.set(current_temperature_c=21.37, current_humidity=None)
    await cottage.poll()
    assert shown(puck, "temperature") == "21.37"
    assert shown(puck, "humidity") == STATE_UNKNOWN


async def test_readings_of_a_puck_2(all_enabled: None, cottage: Setting) -> None:
    """It measures no light and no pressure, but says when its infrared failed."""
    puck2 = FlairResource(cottage, "puck2s", "Puck 2 1")
    assert shown(puck2, "infrared_error") == "none"
    await report(puck2, error="NACK")
    assert shown(puck2, "infrared_error") == "NACK"
    await report(puck2, error=None)
    assert shown(puck2, "infrared_error") == "none"
    for key in ("light", "pressure"):
        assert not puck2.has(Platform.SENSOR, key)


async def test_a_device_that_never_reported(cottage: Setting) -> None:
    """Its readings are unknown, and nothing else suffers."""
    vent = FlairResource(cottage, "vents", "Vent 1")
    resource = cottage.cloud.world.resources["vents"][vent.id]
    other = cottage.cloud.add("vents", "99", dict(resource.relations), name="New")
    other.traits["silent"] = True
    await cottage.poll(6)
    new = FlairResource(cottage, "vents", "New")
    assert shown(new, "duct_temperature") == STATE_UNKNOWN
    assert new.state(Platform.COVER, "vent").state == "open"
    assert float(shown(vent, "duct_temperature")) > 0
    del other.traits["silent"]
    cottage.cloud.world.touch(other)
    await cottage.poll(6)
    assert float(shown(new, "duct_temperature")) > 0


# Homes, rooms, zones.


async def test_the_end_of_a_hold(cottage: Setting) -> None:
    """A time, far away for ever, or unknown where only an event ends it."""
    for kind, name in (("structures", "House 1"), ("rooms", "Room 1")):
        thing = FlairResource(cottage, kind, name)
        soon = dt_util.utcnow().replace(microsecond=0) + timedelta(hours=3)
        for until, state in (
            ("2107-12-11T08:11:30.000000+00:00", "2107-12-11T08:11:30+00:00"),
            (soon.isoformat(), soon.isoformat()),
            (None, STATE_UNKNOWN),
        ):
            thing.set(hold_until=until)
            await cottage.poll()
            assert shown(thing, "hold_until") == state


async def test_a_room(all_enabled: None, cottage: Setting) -> None:
    """What Flair measures there, and why it holds."""
    room = FlairResource(cottage, "rooms", "Room 1")
    room.set(
        current_temperature_c=20.25,
        current_humidity=41,
        hold_reason="PuckActivity",
        room_conclusion_mode="COOL",
    )
    await cottage.poll()
    assert shown(room, "temperature") == "20.25"
    assert shown(room, "humidity") == "41.0"
    assert shown(room, "hold_reason") == "PuckActivity"
    assert shown(room, "conclusion") == "cool"
    room.set(room_conclusion_mode=None, heat_cool_mode="HEAT")
    await cottage.poll()
    assert shown(room, "conclusion") == "heat"


async def test_zones_are_read_now_and_then(all_enabled: None, cottage: Setting) -> None:
    """A zone is the rooms of one air handler; it changes rarely."""
    zone = FlairResource(cottage, "zones", "Whole house")
    assert shown(zone, "rooms") == "1"
    assert shown(zone, "staged_heating") == "disabled"
    zone.set(staged_heating_mode="ENABLED", cutover_temperature=7.5)
    await cottage.poll(15)
    assert shown(zone, "staged_heating") == "enabled"
    assert shown(zone, "cutover_temperature") == "7.5"


# Linked thermostats.


async def test_a_thermostat(all_enabled: None, cottage: Setting) -> None:
    """What it does and what it measures, read from its own record and from its state."""
    thermostat = FlairResource(cottage, "thermostats", "Thermostat 1")
    thermostat.set(mode="HEAT", operating_state="Idle", current_set_point=20.5)
    await report(thermostat, ambient_temperature_c=19.8, humidity=38, fan_state="Auto")
    assert shown(thermostat, "mode") == "heat"
    assert shown(thermostat, "operating_state") == "idle"
    assert shown(thermostat, "set_point") == "20.5"
    assert shown(thermostat, "temperature") == "19.8"
    assert shown(thermostat, "humidity") == "38.0"
    assert shown(thermostat, "fan") == "auto"
    thermostat.set(mode=None, operating_state="", current_set_point="none")
    await cottage.poll()
    for key in ("mode", "operating_state", "set_point"):
        assert shown(thermostat, key) == STATE_UNKNOWN


async def test_a_remote_sensor(cottage: Setting) -> None:
    """Temperature always, humidity where it has any."""
    sensor = FlairResource(cottage, "remote-sensors", "Sensor 1")
    assert not sensor.has(Platform.SENSOR, "humidity")
    await report(sensor, temperature_c=18.6, humidity=52)
    assert shown(sensor, "temperature") == "18.6"
    assert shown(sensor, "humidity") == "52.0"


# Units.


async def test_fahrenheit(hass: HomeAssistant, set_up_flair: SetUp) -> None:
    """Temperatures are converted by Home Assistant, differences of them as such."""
    hass.config.units = US_CUSTOMARY_SYSTEM
    setting = await set_up_flair("demo")
    room = FlairResource(setting, "rooms", "Office")
    room.set(current_temperature_c=20.0)
    await setting.poll()
    state = room.state(Platform.SENSOR, "temperature")
    assert float(state.state) == pytest.approx(68)
    assert state.attributes[ATTR_UNIT_OF_MEASUREMENT] == "°F"
    assert state.attributes[ATTR_DEVICE_CLASS] == SensorDeviceClass.TEMPERATURE
