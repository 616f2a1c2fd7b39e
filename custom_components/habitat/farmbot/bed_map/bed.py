"""What the bed map shows: everything with a place in the garden, in mm of the robot's axes."""

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
"""Places of photos that are shown at most, the newest."""

_MIN_AXIS = 100.0
_MAX_AXIS = 100_000.0
"""mm that an axis may have; what says otherwise is a setting nobody made."""
_USUAL_X, _USUAL_Y = 2900.0, 1400.0
"""The map of an account that nobody changed anything of (the server's own default)."""
_STEP = 100
_NEVER = datetime.min.replace(tzinfo=UTC)
_CALIBRATION = "CAMERA_CALIBRATION_"


@dataclass(frozen=True, slots=True)
class Plant:
    """A plant: its present radius, and the diameter that it will have."""

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
    """A place that somebody marked."""

    x: float
    y: float
    radius: float
    color: Color | None


@dataclass(frozen=True, slots=True)
class Soil:
    """A place where the soil's height was measured, as z."""

    x: float
    y: float
    z: float


@dataclass(frozen=True, slots=True)
class Slot:
    """A slot for a tool; the x of one that is mounted at the gantry is the gantry's."""

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
    """What the camera sees: mm, degrees, and how far from the robot's own place."""

    width: float
    height: float
    angle: float
    offset_x: float
    offset_y: float


@dataclass(frozen=True, slots=True)
class Bed:
    """A garden bed and all that is in it, each kind in the order of its ids."""

    size_x: float
    size_y: float
    quadrant: int = 2
    """Where the robot's home is: 1 top right, 2 top left, 3 bottom left, 4 bottom right."""
    xy_swap: bool = False
    plants: tuple[Plant, ...] = ()
    weeds: tuple[Weed, ...] = ()
    marks: tuple[Mark, ...] = ()
    soil: tuple[Soil, ...] = ()
    slots: tuple[Slot, ...] = ()
    photos: tuple[Photo, ...] = ()
    """The newest first, one a place."""
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
    """Put together what there is to see of a garden."""
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
    """Say whether a point has a place that a robot could have anything to do with."""
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
    """Return how long a side of a bed is: as its axis is, as its owner says, as usual.

    Where nobody says and points lie beyond what is usual, it is as long as it is used.
    """
    used = ceil(max(places, default=0) / _STEP) * _STEP
    told = (axis, map_size)
    return next(
        (size for size in told if size and _MIN_AXIS <= size <= _MAX_AXIS),
        max(usual, used),
    )


def _quadrant(told: int | None) -> int:
    return told if told and told in {1, 2, 3, 4} else 2


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
    """Return what the camera sees, as its calibration left it in the robot's settings."""
    known = {
        env.key.removeprefix(_CALIBRATION): to_float((env.value or "").strip('"'))
        for env in sorted(farmware_envs, key=lambda env: env.id)
        if env.key and env.key.startswith(_CALIBRATION)
    }
    scale = known.get("coord_scale") or 0
    # The centre of a picture is half of its size away from its corner, in pixels.
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
