"""The locations as devices, and the keys of their records."""

from collections.abc import Mapping

from homeassistant.helpers.device_registry import CONNECTION_BLUETOOTH

from ..devices import Device
from ..vendor import Login
from .client.enums import SensorType
from .client.models import Location, LocationStatus

MANUFACTURER = "Parrot"

STATUS = "status"
SAMPLE = "sample"
WATERED = "watered"
"""The ends of the keys of a location's details; without an end the key is the location's own."""

_MODELS: Mapping[SensorType, str] = {
    SensorType.FLOWER_POWER: "Flower Power",
    SensorType.POT: "Parrot Pot",
    SensorType.H2O: "Parrot H2O",
}
_NAME = "Flower Power"
"""The name of a location without a name; the end of its identifier follows."""


def sample_keys(identifier: str) -> tuple[str, str]:
    """Return the keys of what a location's samples hold: the newest sample, and the waterings."""
    return f"{identifier}/{SAMPLE}", f"{identifier}/{WATERED}"


def device_of(
    login: Login,
    location: Location,
    *,
    status: LocationStatus | None,
    address: str | None,
) -> Device:
    """Return the device of a location; `address` is the Bluetooth address of its sensor."""
    identifier, sensor = location.location_identifier, location.sensor
    installed = status.sensor.firmware if status and status.sensor else None
    model = _MODELS.get(sensor.sensor_type) if sensor and sensor.sensor_type else None
    return Device(
        id=f"{login.vendor.key}_{identifier}",
        key=identifier,
        reads=(f"{identifier}/{STATUS}", *sample_keys(identifier)),
        name=location.name or f"{_NAME} {identifier[-4:]}",
        manufacturer=MANUFACTURER,
        model=model,
        serial_number=sensor.sensor_serial if sensor else None,
        sw_version=installed or (sensor.firmware if sensor else None),
        hw_version=sensor.hardware_revision if sensor else None,
        connections=frozenset({(CONNECTION_BLUETOOTH, address)} if address else ()),
    )
