"""Which of Flair's resources are devices, and the keys of their records."""

from collections.abc import Mapping
from typing import Required, TypedDict

from ..devices import Device
from ..vendor import Login
from .client.models import (
    Bridge,
    BridgeReading,
    DeviceReading,
    HvacUnit,
    NamedResource,
    Puck,
    Puck2,
    Puck2Reading,
    PuckReading,
    RadioDevice,
    RemoteSensor,
    RemoteSensorReading,
    Resource,
    Room,
    Structure,
    Thermostat,
    ThermostatState,
    Vent,
    VentReading,
    Weather,
    Zone,
)
from .const import APP_URL, MANUFACTURER

READING = "current-reading"
STATE = "current-state"
WEATHER = "current-weather"
"""The ends of the keys of details: records that belong to a device."""

DETAILS: Mapping[tuple[str, str], type[Resource]] = {
    (Vent.TYPE, READING): VentReading,
    (Puck.TYPE, READING): PuckReading,
    (Puck2.TYPE, READING): Puck2Reading,
    (Bridge.TYPE, READING): BridgeReading,
    (RemoteSensor.TYPE, READING): RemoteSensorReading,
    (Thermostat.TYPE, STATE): ThermostatState,
    (Structure.TYPE, WEATHER): Weather,
}
"""The details by the device's type and the end of the key. Each costs one request per device."""

DEVICE_TYPES: Mapping[type[NamedResource], str] = {
    Structure: "Home",
    Room: "Room",
    Zone: "Zone",
    Vent: "Vent",
    Puck: "Puck",
    Puck2: "Puck 2",
    Bridge: "Bridge",
    Thermostat: "Thermostat",
    RemoteSensor: "Remote sensor",
    HvacUnit: "HVAC unit",
}
"""The resources that are devices, each after its parent, and the names of devices without a name."""

_DETAILS_OF: Mapping[str, tuple[str, ...]] = {
    kind: tuple(detail for other, detail in DETAILS if other == kind)
    for kind, _ in DETAILS
}


class _Model(TypedDict, total=False):
    manufacturer: Required[str]
    model: str | None
    model_id: str | None
    serial_number: str | None
    hw_version: str | None


def key_of(
    model: type[Resource], resource_id: str | None, detail: str | None = None
) -> str:
    """Return the key of a record, or of its detail, such as its reading."""
    key = f"{model.TYPE}_{resource_id}"
    return f"{key}/{detail}" if detail else key


def device_id(login: Login, record: NamedResource) -> str:
    """Return the id of a resource's device; Flair's ids are unique only within their type."""
    return f"{login.vendor.key}_{record.TYPE}_{record.id}"


def name_of(record: NamedResource) -> str:
    """Return the name of a resource; without a name, its type and the end of its id."""
    return record.name or f"{DEVICE_TYPES[type(record)]} {record.id[-4:]}"


def device_of(
    login: Login,
    record: NamedResource,
    *,
    room: Room | None,
    home: Structure | None,
    reading: DeviceReading | None,
) -> Device:
    """Return the device of a resource, with the room and the home that it stands in."""
    key = key_of(type(record), record.id)
    parent = room or home
    area = record if isinstance(record, Room) else room
    return Device(
        id=device_id(login, record),
        key=key,
        reads=tuple(f"{key}/{detail}" for detail in _DETAILS_OF.get(record.TYPE, ())),
        name=name_of(record),
        sw_version=reading.firmware if reading else None,
        parent=device_id(login, parent) if parent else None,
        area=area.name if area else None,
        configuration_url=APP_URL,
        **_model_of(record),
    )


def _model_of(record: NamedResource) -> _Model:
    """Return manufacturer and model; devices of other makers are linked to Flair."""
    match record:
        case Thermostat():
            return _Model(
                manufacturer=_brand(record.make),
                model=record.thermostat_model
                or record.model
                or DEVICE_TYPES[Thermostat],
                serial_number=record.source_id,
            )
        case RemoteSensor():
            kind = (record.sensor_type or DEVICE_TYPES[RemoteSensor]).replace("_", " ")
            return _Model(manufacturer=_brand(kind.split(" ")[0]), model=kind)
        case HvacUnit():
            return _Model(
                manufacturer=record.make_name or MANUFACTURER,
                model=DEVICE_TYPES[HvacUnit],
                model_id=record.model_id,
            )
        case Puck2():
            return _Model(
                manufacturer=MANUFACTURER,
                model=DEVICE_TYPES[Puck2],
                hw_version=record.hardware_version_name,
                serial_number=record.id,
            )
        case RadioDevice():
            return _Model(
                manufacturer=MANUFACTURER,
                model=DEVICE_TYPES[type(record)],
                serial_number=record.id,
            )
    return _Model(manufacturer=MANUFACTURER, model=DEVICE_TYPES[type(record)])


def _brand(make: str | None) -> str:
    return make.capitalize() if make else MANUFACTURER
