"""CityFlow's actions: data that is only requested on demand."""

from collections.abc import AsyncGenerator
from datetime import datetime

import voluptuous as vol

from homeassistant.core import ServiceResponse, SupportsResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonValueType

from ..cloud.time_range import TimeRange
from ..const import DOMAIN
from ..devices import Device
from ..services import TIME_RANGE, time_range_of
from ..vendor import DeviceService
from .client.join import shared_locations
from .client.models import Measurement, Probe
from .client.properties import key_of
from .client.resolution import bin_length
from .coordinator import CityFlowCoordinator
from .devices import ROW

type _History = AsyncGenerator[list[Measurement]]


async def get_measurement_history(
    coordinator: CityFlowCoordinator,
    device: Device | None,
    start: datetime,
    end: datetime,
    resolution: str,
    device_type: int | None = None,
    location: str | None = None,
) -> ServiceResponse:
    """Return averages of one probe, of all probes of a type, or of a location."""
    span = time_range_of(start, end)
    targets = (device, device_type, location)
    if sum(target is not None for target in targets) != 1:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="one_target"
        )
    only: set[str | None] = set()
    if device is not None:
        history, only = _of_device(coordinator, device, span, resolution)
    elif device_type is not None:
        history = coordinator.client.history_of_type(device_type, span, resolution)
    else:
        history = coordinator.client.history_of_location(
            location or "", span, resolution
        )
    return {
        "measurements": [
            _measurement(row)
            async for rows in history
            for row in rows
            if not only or row.device_id in only
        ]
    }


def _of_device(
    coordinator: CityFlowCoordinator, device: Device, span: TimeRange, resolution: str
) -> tuple[_History, set[str | None]]:
    """Return a history that contains a probe, and the ids of its rows there."""
    probe = coordinator.record(device.key, Probe)
    if probe is not None and probe.type is not None:
        row = coordinator.record(f"{device.key}/{ROW}", Measurement)
        ids = {probe.id, row.device_id if row else None} - {None}
        return coordinator.client.history_of_type(probe.type, span, resolution), ids
    shared = shared_locations(coordinator.probes())
    if probe is not None and probe.location and probe.location not in shared:
        history = coordinator.client.history_of_location(
            probe.location, span, resolution
        )
        return history, set()
    raise ServiceValidationError(
        translation_domain=DOMAIN, translation_key="no_history"
    )


def _measurement(row: Measurement) -> dict[str, JsonValueType]:
    return {
        "start": row.time.isoformat(),
        "device_id": row.device_id,
        "location": row.location,
        "values": {key_of(prop): value for prop, value in row.values.items()},
    }


ATTR_DEVICE_TYPE = "device_type"
ATTR_LOCATION = "location"
ATTR_RESOLUTION = "resolution"


def _resolution(value: object) -> str:
    text = cv.string(value)
    try:
        bin_length(text)
    except ValueError as err:
        raise vol.Invalid(str(err)) from err
    return text


def _location(value: object) -> str:
    text = cv.string(value)
    if not (text.isascii() and text.isalnum()):
        raise vol.Invalid(f"{text} is no location")
    return text


ACTIONS = (
    DeviceService(
        name="get_measurement_history",
        schema={
            **TIME_RANGE,
            vol.Optional(ATTR_RESOLUTION, default="60m"): _resolution,
            vol.Optional(ATTR_DEVICE_TYPE): vol.Coerce(int),
            vol.Optional(ATTR_LOCATION): _location,
        },
        run=get_measurement_history,
        controls=False,
        account=True,
        response=SupportsResponse.ONLY,
    ),
)
