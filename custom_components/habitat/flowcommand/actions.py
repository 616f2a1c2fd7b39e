"""FlowCommand's actions: data that is only requested on demand."""

from datetime import datetime

from homeassistant.core import ServiceResponse, SupportsResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util.json import JsonValueType

from ..const import DOMAIN
from ..devices import Device
from ..services import TIME_RANGE, time_range_of
from ..vendor import DeviceService
from .client.models import FlowSensor, FlowVolume, Ping
from .coordinator import FlowCommandCoordinator
from .units import gallons


async def get_flow_volume(
    coordinator: FlowCommandCoordinator, device: Device, start: datetime, end: datetime
) -> ServiceResponse:
    """Return the volume in a time range."""
    span = time_range_of(start, end)
    volume = await coordinator.client.flow_volume(_sensor_id(coordinator, device), span)
    return _volume(volume)


async def get_hourly_flow_volumes(
    coordinator: FlowCommandCoordinator, device: Device, start: datetime, end: datetime
) -> ServiceResponse:
    """Return the volumes of all hours that overlap a time range, the oldest first."""
    span = time_range_of(start, end)
    hours = await coordinator.client.hourly_volumes(
        _sensor_id(coordinator, device), span
    )
    return {"hours": [_volume(hour) for hour in hours]}


async def get_pings(
    coordinator: FlowCommandCoordinator, device: Device, start: datetime, end: datetime
) -> ServiceResponse:
    """Return all pings in a time range, the oldest first."""
    span = time_range_of(start, end)
    pings = await coordinator.client.pings(_sensor_id(coordinator, device), span)
    return {"pings": [_ping(ping) for ping in pings]}


def _sensor_id(coordinator: FlowCommandCoordinator, device: Device) -> int:
    sensor = coordinator.record(device.key, FlowSensor)
    if sensor is None:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="no_such_device",
            translation_placeholders={"vendor": coordinator.login.vendor.name},
        )
    return sensor.id


def _volume(volume: FlowVolume) -> dict[str, JsonValueType]:
    return {
        "start": volume.start.isoformat(),
        "end": volume.end.isoformat(),
        "gallons": gallons(volume.flow_volume),
        "barrels": volume.flow_volume,
    }


def _ping(ping: Ping) -> dict[str, JsonValueType]:
    return {
        "id": ping.id,
        "taken_at": ping.at.isoformat(),
        "gallons_per_day": gallons(ping.flowrate),
        "barrels_per_day": ping.flowrate,
    }


ACTIONS = tuple(
    DeviceService(
        name=name,
        schema=TIME_RANGE,
        run=run,
        controls=False,
        response=SupportsResponse.ONLY,
    )
    for name, run in (
        ("get_flow_volume", get_flow_volume),
        ("get_hourly_flow_volumes", get_hourly_flow_volumes),
        ("get_pings", get_pings),
    )
)
