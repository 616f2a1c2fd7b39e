"""Removes values that mean "nothing" from records before they are parsed.

From recordings (docs/vendors/flower_power.md): a bound of -1 for fertilizer or 99 for light means no bound,
0/0 means that the position is not known, and an address may be empty. A soil moisture of exactly 0 without
any sample was never measured, so its analysis is dropped. The tank of a sensor without a tank reads 0.
Impossible values of a gauge, such as a moisture of -1, are dropped too.
"""

from collections.abc import Mapping

from ...cloud.documents import Json
from ...cloud.geo import validated_coordinates
from ...cloud.plausible import (
    AIR_TEMPERATURE,
    BATTERY,
    CONDUCTIVITY,
    DAILY_LIGHT,
    PERCENT,
    Range,
)
from ...cloud.values import to_float
from .enums import SensorType

type Record = dict[str, Json]

_NO_LOWEST, _NO_HIGHEST = -1, 99
_UNBOUND: Mapping[str, tuple[str, float]] = {
    "fertilizer": ("min_threshold", _NO_LOWEST),
    "light": ("max_threshold", _NO_HIGHEST),
}


_MEASURED: Mapping[tuple[str, ...], Range] = {
    ("air_temperature",): AIR_TEMPERATURE,
    ("light",): DAILY_LIGHT,
    ("fertilizer",): CONDUCTIVITY,
    ("watering", "soil_moisture"): PERCENT,
    ("watering", "automatic_watering"): PERCENT,
    ("battery",): BATTERY,
}
"""The possible values of the gauges of a status, by their path."""


def clean_location(raw: Mapping[str, Json]) -> Record:
    """Return a location of the configuration without sentinels."""
    location = dict(raw)
    if location.get("avatar_url") == "":
        location["avatar_url"] = None
    where = to_float(raw.get("latitude")), to_float(raw.get("longitude"))
    if None not in where and validated_coordinates(*where) is None:
        location["latitude"] = location["longitude"] = None
    return location


def clean_status(raw: Mapping[str, Json]) -> Record:
    """Return a location's status without sentinels."""
    status = dict(raw)
    for name, (bound, nothing) in _UNBOUND.items():
        analysis, gauge = _inner(status, name), _inner(status, name, "gauge_values")
        if gauge and to_float(gauge.get(bound)) == nothing:
            status[name] = {**analysis, "gauge_values": {**gauge, bound: None}}
    if watering := _inner(status, "watering"):
        status["watering"] = {
            **watering,
            **_unmeasured_moisture(status, watering),
            **_no_tank(status, watering),
        }
    for path, allowed in _MEASURED.items():
        value = to_float(_inner(status, *path, "gauge_values").get("current_value"))
        if value is not None and value not in allowed:
            status = _without_value(status, *path)
    return status


def _without_value(record: Record, *path: str) -> Record:
    """Return a record without the value of the gauge at a path."""
    if not path:
        gauge = _inner(record, "gauge_values")
        return {**record, "gauge_values": {**gauge, "current_value": None}}
    first, *rest = path
    return {**record, first: _without_value(_inner(record, first), *rest)}


def _unmeasured_moisture(status: Record, watering: Record) -> Record:
    moisture = _inner(watering, "soil_moisture")
    gauge = _inner(moisture, "gauge_values")
    measured = to_float(status.get("total_sample_count")) or status.get(
        "last_sample_utc"
    )
    if measured or to_float(gauge.get("current_value")) != 0:
        return {}
    nothing: Record = {"status_key": None, "instruction_key": None}
    return {
        **nothing,
        "soil_moisture": {
            **moisture,
            **nothing,
            "gauge_values": {**gauge, "current_value": None},
        },
    }


def _no_tank(status: Record, watering: Record) -> Record:
    kind = SensorType.read(_inner(status, "sensor").get("sensor_type"))
    tank = _inner(watering, "automatic_watering")
    gauge = _inner(tank, "gauge_values")
    if kind in (None, SensorType.POT) or to_float(gauge.get("current_value")) != 0:
        return {}
    return {
        "automatic_watering": {**tank, "gauge_values": {**gauge, "current_value": None}}
    }


def _inner(record: Mapping[str, Json], *path: str) -> Record:
    """Return an inner object, or an empty one."""
    found: Json = dict(record)
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}
