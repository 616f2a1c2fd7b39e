"""The content of the bed map: everything with coordinates in the garden, in mm of the robot's axes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil

from ...cloud.values import to_float
from ..client.enums import Color, CurveType, PlantStage, PointerType
from ..client.models import (
    Curve,
    FarmwareEnv,
    FirmwareConfig,
    Image,
    Point,
    Tool,
    WebAppConfig,
)
from ..garden.crops import crop_named
from ..garden.summary import crop_of, kept

MAX_PHOTOS = 200
"""Maximum of shown places of photos, the newest."""

_MIN_AXIS = 100.0
_MAX_AXIS = 100_000.0
"""The plausible length of an axis in mm; other values count as not set."""
_USUAL_X, _USUAL_Y = 2900.0, 1400.0
"""The size of the map in a new account, in mm."""
_STEP = 100
_NEVER = datetime.min.replace(tzinfo=UTC)
_CALIBRATION = "CAMERA_CALIBRATION_"


@dataclass(frozen=True, slots=True)
class Plant:
    """A plant with its present radius, and its spread (the diameter when grown)."""

    x: float
    y: float
    radius: float
    spread: float
    name: str
    crop: str
    stage: PlantStage | None


@dataclass(frozen=True, slots=True)
class Weed:
    """A weed."""

    x: float
    y: float
    radius: float
    stage: PlantStage | None


@dataclass(frozen=True, slots=True)
class Mark:
    """A marked place."""

    x: float
    y: float
    radius: float
    color: Color | None


@dataclass(frozen=True, slots=True)
class Soil:
    """A place where the soil height was measured, which is z."""

    x: float
    y: float
    z: float


@dataclass(frozen=True, slots=True)
class Slot:
    """A tool slot; if it is mounted on the gantry, its x coordinate is that of the gantry."""

    x: float
    y: float
    tool: str | None
    pullout_direction: int
    gantry_mounted: bool


@dataclass(frozen=True, slots=True)
class Photo:
    """A place where a photo was taken."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class CameraFrame:
    """The area that the camera sees: size in mm, angle in degrees, offset from the robot in mm."""

    width: float
    height: float
    angle: float
    offset_x: float
    offset_y: float


@dataclass(frozen=True, slots=True)
class Bed:
    """A garden bed and everything in it, each kind in the order of its ids."""

    size_x: float
    size_y: float
    quadrant: int = 2
    """The corner of the robot's home: 1 top right, 2 top left, 3 bottom left, 4 bottom right."""
    xy_swap: bool = False
    plants: tuple[Plant, ...] = ()
    weeds: tuple[Weed, ...] = ()
    marks: tuple[Mark, ...] = ()
    soil: tuple[Soil, ...] = ()
    slots: tuple[Slot, ...] = ()
    photos: tuple[Photo, ...] = ()
    """One for each place, the newest first."""
    frame: CameraFrame | None = None
    """None without a calibrated camera."""


def bed_of(
    points: Iterable[Point],
    tools: Iterable[Tool],
    images: Iterable[Image],
    farmware_envs: Iterable[FarmwareEnv],
    firmware_config: FirmwareConfig | None,
    web_app_config: WebAppConfig | None,
    curves: Iterable[Curve] = (),
) -> Bed:
    """Return the bed for the records of a garden."""
    placed = [point for point in kept(points) if _reachable(point)]
    of_kind = {
        kind: [point for point in placed if point.pointer_type is kind]
        for kind in PointerType
    }
    firmware, web_app = firmware_config, web_app_config
    generic = of_kind[PointerType.GENERIC_POINTER]
    names = {tool.id: tool.name for tool in tools}
    spreads = {
        curve.id: max(curve.data.values())
        for curve in curves
        if curve.type is CurveType.SPREAD and curve.data
    }
    return Bed(
        size_x=_length(
            firmware.length("x") if firmware else None,
            web_app.map_size_x if web_app else None,
            (_place(point)[0] for point in placed),
            _USUAL_X,
        ),
        size_y=_length(
            firmware.length("y") if firmware else None,
            web_app.map_size_y if web_app else None,
            (_place(point)[1] for point in placed),
            _USUAL_Y,
        ),
        quadrant=_quadrant(web_app.bot_origin_quadrant if web_app else None),
        xy_swap=bool(web_app and web_app.xy_swap),
        plants=tuple(_plant(point, spreads) for point in of_kind[PointerType.PLANT]),
        weeds=tuple(
            Weed(*_place(point), _radius(point), point.plant_stage)
            for point in of_kind[PointerType.WEED]
        ),
        marks=tuple(
            Mark(*_place(point), _radius(point), Color.read(point.meta.get("color")))
            for point in generic
            if not point.at_soil_level
        ),
        soil=tuple(
            Soil(*_place(point), point.z)
            for point in generic
            if point.at_soil_level and point.z is not None
        ),
        slots=tuple(_slot(point, names) for point in of_kind[PointerType.TOOL_SLOT]),
        photos=_photos(images),
        frame=_frame(farmware_envs),
    )


def _reachable(point: Point) -> bool:
    """Return whether a point has coordinates that a robot could reach."""
    return all(
        place is not None and abs(place) <= _MAX_AXIS for place in (point.x, point.y)
    )


def _place(point: Point) -> tuple[float, float]:
    return point.x or 0, point.y or 0


def _radius(point: Point) -> float:
    return max(point.radius or 0, 0)


def _plant(point: Point, spreads: Mapping[int, float]) -> Plant:
    radius = _radius(point)
    spread = (
        spreads.get(point.spread_curve_id or 0) or crop_named(crop_of(point)).spread
    )
    return Plant(
        *_place(point),
        radius=radius,
        spread=max(spread, 2 * radius),
        name=point.name or "",
        crop=crop_of(point),
        stage=point.plant_stage,
    )


def _slot(point: Point, names: Mapping[int, str | None]) -> Slot:
    tool = None if point.tool_id is None else names.get(point.tool_id)
    return Slot(
        *_place(point),
        tool=tool,
        pullout_direction=point.pullout_direction or 0,
        gantry_mounted=bool(point.gantry_mounted),
    )


def _length(
    axis: float | None, map_size: float | None, places: Iterable[float], usual: float
) -> float:
    """Return the length of a side of a bed in mm: of its axis, or of the map, or the usual one.

    The usual length is extended if points lie beyond it.
    """
    used = ceil(max(places, default=0) / _STEP) * _STEP
    configured = (axis, map_size)
    return next(
        (size for size in configured if size and _MIN_AXIS <= size <= _MAX_AXIS),
        max(usual, used),
    )


def _quadrant(configured: int | None) -> int:
    return configured if configured and configured in {1, 2, 3, 4} else 2


def _photos(images: Iterable[Image]) -> tuple[Photo, ...]:
    newest = sorted(
        (image for image in images if image.processed),
        key=lambda image: (image.created_at or _NEVER, image.id),
        reverse=True,
    )
    places = {
        Photo(image.meta.x, image.meta.y): None
        for image in newest
        if image.meta.x is not None
        and image.meta.y is not None
        and max(abs(image.meta.x), abs(image.meta.y)) <= _MAX_AXIS
    }
    return tuple(places)[:MAX_PHOTOS]


def _frame(farmware_envs: Iterable[FarmwareEnv]) -> CameraFrame | None:
    """Return the area of the camera from its calibration, or None if it is not calibrated."""
    known = {
        env.key.removeprefix(_CALIBRATION): to_float((env.value or "").strip('"'))
        for env in sorted(farmware_envs, key=lambda env: env.id)
        if env.key and env.key.startswith(_CALIBRATION)
    }
    scale = known.get("coord_scale") or 0
    # The calibration has the centre of a picture in pixels, which is half of its size.
    width = 2 * scale * (known.get("center_pixel_location_x") or 0)
    height = 2 * scale * (known.get("center_pixel_location_y") or 0)
    if not (0 < width <= _MAX_AXIS and 0 < height <= _MAX_AXIS):
        return None
    return CameraFrame(
        width=width,
        height=height,
        angle=known.get("total_rotation_angle") or 0,
        offset_x=known.get("camera_offset_x") or 0,
        offset_y=known.get("camera_offset_y") or 0,
    )
