"""Flair's buttons."""

import pytest
from syrupy.assertion import SnapshotAssertion

from custom_components.habitat.flair.button import button_key
from custom_components.habitat.flair.client.models import HvacUnit
from custom_components.habitat.flair.devices import key_of
from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.core.documents import Json
from custom_components.habitat.simulator.flair.homes import home
from homeassistant.components.button import SERVICE_PRESS
from homeassistant.const import STATE_UNAVAILABLE, Platform
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from tests.conftest import SetUp
from tests.support.common import Setting
from tests.support.faults import Fault, Kind, faults_of

from .conftest import Portraits
from .entities import FlairResource, Write

BUTTONS: tuple[Json, ...] = ("Power", "Temp +", "Temp -", "Fan Speed")


@pytest.mark.parametrize("home", ["demo", "odd"])
async def test_entities(
    home: str, portray: Portraits, snapshot: SnapshotAssertion
) -> None:
    """All of the demo's house and of a home of oddities, as they are and what they show."""
    assert await portray(home, Platform.BUTTON) == snapshot


async def press(thing: FlairResource, key: str) -> None:
    """Press a button."""
    await thing.call(Platform.BUTTON, key, SERVICE_PRESS)


async def test_clearing_the_hold_of_a_home(cottage: Setting, wire: list[Write]) -> None:
    """The hold ends; nothing else changes."""
    house = FlairResource(cottage, "structures", "House 1")
    await press(house, "clear_hold")
    assert wire == [Write("structures", "House 1", {"hold-until": None})]


@pytest.mark.parametrize(("home_now", "then"), [(True, False), (False, True)])
async def test_reversing_the_hold_of_a_home(
    cottage: Setting, wire: list[Write], *, home_now: bool, then: bool
) -> None:
    """Home becomes away or the other way round, and that does not count as a hold."""
    house = FlairResource(cottage, "structures", "House 1")
    house.set(home=home_now)
    await cottage.poll()
    await press(house, "reverse_hold")
    assert wire == [
        Write("structures", "House 1", {"home": then}),
        Write("structures", "House 1", {"hold-until": None}),
    ]
    shown = house.state(Platform.SELECT, "home_away").state
    assert shown == ("home" if then else "away")


async def test_clearing_the_hold_of_a_room(cottage: Setting, wire: list[Write]) -> None:
    """Both kinds of hold end, and the sensors say so at once."""
    room = FlairResource(cottage, "rooms", "Room 1")
    await room.ask("set_temperature", temperature=20)
    assert room.state(Platform.BINARY_SENSOR, "hold").state == "on"
    wire.clear()
    await press(room, "clear_hold")
    changes: dict[str, Json] = {"hold-until": None, "hold-until-schedule-event": False}
    assert wire == [Write("rooms", "Room 1", changes)]
    assert room.state(Platform.BINARY_SENSOR, "hold").state == "off"


@pytest.fixture
async def fireplace(set_up_flair: SetUp, clock: ManualClock) -> FlairResource:
    """Return a unit whose remote knows buttons and no states."""
    world = home(vents=0, pucks=1, bridges=0, hvac_units=1, clock=clock)
    (unit,) = world.all("hvac-units")
    unit.attributes.update({"constraints": list(BUTTONS), "name": "Fireplace"})
    return FlairResource(await set_up_flair(world), "hvac-units", "Fireplace")


async def test_a_remote(fireplace: FlairResource, wire: list[Write]) -> None:
    """It has a button for each of its own, no climate, and tells which was pressed last."""
    assert not fireplace.has(Platform.CLIMATE, "unit")
    assert fireplace.state(Platform.SENSOR, "last_button").state == "unknown"
    for button in BUTTONS:
        await press(fireplace, button_key(str(button)))
        changes: dict[str, Json] = {"button-presses": [button]}
        assert wire.pop() == Write("hvac-units", "Fireplace", changes)
        assert fireplace.state(Platform.SENSOR, "last_button").state == button


async def test_a_press_is_sent_once(fireplace: FlairResource) -> None:
    """What may have reached the fireplace is not sent again: it would act twice."""
    fault = faults_of(fireplace.cloud).add(Fault(kind=Kind.CUT, match="PATCH *"))
    with pytest.raises(HomeAssistantError) as caught:
        await press(fireplace, "button_power")
    assert caught.value.translation_key == "write_failed"
    assert fault.hits == 1


async def test_reversing_what_is_not_known(cottage: Setting, wire: list[Write]) -> None:
    """Home or away cannot be turned around while Flair says neither."""
    house = FlairResource(cottage, "structures", "House 1")
    house.set(home=None)
    await cottage.poll()
    with pytest.raises(ServiceValidationError) as caught:
        await press(house, "reverse_hold")
    assert caught.value.translation_key == "presence_unknown"
    assert wire == []


async def test_a_remote_without_puck(
    fireplace: FlairResource, wire: list[Write]
) -> None:
    """There is nothing to send it, so its buttons cannot be pressed."""
    resource = fireplace.cloud.world.resources["hvac-units"][fireplace.id]
    fireplace.cloud.world.relate(resource, "puck", None)
    await fireplace.setting.poll()
    state = fireplace.state(Platform.BUTTON, "button_power")
    assert state.state == STATE_UNAVAILABLE
    await press(fireplace, "button_power")
    account = fireplace.setting.account
    unit = account.record(key_of(HvacUnit, fireplace.id), HvacUnit)
    assert unit is not None
    with pytest.raises(ServiceValidationError) as caught:
        await account.async_press(unit, "Power")
    assert caught.value.translation_key == "unit_without_puck"
    assert wire == []


def test_keys_of_buttons() -> None:
    """Plus and minus stay two."""
    assert button_key("Temp +") == "button_temp_plus"
    assert button_key("Temp -") == "button_temp_minus"
    assert button_key("FAN SPEED") == "button_fan_speed"
