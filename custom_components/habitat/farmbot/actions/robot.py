"""The actions that the robot carries out: movement, pins, sequences, tools, watering."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial

from homeassistant.core import ServiceResponse
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from ...const import DOMAIN
from ...devices import Device
from ...validation import validation_error
from ..client import api, celery_script
from ..client.celery_script import ANALOG, Axis, Channel, Node
from ..client.enums import PlantStage, PointerType
from ..client.models import (
    PULLOUT_DIRECTIONS,
    Curve,
    Peripheral,
    Point,
    PointGroup,
    Sensor,
    Sequence,
    Tool,
)
from ..client.status import Pin
from ..commands import (
    MOVEMENT_TIMEOUT,
    REFUSAL_TIMEOUT,
    STATUS_TIMEOUT,
    async_wait_for,
    pin_key,
    require_idle,
    require_unlocked,
    send,
    start,
    start_sequence,
    stop,
    unlock,
    validate_within_bounds,
    write_pin as write_to_pin,
)
from ..coordinator import FarmBotCoordinator
from ..derived import MOUNTED_TOOL, MountedTool
from ..garden.groups import members
from ..garden.lookup import NameOrId
from ..garden.search import PointQuery, search
from ..garden.summary import kept
from ..garden.variables import Inventory, VariableError, resolve_variables
from .fields import MAX_PIN_VALUES, MODE_NAMES, MODES
from .targets import resolve_pin, resolve_record

PHOTO_TIMEOUT = 60.0
"""Seconds in which the robot takes a photo."""
_FIRST_READ_TIMEOUT = 5.0
"""Seconds in which the status contains a pin that was read for the first time."""

CONFIRMATION_TIMEOUT = 15.0
"""Seconds in which the server learns from the robot which tool it holds, and pushes that."""
_PULLOUT_LENGTH = 100
"""mm by which the robot pulls a tool out of its slot (docs/vendors/farmbot.md, Resources)."""
_GROWING = frozenset({PlantStage.PLANTED, PlantStage.SPROUTED, PlantStage.ACTIVE})
"""The stages of plants that are watered."""


# Emergency stop.


async def emergency_lock(coordinator: FarmBotCoordinator, _: Device) -> ServiceResponse:
    """Trigger the emergency stop."""
    await stop(coordinator)
    return None


async def emergency_unlock(
    coordinator: FarmBotCoordinator, _: Device
) -> ServiceResponse:
    """Release the emergency stop."""
    await unlock(coordinator)
    return None


# Movement.


async def move(
    coordinator: FarmBotCoordinator,
    _: Device,
    x: float | None = None,
    y: float | None = None,
    z: float | None = None,
    *,
    relative: bool = False,
    safe_z: bool = False,
    speed: float | None = None,
    wait: bool = True,
) -> ServiceResponse:
    """Move to coordinates or by distances in mm, at a speed in % of the one set for the axis."""
    if x is None and y is None and z is None:
        raise validation_error("nowhere_to_move")
    await require_idle(coordinator)
    validate_within_bounds(coordinator, relative=relative, x=x, y=y, z=z)
    command = celery_script.move(x, y, z, relative=relative, safe_z=safe_z, speed=speed)
    await _travel(
        coordinator, command, wait=wait, timeout=MOVEMENT_TIMEOUT * 100 / (speed or 100)
    )
    return None


async def find_home(
    coordinator: FarmBotCoordinator, _: Device, axis: Axis, *, wait: bool = True
) -> ServiceResponse:
    """Find the end of an axis and make it 0."""
    await require_idle(coordinator)
    await _travel(coordinator, celery_script.find_home(axis), wait=wait)
    return None


async def go_home(
    coordinator: FarmBotCoordinator, _: Device, axis: Axis, *, wait: bool = True
) -> ServiceResponse:
    """Move an axis to 0."""
    await require_idle(coordinator)
    await _travel(coordinator, celery_script.go_home(axis), wait=wait)
    return None


async def _travel(
    coordinator: FarmBotCoordinator,
    command: Node,
    *,
    wait: bool,
    timeout: float = MOVEMENT_TIMEOUT,
) -> None:
    if wait:
        await send(coordinator, command, timeout=timeout)
    else:
        await start(coordinator, command)


# Pins.


async def read_pin(
    coordinator: FarmBotCoordinator,
    _: Device,
    pin: int | None = None,
    peripheral: NameOrId | None = None,
    sensor: NameOrId | None = None,
    mode: str | None = None,
) -> ServiceResponse:
    """Read a pin and return its value."""
    place = resolve_pin(coordinator, pin, peripheral, sensor)
    require_unlocked(coordinator)
    key = pin_key(place.pin)
    before = coordinator.record(key, Pin)
    how = place.mode if mode is None else MODES[mode]
    await send(coordinator, celery_script.read_pin(place.node, how))
    # The robot does not send a value again that has not changed.
    patience = _FIRST_READ_TIMEOUT if before is None else STATUS_TIMEOUT
    await async_wait_for(
        coordinator, key, lambda: coordinator.record(key, Pin) is not before, patience
    )
    read = coordinator.record(key, Pin)
    if read is None or read.value is None:
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="pin_not_told"
        )
    return {
        "pin": place.pin,
        "value": read.value,
        "mode": "analog" if read.mode == ANALOG else "digital",
    }


async def write_pin(
    coordinator: FarmBotCoordinator,
    _: Device,
    value: int,
    pin: int | None = None,
    peripheral: NameOrId | None = None,
    mode: str | None = None,
) -> ServiceResponse:
    """Write to a pin: 0 or 1 (digital), or 0 to 255 (analog)."""
    place = resolve_pin(coordinator, pin, peripheral)
    how = place.mode if mode is None else MODES[mode]
    if value > MAX_PIN_VALUES[how]:
        raise validation_error(
            "pin_value", high=str(MAX_PIN_VALUES[how]), mode=MODE_NAMES[how]
        )
    await write_to_pin(coordinator, place.pin, value, how, place.named)
    return None


async def toggle_pin(
    coordinator: FarmBotCoordinator,
    _: Device,
    pin: int | None = None,
    peripheral: NameOrId | None = None,
) -> ServiceResponse:
    """Toggle a pin."""
    place = resolve_pin(coordinator, pin, peripheral)
    require_unlocked(coordinator)
    await send(coordinator, celery_script.toggle_pin(place.node))
    return None


async def set_servo_angle(
    coordinator: FarmBotCoordinator, _: Device, pin: int, angle: float
) -> ServiceResponse:
    """Turn a servo to an angle in degrees."""
    require_unlocked(coordinator)
    await send(coordinator, celery_script.set_servo_angle(pin, angle))
    return None


# Sequences.


async def run_sequence(
    coordinator: FarmBotCoordinator,
    _: Device,
    sequence: NameOrId,
    variables: Mapping[str, object] | None = None,
    *,
    wait: bool = False,
    timeout: float = 3600,
) -> ServiceResponse:
    """Run a sequence; return whether it has finished, and how many seconds that took."""
    chosen = resolve_record(coordinator, api.SEQUENCES, sequence)
    try:
        values = resolve_variables(chosen, variables or {}, _inventory(coordinator))
    except VariableError as err:
        raise validation_error(err.key, **err.placeholders) from err
    for x, y, z in celery_script.coordinates(values.values()):
        validate_within_bounds(coordinator, x=x, y=y, z=z)
    patience = timeout if wait else REFUSAL_TIMEOUT
    done = await _timed(
        coordinator, partial(start_sequence, coordinator, chosen, values), patience
    )
    return {"sequence_id": chosen.id, "name": chosen.name, **done}


async def _timed(
    coordinator: FarmBotCoordinator,
    begin: Callable[..., Awaitable[bool]],
    patience: float,
) -> dict[str, bool | float]:
    await require_idle(coordinator)
    clock = coordinator.hass.loop.time
    began = clock()
    finished = await begin(patience=patience)
    return {"finished": finished, "seconds": round(clock() - began, 1)}


def _inventory(coordinator: FarmBotCoordinator) -> Inventory:
    return Inventory(
        points=kept(coordinator.records(api.POINTS.path, Point)),
        groups=coordinator.records(api.POINT_GROUPS.path, PointGroup),
        tools=coordinator.records(api.TOOLS.path, Tool),
        peripherals=coordinator.records(api.PERIPHERALS.path, Peripheral),
        sensors=coordinator.records(api.SENSORS.path, Sensor),
        sequences=coordinator.records(api.SEQUENCES.path, Sequence),
    )


# Tools and plants.


async def mount_tool(
    coordinator: FarmBotCoordinator, _: Device, tool: NameOrId, *, wait: bool = True
) -> ServiceResponse:
    """Fetch a tool from its slot.

    What is refused here the robot would confirm without doing anything (docs/vendors/farmbot.md,
    Resources).

    Raises:
        ServiceValidationError: a tool is mounted, or this one cannot be mounted.
        HomeAssistantError: as `send`, or the server does not show the tool as mounted afterwards.
    """
    chosen = resolve_record(coordinator, api.TOOLS, tool)
    if not chosen.name:
        raise validation_error("tool_without_name")
    # The command contains the name, and the robot takes the first tool with it.
    resolve_record(coordinator, api.TOOLS, chosen.name)
    if not await async_wait_for(
        coordinator, MOUNTED_TOOL, lambda: not _is_tool_mounted(coordinator)
    ):
        raise validation_error("tool_mounted")
    _require_slot(coordinator, chosen)
    await require_idle(coordinator)
    await _travel(coordinator, celery_script.mount_tool(chosen.name), wait=wait)
    if wait and not await async_wait_for(
        coordinator,
        MOUNTED_TOOL,
        lambda: _mounted_id(coordinator) == chosen.id,
        CONFIRMATION_TIMEOUT,
    ):
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="tool_not_mounted",
            translation_placeholders={"name": chosen.name},
        )
    return None


async def dismount_tool(
    coordinator: FarmBotCoordinator, _: Device, *, wait: bool = True
) -> ServiceResponse:
    """Put the mounted tool back into its slot.

    Raises:
        ServiceValidationError: no tool is mounted, or it cannot be put back.
        HomeAssistantError: as `send`, or the server shows a tool as mounted afterwards.
    """
    if not await async_wait_for(
        coordinator, MOUNTED_TOOL, lambda: _is_tool_mounted(coordinator) is not False
    ):
        raise validation_error("no_tool_mounted")
    mounted = coordinator.record(MOUNTED_TOOL, MountedTool)
    if mounted is not None:
        if mounted.tool is None:
            raise validation_error("mounted_tool_unknown")
        _require_slot(coordinator, mounted.tool)
    await require_idle(coordinator)
    await _travel(coordinator, celery_script.dismount_tool(), wait=wait)
    if wait and not await async_wait_for(
        coordinator,
        MOUNTED_TOOL,
        lambda: not _is_tool_mounted(coordinator),
        CONFIRMATION_TIMEOUT,
    ):
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="tool_not_dismounted"
        )
    return None


def _require_slot(coordinator: FarmBotCoordinator, tool: Tool) -> None:
    """Refuse a tool that the robot's own program cannot take from its slot or put back.

    Raises:
        ServiceValidationError: it has no slot, or one that the robot cannot use or reach.
    """
    name = tool.name or str(tool.id)
    slots = [
        point
        for point in kept(coordinator.records(api.POINTS.path, Point))
        if point.tool_id == tool.id
    ]
    if not slots:
        raise validation_error("tool_without_slot", name=name)
    for slot in slots:
        if slot.pointer_type is not PointerType.TOOL_SLOT:
            raise validation_error("tool_without_slot", name=name)
        if slot.gantry_mounted:
            raise validation_error("slot_on_gantry", name=name)
        direction = PULLOUT_DIRECTIONS.get(slot.pullout_direction or 0)
        if direction is None:
            raise validation_error("slot_without_direction", name=name)
        if slot.x is None or slot.y is None or slot.z is None:
            raise validation_error("slot_without_place", name=name)
        validate_within_bounds(coordinator, x=slot.x, y=slot.y, z=slot.z)
        validate_within_bounds(
            coordinator,
            x=slot.x + _PULLOUT_LENGTH * direction[0],
            y=slot.y + _PULLOUT_LENGTH * direction[1],
        )


def _is_tool_mounted(coordinator: FarmBotCoordinator) -> bool | None:
    """Return whether a tool is mounted; None if it is not known."""
    mounted = coordinator.record(MOUNTED_TOOL, MountedTool)
    return None if mounted is None else mounted.tool_id is not None


def _mounted_id(coordinator: FarmBotCoordinator) -> int | None:
    mounted = coordinator.record(MOUNTED_TOOL, MountedTool)
    return mounted.tool_id if mounted else None


async def water_plants(
    coordinator: FarmBotCoordinator,
    _: Device,
    plants: list[int] | None = None,
    group: NameOrId | None = None,
    crop: str | None = None,
    *,
    wait: bool = False,
    timeout: float = 3600,
) -> ServiceResponse:
    """Water plants: given by id, those of a group, or all growing ones of a crop.

    Raises:
        ServiceValidationError: nothing is selected, or the robot would skip one of the plants.
        HomeAssistantError: as `start`.
    """
    known = {
        point.id: point
        for point in kept(coordinator.records(api.POINTS.path, Point))
        if point.pointer_type is PointerType.PLANT
    }
    if plants is not None:
        if missing := [one for one in plants if one not in known]:
            raise validation_error("no_such_plant", name=_join_ids(missing))
        chosen = [*dict.fromkeys(plants)]
    elif group is not None:
        found = resolve_record(coordinator, api.POINT_GROUPS, group)
        chosen = [one.id for one in members(found, known.values(), dt_util.utcnow())]
    elif crop is not None:
        query = PointQuery(crop=crop, stages=_GROWING)
        chosen = [one.point.id for one in search(known.values(), query)]
    else:
        raise validation_error("which_plants")
    if not chosen:
        raise validation_error("no_plants")
    if dry := [one for one in chosen if not _is_watered(coordinator, known[one])]:
        raise validation_error("plants_passed_over", name=_join_ids(dry))
    watering = partial(start, coordinator, celery_script.water(chosen))
    done = await _timed(coordinator, watering, timeout if wait else REFUSAL_TIMEOUT)
    return {"plants": [*chosen], **done}


def _is_watered(coordinator: FarmBotCoordinator, plant: Point) -> bool:
    """Return whether the robot's own program waters a plant, for which it needs its age and curve."""
    curve_id = plant.water_curve_id
    return (
        plant.planted_at is not None
        and curve_id is not None
        and not (
            coordinator.is_complete(api.CURVES.path)
            and coordinator.record(f"{api.CURVES.path}/{curve_id}", Curve) is None
        )
    )


def _join_ids(ids: Iterable[int]) -> str:
    return ", ".join(map(str, ids))


# The rest.


async def take_photo(coordinator: FarmBotCoordinator, _: Device) -> ServiceResponse:
    """Take a photo; it appears once the robot has uploaded it."""
    await send(coordinator, celery_script.take_photo(), timeout=PHOTO_TIMEOUT)
    return None


async def send_message(
    coordinator: FarmBotCoordinator,
    _: Device,
    message: str,
    type: str,
    channels: list[Channel],
) -> ServiceResponse:
    """Write a line to the robot's log, and to other channels if given."""
    await send(coordinator, celery_script.send_message(message, type, channels))
    return None
