"""What every account has, and what is put into a garden piece by piece."""

from collections.abc import Iterator, Sequence
import time

from ..core.clock import Clock
from ..core.documents import Json, Record
from ..core.weather import DAY
from . import nodes, pictures
from .world import World, stamp

LENGTHS = {"x": 2900, "y": 1230, "z": 550}
"""How long the axes are, in mm."""
_FIRST = 213
_PERIPHERALS = (
    (8, "Water", 0),
    (9, "Vacuum", 0),
    (7, "Lighting", 0),
    (2, "Rotary tool", 0),
    (3, "Rotary tool reverse", 0),
    (10, "Peripheral 4", 0),
    (12, "Grow light", 1),
)
_SENSORS = ((59, "Soil moisture", 1), (63, "Tool verification", 0))
_CALIBRATION = {
    "camera": "USB",
    "CAMERA_CALIBRATION_camera_z": "0.0",
    "CAMERA_CALIBRATION_center_pixel_location_x": "320",
    "CAMERA_CALIBRATION_center_pixel_location_y": "240",
    "CAMERA_CALIBRATION_coord_scale": "0.6",
    "CAMERA_CALIBRATION_image_bot_origin_location": "BOTTOM_LEFT",
    "CAMERA_CALIBRATION_total_rotation_angle": "0.4",
}


def bare(seed: int = 1, clock: Clock = time.time) -> World:
    """Build an account as it is after registration: settings, and nothing else."""
    # Another seed is another robot.
    number = _FIRST + seed
    world = World(number=number, seed=seed, clock=clock)
    now = clock()
    world.build(
        "device",
        now - 400 * DAY,
        id=number,
        name="FarmBot",
        last_saw_api=stamp(now - 300),
    )
    world.build(
        "users", now - 400 * DAY, name="Robin Gardener", email="robin@example.com"
    )
    for path in ("fbos_config", "firmware_config", "web_app_config"):
        world.build(path, now - 400 * DAY)
    return world


def robot(seed: int = 1, clock: Clock = time.time) -> World:
    """Build an account whose robot is assembled: axes, pins and a camera."""
    world = bare(seed, clock)
    since = clock() - 380 * DAY
    world.device.update(
        {
            "name": "Sunny",
            "timezone": "America/Los_Angeles",
            "tz_offset_hrs": -8,
            "ota_hour_utc": 11,
            "serial_number": f"10000000{seed:08x}",
            "fb_order_number": "FB-1234",
            "lat": "38.58",
            "lng": "-121.49",
            "setup_completed_at": stamp(since),
            "account_seeded_at": stamp(since),
        }
    )
    for axis, length in LENGTHS.items():
        firmware = world.single("firmware_config")
        steps = firmware[f"movement_step_per_mm_{axis}"]
        assert isinstance(steps, float)
        firmware[f"movement_axis_nr_steps_{axis}"] = length * steps
    world.single("fbos_config")["soil_height"] = -490
    world.single("web_app_config")["map_size_x"] = LENGTHS["x"]
    world.single("web_app_config")["map_size_y"] = LENGTHS["y"]
    for path, pins in (("peripherals", _PERIPHERALS), ("sensors", _SENSORS)):
        for pin, label, mode in pins:
            world.build(path, since, pin=pin, label=label, mode=mode)
    for key, value in _CALIBRATION.items():
        world.build("farmware_envs", since, key=key, value=value)
    return world


def sequence(
    world: World,
    name: str,
    body: Sequence[Record],
    variables: Sequence[Record] = (),
    **fields: Json,
) -> Record:
    """Build a sequence of steps with its variables."""
    return world.build(
        "sequences",
        world.clock() - 200 * DAY,
        name=name,
        args=nodes.scope(*variables),
        body=list[Json](body),
        **fields,
    )


def photo(world: World, at: float, x: float, y: float) -> Record:
    """Build a photo that was taken at a place of the bed (mm)."""
    name = stamp(at)[:19].replace(":", "").replace("T", "_")
    meta: Record = {"x": x, "y": y, "z": 0, "name": f"{name}.jpg"}
    return world.build(
        "images",
        at,
        attachment_processed_at=stamp(at + 2),
        attachment_url=pictures.address(pictures.path(world.seed, meta)),
        meta=meta,
    )


def plant(world: World, name: str, slug: str, at: float, **fields: Json) -> Record:
    """Build a plant."""
    return world.build(
        "points", at, pointer_type="Plant", name=name, openfarm_slug=slug, **fields
    )


def criteria(**given: Json) -> Record:
    """Return the criteria of a group, with all parts that the web app writes."""
    return {
        "day": {"op": "<", "days_ago": 0},
        "string_eq": {},
        "number_eq": {},
        "number_lt": {},
        "number_gt": {},
        **given,
    }


def grid(
    columns: int, rows: int, start: tuple[float, float], step: tuple[float, float]
) -> Iterator[tuple[float, float]]:
    """Return the places of a grid, column by column, each the other way round."""
    for column in range(columns):
        order = range(rows) if column % 2 == 0 else reversed(range(rows))
        for row in order:
            yield start[0] + column * step[0], start[1] + row * step[1]
