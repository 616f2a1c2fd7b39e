"""Flair's weather entity."""

from collections.abc import Iterator
from functools import partial
from typing import Final, override

from homeassistant.components.weather import (
    ATTR_CONDITION_CLEAR_NIGHT,
    ATTR_CONDITION_CLOUDY,
    ATTR_CONDITION_FOG,
    ATTR_CONDITION_HAIL,
    ATTR_CONDITION_LIGHTNING,
    ATTR_CONDITION_PARTLYCLOUDY,
    ATTR_CONDITION_RAINY,
    ATTR_CONDITION_SNOWY,
    ATTR_CONDITION_SNOWY_RAINY,
    ATTR_CONDITION_SUNNY,
    ATTR_CONDITION_WINDY,
    WeatherEntity,
    WeatherEntityDescription,
)
from homeassistant.const import UnitOfPressure, UnitOfSpeed, UnitOfTemperature
from homeassistant.util import dt as dt_util

from ..devices import Device
from ..loader import EntityFactory
from .client.models import Structure, Weather
from .coordinator import FlairCoordinator
from .devices import WEATHER
from .entity import FlairEntity

OUTDOORS = WeatherEntityDescription(key="outdoors")

CONDITIONS: Final = (
    ("sleet", ATTR_CONDITION_SNOWY_RAINY),
    ("hail", ATTR_CONDITION_HAIL),
    ("snow", ATTR_CONDITION_SNOWY),
    ("thunder", ATTR_CONDITION_LIGHTNING),
    ("rain", ATTR_CONDITION_RAINY),
    ("drizzle", ATTR_CONDITION_RAINY),
    ("shower", ATTR_CONDITION_RAINY),
    ("fog", ATTR_CONDITION_FOG),
    ("mist", ATTR_CONDITION_FOG),
    ("haze", ATTR_CONDITION_FOG),
    ("wind", ATTR_CONDITION_WINDY),
    ("part", ATTR_CONDITION_PARTLYCLOUDY),
    ("few", ATTR_CONDITION_PARTLYCLOUDY),
    ("scattered", ATTR_CONDITION_PARTLYCLOUDY),
    ("cloud", ATTR_CONDITION_CLOUDY),
    ("overcast", ATTR_CONDITION_CLOUDY),
    ("clear", ATTR_CONDITION_SUNNY),
    ("sun", ATTR_CONDITION_SUNNY),
    ("fair", ATTR_CONDITION_SUNNY),
)
"""The condition of each word in Flair's free text; the first that occurs is used."""


class FlairWeatherEntity(FlairEntity[Weather], WeatherEntity):
    """The weather at a home."""

    _attr_native_temperature_unit = UnitOfTemperature.CELSIUS
    _attr_native_pressure_unit = UnitOfPressure.HPA
    _attr_native_wind_speed_unit = UnitOfSpeed.METERS_PER_SECOND

    def __init__(self, coordinator: FlairCoordinator, device: Device) -> None:
        """Show the weather that Flair recorded last."""
        super().__init__(
            coordinator, device, Weather, OUTDOORS, key=f"{device.key}/{WEATHER}"
        )

    @property
    @override
    def condition(self) -> str | None:
        """The condition, clear at night and sunny by day."""
        weather = self.current_record
        text = ((weather and weather.condition) or "").casefold()
        found = next(
            (condition for word, condition in CONDITIONS if word in text), None
        )
        if (
            found == ATTR_CONDITION_SUNNY
            and weather
            and weather.sunrise
            and weather.sunset
        ):
            if not weather.sunrise <= dt_util.utcnow() < weather.sunset:
                return ATTR_CONDITION_CLEAR_NIGHT
        return found

    @property
    @override
    def native_temperature(self) -> float | None:
        """The temperature in °C."""
        weather = self.current_record
        return weather.outside_temperature_c if weather else None

    @property
    @override
    def native_apparent_temperature(self) -> float | None:
        """The wind chill in °C."""
        weather = self.current_record
        return weather.wind_chill if weather else None

    @property
    @override
    def humidity(self) -> float | None:
        """The humidity in %."""
        weather = self.current_record
        return weather.humidity if weather else None

    @property
    @override
    def native_pressure(self) -> float | None:
        """The pressure in hPa."""
        weather = self.current_record
        return weather.pressure if weather else None

    @property
    @override
    def native_wind_speed(self) -> float | None:
        """The wind speed in m/s."""
        weather = self.current_record
        return weather.windspeed if weather else None

    @property
    @override
    def wind_bearing(self) -> float | None:
        """The wind direction in degrees."""
        weather = self.current_record
        return weather.wind_direction if weather else None


def entities(coordinator: FlairCoordinator, device: Device) -> Iterator[EntityFactory]:
    """Return the weather of a home."""
    if coordinator.record(device.key, Structure):
        yield OUTDOORS.key, partial(FlairWeatherEntity, coordinator, device)
