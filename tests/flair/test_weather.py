"""The weather at a home."""

import pytest
from syrupy.assertion import SnapshotAssertion

from custom_components.habitat.simulator.core.documents import Json, moment
from homeassistant.components.weather import (
    ATTR_CONDITION_CLEAR_NIGHT,
    ATTR_CONDITION_CLOUDY,
    ATTR_CONDITION_FOG,
    ATTR_CONDITION_LIGHTNING,
    ATTR_CONDITION_PARTLYCLOUDY,
    ATTR_CONDITION_RAINY,
    ATTR_CONDITION_SNOWY,
    ATTR_CONDITION_SNOWY_RAINY,
    ATTR_CONDITION_SUNNY,
    ATTR_CONDITION_WINDY,
)
from homeassistant.const import STATE_UNKNOWN, Platform
from homeassistant.util import dt as dt_util
from tests.support.common import Setting

from .conftest import Portraits
from .entities import FlairResource

HOUR = 3600


@pytest.mark.parametrize("home", ["demo", "odd"])
async def test_entities(
    home: str, portray: Portraits, snapshot: SnapshotAssertion
) -> None:
    """All of the demo's house and of a home of oddities, as they are and what they show."""
    assert await portray(home, Platform.WEATHER) == snapshot


async def say(house: FlairResource, **weather: Json) -> str:
    """Let the cloud tell another weather; return the condition that shows."""
    house.cloud.set_reading("structures", house.id, **weather)
    await house.setting.poll(5)
    return house.state(Platform.WEATHER, "outdoors").state


async def test_conditions(cottage: Setting) -> None:
    """Flair's words are free text; the strongest that is known counts."""
    house = FlairResource(cottage, "structures", "House 1")
    for text, condition in (
        ("Partly Cloudy", ATTR_CONDITION_PARTLYCLOUDY),
        ("overcast clouds", ATTR_CONDITION_CLOUDY),
        ("light rain", ATTR_CONDITION_RAINY),
        ("Sleet and snow", ATTR_CONDITION_SNOWY_RAINY),
        ("Snow", ATTR_CONDITION_SNOWY),
        ("Thunderstorm with rain", ATTR_CONDITION_LIGHTNING),
        ("Mist", ATTR_CONDITION_FOG),
        ("Windy", ATTR_CONDITION_WINDY),
        ("Raining frogs", ATTR_CONDITION_RAINY),
        ("Plague of locusts", STATE_UNKNOWN),
        ("", STATE_UNKNOWN),
        (None, STATE_UNKNOWN),
    ):
        assert await say(house, condition=text) == condition, text


async def test_clear_by_day_and_by_night(cottage: Setting) -> None:
    """A clear sky is sunny only between sunrise and sunset."""
    house = FlairResource(cottage, "structures", "House 1")
    now = dt_util.utcnow().timestamp()
    for rise, down, condition in (
        (now - 3 * HOUR, now + 9 * HOUR, ATTR_CONDITION_SUNNY),
        (now + 3 * HOUR, now + 9 * HOUR, ATTR_CONDITION_CLEAR_NIGHT),
        (now - 9 * HOUR, now - 3 * HOUR, ATTR_CONDITION_CLEAR_NIGHT),
    ):
        sun: dict[str, Json] = {"sunrise": moment(rise), "sunset": moment(down)}
        assert await say(house, condition="Clear", **sun) == condition
    assert await say(house, sunrise=None) == ATTR_CONDITION_SUNNY


async def test_weather_of_nulls(cottage: Setting) -> None:
    """What is not told is left out."""
    house = FlairResource(cottage, "structures", "House 1")
    names: tuple[str, ...] = (
        "outside_temperature_c",
        "windspeed",
        "wind_direction",
        "humidity",
        "pressure",
        "wind_chill",
    )
    shown = ("temperature", "wind_speed", "wind_bearing", "humidity", "pressure")
    attributes = house.state(Platform.WEATHER, "outdoors").attributes
    assert all(name in attributes for name in shown)
    await say(house, **dict.fromkeys(names))
    attributes = house.state(Platform.WEATHER, "outdoors").attributes
    assert all(attributes.get(name) is None for name in shown)
