"""The actions on records of the server: points, sensor readings and logs."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from homeassistant.core import ServiceResponse
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType

from ...cloud.documents import Json
from ...devices import Device
from ...validation import validation_error
from ..client import api
from ..client.enums import PlantStage, PointerType
from ..client.models import Log, Point, SensorReading
from ..coordinator import FarmBotCoordinator
from ..derived import GARDEN
from ..garden.groups import members
from ..garden.lookup import NameOrId
from ..garden.search import PointQuery, search
from ..garden.summary import WEED_STAGES, Garden, age_in_days, planting
from .fields import GROWING, MODES, POINT_TYPES
from .targets import resolve_pin, resolve_record

_COLOR = "color"
"""The key within the `meta` of a point."""
_NEW = "new"
"""Replaces the id of a record that is being created."""

_TYPE_NAMES: Mapping[PointerType, str] = {
    pointer_type: name for name, pointer_type in POINT_TYPES.items()
}
_COLUMNS: Mapping[str, str] = {
    "name": "name",
    "x": "x",
    "y": "y",
    "z": "z",
    "radius": "radius",
    "crop": "openfarm_slug",
    "stage": "plant_stage",
    "planted_at": "planted_at",
}
"""By field of an action: the column of a point at the server."""
_ONLY_PLANTS = frozenset({"crop", "planted_at"})


# Points.


async def add_point(
    coordinator: FarmBotCoordinator,
    _: Device,
    type: str,
    **fields: object,
) -> ServiceResponse:
    """Create a plant, a weed or a point, and return it."""
    pointer_type = GROWING[type]
    columns = _columns(pointer_type, fields)
    known = {name: value for name, value in columns.items() if value is not None}
    body: dict[str, Json] = {"pointer_type": pointer_type.value, **_body(known)}
    if _COLOR in fields:
        body["meta"] = {_COLOR: str(fields[_COLOR])}
    point = await coordinator.writes.run(
        f"{api.POINTS.path}/{_NEW}",
        {},
        partial(coordinator.client.create, api.POINTS, body),
    )
    if point is None:
        return {}
    coordinator.async_set_records(
        {api.POINTS.path: {f"{api.POINTS.path}/{point.id}": point}}
    )
    return _point_response(point)


async def update_point(
    coordinator: FarmBotCoordinator, _: Device, point_id: int, **fields: object
) -> ServiceResponse:
    """Change a plant, a weed or a point, and return it."""
    point = _require_point(coordinator, point_id)
    if not fields:
        raise validation_error("nothing_to_change")
    changes = _columns(point.pointer_type, fields, point)
    body = _body(changes)
    if _COLOR in fields:
        # The server merges this with the present meta.
        body["meta"] = {_COLOR: str(fields[_COLOR])}
        changes["meta"] = {**point.meta, _COLOR: str(fields[_COLOR])}
    key = f"{api.POINTS.path}/{point_id}"
    changed = await coordinator.writes.run(
        key, changes, partial(coordinator.client.update, api.POINTS, body, point_id)
    )
    shown = changed or coordinator.record(key, Point)
    return _point_response(shown) if shown else {}


async def remove_point(
    coordinator: FarmBotCoordinator, _: Device, points: list[int]
) -> ServiceResponse:
    """Delete plants, weeds and points permanently."""
    gone = [
        _require_point(coordinator, point_id).id for point_id in dict.fromkeys(points)
    ]
    keys = [f"{api.POINTS.path}/{point_id}" for point_id in gone]
    await coordinator.writes.run(
        keys[0], {}, partial(coordinator.client.delete_points, *gone)
    )
    coordinator.async_set_records({api.POINTS.path: dict.fromkeys(keys)})
    return None


def _require_point(coordinator: FarmBotCoordinator, point_id: int) -> Point:
    """Return the plant, weed or point with an id.

    Raises:
        ServiceValidationError: there is none.
    """
    point = coordinator.record(f"{api.POINTS.path}/{point_id}", Point)
    if point is None or point.pointer_type not in GROWING.values():
        raise validation_error("no_such_point", name=str(point_id))
    return point


def _columns(
    pointer_type: PointerType | None,
    fields: Mapping[str, object],
    before: Point | None = None,
) -> dict[str, object]:
    """Return the columns of a point for the fields of an action.

    Raises:
        ServiceValidationError: this type of point has no such field or stage.
    """
    columns = {
        _COLUMNS[name]: value for name, value in fields.items() if name in _COLUMNS
    }
    if pointer_type is not PointerType.PLANT and not _ONLY_PLANTS.isdisjoint(fields):
        raise validation_error("only_for_plants")
    if "stage" in fields:
        stage = PlantStage(str(fields["stage"]))
        if pointer_type is PointerType.WEED and stage not in WEED_STAGES:
            raise validation_error("no_stage_of_weeds")
        if pointer_type is PointerType.GENERIC_POINTER:
            raise validation_error("point_without_stage")
        columns["plant_stage"] = stage
        if pointer_type is PointerType.PLANT:
            columns |= planting(stage, dt_util.utcnow(), before)
    if isinstance(planted := fields.get("planted_at"), datetime):
        columns["planted_at"] = dt_util.as_utc(planted)
    return columns


def _body(columns: Mapping[str, object]) -> dict[str, Json]:
    return {name: _to_json(value) for name, value in columns.items()}


def _to_json(value: object) -> Json:
    """Return the value of a column as JSON."""
    if isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, int | float | None) else str(value)


async def search_points(
    coordinator: FarmBotCoordinator,
    _: Device,
    *,
    types: list[str] | None = None,
    stages: list[str] | None = None,
    crop: str | None = None,
    name: str | None = None,
    x: float | None = None,
    y: float | None = None,
    within: float | None = None,
    group: NameOrId | None = None,
    limit: int,
) -> ServiceResponse:
    """Return points among the known ones; no request is sent.

    Raises:
        ServiceValidationError: the points are not known, or a field is missing.
    """
    if coordinator.record(GARDEN, Garden) is None or not coordinator.is_current(GARDEN):
        raise validation_error("points_not_known")
    center = None if x is None or y is None else (x, y)
    if within is not None and center is None:
        raise validation_error("within_what")
    points = coordinator.records(api.POINTS.path, Point)
    if group is not None:
        chosen = resolve_record(coordinator, api.POINT_GROUPS, group)
        points = members(chosen, points, dt_util.utcnow())
    found = search(
        points,
        PointQuery(
            types=frozenset(POINT_TYPES[one] for one in types) if types else None,
            stages=frozenset(map(PlantStage, stages)) if stages else None,
            crop=crop,
            name=name,
            center=center,
            within=within,
        ),
    )
    shown: list[JsonObjectType] = [
        {
            **_point_response(one.point),
            **({} if one.distance is None else {"distance": round(one.distance, 1)}),
        }
        for one in found[:limit]
    ]
    return {"count": len(found), "points": [*shown]}


def _point_response(point: Point) -> JsonObjectType:
    """Return a point for the response of an action: lengths in mm, the age in days."""
    return {
        "id": point.id,
        "type": _TYPE_NAMES.get(point.pointer_type) if point.pointer_type else None,
        "name": point.name,
        "x": point.x,
        "y": point.y,
        "z": point.z,
        "radius": point.radius,
        "stage": point.plant_stage.value if point.plant_stage else None,
        "crop": point.openfarm_slug,
        "color": point.meta.get(_COLOR),
        "planted_at": _iso(point.planted_at),
        "created_at": _iso(point.created_at),
        "age": age_in_days(point, dt_util.utcnow()),
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


# Sensor readings.


async def add_sensor_reading(
    coordinator: FarmBotCoordinator,
    _: Device,
    value: int,
    pin: int | None = None,
    sensor: NameOrId | None = None,
    mode: str | None = None,
    read_at: datetime | None = None,
    **place: float,
) -> ServiceResponse:
    """Create a sensor reading, and return it."""
    at = resolve_pin(coordinator, pin, sensor=sensor)
    body: dict[str, Json] = {
        "pin": at.pin,
        "mode": at.mode if mode is None else MODES[mode],
        "value": value,
        **{axis: place.get(axis) for axis in "xyz"},
        "read_at": dt_util.as_utc(read_at or dt_util.utcnow()).isoformat(),
    }
    path = api.SENSOR_READINGS.path
    reading = await coordinator.writes.run(
        f"{path}/{_NEW}",
        {},
        partial(coordinator.client.create, api.SENSOR_READINGS, body),
    )
    if reading is None:
        return {}
    coordinator.async_set_records({path: {f"{path}/{reading.id}": reading}})
    return _reading_response(reading)


def _reading_response(reading: SensorReading) -> JsonObjectType:
    return {
        "id": reading.id,
        "pin": reading.pin,
        "value": reading.value,
        "x": reading.x,
        "y": reading.y,
        "z": reading.z,
        "read_at": _iso(reading.taken_at),
    }


# Logs.


async def search_logs(
    coordinator: FarmBotCoordinator, _: Device, limit: int, **wanted: object
) -> ServiceResponse:
    """Return lines of the log with the given values, the newest first."""
    logs = await coordinator.client.search_logs(
        {name: _query_text(value) for name, value in wanted.items()}
    )
    newest = sorted(logs, key=_timestamp, reverse=True)
    return {"count": len(logs), "logs": [_log_response(log) for log in newest[:limit]]}


def _query_text(value: object) -> str:
    # As short as possible, since the server compares the text of its numbers.
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def _timestamp(log: Log) -> float:
    return log.created_at.timestamp() if log.created_at else 0.0


def _log_response(log: Log) -> JsonObjectType:
    return {
        "created_at": _iso(log.created_at),
        "message": log.message,
        "type": log.type.value if log.type else None,
        "verbosity": log.verbosity,
        "channels": [channel.value for channel in log.channels],
        "x": log.x,
        "y": log.y,
        "z": log.z,
    }
