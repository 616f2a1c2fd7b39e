"""Flower Power's actions: data that is only requested on demand."""

from datetime import datetime

from homeassistant.core import ServiceResponse, SupportsResponse
from homeassistant.util.json import JsonValueType

from ..devices import Device
from ..services import TIME_RANGE, time_range_of
from ..vendor import DeviceService
from .client.models import Sample, WateringEvent
from .coordinator import FlowerPowerCoordinator
from .sensor import rounded


async def get_samples(
    coordinator: FlowerPowerCoordinator, device: Device, start: datetime, end: datetime
) -> ServiceResponse:
    """Return the samples of a location in a time range, the oldest first.

    Raises:
        ServiceValidationError: the end is not after the start.
        CloudError: the request failed.
    """
    found = await coordinator.client.samples(device.key, time_range_of(start, end))
    provisional = found.first_not_definitive_value_datetime_utc
    return {
        "samples": [_sample(sample) for sample in found.samples],
        "watering_events": [_event(event) for event in found.watering_events],
        "provisional_from": provisional.isoformat() if provisional else None,
    }


def _sample(sample: Sample) -> JsonValueType:
    """Return a sample with the names and units of the sensor entities."""
    return {
        "time": sample.capture_datetime_utc.isoformat(),
        "temperature": sample.air_temperature_celsius,
        "soil_moisture": sample.soil_moisture_percent,
        "calibrated_soil_moisture": sample.calibrated_soil_moisture_percent,
        "soil_conductivity": sample.fertilizer_level,
        "light": sample.light,
        "illuminance": rounded(sample.illuminance, 0),
        "ppfd": rounded(sample.photon_flux, 1),
        "battery": sample.battery_percent,
        "water_tank_level": sample.water_tank_level_percent,
    }


def _event(event: WateringEvent) -> JsonValueType:
    return {
        "begin": event.begin.isoformat(),
        "end": event.end.isoformat() if event.end else None,
    }


ACTIONS = (
    DeviceService(
        name="get_samples",
        schema=TIME_RANGE,
        run=get_samples,
        controls=False,
        response=SupportsResponse.ONLY,
    ),
)
