"""Gardens of everything odd that the server's columns allow for, and very large ones."""

from collections.abc import Callable, Mapping
import time

from custom_components.habitat.simulator.core.clock import Clock
from custom_components.habitat.simulator.core.documents import Json, Record
from custom_components.habitat.simulator.core.noise import between
from custom_components.habitat.simulator.core.weather import DAY
from custom_components.habitat.simulator.farmbot import nodes
from custom_components.habitat.simulator.farmbot.builder import (
    bare,
    photo,
    plant,
    robot,
    sequence,
)
from custom_components.habitat.simulator.farmbot.homes import HOMES as READY_MADE
from custom_components.habitat.simulator.farmbot.world import World, stamp

_FOREIGN = ("null", "words", "types")


def odd(seed: int = 1, clock: Clock = time.time) -> World:
    """Build it."""
    world = robot(seed, clock)
    world.device.update(
        {
            "name": "",
            "lat": "91.0000",
            "lng": None,
            "timezone": "Nowhere/Land",
            "fbos_version": "10.1.0.pre.RC1",
            "mounted_tool_id": 999_999,
            "rpi": "17",
            "ota_hour": 99,
            "last_saw_mq": "2019-01-01T00:00:00.000Z",
        }
    )
    _points(world)
    _pins(world)
    _calendar(world)
    _pictures(world)
    _rest(world)
    return world


def _points(world: World) -> None:
    def point(kind: Json, **fields: Json) -> Record:
        return world.build("points", pointer_type=kind, **fields)

    point("Plant", name="", openfarm_slug=None, x=None, y="12", z=[], radius=-5)
    point("Plant", name="Nameless", plant_stage="dreaming", planted_at="soon")
    point("Plant", name="Far away", x=1e9, y=-1e9, z=0.0, radius=1e9)
    point("Plant", name='<b>"Bold" & brave</b>', x=100.0, y=100.0, meta=None)
    point("Weed", name="Old", discarded_at=stamp(world.clock() - DAY))
    point("Weed", name="Stageless", plant_stage=None)
    point("GenericPointer", name="Deep", meta={"at_soil_level": True}, z="deep")
    point("GenericPointer", name="Level", meta={"at_soil_level": "true"}, z=-490.0)
    point("ToolSlot", name="Empty", tool_id=None, pullout_direction=9)
    point("ToolSlot", name="Ghost", tool_id=999_998, gantry_mounted="yes")
    point("Mushroom", name="Nobody knows")
    point(None, name="Typeless")
    twin = point("Plant", name="Twin", x=1.0, y=1.0)
    # The list has one id twice.
    world.tables["points"][-1] = {**twin, "name": "Other twin"}
    world.tables["points"][-2] = {"id": None, "name": "No id"}
    world.tables["points"][-3] = {"id": "seven", "name": "Id in words"}


def _pins(world: World) -> None:
    world.build("peripherals", pin=None, label=None, mode=None)
    world.build("peripherals", pin=8, label="Second water", mode=7)
    world.build("sensors", pin="59", label="", mode=1)
    world.build("sensor_readings", pin=59, mode=1, value=None, read_at="noon")
    world.build("sensor_readings", pin=1000, mode=0, value=1, x=None, read_at=None)
    world.build("sensor_readings", pin=59, mode=1, value="512", x="1")
    world.build("tools", name=None, flow_rate_ml_per_s="fast")
    world.build("tools", name="Twin tool")
    world.build("tools", name="Twin tool")
    world.build("pin_bindings", pin_num=None, special_action="dance")


def _calendar(world: World) -> None:
    now = world.clock()
    some = sequence(world, "", [], color="mauve", folder_id=999_997)
    world.build("sequences", name=None, args=None, body=None, pinned="maybe")
    sequence(
        world,
        "Odd variables",
        [nodes.node("teleport", where="moon")],
        [{"kind": "parameter_declaration", "args": {}}, {"kind": "riddle"}],
        pinned=True,
    )
    regimen = world.build("regimens", name="Hollow", regimen_items=[{}, None, "item"])
    events: tuple[tuple[Json, str, Record], ...] = (
        (some["id"], "Sequence", {"start_time": None, "end_time": None}),
        (some["id"], "Sequence", {"repeat": 0, "time_unit": "hourly"}),
        (some["id"], "Sequence", {"time_unit": "fortnightly"}),
        (some["id"], "Sequence", {"end_time": stamp(now - 400 * DAY)}),
        (999_996, "Sequence", {}),
        (regimen["id"], "Regimen", {}),
        (some["id"], "Opera", {}),
    )
    for what, kind, fields in events:
        whole: Record = {
            "start_time": stamp(now + DAY),
            "end_time": stamp(now + 30 * DAY),
            "time_unit": "daily",
            **fields,
        }
        world.build("farm_events", executable_id=what, executable_type=kind, **whole)
    world.build("point_groups", name="", point_ids=["x", None], criteria=None)
    world.build(
        "point_groups", name="Strange", criteria={"day": {"op": "="}, "moon": 1}
    )
    world.build("curves", name="Flat", type="mood", data={"first": "much", "2": None})


def _pictures(world: World) -> None:
    now = world.clock()
    for index in range(446):
        photo(
            world,
            now - (450 - index) * 600,
            float(index % 29 * 100),
            float(index // 29 * 80),
        )
    world.build("images", attachment_url=None, meta=None)
    world.build("images", attachment_url="not an address", meta={"x": "1"})
    world.build(
        "images",
        attachment_url="http://192.0.2.1/placeholder_farmbot.jpg?text=Processing...",
        meta={"x": 1, "y": 2},
    )
    world.build(
        "images",
        attachment_processed_at="yesterday",
        attachment_url="ftp://192.0.2.1/x",
    )


def _rest(world: World) -> None:
    for kind in _FOREIGN:
        world.build(
            "alerts", problem_tag=f"api.{kind}.unheard", slug=None, priority=None
        )
    world.build("logs", message=None, type="rant", verbosity="loud", channels=None)
    world.build("webcam_feeds", name=None, url=None)
    world.build("webcam_feeds", name="Words", url="behind the shed")
    world.build("saved_gardens", name=None)
    world.build("folders", name="Own parent", parent_id=1, color="mauve")
    world.build("farmware_envs", key=None, value={"nested": True})
    world.build("telemetries", soc_temp="warm", throttled="none", uptime=-1)
    world.single("fbos_config").update(update_channel="nightly", safe_height=None)
    world.single("firmware_config").update(
        movement_step_per_mm_x=0,
        movement_axis_nr_steps_y=None,
        pin_guard_1_pin_nr=8,
        pin_guard_1_time_out=60,
        pin_guard_1_active_state=None,
    )
    world.single("web_app_config").update(map_size_x=-1, bot_origin_quadrant=7)


def large(seed: int = 1, clock: Clock = time.time) -> World:
    """Build an account that is full: 1000 points, 450 images, 75 sequences."""
    world = robot(seed, clock)
    now = clock()
    for index in range(1000):
        place = {
            "x": round(between(150, 2880, seed, index, "x")),
            "y": round(between(20, 1210, seed, index, "y")),
        }
        if index % 10 == 9:
            world.build(
                "points", now, pointer_type="Weed", name=f"Weed {index}", **place
            )
        else:
            slug = ("tomato", "basil", "kale", "lettuce", "carrot")[index % 5]
            name = f"{slug.capitalize()} {index}"
            plant(world, name, slug, now, plant_stage="planted", radius=40.0, **place)
    for index in range(450):
        x, y = index % 25 * 115.0, index // 25 * 68.0
        photo(world, now - (450 - index) * 900, x, y)
    for index in range(75):
        name = f"Sequence {index + 1}"
        sequence(world, name, [nodes.say(name)], pinned=index < 10)
    return world


HOMES: Mapping[str, Callable[[int, Clock], World]] = {
    **READY_MADE,
    "empty": bare,
    "odd": odd,
    "large": large,
}
"""The ready-made gardens and the odd ones, by name."""
