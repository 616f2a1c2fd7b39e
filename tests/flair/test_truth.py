"""Only what is true is shown: what is out of reach, old, impossible, or concluded from such."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.core.documents import Json
from custom_components.habitat.simulator.flair.homes import home as build
from homeassistant.components.climate import (
    ATTR_CURRENT_HUMIDITY,
    ATTR_CURRENT_TEMPERATURE,
    ATTR_HVAC_ACTION,
    HVACAction,
)
from homeassistant.const import (
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
    Platform,
)
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util
from tests.conftest import SetUp
from tests.support.common import Setting, counted_writes, tick

from .entities import FlairResource, Write, live

MINUTE, HOUR, WEEK = timedelta(minutes=1), timedelta(hours=1), timedelta(weeks=1)


def ago(age: timedelta) -> str:
    """Return a time of the past, as Flair writes it."""
    return (dt_util.utcnow() - age).isoformat(timespec="microseconds")


def sensor(thing: FlairResource, key: str) -> str:
    """Return what a sensor shows."""
    return thing.state(Platform.SENSOR, key).state


def occupied(thing: FlairResource) -> str:
    """Return what an occupancy sensor shows."""
    return thing.state(Platform.BINARY_SENSOR, "occupancy").state


# Out of reach.


@pytest.mark.parametrize(
    ("kind", "name", "attribute"),
    [
        ("vents", "Vent 1", "inactive"),
        ("pucks", "Puck 1", "inactive"),
        ("puck2s", "Puck 2 1", "inactive"),
        ("bridges", "Bridge 1", "inactive"),
        ("thermostats", "Thermostat 1", "is_offline"),
    ],
)
async def test_out_of_reach(
    all_enabled: None, cottage: Setting, kind: str, name: str, attribute: str
) -> None:
    """Nothing is shown of such a device but that it is, when it reported last, and what Flair knows."""
    thing = FlairResource(cottage, kind, name)
    last = thing.has(Platform.SENSOR, "last_report") and sensor(thing, "last_report")
    thing.set(**{attribute: True})
    await cottage.poll()
    shown = {
        entity_id: state.state
        for entity_id in thing.entity_ids()
        if (state := cottage.hass.states.get(entity_id))
        and state.state != STATE_UNAVAILABLE
    }
    expected = {thing.entity_id(Platform.BINARY_SENSOR, "connectivity"): STATE_OFF}
    if last:
        expected[thing.entity_id(Platform.SENSOR, "last_report")] = last
    if kind == "thermostats":
        out_of_sync = thing.entity_id(Platform.BINARY_SENSOR, "out_of_sync")
        expected[out_of_sync] = STATE_OFF
    assert shown == expected


async def test_commands_to_what_is_out_of_reach(
    cottage: Setting, wire: list[Write]
) -> None:
    """They are refused before anything is written, by whatever way they come."""
    account = cottage.account
    for kind, name, changes in (
        ("vents", "Vent 1", {"percent_open": 20}),
        ("pucks", "Puck 1", {"locked": True}),
        ("bridges", "Bridge 1", {"led_brightness": 30}),
    ):
        thing = FlairResource(cottage, kind, name)
        thing.set(inactive=True)
        await cottage.poll()
        record = account.data[f"{kind}_{thing.id}"]
        with pytest.raises(ServiceValidationError) as caught:
            await account.async_patch(record, changes)  # type: ignore[arg-type]  # of those kinds
        assert caught.value.translation_key == "device_out_of_reach"
    assert wire == []


async def test_a_room_whose_sensors_are_out_of_reach(cottage: Setting) -> None:
    """How warm it is now nobody knows, and what Flair concludes from that is nothing."""
    room = FlairResource(cottage, "rooms", "Room 1")
    home = FlairResource(cottage, "structures", "House 1")
    puck, puck2, thermostat = (
        FlairResource(cottage, "pucks", "Puck 1"),
        FlairResource(cottage, "puck2s", "Puck 2 1"),
        FlairResource(cottage, "thermostats", "Thermostat 1"),
    )
    room.set(
        current_temperature_c=21.0, current_humidity=40, room_conclusion_mode="HEAT",
        set_point_c=22,
    )  # fmt: skip
    for puck_off, puck2_off, thermostat_off, known in (
        (False, True, True, True),
        (True, False, True, True),
        (True, True, False, True),
        (True, True, True, False),
        (False, False, False, True),
    ):
        puck.set(inactive=puck_off)
        puck2.set(inactive=puck2_off)
        thermostat.set(is_offline=thermostat_off)
        await cottage.poll()
        temperature = "21.0" if known else STATE_UNKNOWN
        assert sensor(room, "temperature") == temperature
        assert sensor(room, "humidity") == ("40.0" if known else STATE_UNKNOWN)
        for climate in (room.climate, home.climate):
            shown = climate.attributes.get(ATTR_CURRENT_TEMPERATURE)
            assert shown == (21 if known else None)
        assert room.climate.attributes.get(ATTR_HVAC_ACTION) == (
            HVACAction.HEATING if known else None
        )
        # Its vent can still be moved, and its set point is Flair's to keep.
        assert room.climate.state != STATE_UNAVAILABLE


async def test_a_room_of_which_nothing_is_in_reach(
    cottage: Setting, wire: list[Write]
) -> None:
    """What is asked of it would reach nothing."""
    for kind, name in (
        ("vents", "Vent 1"),
        ("pucks", "Puck 1"),
        ("puck2s", "Puck 2 1"),
    ):
        FlairResource(cottage, kind, name).set(inactive=True)
    FlairResource(cottage, "thermostats", "Thermostat 1").set(is_offline=True)
    await cottage.poll()
    room = FlairResource(cottage, "rooms", "Room 1")
    assert room.climate.state == STATE_UNAVAILABLE
    assert room.state(Platform.SWITCH, "active").state == STATE_UNAVAILABLE
    record = cottage.account.data[f"rooms_{room.id}"]
    with pytest.raises(ServiceValidationError) as caught:
        await cottage.account.async_patch(record, {"active": False})  # type: ignore[arg-type]  # a room
    assert caught.value.translation_key == "room_out_of_reach"
    assert wire == []


async def test_a_room_whose_sensor_does_not_count(cottage: Setting) -> None:
    """A sensor that Flair is told to ignore for the room does not speak for it."""
    room = FlairResource(cottage, "rooms", "Room 1")
    room.set(current_temperature_c=21.0)
    for kind, name, values in (
        ("pucks", "Puck 1", {"ignore_readings_for_room": True}),
        ("remote-sensors", "Sensor 1", {"ignore_readings_for_room": True}),
        ("puck2s", "Puck 2 1", {"inactive": True}),
    ):
        FlairResource(cottage, kind, name).set(**values)
    thermostat = FlairResource(cottage, "thermostats", "Thermostat 1")
    resource = cottage.cloud.world.resources["thermostats"][thermostat.id]
    cottage.cloud.world.relate(resource, "room", None)
    await cottage.poll()
    assert sensor(room, "temperature") == STATE_UNKNOWN


async def test_the_mean_of_rooms_that_are_known(
    set_up_flair: SetUp, clock: ManualClock
) -> None:
    """A room whose puck is out of reach is left out of its home's means."""
    setting = await set_up_flair(build(vents=0, pucks=2, bridges=0, clock=clock))
    home = FlairResource(setting, "structures", "House 1")
    for number, temperature in ((1, 20.0), (2, 24.0)):
        FlairResource(setting, "rooms", f"Room {number}").set(
            current_temperature_c=temperature, current_humidity=2 * temperature
        )
    FlairResource(setting, "pucks", "Puck 2").set(inactive=True)
    await setting.poll()
    assert home.climate.attributes[ATTR_CURRENT_TEMPERATURE] == 20
    assert home.climate.attributes[ATTR_CURRENT_HUMIDITY] == 40


async def test_an_offline_thermostat_tells_nothing_of_the_home(
    cottage: Setting,
) -> None:
    """What it did last is not what the home does now."""
    home = FlairResource(cottage, "structures", "House 1")
    home.set(structure_heat_cool_mode="cool")
    FlairResource(cottage, "rooms", "Room 1").set(
        room_conclusion_mode="COOL", current_temperature_c=24, set_point_c=22
    )
    thermostat = FlairResource(cottage, "thermostats", "Thermostat 1")
    for offline, online, action in (
        (False, True, HVACAction.HEATING),
        (True, True, HVACAction.COOLING),
        (False, False, HVACAction.COOLING),
    ):
        thermostat.set(is_offline=offline, operating_state="heat")
        cottage.cloud.set_reading("thermostats", thermostat.id, online=online)
        await cottage.poll(5)
        assert home.climate.attributes[ATTR_HVAC_ACTION] == action
        link = thermostat.state(Platform.BINARY_SENSOR, "connectivity").state
        assert link == (STATE_ON if online and not offline else STATE_OFF)


async def test_a_home_does_what_any_of_its_parts_does(demo: Setting) -> None:
    """Rooms that only an infrared unit warms are no business of the thermostat."""
    home = FlairResource(demo, "structures", "Maple House")
    FlairResource(demo, "thermostats", "Hallway Thermostat").set(operating_state="idle")
    studio = FlairResource(demo, "rooms", "Studio")
    for name in ("Studio", "Sunroom"):
        FlairResource(demo, "rooms", name).set(room_conclusion_mode="FLOAT")
    await demo.poll()
    assert home.climate.attributes[ATTR_HVAC_ACTION] == HVACAction.IDLE
    studio.set(room_conclusion_mode="HEAT", current_temperature_c=18, set_point_c=20)
    await demo.poll()
    assert home.climate.attributes[ATTR_HVAC_ACTION] == HVACAction.HEATING


async def test_sensors_of_an_offline_thermostat(cottage: Setting) -> None:
    """Whether somebody is about is not known; the thermostat's return brings it back."""
    thing = FlairResource(cottage, "remote-sensors", "Sensor 1")
    thermostat = FlairResource(cottage, "thermostats", "Thermostat 1")
    cottage.cloud.set_reading("remote-sensors", thing.id, occupied=1)
    await cottage.poll(5)
    for offline, state in ((True, STATE_UNKNOWN), (False, STATE_ON)):
        thermostat.set(is_offline=offline)
        await cottage.poll()
        assert occupied(thing) == state
        assert (sensor(thing, "temperature") == STATE_UNKNOWN) is offline


async def test_a_sensor_of_one_of_two_thermostats(
    set_up_flair: SetUp, clock: ManualClock
) -> None:
    """Only its own thermostat counts, where Flair tells which that is."""
    setting = await set_up_flair(
        build(vents=0, pucks=1, bridges=0, thermostats=2, remote_sensors=2, clock=clock)
    )
    first, second = (
        FlairResource(setting, "remote-sensors", f"Sensor {number}")
        for number in (1, 2)
    )
    one, two = (
        FlairResource(setting, "thermostats", f"Thermostat {number}")
        for number in (1, 2)
    )
    resources = setting.cloud.world.resources
    world = setting.cloud.world
    world.relate(resources["remote-sensors"][first.id], "thermostat", one.id)
    world.relate(resources["thermostats"][two.id], "remote-sensor", second.id)
    one.set(is_offline=True)
    await setting.poll()
    assert occupied(first) == STATE_UNKNOWN
    assert occupied(second) != STATE_UNKNOWN
    one.set(is_offline=False)
    two.set(is_offline=True)
    await setting.poll()
    assert occupied(first) != STATE_UNKNOWN
    assert occupied(second) == STATE_UNKNOWN


# Old.


@pytest.mark.parametrize(
    ("kind", "name", "key", "fresh"),
    [
        ("vents", "Vent 1", "duct_temperature", 15 * MINUTE),
        ("pucks", "Puck 1", "light", 15 * MINUTE),
        ("remote-sensors", "Sensor 1", "temperature", 2 * HOUR),
        ("thermostats", "Thermostat 1", "humidity", 20 * HOUR),
        ("structures", "House 1", "outdoor_temperature", 2 * HOUR),
    ],
)
async def test_an_old_report(
    cottage: Setting, kind: str, name: str, key: str, fresh: timedelta
) -> None:
    """What was reported weeks ago is not so now, though the device counts as in reach."""
    thing = FlairResource(cottage, kind, name)
    for age, known in ((fresh, True), (3 * WEEK, False), (MINUTE, True)):
        cottage.cloud.set_reading(kind, thing.id, created_at=ago(age))
        await cottage.poll(5)
        assert (sensor(thing, key) != STATE_UNKNOWN) is known, age
    assert sensor(thing, key) != STATE_UNAVAILABLE


async def test_old_weather(cottage: Setting) -> None:
    """The weather of yesterday is not shown as today's."""
    house = FlairResource(cottage, "structures", "House 1")
    assert house.state(Platform.WEATHER, "outdoors").state != STATE_UNKNOWN
    cottage.cloud.set_reading("structures", house.id, created_at=ago(24 * HOUR))
    await cottage.poll(5)
    state = house.state(Platform.WEATHER, "outdoors")
    assert state.state == STATE_UNKNOWN
    assert state.attributes.get("temperature") is None


async def test_a_report_grows_old_by_itself(cottage: Setting) -> None:
    """No poll needs to tell that nothing came: what was reported ends in its own time."""
    vent = FlairResource(cottage, "vents", "Vent 1")
    thing = FlairResource(cottage, "remote-sensors", "Sensor 1")
    room = FlairResource(cottage, "rooms", "Room 1")
    for kind, name in (("pucks", "Puck 1"), ("puck2s", "Puck 2 1")):
        FlairResource(cottage, kind, name).set(inactive=True)
    resource = cottage.cloud.world.resources["thermostats"][
        cottage.id_of("thermostats", "Thermostat 1")
    ]
    cottage.cloud.world.relate(resource, "room", None)
    room.set(current_temperature_c=21.0)
    await cottage.poll()
    assert sensor(room, "temperature") == "21.0"
    await tick(cottage.hass, cottage.freezer, 29 * 60)
    assert sensor(vent, "duct_temperature") == STATE_UNKNOWN
    assert sensor(thing, "temperature") != STATE_UNKNOWN
    await tick(cottage.hass, cottage.freezer, 3 * 3600)
    assert sensor(thing, "temperature") == STATE_UNKNOWN
    # It was the last that measured this room.
    assert sensor(room, "temperature") == STATE_UNKNOWN


async def test_an_unchanged_poll_writes_nothing(demo: Setting) -> None:
    """Neither do silent devices, once they are shown as such."""
    FlairResource(demo, "vents", "Office Desk").set(inactive=True)
    FlairResource(demo, "thermostats", "Hallway Thermostat").set(is_offline=True)
    await demo.poll(6)
    with counted_writes() as writes:
        await demo.poll(6)
    assert writes == {}


# Impossible.


@pytest.mark.parametrize(
    ("kind", "name", "attribute", "key", "impossible", "possible"),
    [
        ("vents", "Vent 1", "duct_temperature_c", "duct_temperature", 652.36, -3.0),
        ("vents", "Vent 1", "duct_temperature_c", "duct_temperature", -327.68, 0.0),
        ("vents", "Vent 1", "percent_open", "reported_position", 255, 0),
        ("pucks", "Puck 1", "light", "light", -1, 0),
        ("remote-sensors", "Sensor 1", "temperature_c", "temperature", 655.35, 0.0),
        ("thermostats", "Thermostat 1", "humidity", "humidity", 101, 0),
        (
            "thermostats",
            "Thermostat 1",
            "ambient_temperature_c",
            "temperature",
            650.1,
            0,
        ),
        ("structures", "House 1", "humidity", "outdoor_humidity", -5, 0),
        (
            "structures",
            "House 1",
            "outside_temperature_c",
            "outdoor_temperature",
            640,
            0,
        ),
    ],
)
async def test_an_impossible_reading(
    cottage: Setting,
    kind: str,
    name: str,
    attribute: str,
    key: str,
    impossible: Json,
    possible: float,
) -> None:
    """A number that cannot be is none; zero and what is rare stay."""
    thing = FlairResource(cottage, kind, name)
    cottage.cloud.set_reading(kind, thing.id, **{attribute: impossible})
    await cottage.poll(5)
    assert sensor(thing, key) == STATE_UNKNOWN
    cottage.cloud.set_reading(kind, thing.id, **{attribute: possible})
    await cottage.poll(5)
    assert float(sensor(thing, key)) == possible


@pytest.mark.parametrize(
    ("kind", "name", "attribute", "key", "impossible", "possible"),
    [
        ("pucks", "Puck 1", "current_temperature_c", "temperature", 652.36, 0.0),
        ("pucks", "Puck 1", "current_humidity", "humidity", 250, 0),
        ("puck2s", "Puck 2 1", "current_temperature_c", "temperature", 655.1, -0.5),
        ("vents", "Vent 1", "voltage", "voltage", 655.35, 3.0),
        ("vents", "Vent 1", "voltage", "voltage", 0, 2.2),
        ("vents", "Vent 1", "current_rssi", "rssi", 0, -80),
        ("vents", "Vent 1", "current_rssi", "rssi", 65463, -73),
        ("rooms", "Room 1", "current_temperature_c", "temperature", 652.36, 0.0),
        ("rooms", "Room 1", "current_humidity", "humidity", -1, 0),
        ("thermostats", "Thermostat 1", "current_set_point", "set_point", 652.36, 0.0),
    ],
)
async def test_an_impossible_attribute(
    all_enabled: None,
    cottage: Setting,
    kind: str,
    name: str,
    attribute: str,
    key: str,
    impossible: Json,
    possible: float,
) -> None:
    """The same for what stands in the lists."""
    thing = FlairResource(cottage, kind, name)
    thing.set(**{attribute: impossible})
    await cottage.poll()
    assert sensor(thing, key) == STATE_UNKNOWN
    thing.set(**{attribute: possible})
    await cottage.poll()
    assert float(sensor(thing, key)) == possible


async def test_an_empty_battery(cottage: Setting) -> None:
    """No percent at all is a measurement like any other."""
    vent = FlairResource(cottage, "vents", "Vent 1")
    for values, percent in (
        ({"battery_level": 0}, "0"),
        ({"battery_level": None, "voltage": 2.2}, "0"),
        ({"battery_level": 120, "voltage": 2.2}, "0"),
        ({"battery_level": None, "voltage": 0}, STATE_UNKNOWN),
    ):
        vent.set(**values)
        await cottage.poll()
        shown = sensor(vent, "battery")
        assert shown.removesuffix(".0") == percent


# What a room does.


@pytest.mark.parametrize(
    ("room", "vent", "unit", "action"),
    [
        # Flair's own conclusion, where nothing speaks against it.
        ({"room_conclusion_mode": "HEAT"}, 100, "On", HVACAction.HEATING),
        ({"room_conclusion_mode": "HEAT"}, 100, "Off", HVACAction.HEATING),
        ({"room_conclusion_mode": "HEAT"}, 0, "On", HVACAction.HEATING),
        ({"room_conclusion_mode": "COOL"}, 1, "Off", HVACAction.COOLING),
        ({"room_conclusion_mode": "FLOAT"}, 100, "On", HVACAction.IDLE),
        ({"room_conclusion_mode": "AUTO"}, 100, "On", None),
        # Its vents are shut and nothing else warms or cools it.
        ({"room_conclusion_mode": "HEAT"}, 0, "Off", HVACAction.IDLE),
        ({"room_conclusion_mode": "COOL"}, 0, "Off", HVACAction.IDLE),
        # It is warm enough, or cold enough; what is less than the hysteresis is neither.
        (
            {"room_conclusion_mode": "HEAT", "current_temperature_c": 23.0},
            100,
            "On",
            HVACAction.IDLE,
        ),
        (
            {"room_conclusion_mode": "HEAT", "current_temperature_c": 21.4},
            100,
            "On",
            HVACAction.HEATING,
        ),
        (
            {"room_conclusion_mode": "COOL", "current_temperature_c": 19.0},
            100,
            "On",
            HVACAction.IDLE,
        ),
        (
            {"room_conclusion_mode": "COOL", "current_temperature_c": 23.0},
            100,
            "On",
            HVACAction.COOLING,
        ),
        (
            {"room_conclusion_mode": "HEAT", "current_temperature_c": None},
            100,
            "On",
            HVACAction.HEATING,
        ),
        # Flair does nothing for it.
        (
            {"room_conclusion_mode": "HEAT", "active": False},
            100,
            "On",
            HVACAction.IDLE,
        ),
        # Only the older attribute.
        (
            {"room_conclusion_mode": None, "heat_cool_mode": "HEAT"},
            0,
            "Off",
            HVACAction.IDLE,
        ),
    ],
)
async def test_what_a_room_does(
    cottage: Setting,
    room: dict[str, Json],
    vent: int,
    unit: str,
    action: HVACAction | None,
) -> None:
    """Heating says that something heats it, not that it would if it had to."""
    thing = FlairResource(cottage, "rooms", "Room 1")
    thing.set(**{"current_temperature_c": 21.0, "set_point_c": 21.0, **room})
    FlairResource(cottage, "vents", "Vent 1").set(percent_open=vent)
    FlairResource(cottage, "hvac-units", "Unit 1").set(power=unit)
    await cottage.poll()
    assert thing.climate.attributes.get(ATTR_HVAC_ACTION) == action


async def test_vents_out_of_reach_shut_nothing(cottage: Setting) -> None:
    """Where they stand nobody knows, so Flair's conclusion counts."""
    room = FlairResource(cottage, "rooms", "Room 1")
    room.set(room_conclusion_mode="HEAT", current_temperature_c=20, set_point_c=21)
    FlairResource(cottage, "hvac-units", "Unit 1").set(power="Off")
    vent = FlairResource(cottage, "vents", "Vent 1")
    vent.set(percent_open=0)
    await cottage.poll()
    assert room.climate.attributes[ATTR_HVAC_ACTION] == HVACAction.IDLE
    vent.set(inactive=True)
    FlairResource(cottage, "pucks", "Puck 1").set(inactive=True)
    await cottage.poll()
    assert room.climate.attributes[ATTR_HVAC_ACTION] == HVACAction.HEATING


async def test_the_last_report_lasts(all_enabled: None, cottage: Setting) -> None:
    """When a device reported last is told also when that was long ago."""
    vent = FlairResource(cottage, "vents", "Vent 1")
    at = datetime(2026, 11, 4, 8, tzinfo=UTC)
    cottage.cloud.set_reading("vents", vent.id, created_at=at.isoformat())
    await cottage.poll(5)
    assert sensor(vent, "last_report") == at.isoformat()
    assert sensor(vent, "duct_temperature") == STATE_UNKNOWN
    await live(cottage, minutes=1)
    assert sensor(vent, "last_report") == at.isoformat()


async def test_a_report_of_the_future(all_enabled: None, cottage: Setting) -> None:
    """Nobody knows when it was made, so it does not tell what is now for years, nor when it came."""
    vent = FlairResource(cottage, "vents", "Vent 1")
    for made, known in (
        (dt_util.utcnow() + 10 * MINUTE, True),
        (datetime(2107, 12, 11, tzinfo=UTC), False),
    ):
        cottage.cloud.set_reading(
            "vents", vent.id, duct_temperature_c=31.5, created_at=made.isoformat()
        )
        await cottage.poll(5)
        assert sensor(vent, "duct_temperature") == ("31.5" if known else STATE_UNKNOWN)
        assert (sensor(vent, "last_report") == STATE_UNKNOWN) is not known
