"""Flair's numbers."""

import pytest
from syrupy.assertion import SnapshotAssertion

from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.core.documents import Json
from custom_components.habitat.simulator.flair.homes import home
from homeassistant.components.number import (
    ATTR_MAX,
    ATTR_MIN,
    SERVICE_SET_VALUE,
    NumberDeviceClass,
)
from homeassistant.const import (
    ATTR_DEVICE_CLASS,
    ATTR_UNIT_OF_MEASUREMENT,
    STATE_UNKNOWN,
    Platform,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util.unit_system import US_CUSTOMARY_SYSTEM
from tests.conftest import SetUp
from tests.support.common import Setting
from tests.support.faults import Fault, Kind, faults_of

from .conftest import Portraits
from .entities import FlairResource, Write


@pytest.mark.parametrize("home", ["demo", "odd"])
async def test_entities(
    home: str, portray: Portraits, snapshot: SnapshotAssertion
) -> None:
    """All of the demo's house and of a home of oddities, as they are and what they show."""
    assert await portray(home, Platform.NUMBER) == snapshot


async def set_value(thing: FlairResource, key: str, value: float) -> None:
    """Set a number."""
    await thing.call(Platform.NUMBER, key, SERVICE_SET_VALUE, value=value)


def shown(thing: FlairResource, key: str) -> float:
    """Return what a number shows."""
    return float(thing.state(Platform.NUMBER, key).state)


@pytest.mark.parametrize(
    ("kind", "name", "key", "value", "attribute", "sent"),
    [
        ("structures", "House 1", "away_temperature_min", 15, "temp-away-min-c", 15),
        (
            "structures",
            "House 1",
            "away_temperature_max",
            30.5,
            "temp-away-max-c",
            30.5,
        ),
        ("pucks", "Puck 1", "set_point_low", 12.25, "setpoint-bound-low", 12.25),
        ("pucks", "Puck 1", "set_point_high", 28, "setpoint-bound-high", 28),
        ("puck2s", "Puck 2 1", "set_point_high", 28, "setpoint-bound-high", 28),
        ("bridges", "Bridge 1", "led_brightness", 35, "led-brightness", 35),
    ],
)
async def test_setting(
    cottage: Setting,
    wire: list[Write],
    kind: str,
    name: str,
    key: str,
    value: float,
    attribute: str,
    sent: Json,
) -> None:
    """Each number writes its attribute, shows it at once, and takes it back when refused."""
    thing = FlairResource(cottage, kind, name)
    before = shown(thing, key)
    await set_value(thing, key, value)
    assert wire == [Write(kind, name, {attribute: sent})]
    assert shown(thing, key) == value
    faults_of(cottage.cloud).add(Fault(kind=Kind.STATUS, match="PATCH *", status=422))
    with pytest.raises(HomeAssistantError) as caught:
        await set_value(thing, key, before)
    assert caught.value.translation_key == "write_refused"
    assert shown(thing, key) == value


async def test_what_is_no_number(cottage: Setting, wire: list[Write]) -> None:
    """It passes every comparison, and is refused all the same."""
    with pytest.raises(ServiceValidationError) as caught:
        await set_value(
            FlairResource(cottage, "bridges", "Bridge 1"),
            "led_brightness",
            float("nan"),
        )
    assert caught.value.translation_key == "value_out_of_range"
    assert caught.value.translation_placeholders == {"min": "20", "max": "100"}
    assert wire == []


@pytest.mark.parametrize(
    ("override", "calibration"), [(None, 0), (-5, 0), (-15, -10), (0, 5), (-4.3, 0.7)]
)
async def test_calibration(
    cottage: Setting, wire: list[Write], override: float | None, calibration: float
) -> None:
    """The app shows 5 more than the API keeps; what was never set is no calibration."""
    for kind, name in (("pucks", "Puck 1"), ("puck2s", "Puck 2 1")):
        puck = FlairResource(cottage, kind, name)
        puck.set(temperature_offset_override_c=override)
        await cottage.poll()
        assert shown(puck, "temperature_calibration") == calibration
        state = puck.state(Platform.NUMBER, "temperature_calibration")
        assert (state.attributes[ATTR_MIN], state.attributes[ATTR_MAX]) == (-10, 5)
        await set_value(puck, "temperature_calibration", -calibration / 2)
        sent = wire.pop().attributes["temperature-offset-override-c"]
        assert sent == pytest.approx(-calibration / 2 - 5)
        assert shown(puck, "temperature_calibration") == -calibration / 2


@pytest.mark.parametrize(
    ("kind", "name", "key", "value", "problem"),
    [
        (
            "structures",
            "House 1",
            "away_temperature_min",
            25.1,
            "away_limits_too_close",
        ),
        (
            "structures",
            "House 1",
            "away_temperature_max",
            18.9,
            "away_limits_too_close",
        ),
        ("pucks", "Puck 1", "set_point_low", 32.23, "limits_crossed"),
        ("pucks", "Puck 1", "set_point_high", 10, "limits_crossed"),
    ],
)
async def test_what_does_not_go_together(
    cottage: Setting, kind: str, name: str, key: str, value: float, problem: str
) -> None:
    """Limits that leave no room are refused with the reason, before any request."""
    thing = FlairResource(cottage, kind, name)
    before = shown(thing, key)
    with pytest.raises(ServiceValidationError) as caught:
        await set_value(thing, key, value)
    assert caught.value.translation_key == problem
    assert shown(thing, key) == before
    assert cottage.cloud.count("PATCH *") == 0


async def test_away_limits_that_just_go(cottage: Setting, wire: list[Write]) -> None:
    """Three degrees apart is enough, and an unknown other limit forbids nothing."""
    house = FlairResource(cottage, "structures", "House 1")
    await set_value(house, "away_temperature_min", 25)
    assert wire.pop().attributes == {"temp-away-min-c": 25}
    house.set(temp_away_min_c=None)
    await cottage.poll()
    assert house.state(Platform.NUMBER, "away_temperature_min").state == STATE_UNKNOWN
    await set_value(house, "away_temperature_max", 29)
    assert shown(house, "away_temperature_max") == 29


async def test_fahrenheit(
    hass: HomeAssistant, set_up_flair: SetUp, clock: ManualClock, wire: list[Write]
) -> None:
    """In a Home Assistant that thinks in Fahrenheit, Flair still gets Celsius."""
    hass.config.units = US_CUSTOMARY_SYSTEM
    setting = await set_up_flair(home(vents=0, pucks=1, bridges=0, clock=clock))
    house = FlairResource(setting, "structures", "House 1")
    state = house.state(Platform.NUMBER, "away_temperature_max")
    assert state.attributes[ATTR_UNIT_OF_MEASUREMENT] == "°F"
    assert state.attributes[ATTR_MIN] == 50
    assert state.attributes[ATTR_MAX] == 90
    for fahrenheit, celsius in ((70, 21.11), (80, 26.67), (90, 32.2)):
        await set_value(house, "away_temperature_max", fahrenheit)
        assert wire.pop().attributes == {"temp-away-max-c": celsius}
        assert shown(house, "away_temperature_max") == pytest.approx(
            fahrenheit, abs=0.05
        )
    puck = FlairResource(setting, "pucks", "Puck 1")
    state = puck.state(Platform.NUMBER, "temperature_calibration")
    assert state.attributes[ATTR_DEVICE_CLASS] == NumberDeviceClass.TEMPERATURE_DELTA
    assert shown(puck, "temperature_calibration") == 0
