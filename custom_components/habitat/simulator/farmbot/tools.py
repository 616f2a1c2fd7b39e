"""What the robot does with its tools: mounting, watering, dispensing."""

from typing import cast

from ..core.documents import Json, Record, epoch, number
from ..core.weather import DAY
from .machine import Machine, RobotError
from .state import AXES

_FLOW = 30.0
"""How much water comes out in a second (ml) where the tool says nothing."""


def find_tool(machine: Machine, name: str) -> tuple[Record, Record]:
    """Return a tool by its name, and the slot where it belongs.

    Raises:
        RobotError: there is none, or it has no slot.
    """
    for tool in machine.world.rows("tools"):
        if str(tool["name"]).casefold() == name.casefold():
            for slot in machine.world.rows("points"):
                if slot.get("tool_id") == tool["id"]:
                    return tool, slot
            raise RobotError(f"{tool['name']} has no slot")
    raise RobotError(f"There is no tool of the name {name}")


def place_of(record: Record) -> dict[str, float]:
    """Return where something is (mm)."""
    return {axis: number(record.get(axis), 0) for axis in AXES}


async def mount(machine: Machine, name: str) -> None:
    """Fetch a tool from its slot.

    Raises:
        RobotError: the robot can not.
    """
    device = machine.world.device
    if device.get("mounted_tool_id"):
        raise RobotError("There is already a tool mounted")
    tool, slot = find_tool(machine, name)
    await _visit(machine, slot)
    machine.world.change("device", machine.world.number, mounted_tool_id=tool["id"])
    await machine.raise_to(0.0)
    machine.log(f"{tool['name']} is mounted", "success")


async def dismount(machine: Machine) -> None:
    """Bring the mounted tool back to its slot.

    Raises:
        RobotError: the robot can not.
    """
    mounted = machine.world.device.get("mounted_tool_id")
    tool = machine.world.tables["tools"].get(cast(int, mounted))
    if tool is None:
        raise RobotError("No tool is mounted")
    await _visit(machine, find_tool(machine, str(tool["name"]))[1])
    machine.world.change("device", machine.world.number, mounted_tool_id=None)
    await machine.raise_to(0.0)
    machine.log(f"{tool['name']} is back in its slot", "success")


async def water_plant(machine: Machine, plant: Record) -> None:
    """Give a plant what its curve says for its age; without one it is passed over."""
    curve = machine.world.tables["curves"].get(cast(int, plant.get("water_curve_id")))
    planted = epoch(plant.get("planted_at"))
    if curve is None or planted is None:
        machine.log(f"{plant['name']} has no water curve, or was not planted", "warn")
        return
    age = (machine.world.clock() - planted) / DAY
    place = place_of(plant)
    await machine.raise_to(0.0)
    await machine.move({"x": place["x"], "y": place["y"]})
    await dispense(machine, amount_at(curve, age))


def amount_at(curve: Record, age: float) -> float:
    """Return what a curve says for an age in days."""
    days = cast(dict[str, Json], curve["data"])
    known = [int(day) for day in days if int(day) <= max(age, 1)]
    return number(days[str(max(known))], 0) if known else 0.0


async def dispense(machine: Machine, milliliters: float) -> None:
    """Let water out where the robot stands."""
    await machine.water(milliliters / _FLOW)


async def _visit(machine: Machine, slot: Record) -> None:
    place = place_of(slot)
    await machine.raise_to(0.0)
    await machine.move({"x": place["x"], "y": place["y"]})
    await machine.move({"z": place["z"]})
