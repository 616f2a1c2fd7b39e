"""Flair's climates of homes and rooms."""

import pytest
from syrupy.assertion import SnapshotAssertion

from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.core.documents import Json
from custom_components.habitat.simulator.flair.homes import home as build
from homeassistant.components.climate import (
    ATTR_CURRENT_HUMIDITY,
    ATTR_CURRENT_TEMPERATURE,
    ATTR_HVAC_ACTION,
    ATTR_HVAC_MODES,
    ATTR_MAX_TEMP,
    ATTR_MIN_TEMP,
    ATTR_PRESET_MODE,
    SERVICE_SET_HVAC_MODE,
    SERVICE_SET_PRESET_MODE,
    SERVICE_SET_TEMPERATURE,
    ClimateEntityFeature,
    HVACAction,
    HVACMode,
)
from homeassistant.const import (
    ATTR_ENTITY_ID,
    ATTR_SUPPORTED_FEATURES,
    ATTR_TEMPERATURE,
    SERVICE_TURN_OFF,
    SERVICE_TURN_ON,
    STATE_UNKNOWN,
    Platform,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.script import Script, async_validate_actions_config
from homeassistant.util.unit_system import US_CUSTOMARY_SYSTEM
from tests.conftest import SetUp
from tests.support.common import Setting

from .conftest import Portraits
from .entities import FlairResource, Write

FOLLOW_THIRD_PARTY = "Home Evenness For Active Rooms Follow Third Party"
MODES = (
    ("float", HVACMode.OFF),
    ("heat", HVACMode.HEAT),
    ("cool", HVACMode.COOL),
    ("auto", HVACMode.HEAT_COOL),
)


@pytest.mark.parametrize("home", ["demo", "odd"])
async def test_entities(
    home: str, portray: Portraits, snapshot: SnapshotAssertion
) -> None:
    """All of the demo's house and of a home of oddities, as they are and what they show."""
    assert await portray(home, Platform.CLIMATE) == snapshot


@pytest.fixture
def home(cottage: Setting) -> FlairResource:
    """Return a home."""
    return FlairResource(cottage, "structures", "House 1")


@pytest.fixture
def room(cottage: Setting) -> FlairResource:
    """Return its room."""
    return FlairResource(cottage, "rooms", "Room 1")


@pytest.fixture
def thermostat(cottage: Setting) -> FlairResource:
    """Return the thermostat that is linked to the home."""
    return FlairResource(cottage, "thermostats", "Thermostat 1")


# A home.


async def test_mode_of_a_home(home: FlairResource, wire: list[Write]) -> None:
    """The mode goes out in Flair's word, and Flair's word shows as the mode."""
    for word, mode in MODES:
        wire.clear()
        await home.ask(SERVICE_SET_HVAC_MODE, hvac_mode=mode)
        changes: dict[str, Json] = {"structure-heat-cool-mode": word}
        assert wire == [Write("structures", "House 1", changes)]
        assert home.climate.state == mode
    for word, mode in MODES:
        home.set(structure_heat_cool_mode=word)
        await home.setting.poll()
        assert home.climate.state == mode
    home.set(structure_heat_cool_mode="freeze")
    await home.setting.poll()
    assert home.climate.state == STATE_UNKNOWN


async def test_turning_a_home_on_and_off(
    home: FlairResource, wire: list[Write]
) -> None:
    """On lets Flair choose between heating and cooling."""
    await home.ask(SERVICE_TURN_OFF)
    assert home.climate.state == HVACMode.OFF
    assert home.climate.attributes[ATTR_HVAC_ACTION] == HVACAction.OFF
    await home.ask(SERVICE_TURN_ON)
    assert home.climate.state == HVACMode.HEAT_COOL
    assert [write.attributes for write in wire] == [
        {"structure-heat-cool-mode": "float"},
        {"structure-heat-cool-mode": "auto"},
    ]


async def test_set_point_of_a_home(home: FlairResource, wire: list[Write]) -> None:
    """The set point is the home's, not the rooms'; a mode that comes along goes first."""
    await home.ask(SERVICE_SET_TEMPERATURE, temperature=22.22)
    assert home.climate.attributes[ATTR_TEMPERATURE] == 22.2
    await home.ask(SERVICE_SET_TEMPERATURE, temperature=24, hvac_mode=HVACMode.COOL)
    assert wire == [
        Write("structures", "House 1", {"set-point-temperature-c": 22.22}),
        Write("structures", "House 1", {"structure-heat-cool-mode": "cool"}),
        Write("structures", "House 1", {"set-point-temperature-c": 24}),
    ]


@pytest.mark.parametrize("mode", [HVACMode.DRY, HVACMode.FAN_ONLY, HVACMode.AUTO])
async def test_a_mode_that_a_home_lacks(
    home: FlairResource, wire: list[Write], mode: HVACMode
) -> None:
    """It is refused in words, and the set point that came along with it is not written either."""
    with pytest.raises(ServiceValidationError) as caught:
        await home.ask(SERVICE_SET_TEMPERATURE, temperature=22, hvac_mode=mode)
    assert caught.value.translation_key == "mode_not_offered"
    assert caught.value.translation_placeholders == {
        "mode": mode,
        "modes": "off, heat, cool, heat_cool",
    }
    assert wire == []


async def test_a_set_point_that_is_no_number(
    home: FlairResource, room: FlairResource, wire: list[Write]
) -> None:
    """It passes every comparison, and is refused all the same."""
    for thing in (home, room):
        with pytest.raises(ServiceValidationError) as caught:
            await thing.ask(SERVICE_SET_TEMPERATURE, temperature="nan")
        assert caught.value.translation_key == "set_point_out_of_range"
    assert wire == []


async def test_limits_of_a_set_point(
    home: FlairResource, room: FlairResource, wire: list[Write]
) -> None:
    """What Flair takes, 50 to 90 °F, is offered; nothing else is sent."""
    for thing in (home, room):
        assert thing.climate.attributes[ATTR_MIN_TEMP] == 10
        assert thing.climate.attributes[ATTR_MAX_TEMP] == 32.2
        for temperature in (9.9, 32.3):
            with pytest.raises(ServiceValidationError):
                await thing.ask(SERVICE_SET_TEMPERATURE, temperature=temperature)
    assert wire == []


async def test_a_thermostat_rules_the_set_point(
    home: FlairResource, wire: list[Write]
) -> None:
    """While a linked thermostat rules, there is no set point to change."""
    home.set(set_point_mode=FOLLOW_THIRD_PARTY)
    await home.setting.poll()
    features = home.climate.attributes[ATTR_SUPPORTED_FEATURES]
    assert not features & ClimateEntityFeature.TARGET_TEMPERATURE
    with pytest.raises(ServiceValidationError):
        await home.ask(SERVICE_SET_TEMPERATURE, temperature=22)
    assert wire == []
    await home.ask(SERVICE_SET_HVAC_MODE, hvac_mode=HVACMode.COOL)
    assert len(wire) == 1


async def test_somebody_is_home(home: FlairResource, wire: list[Write]) -> None:
    """The presets say whether somebody is home."""
    assert home.climate.attributes[ATTR_PRESET_MODE] == "home"
    for preset, value in (("away", False), ("home", True)):
        await home.ask(SERVICE_SET_PRESET_MODE, preset_mode=preset)
        assert wire.pop().attributes == {"home": value}
        assert home.climate.attributes[ATTR_PRESET_MODE] == preset
    home.set(home=None)
    await home.setting.poll()
    assert home.climate.attributes[ATTR_PRESET_MODE] is None


async def test_a_home_is_the_mean_of_its_active_rooms(
    set_up_flair: SetUp, clock: ManualClock
) -> None:
    """What is shown of a home is what its active rooms come to, and of no other home."""
    setting = await set_up_flair(
        build(vents=0, pucks=0, bridges=0, rooms=6, structures=2, clock=clock)
    )
    readings: list[tuple[Json, Json, Json]] = [
        (20.0, 40.0, True),
        (21.0, 50.0, True),
        (None, None, True),
    ]
    for number, (temperature, humidity, active) in zip(
        (1, 3, 5), readings, strict=True
    ):
        FlairResource(setting, "rooms", f"Room {number}").set(
            current_temperature_c=temperature, current_humidity=humidity, active=active
        )
    await setting.poll()
    first = FlairResource(setting, "structures", "House 1")
    second = FlairResource(setting, "structures", "House 2")
    assert first.climate.attributes[ATTR_CURRENT_TEMPERATURE] == 20.5
    assert first.climate.attributes[ATTR_CURRENT_HUMIDITY] == 45
    assert second.climate.attributes[ATTR_CURRENT_TEMPERATURE] is None
    FlairResource(setting, "rooms", "Room 1").set(active=False)
    await setting.poll()
    assert first.climate.attributes[ATTR_CURRENT_TEMPERATURE] == 21


async def test_what_a_home_does(
    home: FlairResource, room: FlairResource, thermostat: FlairResource
) -> None:
    """The thermostat's own word counts, else what Flair concluded for the rooms."""
    for state, conclusion, action in (
        ("heat", "FLOAT", HVACAction.HEATING),
        ("Cooling", "FLOAT", HVACAction.COOLING),
        ("fan", "HEAT", HVACAction.FAN),
        ("idle", "HEAT", HVACAction.IDLE),
        ("off", "COOL", HVACAction.IDLE),
        (None, "HEAT", HVACAction.HEATING),
        ("defrost", "COOL", HVACAction.COOLING),
        (None, "FLOAT", HVACAction.IDLE),
        (None, None, None),
    ):
        thermostat.set(operating_state=state)
        room.set(room_conclusion_mode=conclusion, heat_cool_mode=conclusion)
        await home.setting.poll()
        shown = home.climate.attributes.get(ATTR_HVAC_ACTION)
        assert shown == action, (state, conclusion)


# A room.


async def test_set_point_of_a_room(room: FlairResource, wire: list[Write]) -> None:
    """A set point makes the room take part, and shows at once."""
    room.set(active=False)
    await room.setting.poll()
    assert room.climate.attributes[ATTR_PRESET_MODE] == "inactive"
    await room.ask(SERVICE_SET_TEMPERATURE, temperature=22.22)
    changes: dict[str, Json] = {"set-point-c": 22.22, "active": True}
    assert wire == [Write("rooms", "Room 1", changes)]
    assert room.climate.attributes[ATTR_TEMPERATURE] == 22.2
    assert room.climate.attributes[ATTR_PRESET_MODE] == "active"


async def test_a_room_never_writes_to_its_home(
    home: FlairResource, room: FlairResource, wire: list[Write]
) -> None:
    """A room shows its home's mode and offers no other; nothing that it is told reaches the home."""
    for word, mode in MODES:
        home.set(structure_heat_cool_mode=word)
        await home.setting.poll()
        assert room.climate.state == mode
        assert room.climate.attributes[ATTR_HVAC_MODES] == [mode]
        await room.ask(SERVICE_SET_HVAC_MODE, hvac_mode=mode)
        await room.ask(SERVICE_SET_TEMPERATURE, temperature=20, hvac_mode=mode)
    wire.clear()
    with pytest.raises(ServiceValidationError):
        await room.ask(SERVICE_SET_HVAC_MODE, hvac_mode=HVACMode.OFF)
    with pytest.raises(ServiceValidationError) as caught:
        await room.ask(SERVICE_SET_TEMPERATURE, temperature=20, hvac_mode=HVACMode.COOL)
    assert caught.value.translation_key == "mode_is_the_homes"
    with pytest.raises(ServiceValidationError):
        await room.ask(SERVICE_TURN_OFF)
    assert wire == []
    await room.ask(SERVICE_SET_PRESET_MODE, preset_mode="inactive")
    await room.ask(SERVICE_SET_PRESET_MODE, preset_mode="active")
    assert wire == [
        Write("rooms", "Room 1", {"active": False}),
        Write("rooms", "Room 1", {"active": True}),
    ]
    home.set(structure_heat_cool_mode=None)
    await home.setting.poll()
    assert room.climate.state == STATE_UNKNOWN
    assert room.climate.attributes[ATTR_HVAC_MODES] == []


async def test_what_a_room_does(room: FlairResource, home: FlairResource) -> None:
    """It is what Flair concluded for the room, in a home that is on."""
    for conclusion, mode, action in (
        ("HEAT", "FLOAT", HVACAction.HEATING),
        ("COOL", "HEAT", HVACAction.COOLING),
        ("FLOAT", "HEAT", HVACAction.IDLE),
        (None, "HEAT", HVACAction.HEATING),
        ("AUTO", None, None),
        ("DEFROST", "COOL", HVACAction.COOLING),
        (None, None, None),
    ):
        room.set(room_conclusion_mode=conclusion, heat_cool_mode=mode)
        await room.setting.poll()
        shown = room.climate.attributes.get(ATTR_HVAC_ACTION)
        assert shown == action, (conclusion, mode)
    home.set(structure_heat_cool_mode="float")
    await room.setting.poll()
    assert room.climate.attributes[ATTR_HVAC_ACTION] == HVACAction.OFF


async def test_a_room_of_nulls(room: FlairResource) -> None:
    """A room of which nothing is known is there all the same."""
    resource = room.cloud.world.resources["rooms"][room.id]
    room.set(**{name.replace("-", "_"): None for name in resource.attributes})
    await room.setting.poll()
    assert room.climate.state == HVACMode.HEAT
    for name in (ATTR_CURRENT_TEMPERATURE, ATTR_TEMPERATURE, ATTR_PRESET_MODE):
        assert room.climate.attributes[name] is None
    assert ATTR_CURRENT_HUMIDITY not in room.climate.attributes


async def test_fahrenheit(
    hass: HomeAssistant, set_up_flair: SetUp, clock: ManualClock, wire: list[Write]
) -> None:
    """In a Home Assistant that thinks in Fahrenheit, Flair still gets Celsius."""
    hass.config.units = US_CUSTOMARY_SYSTEM
    setting = await set_up_flair(build(vents=0, pucks=1, bridges=0, clock=clock))
    room = FlairResource(setting, "rooms", "Room 1")
    assert room.climate.attributes[ATTR_MIN_TEMP] == 50
    assert room.climate.attributes[ATTR_MAX_TEMP] == 90
    for fahrenheit, celsius in ((50, 10), (72, 22.22), (90, 32.22)):
        await room.ask(SERVICE_SET_TEMPERATURE, temperature=fahrenheit)
        assert wire.pop().attributes == {"set-point-c": celsius, "active": True}
        assert room.climate.attributes[ATTR_TEMPERATURE] == fahrenheit


@pytest.mark.parametrize("together", [True, False])
async def test_nine_rooms_at_once(
    demo: Setting, hass: HomeAssistant, *, together: bool
) -> None:
    """A script that sets nine rooms at once succeeds, though the cloud hates bursts."""
    assert demo.cloud.write_burst_errors
    rooms = [
        FlairResource(demo, "rooms", str(item.attributes["name"]))
        for item in demo.cloud.world.all("rooms")
    ]
    assert len(rooms) == 9
    ids = [room.climate.entity_id for room in rooms]
    targets: list[list[str]] = [ids] if together else [[one] for one in ids]
    sequence = [
        {
            "parallel": [
                {
                    "action": "climate.set_temperature",
                    "target": {ATTR_ENTITY_ID: target},
                    "data": {ATTR_TEMPERATURE: 18.5},
                }
                for target in targets
            ]
        }
    ]
    actions = await async_validate_actions_config(hass, cv.SCRIPT_SCHEMA(sequence))
    await Script(hass, actions, "evening", "habitat").async_run()
    assert [room.attribute("set-point-c") for room in rooms] == [18.5] * 9
    assert {room.climate.attributes[ATTR_TEMPERATURE] for room in rooms} == {18.5}
    assert demo.cloud.count("PATCH *") == 9
