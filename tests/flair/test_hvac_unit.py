"""Flair's infrared units: what they offer, and what is sent to them in which mode of the home."""

from collections.abc import Awaitable, Callable

import pytest

from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.core.documents import Json
from custom_components.habitat.simulator.flair.builder import constraints
from custom_components.habitat.simulator.flair.homes import home
from homeassistant.components.climate import (
    ATTR_CURRENT_TEMPERATURE,
    ATTR_FAN_MODE,
    ATTR_FAN_MODES,
    ATTR_HVAC_ACTION,
    ATTR_HVAC_MODES,
    ATTR_MAX_TEMP,
    ATTR_MIN_TEMP,
    ATTR_SWING_MODE,
    ATTR_TARGET_TEMP_STEP,
    SERVICE_SET_FAN_MODE,
    SERVICE_SET_HVAC_MODE,
    SERVICE_SET_SWING_MODE,
    SERVICE_SET_TEMPERATURE,
    ClimateEntityFeature,
    HVACAction,
    HVACMode,
)
from homeassistant.const import (
    ATTR_SUPPORTED_FEATURES,
    ATTR_TEMPERATURE,
    SERVICE_TURN_OFF,
    SERVICE_TURN_ON,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
    Platform,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.entity_component import DATA_INSTANCES
from homeassistant.util.unit_system import US_CUSTOMARY_SYSTEM
from tests.conftest import SetUp
from tests.support.common import Setting
from tests.support.faults import Fault, Kind, faults_of

from .entities import FlairResource, Write

type Install = Callable[..., Awaitable[FlairResource]]

HEAT_PUMP = constraints("C", range(16, 31))
"""Five modes, four speeds, a swing; set points from 16 to 30 °C."""


@pytest.fixture
def install(set_up_flair: SetUp, clock: ManualClock) -> Install:
    """Return what sets a home up with one unit in its one room."""

    async def build(
        *, system: str = "manual", puck: bool = True, room: bool = True, **unit: Json
    ) -> FlairResource:
        world = home(
            vents=0, pucks=1, bridges=0, rooms=1, hvac_units=1, mode=system, clock=clock
        )
        (resource,) = world.all("hvac-units")
        values: dict[str, Json] = {"constraints": HEAT_PUMP, **unit}
        resource.attributes.update(
            {name.replace("_", "-"): value for name, value in values.items()}
        )
        if not puck:
            resource.relations["puck"] = None
        if not room:
            resource.relations["room"] = None
        return FlairResource(await set_up_flair(world), "hvac-units", "Unit 1")

    return build


def sent(wire: list[Write]) -> list[tuple[str, Json]]:
    """Return what went to units, one attribute a request as Flair demands."""
    assert all(write.kind == "hvac-units" for write in wire)
    assert all(len(write.attributes) == 1 for write in wire)
    return [item for write in wire for item in write.attributes.items()]


def features(unit: FlairResource) -> ClimateEntityFeature:
    """Return what a unit offers."""
    return ClimateEntityFeature(unit.climate.attributes[ATTR_SUPPORTED_FEATURES])


# What a unit offers.


async def test_a_unit_in_manual(install: Install) -> None:
    """All its modes, its own set point, the room's temperature."""
    unit = await install(power="On", mode="Cool", fan_speed="High", swing="On")
    FlairResource(unit.setting, "rooms", "Room 1").set(current_temperature_c=23.4)
    await unit.setting.poll()
    assert unit.climate.state == HVACMode.COOL
    assert {
        ATTR_CURRENT_TEMPERATURE: 23.4,
        ATTR_TEMPERATURE: 21,
        ATTR_MIN_TEMP: 16,
        ATTR_MAX_TEMP: 30,
        ATTR_TARGET_TEMP_STEP: 1,
        ATTR_FAN_MODE: "high",
        ATTR_FAN_MODES: ["auto", "high", "medium", "low"],
        ATTR_SWING_MODE: "on",
        ATTR_HVAC_ACTION: HVACAction.COOLING,
        ATTR_HVAC_MODES: ["off", "cool", "heat", "dry", "fan_only", "heat_cool"],
    }.items() <= unit.climate.attributes.items()


async def test_state_and_action_in_manual(install: Install) -> None:
    """Power decides whether the mode counts; in Auto a unit does not say what it does."""
    unit = await install()
    for power, mode, state, action in (
        ("On", "Heat", HVACMode.HEAT, HVACAction.HEATING),
        ("On", "Cool", HVACMode.COOL, HVACAction.COOLING),
        ("On", "Dry", HVACMode.DRY, HVACAction.DRYING),
        ("On", "Fan", HVACMode.FAN_ONLY, HVACAction.FAN),
        ("On", "Auto", HVACMode.HEAT_COOL, None),
        ("Off", "Heat", HVACMode.OFF, HVACAction.OFF),
        ("Off", None, HVACMode.OFF, HVACAction.OFF),
        ("On", "Off", HVACMode.OFF, HVACAction.OFF),
        (True, "HEAT", HVACMode.HEAT, HVACAction.HEATING),
        (None, "Heat", STATE_UNKNOWN, None),
        ("On", None, STATE_UNKNOWN, None),
        ("On", "Turbo", STATE_UNKNOWN, None),
    ):
        unit.set(power=power, mode=mode)
        await unit.setting.poll()
        assert unit.climate.state == state, (power, mode)
        assert unit.climate.attributes.get(ATTR_HVAC_ACTION) == action, (power, mode)


async def test_what_each_mode_offers(install: Install) -> None:
    """Speeds are those of the mode; a set point may bring a mode along that takes it."""
    unit = await install()
    four = ["auto", "high", "medium", "low"]
    for mode, speeds in (
        ("Cool", four),
        ("Heat", four),
        ("Auto", ["auto"]),
        ("Dry", ["auto"]),
        ("Fan", ["high", "medium", "low"]),
    ):
        unit.set(mode=mode)
        await unit.setting.poll()
        assert unit.climate.attributes[ATTR_FAN_MODES] == speeds
        assert ClimateEntityFeature.TARGET_TEMPERATURE in features(unit), mode
        assert unit.climate.attributes[ATTR_MIN_TEMP] == 16, mode
        assert unit.climate.attributes[ATTR_MAX_TEMP] == 30, mode


async def test_no_choice_of_set_points(install: Install) -> None:
    """One set point in all modes, or none, is no choice."""
    tree: Json = {
        "ON": {mode: {"OFF": {"FAN AUTO": ["23"]}} for mode in ("COOL", "DRY")}
    }
    unit = await install(constraints=tree, mode="Cool", temperature=23)
    assert ClimateEntityFeature.TARGET_TEMPERATURE not in features(unit)


async def test_set_points_depend_on_swing_and_fan(install: Install) -> None:
    """The range is that of the present mode, swing and fan."""
    tree: Json = {
        "ON": {
            "COOL": {
                "OFF": {"FAN AUTO": ["18", "20", "22"], "FAN HI": ["16", "16.5", "17"]},
                "ON": {"FAN AUTO": ["19", "24"]},
            }
        },
        "temperature-scale": "C",
    }
    unit = await install(constraints=tree, mode="Cool", temperature=20)
    for fan, swing, low, high, step in (
        ("Auto", "Off", 18, 22, 2),
        ("High", "Off", 16, 17, 0.5),
        ("Auto", "On", 19, 24, 5),
        ("Low", "Off", 16, 22, 0.5),
        (None, None, 16, 24, 0.5),
    ):
        unit.set(fan_speed=fan, swing=swing)
        await unit.setting.poll()
        shown = unit.climate.attributes
        assert (
            shown[ATTR_MIN_TEMP],
            shown[ATTR_MAX_TEMP],
            shown[ATTR_TARGET_TEMP_STEP],
        ) == (low, high, step), (fan, swing)


async def test_a_unit_of_its_own_scale(
    hass: HomeAssistant, install: Install, wire: list[Write]
) -> None:
    """A unit that thinks in Fahrenheit is converted both ways, to one of its set points."""
    unit = await install(constraints=constraints("F", range(61, 89)), temperature="70")
    assert unit.climate.attributes[ATTR_TEMPERATURE] == 21.1
    assert unit.climate.attributes[ATTR_MIN_TEMP] == 16.1
    assert unit.climate.attributes[ATTR_MAX_TEMP] == 31.1
    await unit.ask(SERVICE_SET_TEMPERATURE, temperature=20)
    assert sent(wire) == [("temperature", 68)]
    assert unit.climate.attributes[ATTR_TEMPERATURE] == 20


async def test_a_celsius_unit_in_fahrenheit(
    hass: HomeAssistant, install: Install, wire: list[Write]
) -> None:
    """A unit that thinks in Celsius gets the nearest of its set points."""
    hass.config.units = US_CUSTOMARY_SYSTEM
    unit = await install()
    assert unit.climate.attributes[ATTR_TEMPERATURE] == 70
    await unit.ask(SERVICE_SET_TEMPERATURE, temperature=73)
    assert sent(wire) == [("temperature", 23)]


@pytest.mark.parametrize(
    ("points", "codesets", "lowest"),
    [
        (["62", "64", "80"], None, 16.7),
        (["17", "18", "30"], None, 17),
        # With nothing to choose from, what Flair takes at all: 10 °C.
        ([], [{"id": "1", "temperature-scale": "F"}], 10),
        ([], [], 10),
    ],
)
async def test_a_scale_that_was_not_labelled(
    install: Install, points: list[Json], codesets: Json, lowest: float
) -> None:
    """It is told by the set points, or by the codeset."""
    tree: Json = {"ON": {"COOL": {"OFF": {"FAN AUTO": points}}}}
    unit = await install(constraints=tree, codesets=codesets, mode="Cool")
    assert unit.climate.attributes[ATTR_MIN_TEMP] == lowest


@pytest.mark.parametrize(
    "shape", [None, {}, [], "none", {"ON": None}, {"ON": {"COOL": {"OFF": []}}}]
)
async def test_a_unit_that_was_never_set_up(install: Install, shape: Json) -> None:
    """Without anything to choose there is nothing to show."""
    unit = await install(constraints=shape)
    assert unit.entity_ids() == set()
    assert f"flair_hvac-units_{unit.id}" not in unit.setting.account.devices.present


# Writes in manual.


async def test_switching_on_in_a_mode(install: Install, wire: list[Write]) -> None:
    """Power goes first, then the mode, then a speed where the mode demands one."""
    for mode, speed, asked, steps in (
        ("Heat", "High", HVACMode.COOL, [("mode", "Cool")]),
        ("Heat", "High", HVACMode.DRY, [("mode", "Dry"), ("fan-speed", "Auto")]),
        ("Heat", "Low", HVACMode.HEAT_COOL, [("mode", "Auto"), ("fan-speed", "Auto")]),
        ("Heat", "Auto", HVACMode.DRY, [("mode", "Dry")]),
        ("Heat", "Auto", HVACMode.FAN_ONLY, [("mode", "Fan"), ("fan-speed", "High")]),
        ("Heat", "Low", HVACMode.FAN_ONLY, [("mode", "Fan")]),
    ):
        if not wire:
            unit = await install(power="Off")
        for power in ("On", "Off"):
            unit.set(power=power, mode=mode, fan_speed=speed)
            await unit.setting.poll()
            wire.clear()
            await unit.ask(SERVICE_SET_HVAC_MODE, hvac_mode=asked)
            first = [("power", "On")] if power == "Off" else []
            assert sent(wire) == [*first, *steps], (mode, speed, asked)
            assert unit.climate.state == asked
    assert unit.cloud.count("PATCH *") == unit.cloud.count("PATCH /api/hvac-units/*")
    assert {item.status for item in unit.cloud.log if item.method == "PATCH"} == {200}


async def test_on_off_fan_and_swing(install: Install, wire: list[Write]) -> None:
    """One attribute each, in Flair's words."""
    unit = await install(power="On", mode="Heat")
    await unit.ask(SERVICE_TURN_OFF)
    assert unit.climate.state == HVACMode.OFF
    await unit.ask(SERVICE_TURN_ON)
    assert unit.climate.state == HVACMode.HEAT
    await unit.ask(SERVICE_SET_HVAC_MODE, hvac_mode=HVACMode.OFF)
    await unit.ask(SERVICE_TURN_ON)
    await unit.ask(SERVICE_SET_FAN_MODE, fan_mode="medium")
    assert unit.climate.attributes[ATTR_FAN_MODE] == "medium"
    await unit.ask(SERVICE_SET_SWING_MODE, swing_mode="on")
    assert unit.climate.attributes[ATTR_SWING_MODE] == "on"
    await unit.ask(SERVICE_SET_SWING_MODE, swing_mode="off")
    assert sent(wire) == [
        ("power", "Off"),
        ("power", "On"),
        ("power", "Off"),
        ("power", "On"),
        ("fan-speed", "Medium"),
        ("swing", "On"),
        ("swing", "Off"),
    ]


async def test_a_mode_with_a_set_point(install: Install, wire: list[Write]) -> None:
    """Power, mode, set point: in this order, whatever the unit was doing."""
    unit = await install(power="Off", mode="Heat")
    await unit.ask(SERVICE_SET_TEMPERATURE, temperature=24, hvac_mode=HVACMode.COOL)
    assert sent(wire) == [("power", "On"), ("mode", "Cool"), ("temperature", 24)]
    assert unit.climate.state == HVACMode.COOL
    assert unit.climate.attributes[ATTR_TEMPERATURE] == 24


async def test_a_set_point_after_fan(install: Install, wire: list[Write]) -> None:
    """The mode that comes along decides, not the one that the unit was in."""
    unit = await install(power="On", mode="Fan", fan_speed="High")
    await unit.ask(SERVICE_SET_TEMPERATURE, temperature=24, hvac_mode=HVACMode.COOL)
    assert sent(wire) == [("mode", "Cool"), ("temperature", 24)]
    assert unit.climate.state == HVACMode.COOL


async def test_a_set_point_of_another_mode(install: Install, wire: list[Write]) -> None:
    """Each mode has its own set points; what the mode asked for has not is refused as a whole."""
    tree: Json = {
        "ON": {
            "COOL": {"OFF": {"FAN AUTO": ["16", "18", "20"]}},
            "HEAT": {"OFF": {"FAN AUTO": ["20", "22", "28"]}},
        },
        "temperature-scale": "C",
    }
    unit = await install(constraints=tree, mode="Heat", temperature=22, power="On")
    await unit.ask(SERVICE_SET_TEMPERATURE, temperature=16, hvac_mode=HVACMode.COOL)
    assert sent(wire) == [("mode", "Cool"), ("temperature", 16)]
    wire.clear()
    for mode, temperature in ((None, 28), (HVACMode.COOL, 28), (HVACMode.HEAT, 16)):
        with pytest.raises(ServiceValidationError) as caught:
            await unit.ask(
                SERVICE_SET_TEMPERATURE,
                temperature=temperature,
                **({"hvac_mode": mode} if mode else {}),
            )
        assert caught.value.translation_key == "no_such_set_point"
    assert wire == []


@pytest.mark.parametrize("mode", [HVACMode.DRY, HVACMode.FAN_ONLY])
async def test_a_set_point_for_a_mode_without(
    install: Install, wire: list[Write], mode: HVACMode
) -> None:
    """A mode that takes no set point is not switched to, since the rest could not be done."""
    unit = await install(power="Off", mode="Cool")
    with pytest.raises(ServiceValidationError) as caught:
        await unit.ask(SERVICE_SET_TEMPERATURE, temperature=24, hvac_mode=mode)
    assert caught.value.translation_key == "no_set_point_now"
    assert wire == []
    assert unit.climate.state == HVACMode.OFF


async def test_a_set_point_for_a_mode_that_is_not_there(
    install: Install, wire: list[Write]
) -> None:
    """It is refused as a whole, in words."""
    tree = constraints("C", range(16, 31), modes=("COOL", "FAN"))
    unit = await install(constraints=tree, power="Off", mode="Cool")
    for mode in (HVACMode.HEAT, HVACMode.AUTO, HVACMode.DRY):
        with pytest.raises(ServiceValidationError) as caught:
            await unit.ask(SERVICE_SET_TEMPERATURE, temperature=24, hvac_mode=mode)
        assert caught.value.translation_key == "mode_not_offered"
        assert caught.value.translation_placeholders == {
            "mode": mode,
            "modes": "off, cool, fan_only",
        }
    assert wire == []


async def test_off_with_a_set_point(install: Install, wire: list[Write]) -> None:
    """The set point goes first: a unit that is off takes none, so one that is off already refuses."""
    unit = await install(power="On", mode="Heat")
    await unit.ask(SERVICE_SET_TEMPERATURE, temperature=24, hvac_mode=HVACMode.OFF)
    assert sent(wire) == [("temperature", 24), ("power", "Off")]
    assert unit.climate.state == HVACMode.OFF
    wire.clear()
    with pytest.raises(ServiceValidationError) as caught:
        await unit.ask(SERVICE_SET_TEMPERATURE, temperature=20, hvac_mode=HVACMode.OFF)
    assert caught.value.translation_key == "no_set_point_now"
    assert wire == []


async def test_a_mode_of_no_firm_speed(install: Install, wire: list[Write]) -> None:
    """Where Fan has no speed but Auto, none is sent."""
    tree: Json = {"ON": {"FAN": {"OFF": {"FAN AUTO": []}}}}
    unit = await install(constraints=tree, power="On", mode="Heat", fan_speed="Auto")
    await unit.ask(SERVICE_SET_HVAC_MODE, hvac_mode=HVACMode.FAN_ONLY)
    assert sent(wire) == [("mode", "Fan")]


async def test_no_set_point_now(install: Install, wire: list[Write]) -> None:
    """A unit that is off takes no set point: said at once, without a request."""
    unit = await install(power="Off", mode="Heat")
    with pytest.raises(ServiceValidationError) as caught:
        await unit.ask(SERVICE_SET_TEMPERATURE, temperature=24)
    assert caught.value.translation_key == "no_set_point_now"
    for mode in ("Dry", "Fan"):
        unit.set(power="On", mode=mode)
        await unit.setting.poll()
        with pytest.raises(ServiceValidationError):
            await unit.ask(SERVICE_SET_TEMPERATURE, temperature=24)
    assert unit.cloud.count("PATCH *") == 0
    assert wire == []


async def test_a_mode_that_fails_half_way(install: Install, wire: list[Write]) -> None:
    """What was done stays shown, what was refused does not."""
    unit = await install(power="Off", mode="Heat")
    faults_of(unit.cloud).add(
        Fault(kind=Kind.STATUS, match="PATCH *", status=422, skip=1, times=1)
    )
    with pytest.raises(HomeAssistantError) as caught:
        await unit.ask(SERVICE_SET_HVAC_MODE, hvac_mode=HVACMode.COOL)
    assert caught.value.translation_key == "write_refused"
    assert sent(wire) == [("power", "On")]
    assert unit.climate.state == HVACMode.HEAT


# Writes in auto.


async def test_a_unit_in_auto(install: Install) -> None:
    """Flair drives it: the room's set point, and the speed and swing that Flair is to use."""
    unit = await install(
        system="auto", power="On", default_fan_speed="LOW", swing="Off"
    )
    unit.set(mode="Heat", power="On", swing_auto=True, fan_speed="High")
    FlairResource(unit.setting, "rooms", "Room 1").set(set_point_c=22.5)
    await unit.setting.poll()
    assert unit.climate.state == HVACMode.HEAT
    assert {
        ATTR_TEMPERATURE: 22.5,
        ATTR_MIN_TEMP: 10,
        ATTR_MAX_TEMP: 32.2,
        ATTR_FAN_MODE: "low",
        ATTR_SWING_MODE: "on",
        ATTR_HVAC_MODES: ["off", "heat"],
    }.items() <= unit.climate.attributes.items()
    assert ATTR_TARGET_TEMP_STEP not in unit.climate.attributes
    unit.set(default_fan_speed=None, swing_auto=None)
    await unit.setting.poll()
    assert unit.climate.attributes[ATTR_FAN_MODE] == "high"
    assert unit.climate.attributes[ATTR_SWING_MODE] == "off"


async def test_writes_in_auto(install: Install, wire: list[Write]) -> None:
    """The set point goes to the room, speed and swing are told to Flair; no mode reaches the home."""
    unit = await install(system="auto")
    unit.set(mode="Heat", power="On")
    await unit.setting.poll()
    await unit.ask(SERVICE_SET_TEMPERATURE, temperature=23)
    assert unit.climate.attributes[ATTR_TEMPERATURE] == 23
    await unit.ask(SERVICE_SET_FAN_MODE, fan_mode="high")
    assert unit.climate.attributes[ATTR_FAN_MODE] == "high"
    await unit.ask(SERVICE_SET_SWING_MODE, swing_mode="on")
    assert unit.climate.attributes[ATTR_SWING_MODE] == "on"
    await unit.ask(SERVICE_SET_HVAC_MODE, hvac_mode=HVACMode.HEAT)
    with pytest.raises(ServiceValidationError):
        await unit.ask(SERVICE_SET_HVAC_MODE, hvac_mode=HVACMode.COOL)
    await unit.ask(SERVICE_TURN_OFF)
    await unit.ask(SERVICE_TURN_ON)
    assert wire == [
        Write("rooms", "Room 1", {"set-point-c": 23, "active": True}),
        Write("hvac-units", "Unit 1", {"default-fan-speed": "HIGH"}),
        Write("hvac-units", "Unit 1", {"swing-auto": True}),
        Write("hvac-units", "Unit 1", {"power": "On"}),
        Write("hvac-units", "Unit 1", {"power": "Off"}),
        Write("hvac-units", "Unit 1", {"power": "On"}),
    ]


async def test_a_mode_that_is_not_the_homes(
    install: Install, wire: list[Write]
) -> None:
    """In a home that heats no unit is told to cool: it would be switched on, heating."""
    unit = await install(system="auto")
    home = FlairResource(unit.setting, "structures", "House 1")
    for word, calculated, runs, other in (
        ("heat", None, HVACMode.HEAT, HVACMode.COOL),
        ("cool", "heat", HVACMode.COOL, HVACMode.HEAT),
        ("auto", "cool", HVACMode.COOL, HVACMode.HEAT),
        ("auto", None, HVACMode.DRY, HVACMode.COOL),
        (None, None, HVACMode.DRY, HVACMode.HEAT),
    ):
        home.set(
            structure_heat_cool_mode=word,
            structure_heat_cool_mode_calculated=calculated,
        )
        unit.set(mode="Dry", power="Off")
        await unit.setting.poll()
        assert unit.climate.attributes[ATTR_HVAC_MODES] == ["off", runs]
        for data in ({}, {"temperature": 22}):
            service = SERVICE_SET_TEMPERATURE if data else SERVICE_SET_HVAC_MODE
            with pytest.raises(ServiceValidationError) as caught:
                await unit.ask(service, hvac_mode=other, **data)
        assert caught.value.translation_key == "unit_mode_is_the_homes"
    assert wire == []


async def test_a_mode_with_a_set_point_in_auto(
    install: Install, wire: list[Write]
) -> None:
    """The unit is switched on or off, the room gets the set point; without a room, neither."""
    unit = await install(system="auto")
    for mode, power in ((HVACMode.HEAT, "On"), (HVACMode.OFF, "Off")):
        wire.clear()
        await unit.ask(SERVICE_SET_TEMPERATURE, temperature=22, hvac_mode=mode)
        assert wire == [
            Write("hvac-units", "Unit 1", {"power": power}),
            Write("rooms", "Room 1", {"set-point-c": 22, "active": True}),
        ]
    resource = unit.cloud.world.resources["hvac-units"][unit.id]
    unit.cloud.world.relate(resource, "room", None)
    await unit.setting.poll()
    wire.clear()
    with pytest.raises(ServiceValidationError) as caught:
        await unit.ask(SERVICE_SET_TEMPERATURE, temperature=22, hvac_mode=HVACMode.HEAT)
    assert caught.value.translation_key == "unit_without_room"
    assert wire == []


async def test_on_in_float(install: Install, wire: list[Write]) -> None:
    """In a home that is off no unit is switched on: it would stay off."""
    unit = await install(system="auto")
    FlairResource(unit.setting, "structures", "House 1").set(
        structure_heat_cool_mode="float"
    )
    await unit.setting.poll()
    for action, data, key in (
        (SERVICE_TURN_ON, {}, "home_is_off"),
        (
            SERVICE_SET_TEMPERATURE,
            {"temperature": 22, "hvac_mode": HVACMode.HEAT},
            "unit_mode_is_the_homes",
        ),
    ):
        with pytest.raises(ServiceValidationError) as caught:
            await unit.ask(action, **data)
        assert caught.value.translation_key == key
    assert wire == []


async def test_a_fahrenheit_unit_in_auto(install: Install, wire: list[Write]) -> None:
    """The room's set point is Celsius, whatever the unit thinks in."""
    unit = await install(system="auto", constraints=constraints("F", range(61, 89)))
    FlairResource(unit.setting, "rooms", "Room 1").set(set_point_c=22)
    await unit.setting.poll()
    assert unit.climate.attributes[ATTR_TEMPERATURE] == 22
    await unit.ask(SERVICE_SET_TEMPERATURE, temperature=21.5)
    changes: dict[str, Json] = {"set-point-c": 21.5, "active": True}
    assert wire == [Write("rooms", "Room 1", changes)]


async def test_off_in_float(install: Install) -> None:
    """A home that is off shows its units as off, whatever they say themselves."""
    unit = await install(system="auto")
    unit.set(power="On", mode="Heat")
    structure = FlairResource(unit.setting, "structures", "House 1")
    structure.set(structure_heat_cool_mode="float")
    await unit.setting.poll()
    assert unit.climate.state == HVACMode.OFF
    assert unit.climate.attributes[ATTR_HVAC_ACTION] == HVACAction.OFF
    assert unit.climate.attributes[ATTR_HVAC_MODES] == ["off"]
    structure.set(mode="manual")
    await unit.setting.poll()
    assert unit.climate.state == HVACMode.HEAT


# Units that lack something.


ANY_COMMAND: tuple[tuple[str, dict[str, object]], ...] = (
    (SERVICE_TURN_OFF, {}),
    (SERVICE_TURN_ON, {}),
    (SERVICE_SET_HVAC_MODE, {"hvac_mode": HVACMode.COOL}),
    (SERVICE_SET_TEMPERATURE, {"temperature": 20}),
    (SERVICE_SET_FAN_MODE, {"fan_mode": "low"}),
    (SERVICE_SET_SWING_MODE, {"swing_mode": "on"}),
)


async def refuse_all(unit: FlairResource, key: str) -> None:
    """Check that a unit can be told nothing: not by its entity, nor behind its back."""
    assert unit.climate.state == STATE_UNAVAILABLE
    entity = unit.setting.hass.data[DATA_INSTANCES][Platform.CLIMATE].get_entity(
        unit.climate.entity_id
    )
    for action, data in ANY_COMMAND:
        # Home Assistant passes unavailable entities over.
        await unit.ask(action, **data)
        with pytest.raises(ServiceValidationError) as caught:
            await getattr(entity, f"async_{action}")(**data)
        assert caught.value.translation_key == key


async def test_a_unit_without_puck(install: Install, wire: list[Write]) -> None:
    """Nothing can be sent to it, so what Flair says of it is no more than a wish."""
    unit = await install(puck=False, power="On", mode="Heat")
    await refuse_all(unit, "unit_without_puck")
    assert unit.state(Platform.BINARY_SENSOR, "no_puck").state == "on"
    assert unit.state(Platform.BINARY_SENSOR, "connectivity").state == "off"
    assert wire == []


async def test_a_unit_whose_puck_is_out_of_reach(
    install: Install, wire: list[Write]
) -> None:
    """As one without, until the puck is back; that it has one is known all the same."""
    unit = await install(power="On", mode="Cool")
    puck = FlairResource(unit.setting, "pucks", "Puck 1")
    puck.set(inactive=True)
    await unit.setting.poll()
    await refuse_all(unit, "puck_out_of_reach")
    assert unit.state(Platform.BINARY_SENSOR, "no_puck").state == "off"
    assert unit.state(Platform.BINARY_SENSOR, "connectivity").state == "off"
    assert wire == []
    puck.set(inactive=False)
    await unit.setting.poll()
    assert unit.climate.state == HVACMode.COOL
    assert unit.state(Platform.BINARY_SENSOR, "connectivity").state == "on"


async def test_a_unit_of_two_pucks(cottage: Setting) -> None:
    """One in reach is enough; a puck that is gone drives nothing."""
    unit = FlairResource(cottage, "hvac-units", "Unit 1")
    resource = cottage.cloud.world.resources["hvac-units"][unit.id]
    first, second = (
        FlairResource(cottage, "pucks", "Puck 1"),
        FlairResource(cottage, "puck2s", "Puck 2 1"),
    )
    cottage.cloud.world.relate(resource, "puck2", second.id)
    for one, two, state in (
        (True, False, HVACMode.HEAT),
        (False, True, HVACMode.HEAT),
        (True, True, STATE_UNAVAILABLE),
    ):
        first.set(inactive=one)
        second.set(inactive=two)
        await cottage.poll()
        assert unit.climate.state == state
    first.set(inactive=False)
    await cottage.poll()
    assert unit.climate.state == HVACMode.HEAT
    cottage.cloud.world.relate(resource, "puck", "a puck that was given away")
    await cottage.poll()
    assert unit.climate.state == STATE_UNAVAILABLE


async def test_pucks_that_cannot_be_seen(install: Install) -> None:
    """An account without a right to the pucks takes a unit's word for having one."""
    unit = await install(power="On", mode="Cool")
    faults_of(unit.cloud).add(
        Fault(kind=Kind.STATUS, match="GET /api/pucks", status=404)
    )
    await unit.setting.reload()
    assert unit.climate.state == HVACMode.COOL


async def test_a_unit_without_room_in_auto(install: Install, wire: list[Write]) -> None:
    """There is no room whose set point it could follow."""
    unit = await install(system="auto", room=False, power="On")
    assert unit.climate.attributes[ATTR_TEMPERATURE] is None
    with pytest.raises(ServiceValidationError) as caught:
        await unit.ask(SERVICE_SET_TEMPERATURE, temperature=20)
    assert caught.value.translation_key == "unit_without_room"
    assert wire == []


async def test_a_unit_that_moved(demo: Setting, wire: list[Write]) -> None:
    """It follows the room that it stands in now."""
    unit = FlairResource(demo, "hvac-units", "Studio Mini-Split")
    kitchen = FlairResource(demo, "rooms", "Kitchen")
    kitchen.set(set_point_c=17.5)
    resource = demo.cloud.world.resources["hvac-units"][unit.id]
    demo.cloud.world.relate(resource, "room", kitchen.id)
    await demo.poll()
    assert unit.climate.attributes[ATTR_TEMPERATURE] == 17.5
    await unit.ask(SERVICE_SET_TEMPERATURE, temperature=18)
    assert [write.name for write in wire] == ["Kitchen"]


async def test_a_unit_without_swing(install: Install) -> None:
    """No swing is offered where there is none."""
    tree = constraints("C", range(16, 31), swing=False)
    unit = await install(constraints=tree, swing=None)
    assert ClimateEntityFeature.SWING_MODE not in features(unit)
    assert ATTR_SWING_MODE not in unit.climate.attributes


async def test_constraints_that_vanish(install: Install) -> None:
    """A unit whose constraints are gone is kept, with nothing but off to choose."""
    unit = await install(power="On", mode="Heat")
    unit.set(constraints=None)
    await unit.setting.poll()
    assert unit.climate.attributes[ATTR_HVAC_MODES] == ["off"]
    assert features(unit) == (
        ClimateEntityFeature.TURN_ON
        | ClimateEntityFeature.TURN_OFF
        | ClimateEntityFeature.SWING_MODE
    )
