"""The sensors as devices."""

from ..devices import Device
from ..vendor import Login
from .client.models import FlowSensor
from .const import APP_URL, MANUFACTURER

_MODEL = "Flow sensor"


def device_of(login: Login, key: str, sensor: FlowSensor) -> Device:
    """Return the device of a sensor, whose record has the given key."""
    return Device(
        id=f"{login.vendor.key}_{sensor.id}",
        key=key,
        name=sensor.name or f"{_MODEL} {sensor.id}",
        manufacturer=MANUFACTURER,
        model=_MODEL,
        serial_number=str(sensor.id),
        configuration_url=APP_URL,
    )
