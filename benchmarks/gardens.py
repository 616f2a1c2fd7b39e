"""The gardens that are measured, and what is done to them in their cloud's own process."""

import asyncio
from collections import deque
import time
from typing import Final

from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.core.documents import dump
from custom_components.habitat.simulator.farmbot.broker import NoBroker
from custom_components.habitat.simulator.farmbot.builder import grid, plant, robot
from custom_components.habitat.simulator.farmbot.robot import Robot
from custom_components.habitat.simulator.farmbot.server import FarmBotCloud
from custom_components.habitat.simulator.farmbot.state import AXES, State
from custom_components.habitat.simulator.farmbot.world import World
from tests.support.edge_cases.farmbot import HOMES

GARDENS: Final = ("demo", "standard", "large")
"""Ready-made: a garden with some of everything, twice, and an account that is full."""
PLANTS: Final = (10, 100, 1000)
"""How many plants stand in gardens of nothing else, so that growth shows as a line."""

_CROPS = ("tomato", "basil", "kale", "lettuce", "carrot")
_COLUMNS = 40
_COMMANDS: deque[float] = deque(maxlen=1000)
"""When the broker got commands, on the clock that all processes share."""
_FLOODS: set[asyncio.Task[None]] = set()


def garden_cloud(garden: str | int, broker: bool = True) -> FarmBotCloud:
    """Return a garden's cloud, in which nothing happens by itself; a number is one of plants."""
    clock = ManualClock(time.time() // 60 * 60)
    if isinstance(garden, str):
        world = HOMES[garden](1, clock)
    else:
        world = _planted(garden, clock)
    world.live = False
    return FarmBotCloud(world, None if broker else NoBroker())


def _planted(plants: int, clock: ManualClock) -> World:
    world = robot(1, clock)
    rows = max(1, plants // _COLUMNS)
    places = grid(-(-plants // rows), rows, (150, 40), (2700 / _COLUMNS, 1160 / rows))
    for index, (x, y) in enumerate(places):
        crop = _CROPS[index % len(_CROPS)]
        plant(
            world,
            f"{crop.capitalize()} {index}",
            crop,
            clock(),
            x=round(x),
            y=round(y),
            plant_stage="planted",
            radius=30.0,
        )
    return world


# What can be asked of it.


def robot_id(cloud: FarmBotCloud) -> int:
    """Return the id of the robot."""
    return cloud.world.number


def is_complete(cloud: FarmBotCloud) -> bool:
    """Say whether robot and server are at the broker, so that nothing is said to nobody."""
    return cloud.robot.connected.is_set() and cloud._link.connected.is_set()


def grow(cloud: FarmBotCloud, stage: str) -> int:
    """Give one plant another stage, which the broker tells; return its id."""
    (first, *_) = cloud.world.tables["points"]
    cloud.set("points", first, plant_stage=stage)
    return first


def words(cloud: FarmBotCloud, count: int, moving: bool) -> list[bytes]:
    """Return so many states as the robot broadcasts them."""
    said = []
    for turn in range(count):
        if moving:
            _step(cloud.robot.state, turn)
        said.append(dump(cloud.robot.state.tree(cloud.world)))
    return said


def flood(cloud: FarmBotCloud, rate: float, seconds: float, moving: bool) -> None:
    """Let the robot tell its state so many times a second from now on, for a time."""
    work = _tell(cloud.robot, rate, seconds, moving=moving)
    task = asyncio.get_running_loop().create_task(work)
    _FLOODS.add(task)
    task.add_done_callback(_FLOODS.discard)


def note_commands(cloud: FarmBotCloud) -> None:
    """Note from now on when the broker gets commands."""
    _COMMANDS.clear()

    def heard(topic: str, _: int) -> None:
        if topic.endswith("/from_clients"):
            _COMMANDS.append(time.monotonic())

    cloud.gate.heard = heard


def commands(_: FarmBotCloud) -> list[float]:
    """Return when the broker got commands, on the system's monotonic clock."""
    return list(_COMMANDS)


async def _tell(robot: Robot, rate: float, seconds: float, *, moving: bool) -> None:
    loop = asyncio.get_running_loop()
    begin = loop.time()
    for turn in range(round(rate * seconds)):
        await asyncio.sleep(begin + turn / rate - loop.time())
        if moving:
            _step(robot.state, turn)
        else:
            robot.state.wifi_level = -40 - turn % 40
            robot.state.cpu_usage = turn % 20
        robot.tell()


def _step(state: State, turn: int) -> None:
    """Be somewhat further on the way, with all motors at work."""
    for number, axis in enumerate(AXES):
        # The head is below its home.
        way = round(turn * 0.8 % 500 + number, 1)
        state.position[axis] = -way if axis == "z" else way
        state.load[axis] = float(20 + (turn + number) % 30)
        state.axes[axis] = ("accelerate", "cruise", "decelerate")[turn % 3]
