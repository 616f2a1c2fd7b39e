"""Flair's actions."""

from datetime import datetime, timedelta

import pytest
import voluptuous as vol

from custom_components.habitat.const import DOMAIN
from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.core.documents import Json
from custom_components.habitat.simulator.flair.homes import home
from homeassistant.const import ATTR_DEVICE_ID, ATTR_ENTITY_ID, ATTR_TEMPERATURE
from homeassistant.core import HomeAssistant, ServiceResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_system import US_CUSTOMARY_SYSTEM
from tests.conftest import SetUp
from tests.support.common import Setting
from tests.support.faults import Fault, Kind, faults_of

from .entities import FlairResource, Write


@pytest.fixture
def room(cottage: Setting) -> FlairResource:
    """Return a room."""
    return FlairResource(cottage, "rooms", "Room 1")


async def hold(thing: FlairResource, **data: object) -> ServiceResponse:
    """Hold a room's set point and return what holds then."""
    return await act(thing, "set_room_hold", **data)


async def act(thing: FlairResource, action: str, **data: object) -> ServiceResponse:
    """Do an action with a climate and return its one response."""
    entity_id = thing.climate.entity_id
    response = await thing.setting.hass.services.async_call(
        DOMAIN,
        action,
        {ATTR_ENTITY_ID: entity_id, **data},
        blocking=True,
        return_response=True,
    )
    assert response is not None
    found = response[entity_id]
    assert isinstance(found, dict)
    return found


async def press(thing: FlairResource, button: str) -> None:
    """Send a button of a remote."""
    device = thing.setting.device(thing.kind, thing.id)
    assert device is not None
    await thing.setting.hass.services.async_call(
        DOMAIN,
        "press_remote_button",
        {ATTR_DEVICE_ID: device.id, "button": button},
        blocking=True,
    )


# Holding a room.


async def test_hold_for_a_time(room: FlairResource, wire: list[Write]) -> None:
    """The set point first, then the end of the hold, which is what comes back."""
    response = await hold(room, temperature=21.5, duration={"hours": 2, "minutes": 30})
    end = dt_util.utcnow() + timedelta(hours=2, minutes=30)
    set_point: dict[str, Json] = {"set-point-c": 21.5, "active": True}
    assert wire[0] == Write("rooms", "Room 1", set_point)
    until = wire[1].attributes["hold-until"]
    assert isinstance(until, str)
    assert abs(datetime.fromisoformat(until) - end) < timedelta(seconds=1)
    assert wire[1].attributes["hold-until-schedule-event"] is False
    assert len(wire) == 2
    assert response == {"hold_until": until, "until_next_schedule_event": False}
    assert room.climate.attributes[ATTR_TEMPERATURE] == 21.5
    assert room.state("sensor", "hold_until").state == end.isoformat(timespec="seconds")
    assert room.state("binary_sensor", "hold").state == "on"


async def test_hold_until_the_next_event(
    room: FlairResource, wire: list[Write]
) -> None:
    """No end in time then, but an end."""
    FlairResource(room.setting, "structures", "House 1").set(default_hold_duration="3h")
    response = await hold(room, temperature=19, until="next_schedule_event")
    assert wire[1].attributes == {
        "hold-until": None,
        "hold-until-schedule-event": True,
    }
    assert response == {"hold_until": None, "until_next_schedule_event": True}
    assert room.state("binary_sensor", "hold").state == "on"
    assert room.state("sensor", "hold_until").state == "unknown"


async def test_hold_until_cancelled(room: FlairResource, wire: list[Write]) -> None:
    """Flair keeps that as an end in 2107."""
    response = await hold(room, temperature=19, until="cancelled")
    assert wire[1].attributes["hold-until-schedule-event"] is False
    assert response is not None
    assert str(response["hold_until"]).startswith("2107-")
    assert room.state("sensor", "hold_until").state.startswith("2107-")


async def test_hold_as_the_home_does(room: FlairResource, wire: list[Write]) -> None:
    """Without an end the home's default hold duration counts, which Flair applies itself."""
    response = await hold(room, temperature=19)
    assert len(wire) == 1
    assert response == {"hold_until": None, "until_next_schedule_event": True}


async def test_hold_without_asking_for_a_response(room: FlairResource) -> None:
    """The response is there for those who want it."""
    await room.setting.hass.services.async_call(
        DOMAIN,
        "set_room_hold",
        {ATTR_ENTITY_ID: room.climate.entity_id, "temperature": 19},
        blocking=True,
    )
    assert room.attribute("set-point-c") == 19


async def test_hold_in_fahrenheit(
    hass: HomeAssistant, set_up_flair: SetUp, clock: ManualClock, wire: list[Write]
) -> None:
    """The temperature is in the unit that Home Assistant is set to; Flair gets Celsius."""
    hass.config.units = US_CUSTOMARY_SYSTEM
    setting = await set_up_flair(home(vents=0, pucks=1, bridges=0, clock=clock))
    room = FlairResource(setting, "rooms", "Room 1")
    await hold(room, temperature=72)
    assert wire.pop().attributes == {"set-point-c": 22.22, "active": True}
    for temperature in (49, 91, 21):
        with pytest.raises(ServiceValidationError) as caught:
            await hold(room, temperature=temperature)
        assert caught.value.translation_key == "set_point_out_of_range"
    assert wire == []


@pytest.mark.parametrize("days", [0, 366, 999_999_999])
async def test_hold_for_no_time_to_plan_for(
    room: FlairResource, wire: list[Write], days: int
) -> None:
    """No time at all holds nothing, and the end of time is none."""
    with pytest.raises(ServiceValidationError) as caught:
        await hold(room, temperature=20, duration={"days": days})
    assert caught.value.translation_key == "hold_out_of_range"
    assert wire == []


@pytest.mark.parametrize("temperature", [9.99, 32.24, -40, "nan"])
async def test_hold_out_of_range(
    room: FlairResource, wire: list[Write], temperature: float | str
) -> None:
    """What Flair does not take is refused at once."""
    with pytest.raises(ServiceValidationError) as caught:
        await hold(room, temperature=temperature)
    assert caught.value.translation_key == "set_point_out_of_range"
    assert wire == []


async def test_hold_fields(room: FlairResource, wire: list[Write]) -> None:
    """One end at most, of those that there are; and a temperature."""
    for data in (
        {"temperature": 20, "duration": {"hours": 1}, "until": "cancelled"},
        {"temperature": 20, "until": "tomorrow"},
        {"temperature": 20, "duration": {"hours": -1}},
        {"temperature": "warm"},
        {"duration": {"hours": 1}},
    ):
        with pytest.raises(vol.Invalid):
            await hold(room, **data)
    assert wire == []


async def test_a_hold_that_fails_half_way(room: FlairResource) -> None:
    """The set point is held then as the home does; the error says that the end was refused."""
    faults_of(room.cloud).add(
        Fault(kind=Kind.STATUS, match="PATCH *", status=422, skip=1, times=1)
    )
    with pytest.raises(HomeAssistantError) as caught:
        await hold(room, temperature=19, duration={"hours": 1})
    assert caught.value.translation_key == "write_refused"
    assert room.climate.attributes[ATTR_TEMPERATURE] == 19
    assert room.state("sensor", "hold_until").state == "unknown"


# Ending a hold.


async def test_clear_the_hold_of_a_room(room: FlairResource, wire: list[Write]) -> None:
    """Both kinds of end are cleared."""
    await hold(room, temperature=19, duration={"hours": 1})
    wire.clear()
    response = await act(room, "clear_hold")
    changes: dict[str, Json] = {"hold-until": None, "hold-until-schedule-event": False}
    assert wire == [Write("rooms", "Room 1", changes)]
    assert response == {"hold_until": None, "until_next_schedule_event": False}


async def test_clear_the_hold_of_a_home(cottage: Setting, wire: list[Write]) -> None:
    """A change between home and away holds too."""
    house = FlairResource(cottage, "structures", "House 1")
    await house.ask("set_preset_mode", preset_mode="away")
    assert house.state("binary_sensor", "hold").state == "on"
    wire.clear()
    response = await act(house, "clear_hold")
    assert wire == [Write("structures", "House 1", {"hold-until": None})]
    assert response == {"hold_until": None, "until_next_schedule_event": False}
    assert house.state("binary_sensor", "hold").state == "off"


async def test_what_is_no_room(cottage: Setting, wire: list[Write]) -> None:
    """A home holds no set point, and a unit has no hold."""
    house = FlairResource(cottage, "structures", "House 1")
    unit = FlairResource(cottage, "hvac-units", "Unit 1")
    for thing, action, data in (
        (house, "set_room_hold", {"temperature": 20}),
        (unit, "set_room_hold", {"temperature": 20}),
        (unit, "clear_hold", {}),
    ):
        with pytest.raises(ServiceValidationError) as caught:
            await act(thing, action, **data)
        assert caught.value.translation_key == "action_not_for_entity"
        assert caught.value.translation_placeholders == {
            "entity": thing.climate.entity_id
        }
    assert wire == []


# Buttons of a remote.


async def test_press_a_button(demo: Setting, wire: list[Write]) -> None:
    """Any button that the remote has, by Flair's name for it, and no other."""
    fireplace = FlairResource(demo, "hvac-units", "Fireplace")
    await press(fireplace, "Flame")
    changes: dict[str, Json] = {"button-presses": ["Flame"]}
    assert wire == [Write("hvac-units", "Fireplace", changes)]
    assert fireplace.state("sensor", "last_button").state == "Flame"
    wire.clear()
    with pytest.raises(ServiceValidationError) as caught:
        await press(fireplace, "Self-destruct")
    assert caught.value.translation_key == "no_such_button"
    assert caught.value.translation_placeholders == {
        "buttons": "Power, Temp +, Temp -, Flame"
    }
    with pytest.raises(ServiceValidationError) as caught:
        await press(FlairResource(demo, "hvac-units", "Sunroom Mini-Split"), "Power")
    assert caught.value.translation_key == "no_remote_buttons"
    assert wire == []
    assert fireplace.state("sensor", "last_button").state == "Flame"


async def test_press_a_button_of_what_has_none(
    hass: HomeAssistant, demo: Setting, wire: list[Write]
) -> None:
    """A device that is no unit, or none of Flair's, is named as such."""
    with pytest.raises(ServiceValidationError) as caught:
        await press(FlairResource(demo, "rooms", "Nursery"), "Power")
    assert caught.value.translation_key == "no_hvac_unit"
    stranger = dr.async_get(hass).async_get_or_create(
        config_entry_id=demo.entry.entry_id, identifiers={("other", "1")}
    )
    for device_id in (stranger.id, "nobody's"):
        with pytest.raises(ServiceValidationError) as caught:
            await hass.services.async_call(
                DOMAIN,
                "press_remote_button",
                {ATTR_DEVICE_ID: device_id, "button": "Power"},
                blocking=True,
            )
        assert caught.value.translation_key == "no_such_device"
    assert wire == []


async def test_press_a_button_without_puck(cottage: Setting, wire: list[Write]) -> None:
    """There is nothing to send it, or nothing in reach, and that is said."""
    unit = FlairResource(cottage, "hvac-units", "Unit 1")
    resource = cottage.cloud.world.resources["hvac-units"][unit.id]
    FlairResource(cottage, "pucks", "Puck 1").set(inactive=True)
    await cottage.poll()
    with pytest.raises(ServiceValidationError) as caught:
        await press(unit, "Power")
    assert caught.value.translation_key == "puck_out_of_reach"
    cottage.cloud.world.relate(resource, "puck", None)
    await cottage.poll()
    with pytest.raises(ServiceValidationError) as caught:
        await press(unit, "Power")
    assert caught.value.translation_key == "unit_without_puck"
    assert wire == []
