"""What the robot's programs make of its camera's pictures."""

from collections.abc import Awaitable, Callable, Mapping
import math

from ..core.documents import Record
from ..core.noise import between
from .machine import Machine, RobotError
from .tools import place_of

_VIEW = 150.0
"""How far from the camera weeds are seen (mm)."""
_SAME = 20.0
"""What is nearer to something known is that (mm)."""
_SOIL_SPREAD = 15.0
"""How much the height of the soil differs from place to place (mm)."""
_SCALE = "CAMERA_CALIBRATION_coord_scale"


async def execute(machine: Machine, label: str) -> None:
    """Run one of the farmwares that every robot has.

    Raises:
        RobotError: it is another one.
    """
    script = _SCRIPTS.get(label)
    if script is None:
        raise RobotError(f"{label} is not installed")
    with machine.working():
        await script(machine)


async def detect_weeds(machine: Machine) -> None:
    """Take a photo and make a weed of what no plant explains; the same place shows the same."""
    await machine.take_photo()
    world, here = machine.world, machine.state.position
    seen = (world.seed, round(here["x"]), round(here["y"]), "weed")
    known = [place_of(point) for point in world.rows("points")]
    for index in range(round(between(1, 3, *seen))):
        place = {
            axis: round(
                max(0.0, here[axis] + between(-_VIEW, _VIEW, *seen, index, axis))
            )
            for axis in ("x", "y")
        }
        if any(
            math.hypot(place["x"] - each["x"], place["y"] - each["y"]) < _SAME
            for each in known
        ):
            continue
        world.create(
            "points",
            pointer_type="Weed",
            name="Weed",
            plant_stage="pending",
            radius=round(between(10, 40, *seen, index, "radius")),
            meta={"created_by": "plant-detection", "color": "red"},
            z=0.0,
            **place,
        )


async def measure_soil(machine: Machine) -> None:
    """Look at the soil from two places and note how high it is."""
    world, here = machine.world, machine.state.position
    await machine.take_photo()
    spot = (world.seed, round(here["x"] / 100), round(here["y"] / 100), "soil")
    configured = world.single("fbos_config").get("soil_height")
    level = float(configured) if isinstance(configured, int | float) else 0.0
    world.create(
        "points",
        pointer_type="GenericPointer",
        name="Soil Height",
        meta={
            "created_by": "measure-soil-height",
            "at_soil_level": "true",
            "color": "gold",
        },
        x=here["x"],
        y=here["y"],
        z=round(level + between(-_SOIL_SPREAD, _SOIL_SPREAD, *spot), 1),
        radius=0.0,
    )


async def calibrate(machine: Machine) -> None:
    """Take a photo of the calibration card and keep how large things are in it."""
    await machine.take_photo()
    scale = between(0.5, 0.7, machine.world.seed, "scale")
    set_env(machine, _SCALE, f"{scale:.4f}")


def set_env(machine: Machine, key: str, value: str) -> None:
    """Write a setting of the farmwares."""
    fields: Record = {"key": key, "value": value}
    for env in machine.world.rows("farmware_envs"):
        if env["key"] == key:
            identity = env["id"]
            assert isinstance(identity, int)
            machine.world.change("farmware_envs", identity, **fields)
            break
    else:
        machine.world.create("farmware_envs", **fields)
    machine.changed()


async def _photo(machine: Machine) -> None:
    await machine.take_photo()


_SCRIPTS: Mapping[str, Callable[[Machine], Awaitable[None]]] = {
    "camera-calibration": calibrate,
    "historical-camera-calibration": calibrate,
    "historical-plant-detection": detect_weeds,
    "Measure Soil Height": measure_soil,
    "plant-detection": detect_weeds,
    "take-photo": _photo,
}
