"""Flair's selects."""

import pytest
from syrupy.assertion import SnapshotAssertion

from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.core.documents import Json
from custom_components.habitat.simulator.flair.homes import home
from homeassistant.components.select import ATTR_OPTIONS, SERVICE_SELECT_OPTION
from homeassistant.const import STATE_UNKNOWN, Platform
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from tests.conftest import SetUp
from tests.support.common import Setting
from tests.support.faults import Fault, Kind, faults_of

from .conftest import Portraits
from .entities import FlairResource, Write

CHOICES: tuple[tuple[str, str, dict[str, Json]], ...] = (
    ("system_mode", "mode", {"auto": "auto", "manual": "manual"}),
    ("home_away", "home", {"away": False, "home": True}),
    (
        "home_away_mode",
        "home-away-mode",
        {
            "thermostat": "Third Party Home Away",
            "flair": "Flair Autohome Autoaway",
            "manual": "Manual",
        },
    ),
    (
        "structure_away_mode",
        "structure-away-mode",
        {"off_only": "Off Only", "smart_away": "Smart Away"},
    ),
    (
        "default_hold_duration",
        "default-hold-duration",
        {
            "hours_3": "3h",
            "hours_8": "8h",
            "hours_24": "24h",
            "forever": "Forever",
            "until": "Until",
        },
    ),
    (
        "set_point_mode",
        "set-point-mode",
        {
            "thermostat": "Home Evenness For Active Rooms Follow Third Party",
            "flair": "Home Evenness For Active Rooms Flair Setpoint",
        },
    ),
    (
        "temperature_scale",
        "temperature-scale",
        {"celsius": "C", "kelvin": "K", "fahrenheit": "F"},
    ),
)


@pytest.mark.parametrize("home", ["demo", "odd"])
async def test_entities(
    home: str, portray: Portraits, snapshot: SnapshotAssertion
) -> None:
    """All of the demo's house and of a home of oddities, as they are and what they show."""
    assert await portray(home, Platform.SELECT) == snapshot


async def choose(thing: FlairResource, key: str, option: str) -> None:
    """Choose an option."""
    await thing.call(Platform.SELECT, key, SERVICE_SELECT_OPTION, option=option)


def chosen(thing: FlairResource, key: str) -> str:
    """Return the option that a select shows."""
    return thing.state(Platform.SELECT, key).state


async def test_choices_of_a_home(cottage: Setting, wire: list[Write]) -> None:
    """Each option goes out in Flair's words and shows at once; an unknown word is one more option."""
    house = FlairResource(cottage, "structures", "House 1")
    for key, attribute, options in CHOICES:
        state = house.state(Platform.SELECT, key)
        assert set(state.attributes[ATTR_OPTIONS]) == set(options)
        for option, word in options.items():
            await choose(house, key, option)
            assert wire.pop() == Write("structures", "House 1", {attribute: word})
            assert chosen(house, key) == option
        house.set(**{attribute.replace("-", "_"): "By Moon Phase"})
    await cottage.poll()
    for key, attribute, options in CHOICES:
        if key == "home_away":
            # No word in the first place, but yes or no.
            assert chosen(house, key) == STATE_UNKNOWN
            continue
        assert chosen(house, key) == "By Moon Phase", key
        await choose(house, key, next(iter(options)))
        wire.clear()
        # There is a way back, though this cloud refuses what it does not know.
        state = house.state(Platform.SELECT, key)
        assert set(state.attributes[ATTR_OPTIONS]) == {*options, "By Moon Phase"}
        with pytest.raises(HomeAssistantError):
            await choose(house, key, "By Moon Phase")
        assert wire == [Write("structures", "House 1", {attribute: "By Moon Phase"})]


async def test_a_refused_choice(cottage: Setting) -> None:
    """The former option shows again."""
    faults_of(cottage.cloud).add(Fault(kind=Kind.STATUS, match="PATCH *", status=422))
    house = FlairResource(cottage, "structures", "House 1")
    with pytest.raises(HomeAssistantError) as caught:
        await choose(house, "system_mode", "auto")
    assert caught.value.translation_key == "write_refused"
    assert chosen(house, "system_mode") == "manual"


async def test_background_color(cottage: Setting, wire: list[Write]) -> None:
    """Both generations of pucks have one."""
    for kind, name in (("pucks", "Puck 1"), ("puck2s", "Puck 2 1")):
        puck = FlairResource(cottage, kind, name)
        for color in ("black", "white"):
            await choose(puck, "puck_display_color", color)
            assert wire.pop() == Write(kind, name, {"puck-display-color": color})
            assert chosen(puck, "puck_display_color") == color


async def test_schedules(cottage: Setting, wire: list[Write]) -> None:
    """A home follows one of its schedules, or none."""
    house = FlairResource(cottage, "structures", "House 1")
    first = FlairResource(cottage, "schedules", "Schedule 1")
    state = house.state(Platform.SELECT, "active_schedule")
    assert state.attributes[ATTR_OPTIONS] == ["no_schedule", "Schedule 1", "Schedule 2"]
    assert state.state == "no_schedule"
    await choose(house, "active_schedule", "Schedule 1")
    assert wire.pop().attributes == {"active-schedule-id": first.id}
    assert chosen(house, "active_schedule") == "Schedule 1"
    await choose(house, "active_schedule", "no_schedule")
    assert wire.pop().attributes == {"active-schedule-id": None}
    assert chosen(house, "active_schedule") == "no_schedule"
    with pytest.raises(ServiceValidationError):
        await choose(house, "active_schedule", "Schedule 3")
    assert wire == []


async def test_odd_schedules(
    set_up_flair: SetUp, clock: ManualClock, wire: list[Write]
) -> None:
    """Schedules of the same name, of none and of a confusing one can all be chosen."""
    world = home(vents=0, pucks=0, bridges=0, schedules=5, clock=clock)
    names: tuple[Json, ...] = ("Twin", "Twin", None, "no_schedule", "")
    schedules = list(world.all("schedules"))
    for schedule, name in zip(schedules, names, strict=True):
        schedule.attributes["name"] = name
    setting = await set_up_flair(world)
    house = FlairResource(setting, "structures", "House 1")
    _, *options = house.state(Platform.SELECT, "active_schedule").attributes[
        ATTR_OPTIONS
    ]
    assert options == ["Twin", "Twin (2)", "?", "no_schedule (2)", "? (2)"]
    for option, schedule in zip(options, schedules, strict=True):
        await choose(house, "active_schedule", option)
        assert wire.pop().attributes == {"active-schedule-id": schedule.id}
        assert chosen(house, "active_schedule") == option
    house.set(active_schedule_id="one that nobody knows")
    await setting.poll()
    assert chosen(house, "active_schedule") == STATE_UNKNOWN


async def test_a_schedule_is_renamed(cottage: Setting) -> None:
    """Schedules are read again every quarter of an hour."""
    house = FlairResource(cottage, "structures", "House 1")
    FlairResource(cottage, "schedules", "Schedule 2").set(name="Vacation")
    await cottage.poll(15)
    options = house.state(Platform.SELECT, "active_schedule").attributes[ATTR_OPTIONS]
    assert options == ["no_schedule", "Schedule 1", "Vacation"]
