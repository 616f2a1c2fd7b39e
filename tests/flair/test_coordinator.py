"""A Flair account: its devices, its lists, and who drives what."""

from collections.abc import Mapping
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from syrupy.assertion import SnapshotAssertion

from custom_components.habitat.const import DOMAIN
from custom_components.habitat.sensor import LastAnswerSensor
from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.flair.homes import home as build
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    issue_registry as ir,
)
from homeassistant.helpers.entity_component import DATA_INSTANCES
from homeassistant.helpers.update_coordinator import CoordinatorEntity
from tests.conftest import Serve, SetUp
from tests.support.common import START, Setting, fill, login_input, start_flow
from tests.support.faults import Fault, Kind, faults_of

from .entities import FlairResource

COMMANDS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("async_clear_hold", {}),
    ("async_close_cover", {}),
    ("async_press", {}),
    ("async_select_option", {"option": "no_schedule"}),
    ("async_set_fan_mode", {"fan_mode": "high"}),
    ("async_set_hold", {"temperature": 20}),
    ("async_set_hvac_mode", {"hvac_mode": "heat"}),
    ("async_set_native_value", {"value": 20}),
    ("async_set_preset_mode", {"preset_mode": "home"}),
    ("async_set_swing_mode", {"swing_mode": "on"}),
    ("async_set_temperature", {"temperature": 20}),
    ("async_turn_off", {}),
    ("async_turn_on", {}),
)
"""What entities can be told."""


def portraits(hass: HomeAssistant) -> Mapping[str, object]:
    """Return what each device is and where it stands, by its identifier.

    Of those of one model the first one is described in full; of the others there is but where.
    """
    areas = ar.async_get(hass)
    devices = list(dr.async_get(hass).devices)
    names = {device.id: next(iter(device.identifiers))[1] for device in devices}
    found: dict[str, object] = {}
    models = set()
    for device in devices:
        area = areas.async_get_area(device.area_id) if device.area_id else None
        parent = device.via_device_id
        place = {
            "name": device.name,
            "area": area.name if area else None,
            "parent": names[parent] if parent else None,
        }
        full = {
            "manufacturer": device.manufacturer,
            "model": device.model,
            "model_id": device.model_id,
            "serial_number": device.serial_number,
            "sw_version": device.sw_version,
            "hw_version": device.hw_version,
            "configuration_url": device.configuration_url,
            "entry_type": device.entry_type,
        }
        model = (device.model, device.entry_type)
        known = model in models
        found[names[device.id]] = place if known else {**place, **full}
        models.add(model)
    return found


@pytest.mark.parametrize("home", ["demo", "odd"])
async def test_devices(
    home: str,
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    set_up_flair: SetUp,
    snapshot: SnapshotAssertion,
) -> None:
    """All of the demo's house and of a home of oddities: what they are and where they stand."""
    freezer.move_to(START)
    await set_up_flair(home)
    assert portraits(hass) == snapshot


def parent_of(thing: FlairResource) -> str | None:
    """Return the name of the device that a device is reached through."""
    registry = dr.async_get(thing.setting.hass)
    device = thing.setting.device(thing.kind, thing.id)
    assert device is not None
    parent = registry.async_get(device.via_device_id) if device.via_device_id else None
    return parent.name if parent else None


async def test_where_devices_stand(
    hass: HomeAssistant, set_up_flair: SetUp, clock: ManualClock
) -> None:
    """In a room, else in the home; one whose room is unknown stands in the home as well."""
    setting = await set_up_flair(
        build(vents=2, pucks=2, bridges=0, structures=2, clock=clock)
    )
    for name, room, house in (
        ("Vent 1", "Room 1", "House 1"),
        ("Vent 2", "Room 2", "House 2"),
    ):
        vent = FlairResource(setting, "vents", name)
        assert parent_of(vent) == room
        assert parent_of(FlairResource(setting, "rooms", room)) == house
        assert parent_of(FlairResource(setting, "structures", house)) is None
        resource = setting.cloud.world.resources["vents"][vent.id]
        setting.cloud.world.relate(resource, "room", None)
        await setting.poll()
        assert parent_of(vent) == house
        setting.cloud.world.relate(resource, "room", "a stranger")
        await setting.poll()
        assert parent_of(vent) == house


async def test_devices_without_a_name(
    hass: HomeAssistant, set_up_flair: SetUp, clock: ManualClock
) -> None:
    """They are called what they are, with the end of their id."""
    world = build(
        rooms=1, vents=1, pucks=1, puck2s=1, bridges=1, hvac_units=1, thermostats=1,
        remote_sensors=1, clock=clock,
    )  # fmt: skip
    for resources in world.resources.values():
        for resource in resources.values():
            resource.attributes["name"] = None
    await set_up_flair(world)
    named = [
        ((device.name or "").rpartition(" "), device.identifiers)
        for device in dr.async_get(hass).devices
    ]
    for (_, _, end), identifiers in named:
        assert all(device_id.endswith(end) for _, device_id in identifiers)
    assert {name for (name, _, _), _ in named} == {
        "Home",
        "Room",
        "Zone",
        "Vent",
        "Puck",
        "Puck 2",
        "Bridge",
        "Thermostat",
        "Remote sensor",
        "HVAC unit",
    }


async def test_firmware(cottage: Setting) -> None:
    """It is known once a device has reported."""
    for kind, name, version in (
        ("vents", "Vent 1", "99"),
        ("pucks", "Puck 1", "210"),
        ("puck2s", "Puck 2 1", "31"),
        ("bridges", "Bridge 1", "34"),
    ):
        thing = FlairResource(cottage, kind, name)
        device = cottage.device(kind, thing.id)
        assert device is not None
        assert device.sw_version == version
    vent = FlairResource(cottage, "vents", "Vent 1")
    cottage.cloud.set_reading("vents", vent.id, firmware_version_s=100)
    cottage.cloud.log.clear()
    await cottage.poll(5)
    device = cottage.device("vents", vent.id)
    assert device is not None
    assert device.sw_version == "100"
    # Where nothing but the firmware is shown of a reading, once a day is enough.
    assert cottage.cloud.count("GET /api/bridges/*/current-reading") == 0
    assert cottage.cloud.count("GET /api/puck2s/*/current-reading") == 0


async def test_other_makes(cottage: Setting, hass: HomeAssistant) -> None:
    """Thermostats, their sensors and infrared units are not made by Flair."""
    makes = {device.name: device.manufacturer for device in dr.async_get(hass).devices}
    assert makes["Thermostat 1"] == makes["Sensor 1"] == "Ecobee"
    assert makes["Unit 1"] == "Mitsubishi"
    assert makes["Vent 1"] == "Flair"
    for kind, name in (
        ("thermostats", "Thermostat 1"),
        ("remote-sensors", "Sensor 1"),
        ("hvac-units", "Unit 1"),
    ):
        thing = FlairResource(cottage, kind, name)
        thing.set(make=None, make_name=None, sensor_type=None)
        await cottage.poll()
        device = cottage.device(kind, thing.id)
        assert device is not None
        assert device.manufacturer in ("Flair", "Remote")


async def test_renamed_in_the_app(cottage: Setting) -> None:
    """A device follows its name there."""
    vent = FlairResource(cottage, "vents", "Vent 1")
    vent.set(name="Kitchen Sink")
    await cottage.poll()
    device = cottage.device("vents", vent.id)
    assert device is not None
    assert device.name == "Kitchen Sink"


# Lists.


async def test_no_right_to_a_list(set_up_flair: SetUp, clock: ManualClock) -> None:
    """An account that is told "not found" of a type has none of it, and that is no failure."""
    setting = await set_up_flair(build(vents=1, pucks=1, bridges=1, clock=clock))
    fault = Fault(kind=Kind.STATUS, match="GET /api/vents", status=404)
    faults_of(setting.cloud).add(fault)
    vent = FlairResource(setting, "vents", "Vent 1")
    await setting.poll(6)
    assert fault.hits >= 6
    # "Not found" is no proof that a device is gone for good.
    assert setting.device("vents", vent.id) is not None
    puck = FlairResource(setting, "pucks", "Puck 1")
    assert puck.state("sensor", "temperature").state != STATE_UNAVAILABLE


async def test_no_right_to_a_list_from_the_first(
    set_up_flair: SetUp, clock: ManualClock
) -> None:
    """Such an account can be set up all the same."""
    world = build(vents=1, pucks=1, puck2s=1, bridges=1, clock=clock)
    setting = await set_up_flair(world)
    faults_of(setting.cloud).add(
        Fault(kind=Kind.STATUS, match="GET /api/puck2s", status=404)
    )
    faults_of(setting.cloud).add(
        Fault(kind=Kind.STATUS, match="GET /api/structures/*/schedules", status=404)
    )
    await setting.reload()
    account = setting.account
    assert account.last_update_success
    assert account.records("puck2s", object) == []
    assert len(account.records("vents", object)) == 1
    house = FlairResource(setting, "structures", "House 1")
    options = house.state("select", "active_schedule").attributes["options"]
    assert options == ["no_schedule"]


async def test_a_list_that_is_refused(cottage: Setting) -> None:
    """A missing right that is named as such ages that list, and no other."""
    fault = Fault(kind=Kind.STATUS, match="GET /api/vents", status=403)
    faults_of(cottage.cloud).add(fault)
    vent = FlairResource(cottage, "vents", "Vent 1")
    await cottage.poll(7)
    assert vent.state("cover", "vent").state == STATE_UNAVAILABLE
    room = FlairResource(cottage, "rooms", "Room 1")
    assert room.climate.state != STATE_UNAVAILABLE
    faults_of(cottage.cloud).clear()
    await cottage.poll()
    assert vent.state("cover", "vent").state == "open"


async def test_a_device_that_vanished_just_now(
    all_enabled: None, hass: HomeAssistant, cottage: Setting
) -> None:
    """An entity whose record is gone when its turn comes sends nothing, says so, and breaks nothing."""
    entities = [
        entity
        for platform in cottage.account.platforms
        for entity in hass.data[DATA_INSTANCES][platform].entities
    ]
    cottage.account.data.clear()
    commands = 0
    for entity in entities:
        assert isinstance(entity, CoordinatorEntity)
        entity._handle_coordinator_update()
        if isinstance(entity, LastAnswerSensor):
            continue
        assert hass.states.is_state(entity.entity_id, STATE_UNAVAILABLE)
        for name, arguments in COMMANDS:
            command = getattr(entity, name, None)
            if command and command.__module__.startswith("custom_components"):
                commands += 1
                with pytest.raises(HomeAssistantError) as caught:
                    await command(**arguments)
                assert caught.value.translation_key == "record_gone", name
        assert entity.state in (None, STATE_UNKNOWN)
    assert commands > 40
    assert cottage.cloud.count("PATCH *") == 0


# Repairs.


def issues(hass: HomeAssistant) -> set[str]:
    """Return the keys of the open issues."""
    return {
        str(issue.translation_key)
        for (domain, _), issue in ir.async_get(hass).issues.items()
        if domain == DOMAIN
    }


async def test_a_unit_that_nothing_drives(
    hass: HomeAssistant, cottage: Setting
) -> None:
    """It is a repair issue as long as that is so; a unit that was never set up is none."""
    cottage.cloud.add(
        "hvac-units", "66", {"puck": None}, name="Unset", constraints=None
    )
    await cottage.poll()
    assert issues(hass) == set()
    unit = cottage.cloud.world.resources["hvac-units"][
        cottage.id_of("hvac-units", "Unit 1")
    ]
    puck = unit.relations["puck"]
    cottage.cloud.world.relate(unit, "puck", None)
    await cottage.poll()
    assert issues(hass) == {"unit_without_puck"}
    cottage.cloud.world.relate(unit, "puck", puck)
    await cottage.poll()
    assert issues(hass) == set()


async def test_a_pair_that_flair_gives_up(
    hass: HomeAssistant, serve_flair: Serve
) -> None:
    """A legacy pair works, and its owner is told in time."""
    cloud = await serve_flair("standard")
    flow = await start_flow(hass, "flair")
    await fill(hass, flow, login_input(cloud, **cloud.legacy_credentials))
    assert issues(hass) == {"legacy_credentials"}
