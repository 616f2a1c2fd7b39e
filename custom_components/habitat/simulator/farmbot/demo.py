"""The garden of the demo: a bed of 2.9 by 1.23 m in which a lot grows."""

from datetime import datetime, timedelta
import time
from zoneinfo import ZoneInfo

from ..core.clock import Clock
from ..core.documents import Json, Record
from ..core.noise import between
from ..core.weather import DAY, HOUR
from . import nodes, pictures, soil
from .builder import criteria, grid, photo, plant, robot, sequence
from .world import World, stamp

type Spot = tuple[float, float]

_BEDS: tuple[
    tuple[str, str, float, int, int, Spot, Spot, tuple[str, ...], int], ...
] = (
    ("Tomato", "tomato", 200, 2, 2, (450, 300), (450, 550), ("active",), 70),
    ("Basil", "basil", 80, 5, 1, (300, 575), (180, 0), ("sprouted",), 24),
    ("Kale", "kale", 180, 2, 3, (1280, 230), (360, 400), ("planted",), 15),
    (
        "Lettuce",
        "lettuce",
        110,
        2,
        5,
        (1960, 160),
        (220, 240),
        ("active", "active", "harvested", "active", "sprouted"),
        45,
    ),
    ("Carrot", "carrot", 35, 3, 5, (2370, 150), (70, 80), ("planned",), 3),
    (
        "Radish",
        "radish",
        40,
        2,
        4,
        (2380, 640),
        (100, 100),
        ("active", "active", "removed", "harvested"),
        30,
    ),
    ("Beet", "beet", 60, 2, 4, (2650, 140), (140, 150), ("pending", "planted"), 8),
    ("Strawberry", "strawberry", 130, 2, 2, (2580, 820), (230, 270), ("active",), 120),
)
"""Name, slug, radius, columns, rows, first place, distances, stages, days since planting."""

_THIRSTY = frozenset({"tomato", "basil", "lettuce", "strawberry"})
"""Those that are watered by a curve."""
_TOOLS: tuple[tuple[str, int], ...] = (
    ("Seeder", 0),
    ("Watering nozzle", 42),
    ("Weeder", 0),
    ("Soil sensor", 0),
    ("Rotary tool", 0),
    ("Seed bin", 0),
)
_WEEDS: tuple[tuple[float, float, str], ...] = (
    (640, 190, "active"),
    (1110, 480, "active"),
    (1470, 860, "active"),
    (1810, 330, "active"),
    (2290, 1130, "active"),
    (760, 1110, "pending"),
    (1830, 1010, "pending"),
    (2530, 560, "removed"),
)


def demo(seed: int = 1, clock: Clock = time.time) -> World:
    """Build it; events run and readings come in by themselves."""
    world = standard(seed, clock)
    world.live = True
    world.update = "15.4.12"
    world.single("fbos_config").update(
        sequence_init_log=True, sequence_complete_log=True
    )
    return world


def standard(seed: int = 1, clock: Clock = time.time) -> World:
    """Build the same garden where nothing happens by itself."""
    world = robot(seed, clock)
    plants = _plants(world)
    _ground(world)
    _tools(world)
    groups = _groups(world, plants)
    sequences = _sequences(world, groups)
    _calendar(world, sequences)
    _history(world)
    _others(world)
    return world


def local(world: World, days: int, hour: float) -> float:
    """Return a time of the day, some days from today, in the time zone of the bed."""
    zone = ZoneInfo(str(world.device["timezone"]))
    today = datetime.fromtimestamp(world.clock(), zone)
    midnight = today.replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight + timedelta(days=days, hours=hour)).timestamp()


def _plants(world: World) -> dict[str, list[Record]]:
    now = world.clock()
    water = world.build(
        "curves",
        name="Thirsty",
        type="water",
        data={"1": 150, "20": 400, "60": 900, "90": 600},
    )
    spread = world.build(
        "curves", name="Bush", type="spread", data={"1": 20, "40": 250, "80": 400}
    )
    height = world.build(
        "curves", name="Vine", type="height", data={"1": 10, "45": 600, "90": 1400}
    )
    found: dict[str, list[Record]] = {}
    for name, slug, radius, columns, rows, start, step, stages, days in _BEDS:
        tall = name == "Tomato"
        for index, (x, y) in enumerate(grid(columns, rows, start, step)):
            stage = stages[index % len(stages)]
            made = plant(
                world,
                name,
                slug,
                now - (days + 2) * DAY,
                x=float(x),
                y=float(y),
                z=0.0,
                radius=float(radius),
                depth=5,
                plant_stage=stage,
                planted_at=None
                if stage in ("planned", "pending")
                else stamp(now - days * DAY),
                water_curve_id=water["id"] if slug in _THIRSTY else None,
                spread_curve_id=spread["id"] if tall else None,
                height_curve_id=height["id"] if tall else None,
                meta={"created_by": "plant-inventory"},
            )
            found.setdefault(slug, []).append(made)
    return found


def _ground(world: World) -> None:
    now = world.clock()
    for index, (x, y, stage) in enumerate(_WEEDS):
        world.build(
            "points",
            now - (index + 1) * DAY,
            pointer_type="Weed",
            name="Weed",
            x=x,
            y=y,
            z=0.0,
            radius=round(between(8, 30, world.seed, index, "weed"), 1),
            plant_stage=stage,
            meta={"created_by": "plant-detection", "color": "red"},
        )
    for index, (x, y) in enumerate(grid(4, 3, (350, 200), (730, 410))):
        world.build(
            "points",
            now - 9 * DAY + index * 40,
            pointer_type="GenericPointer",
            name="Soil Height",
            x=x,
            y=y,
            z=round(between(-500, -480, world.seed, index, "height"), 1),
            radius=0.0,
            meta={"at_soil_level": "true", "created_by": "measure-soil-height"},
        )
    for name, x, y, color in (
        ("Stake", 675, 575, "blue"),
        ("Drip line", 1840, 640, "green"),
    ):
        world.build(
            "points",
            now - 60 * DAY,
            pointer_type="GenericPointer",
            name=name,
            x=float(x),
            y=float(y),
            z=-480.0,
            radius=20.0,
            meta={"color": color, "created_by": "farm-designer"},
        )


def _tools(world: World) -> None:
    since = world.clock() - 370 * DAY
    for index, (name, flow) in enumerate(_TOOLS):
        tool = world.build("tools", since, name=name, flow_rate_ml_per_s=flow)
        world.build(
            "points",
            since,
            pointer_type="ToolSlot",
            name=f"Slot {index + 1}",
            x=60.0,
            y=130.0 + 190 * index,
            z=-390.0,
            tool_id=tool["id"],
            pullout_direction=1,
        )


def _groups(world: World, plants: dict[str, list[Record]]) -> dict[str, Record]:
    def group(name: str, sort: str, ids: list[Json], given: Record) -> Record:
        return world.build(
            "point_groups",
            world.clock() - 50 * DAY,
            name=name,
            sort_type=sort,
            point_ids=ids,
            criteria=given,
        )

    return {
        "tomatoes": group(
            "Tomatoes",
            "xy_ascending",
            [each["id"] for each in plants["tomato"]],
            criteria(),
        ),
        "lettuce": group(
            "All lettuce",
            "yx_ascending",
            [],
            criteria(
                string_eq={"pointer_type": ["Plant"], "openfarm_slug": ["lettuce"]}
            ),
        ),
        "weeds": group(
            "Active weeds",
            "nn",
            [],
            criteria(string_eq={"pointer_type": ["Weed"], "plant_stage": ["active"]}),
        ),
        "young": group(
            "Planted this month",
            "random",
            [],
            criteria(
                day={"op": "<", "days_ago": 30},
                string_eq={"pointer_type": ["Plant"]},
                number_gt={"x": 1000},
            ),
        ),
    }


def _sequences(world: World, groups: dict[str, Record]) -> dict[str, Record]:
    care = world.build("folders", name="Care", color="green")
    tools = world.build("folders", name="Tools", color="blue", parent_id=care["id"])
    water = next(row["id"] for row in world.rows("peripherals") if row["pin"] == 8)
    probe = next(row["id"] for row in world.rows("sensors") if row["pin"] == 59)
    soaked = [
        nodes.move_to(nodes.identifier("plant")),
        nodes.switch(water, 1),
        nodes.node("wait", milliseconds=2000),
        nodes.switch(water, 0),
    ]
    first = nodes.coordinate(450, 300, 0)
    whole = nodes.node("point_group", point_group_id=groups["tomatoes"]["id"])
    made = {
        "plant": sequence(
            world,
            "Water a plant",
            soaked,
            [nodes.parameter("plant", first)],
            color="blue",
            folder_id=care["id"],
            description="Waters one plant for two seconds.",
        )
    }
    made["water"] = sequence(
        world,
        "Water the tomatoes",
        [
            nodes.node(
                "execute",
                [
                    nodes.node(
                        "parameter_application",
                        label="plant",
                        data_value=nodes.identifier("plants"),
                    )
                ],
                sequence_id=made["plant"]["id"],
            )
        ],
        [nodes.parameter("plants", whole)],
        color="blue",
        pinned=True,
        folder_id=care["id"],
        description="Waters all plants of a **group**, one after the other.",
    )
    shots = list(grid(3, 2, (540, 350), (900, 520)))
    made["photos"] = sequence(
        world,
        "Photo grid",
        [
            step
            for x, y in shots
            for step in (nodes.go(x=x, y=y, z=0), nodes.node("take_photo"))
        ],
        color="purple",
        pinned=True,
    )
    made["soil"] = sequence(
        world,
        "Measure soil moisture",
        [
            nodes.move_to(nodes.identifier("location")),
            nodes.node(
                "read_pin",
                pin_number=nodes.named_pin("Sensor", probe),
                label="---",
                pin_mode=1,
            ),
        ],
        [nodes.parameter("location", nodes.coordinate(1100, 600, -300))],
        color="orange",
        pinned=True,
        folder_id=care["id"],
    )
    made["home"] = sequence(
        world,
        "Rest",
        [
            nodes.node("find_home", axis="all", speed=100),
            nodes.say("At home, position {{ x }}, {{ y }}, {{ z }}", "success"),
        ],
        color="gray",
    )
    made["mount"] = sequence(
        world,
        "Mount a tool",
        [nodes.node("lua", lua='mount_tool(variable("tool"))')],
        [nodes.parameter("tool", nodes.node("text", string="Watering nozzle"))],
        color="yellow",
        folder_id=tools["id"],
    )
    made["dismount"] = sequence(
        world,
        "Put the tool back",
        [nodes.node("lua", lua="dismount_tool()")],
        color="yellow",
        folder_id=tools["id"],
    )
    weeds = nodes.node("point_group", point_group_id=groups["weeds"]["id"])
    made["weed"] = sequence(
        world,
        "Remove weeds",
        [
            nodes.move_to(nodes.identifier("weed")),
            nodes.node("wait", milliseconds=500),
            nodes.node(
                "update_resource",
                [nodes.node("pair", label="plant_stage", value="removed")],
                resource=nodes.identifier("weed"),
            ),
        ],
        [nodes.parameter("weed", weeds)],
        color="red",
    )
    made["sow"] = sequence(
        world,
        "Sow",
        [
            nodes.move_to(nodes.identifier("location")),
            nodes.node(
                "move",
                [
                    nodes.node(
                        "axis_addition",
                        axis="z",
                        axis_operand=nodes.identifier("depth"),
                    )
                ],
            ),
        ],
        [
            nodes.parameter("location", nodes.coordinate(2370, 150, -400)),
            nodes.parameter("depth", nodes.node("numeric", number=-5)),
        ],
        color="pink",
    )
    made["dry"] = sequence(
        world,
        "Water if it is dry",
        [
            nodes.node(
                "_if",
                lhs=nodes.named_pin("Sensor", probe),
                op="<",
                rhs=420,
                _then=nodes.node("execute", sequence_id=made["water"]["id"]),
                _else=nodes.node("nothing"),
            )
        ],
        color="green",
        folder_id=care["id"],
    )
    return made


def _calendar(world: World, sequences: dict[str, Record]) -> None:
    def item(days: int, hour: float, name: str) -> Record:
        return {
            "id": world.identity(),
            "sequence_id": sequences[name]["id"],
            "time_offset": round((days * DAY + hour * HOUR) * 1000),
        }

    tomato = world.build(
        "regimens",
        name="Tomato care",
        color="red",
        regimen_items=[item(day, 9, "plant") for day in range(0, 28, 3)],
    )
    salad = world.build(
        "regimens",
        name="Salad month",
        color="green",
        regimen_items=[
            item(0, 8, "photos"),
            *(item(day, 18, "soil") for day in range(1, 30, 7)),
        ],
    )

    def event(
        what: Record, kind: str, start: float, end: float, repeat: int, unit: str
    ) -> None:
        world.build(
            "farm_events",
            world.clock() - 20 * DAY,
            executable_id=what["id"],
            executable_type=kind,
            start_time=stamp(start),
            end_time=stamp(end),
            repeat=repeat,
            time_unit=unit,
        )

    soon = local(world, 60, 0)
    event(sequences["water"], "Sequence", local(world, -20, 7), soon, 1, "daily")
    event(sequences["photos"], "Sequence", local(world, -18, 12), soon, 1, "weekly")
    event(sequences["soil"], "Sequence", local(world, -10, 1), soon, 6, "hourly")
    once = local(world, 2, 16.5)
    event(sequences["home"], "Sequence", once, once + 60, 1, "never")
    begin = local(world, -5, 8)
    event(tomato, "Regimen", begin, begin + 60, 1, "never")
    begin = local(world, 1, 6)
    event(salad, "Regimen", begin, begin + 60, 1, "never")


def _history(world: World) -> None:
    now = world.clock()
    for index, (x, y) in enumerate(grid(8, 5, (190, 135), (360, 240))):
        photo(world, now - 6 * DAY + index * 3 * HOUR, float(x), float(y))
    # As many at every hour: a restored world must find the ids that it knows.
    for turn in range(56):
        at = now - 14 * DAY + (turn + 1) * 6 * HOUR
        for x, y in ((1100.0, 600.0), (2070.0, 520.0)):
            world.build(
                "sensor_readings",
                at,
                pin=59,
                mode=1,
                value=soil.moisture(world, x, y, at),
                x=x,
                y=y,
                z=-300.0,
                read_at=stamp(at),
            )
    for days in range(13, 0, -1):
        at = local(world, -days, 12)
        world.build(
            "sensor_readings",
            at,
            pin=63,
            mode=0,
            value=1,
            x=60.0,
            y=320.0,
            z=-390.0,
            read_at=stamp(at),
        )
    for index in range(40):
        at = now - 4 * DAY + index * 2.3 * HOUR
        message, kind = _LOGS[index % len(_LOGS)]
        world.build(
            "logs",
            at,
            message=message,
            type=kind,
            x=0.0,
            y=0.0,
            z=0.0,
            major_version=15,
            minor_version=4,
            patch_version=11,
        )
    for index in range(24):
        world.build(
            "telemetries",
            now - (24 - index) * 300,
            soc_temp=46 + index % 4,
            wifi_level_percent=76 + index % 5,
            uptime=80_000 + index * 300,
            memory_usage=62,
            disk_usage=4,
            cpu_usage=9 + index % 3,
            fbos_version="15.4.11",
            firmware_hardware="farmduino_k18",
        )


_LOGS = (
    ("Starting Water the tomatoes", "busy"),
    ("Completed Water the tomatoes", "success"),
    ("Uploaded image", "success"),
    ("Farmbot is up and running!", "info"),
    ("Movement retries: 1", "warn"),
)


def _others(world: World) -> None:
    now = world.clock()
    for name, url in (
        ("Greenhouse", pictures.address("/webcam.mjpeg")),
        ("Shed", pictures.address("/webcam.jpg")),
        ("Street", pictures.address("/webcam.html")),
        ("No camera", "0"),
    ):
        world.build("webcam_feeds", name=name, url=url)
    slug = "simulated-bulletin"
    world.bulletins[slug] = {
        "id": 7,
        "created_at": stamp(now - 5 * DAY),
        "updated_at": stamp(now - 5 * DAY),
        "slug": slug,
        "title": "Sowing season",
        "type": "info",
        "content": "New crops are in the catalogue.",
        "href": "https://example.com/crops",
        "href_label": "Have a look",
    }
    world.build("alerts", now - 5 * DAY, problem_tag="api.bulletin.unread", slug=slug)
    world.build(
        "alerts",
        now - 380 * DAY,
        problem_tag="api.documentation.unread",
        slug="simulated-documentation",
        priority=300,
    )
    garden = world.build("saved_gardens", name="Spring", notes="Plan for April")
    for index, (x, y) in enumerate(grid(4, 3, (400, 250), (500, 350))):
        world.build(
            "plant_templates",
            saved_garden_id=garden["id"],
            name="Pea" if index % 2 else "Spinach",
            openfarm_slug="pea" if index % 2 else "spinach",
            x=float(x),
            y=float(y),
            z=0.0,
        )
    rest = next(row["id"] for row in world.rows("sequences") if row["name"] == "Rest")
    world.build(
        "pin_bindings",
        pin_num=16,
        special_action="emergency_lock",
        binding_type="special",
    )
    world.build("pin_bindings", pin_num=20, sequence_id=rest)
    world.build("wizard_step_results", slug="intro", answer=True)
    world.build("scene_objects", name="Shed", type="cube", x=-900.0, y=200.0)
    world.build(
        "farmware_installations",
        url="https://example.com/manifest.json",
        package="hello",
    )
    world.build(
        "first_party_farmwares",
        url="https://example.com/camera.json",
        package="camera-calibration",
    )
    world.featured.append(
        {
            "id": 15,
            "path": "/app/shared/sequence/15",
            "name": "Measure the bed",
            "description": "",
            "color": "green",
        }
    )
    world.build(
        "sequence_versions",
        name="Measure the bed",
        args=nodes.scope(),
        body=[nodes.say("Hello")],
    )
